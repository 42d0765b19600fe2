"""Marked texts in all languages: what a pack holds must not depend on who fetches it."""

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from monitoring.core.i18n import LANGUAGES, N_, SOURCE_LANGUAGE, Message
from monitoring.tablet import adapters

Texts = dict[str, str]
TRANSLATIONS = Path(adapters.__file__).parent.parent / "translations"

OPCAT = N_(
    "The mandate rests on the Optional Protocol to the UN Convention against Torture (OPCAT), which binds this country: "
    "who visits has the powers of its Articles 19 and 20."
)
AGREEMENT = N_(
    "The mandate rests on the agreement with the Ombudsman: that is what you show. The country has not joined OPCAT, so its "
    "articles are a measuring stick here and give no powers."
)
MANDATES = {"opcat": OPCAT, "agreement": AGREEMENT}
"""What a mechanism may rest on."""


def in_every_language(message: Message) -> Texts:
    """A marked text without values in all languages that have it."""
    found = {SOURCE_LANGUAGE: str(message)}
    for language in LANGUAGES:
        said = str(_catalogue(language).gettext(str(message)))
        if said != str(message):
            found[language] = said
    return found


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [language])
