"""Read themes and provisions."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.core.i18n import SOURCE_LANGUAGE, text_in
from monitoring.core.word_lists import read_rows
from monitoring.standards.models import Provision, Theme

INSTRUMENTS = Path(__file__).parent / "data" / "instruments.csv"
WHOLE = "all"
"""The place of what is cited as a whole."""


def themes(session: Session) -> list[Theme]:
    """All themes in their order."""
    return list(session.scalars(select(Theme).order_by(Theme.position)))


def theme_titles(session: Session, language: str) -> dict[str, str]:
    """Theme titles by code, in the themes' order."""
    return {theme.code: text_in(theme.titles, language) for theme in themes(session)}


def provisions(session: Session, codes: Iterable[str]) -> dict[str, Provision]:
    """Provisions by code."""
    wanted = set(codes)
    if not wanted:
        return {}
    return {row.code: row for row in session.scalars(select(Provision).where(Provision.code.in_(wanted)))}


def all_provisions(session: Session) -> list[Provision]:
    """Every provision by code."""
    return list(session.scalars(select(Provision).order_by(Provision.code)))


def citation(provision: Provision, language: str) -> str:
    """Instrument and place in it, as one cites it in a language."""
    instrument, place = _in_words(provision.instrument, language), _in_words(provision.provision, language)
    return instrument if provision.provision == WHOLE else f"{instrument}, {place}"


def citations(provision: Provision) -> dict[str, str]:
    """The same in every language in which the instrument has a name."""
    return {language: citation(provision, language) for language in instrument_names(provision)}


def instrument_names(provision: Provision) -> dict[str, str]:
    """What the instrument is called, by language."""
    return {SOURCE_LANGUAGE: provision.instrument, **_instruments().get(provision.instrument, {})}


def _in_words(name: str, language: str) -> str:
    return text_in({SOURCE_LANGUAGE: name, **_instruments().get(name, {})}, language)


@cache
def _instruments() -> dict[str, dict[str, str]]:
    """The names of instruments in other languages."""
    return {row["instrument"]: {"ru": row["ru"]} for row in read_rows(INSTRUMENTS)}
