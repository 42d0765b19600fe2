"""Read themes and provisions."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.core.i18n import text_in
from monitoring.standards.models import Provision, Theme


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
