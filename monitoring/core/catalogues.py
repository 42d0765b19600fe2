"""Catalogues of translations: what a language lacks comes from the one that its readers know best."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from monitoring.core.i18n import LANGUAGES, SOURCE_LANGUAGE, understood

TRANSLATED = tuple(language for language in LANGUAGES if language != SOURCE_LANGUAGE)


def read(translations: Path, language: str) -> Catalog:
    """A catalogue as it lies in its folder."""
    with (translations / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def complete(translations: Path, language: str) -> Catalog:
    """A catalogue whose gaps are filled from the other languages that its readers understand."""
    found = read(translations, language)
    for other in understood(language)[1:-1]:
        reserve = read(translations, other)
        for message in found:
            if message.id and not all(_forms(message.string)):
                message.string = _fitting(reserve[message.id].string, found.num_plurals)
    return found


Said = str | tuple[str, ...] | list[str] | None


def _forms(text: Said) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _fitting(text: Said, plurals: int) -> str | tuple[str, ...]:
    forms = _forms(text)
    return forms[0] if isinstance(text, str | None) else (forms[0], *[forms[-1]] * (plurals - 1))
