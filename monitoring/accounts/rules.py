"""Roles, countries, how long a session lasts, and which passphrases are good enough."""

import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from monitoring.audit.rules import Event
from monitoring.core.i18n import N_, Message


class Role(StrEnum):
    """What a person may be; the lead of a visit is named by its plan, not by a role."""

    MONITOR = "monitor"
    REGIONAL_COORDINATOR = "regional_coordinator"
    NATIONAL_COORDINATOR = "national_coordinator"
    REVIEWER = "reviewer"
    PUBLISHER = "publisher"
    DOCTOR = "doctor"
    CASE_WORKER = "case_worker"
    CASE_SUPERVISOR = "case_supervisor"
    ANALYST = "analyst"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def label(self) -> Message:
        """The role's name, to be translated."""
        return _TITLES[self]


_TITLES = {
    Role.MONITOR: N_("Monitor"),
    Role.REGIONAL_COORDINATOR: N_("Regional coordinator"),
    Role.NATIONAL_COORDINATOR: N_("National coordinator"),
    Role.REVIEWER: N_("Council reviewer"),
    Role.PUBLISHER: N_("Publisher"),
    Role.DOCTOR: N_("Doctor or psychologist"),
    Role.CASE_WORKER: N_("Case lawyer or case worker"),
    Role.CASE_SUPERVISOR: N_("Case supervisor"),
    Role.ANALYST: N_("Coalition analyst"),
    Role.ADMIN: N_("Administrator"),
    Role.AUDITOR: N_("Auditor"),
}

COORDINATORS = frozenset({Role.REGIONAL_COORDINATOR, Role.NATIONAL_COORDINATOR})
FIELD = frozenset({Role.MONITOR, Role.DOCTOR})
STAFF = frozenset(Role)


class Country(StrEnum):
    """The three countries."""

    KZ = "KZ"
    KG = "KG"
    TJ = "TJ"

    @property
    def label(self) -> Message:
        """The country's name, to be translated."""
        return _COUNTRIES[self]


_COUNTRIES = {Country.KZ: N_("Kazakhstan"), Country.KG: N_("Kyrgyzstan"), Country.TJ: N_("Tajikistan")}


_NPM = {"en": "National Preventive Mechanism", "ru": "Национальный превентивный механизм"}
_GROUP = {"en": "Monitoring Group", "ru": "Группа мониторинга"}
GENERAL_NAMES = {Country.KZ: (_NPM, "opcat"), Country.KG: (_NPM, "opcat"), Country.TJ: (_GROUP, "agreement")}
"""What the body that visits is called until somebody says its own name, and on what its right to visit rests."""


class AccountEvent(Event):
    """What happens to people and their sessions."""

    SIGNED_IN = "accounts.signed_in"
    SIGNED_OUT = "accounts.signed_out"
    SIGN_IN_FAILED = "accounts.sign_in_failed"
    PERSON_ADDED = "accounts.person_added"
    PERSON_CHANGED = "accounts.person_changed"
    SESSIONS_ENDED = "accounts.sessions_ended"
    PASSPHRASE_CHANGED = "accounts.passphrase_changed"  # noqa: S105  (an event)
    PASSPHRASE_RENEWED = "accounts.passphrase_renewed"  # noqa: S105  (an event)
    SECOND_FACTOR_CHANGED = "accounts.second_factor_changed"
    SECOND_FACTOR_RENEWED = "accounts.second_factor_renewed"
    RECOVERY_CODE_USED = "accounts.recovery_code_used"
    DENIED = "accounts.denied"


SESSION_IDLE = timedelta(minutes=15)
SESSION_LONGEST = timedelta(hours=12)
"""A session ends when nobody used it for so long, and in any case when it is so old."""

SHORTEST_PASSPHRASE = 14
LEAST_OF_ITS_OWN = 8
LEAST_DIFFERENT = 5
"""So many letters must remain of a passphrase, so many of them different, when all that everybody would try is taken out."""
LOOKED_AT = 200
"""So much of a very long passphrase is looked at."""
SHORTEST_RUN = 3
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
)  # fmt: skip
_RUNS = tuple(row for forward in _ROWS for row in (forward, forward[::-1]))
_LETTERS_MEANT = str.maketrans({"@": "a", "$": "s", "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "!": "i"})
_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


def proposed_passphrase(words: int = 5) -> str:
    """A random passphrase of made-up words of three syllables (18 bits each): easy to copy, hard to guess."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(words))


def is_easy_to_guess(passphrase: str, known: Iterable[str]) -> bool:
    """Whether hardly anything is left without the words that are `known`, rows of keys, years and repeats."""
    pieces = sorted({word for text in known for word in re.findall(r"\w{3,}", text.casefold())}, key=len, reverse=True)
    plain = passphrase.casefold()[:LOOKED_AT]
    return any(_is_little(_without(variant, pieces)) for variant in (plain, plain.translate(_LETTERS_MEANT)))


def _is_little(rest: str) -> bool:
    return len(rest) < LEAST_OF_ITS_OWN or len(set(rest)) < LEAST_DIFFERENT


def _without(text: str, pieces: Iterable[str]) -> str:
    rest = re.sub(r"[\W_]", "", text)
    for piece in pieces:
        rest = rest.replace(piece, " ")
    rest = re.sub(r"(19|20)\d\d", " ", rest)
    return re.sub(r"(.+?)\1+", r"\1", re.sub(r"\s", "", _without_runs(rest)))


def _without_runs(text: str) -> str:
    """The text without three or more neighbours of the alphabet, the digits or a keyboard."""
    kept, at = "", 0
    while at < len(text):
        end = at + SHORTEST_RUN
        while end <= len(text) and any(text[at:end] in row for row in _RUNS):
            end += 1
        run = end - 1 - at
        kept, at = (kept, at + run) if run >= SHORTEST_RUN else (kept + text[at], at + 1)
    return kept
