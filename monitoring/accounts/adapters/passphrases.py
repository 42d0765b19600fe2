"""First passphrases, and which ones people may choose."""

from functools import cache
from pathlib import Path
from typing import Any

from flask_security import PasswordUtil
from flask_security.utils import hash_password

from monitoring.accounts.rules import is_easy_to_guess, proposed_passphrase
from monitoring.core.i18n import N_
from monitoring.core.templating import translated

EASY = N_(
    "This passphrase is easy to guess: it is made of well-known words, names, dates or rows of keys. "
    "Take several words that have nothing to do with one another."
)


WORDS = Path(__file__).parent.parent / "data" / "well_known_words.txt"


class PassphraseRules(PasswordUtil):  # type: ignore[misc]  # the library has no types
    """Long and hard to guess; any letters of any language, and no rules about which kinds of signs."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:  # noqa: FBT001  (the library's)
        """What is wrong with a passphrase, and how it is kept."""
        wrong, normal = super().validate(password, is_register, **about)
        person = about.get("user")
        own = (person.name, person.email.partition("@")[0]) if person is not None else ()
        if not wrong and is_easy_to_guess(normal, (*well_known_words(), *own)):
            return [translated(EASY)], normal
        return wrong, normal


@cache
def well_known_words() -> tuple[str, ...]:
    """Words that everybody tries first: of lists of passwords, of this field and of these countries."""
    return tuple(WORDS.read_text(encoding="utf-8").split())


def new_passphrase() -> tuple[str, str]:
    """A proposed passphrase and its hash; slow on purpose: call it before the transaction begins."""
    passphrase = proposed_passphrase()
    return passphrase, str(hash_password(passphrase))
