"""Read coalition recommendations. They are public: everybody may."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.coalition.models import CoalitionRecommendation
from monitoring.core.errors import NotFound
from monitoring.core.i18n import text_in


def recommendations(session: Session) -> list[CoalitionRecommendation]:
    """All calls in their order."""
    return list(session.scalars(select(CoalitionRecommendation).order_by(CoalitionRecommendation.position)))


def recommendations_in_scope(session: Session, country: str) -> list[CoalitionRecommendation]:
    """The calls made in a country."""
    return [call for call in recommendations(session) if country in call.scope]


def scopes(session: Session) -> dict[str, list[str]]:
    """The countries in which each call is made, by code."""
    rows = session.execute(select(CoalitionRecommendation.code, CoalitionRecommendation.scope))
    return {row.code: row.scope for row in rows}


def recommendation(session: Session, code: str) -> CoalitionRecommendation:
    """One call. Raises NotFound."""
    found = session.get(CoalitionRecommendation, code)
    if found is None:
        raise NotFound
    return found


def titles_in_scope(session: Session, country: str, language: str) -> dict[str, str]:
    """Titles of a country's calls by code."""
    columns = select(CoalitionRecommendation.code, CoalitionRecommendation.titles, CoalitionRecommendation.scope)
    rows = session.execute(columns.order_by(CoalitionRecommendation.position))
    return {row.code: text_in(row.titles, language) for row in rows if country in row.scope}
