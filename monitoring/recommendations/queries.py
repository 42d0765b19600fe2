"""Read recommendations: always through a visit that the person may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor
from monitoring.recommendations.models import Recommendation, RecommendationFinding
from visits.plan.queries import SeenVisit, visit_for, visits_for


@dataclass(frozen=True)
class SeenRecommendation:
    """A recommendation and the visit through which the person sees it."""

    recommendation: Recommendation
    seen: SeenVisit


def recommendations_of_visit(session: Session, seen: SeenVisit) -> list[Recommendation]:
    """A visit's recommendations by number."""
    return recommendations_of_visits(session, [seen])[seen.id]


def recommendations_of_visits(session: Session, visits: Iterable[SeenVisit]) -> dict[UUID, list[Recommendation]]:
    """The same of several visits, read at once."""
    found: dict[UUID, list[Recommendation]] = {seen.id: [] for seen in visits}
    query = select(Recommendation).where(Recommendation.visit_id.in_(list(found))).order_by(Recommendation.number)
    for recommendation in session.scalars(query):
        found[recommendation.visit_id].append(recommendation)
    return found


def recommendation_for(session: Session, actor: Actor, recommendation_id: UUID) -> SeenRecommendation:
    """One recommendation. Raises NotFound."""
    found = session.get(Recommendation, recommendation_id)
    if found is None:
        raise NotFound
    return SeenRecommendation(found, visit_for(session, actor, found.visit_id))


def listing(session: Session, actor: Actor) -> list[SeenRecommendation]:
    """Recommendations of all visits that the actor may see, the nearest deadline first."""
    seen = {found.id: found for found in visits_for(session, actor)}
    query = select(Recommendation).where(Recommendation.visit_id.in_(list(seen)))
    rows = session.scalars(query.order_by(Recommendation.due_on, Recommendation.number, Recommendation.id))
    return [SeenRecommendation(row, seen[row.visit_id]) for row in rows]


def by_finding(session: Session, finding_ids: Iterable[UUID]) -> dict[UUID, list[Recommendation]]:
    """Recommendations that answer findings, for whoever sees those findings."""
    query = (
        select(RecommendationFinding.finding_id, Recommendation)
        .join(Recommendation, Recommendation.id == RecommendationFinding.recommendation_id)
        .where(RecommendationFinding.finding_id.in_(list(finding_ids)))
        .order_by(Recommendation.number)
    )
    found: dict[UUID, list[Recommendation]] = {}
    for finding_id, recommendation in session.execute(query).unique():
        found.setdefault(finding_id, []).append(recommendation)
    return found
