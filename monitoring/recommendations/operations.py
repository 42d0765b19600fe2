"""Write recommendations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilities import queries as facilities
from monitoring.accounts import queries as accounts
from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_, Message
from monitoring.core.permissions import Actor
from monitoring.recommendations.models import Recommendation, RecommendationFinding
from monitoring.recommendations.permissions import check_may_write
from monitoring.recommendations.rules import Level, Priority, RecommendationEvent, RecommendationState
from visits.findings.models import Finding
from visits.findings.queries import findings_of_visit
from visits.findings.rules import FindingKind, FindingState
from visits.plan.queries import SeenVisit


@dataclass(frozen=True)
class RecommendationFacts:
    """What is asked, of whom, until when, and why."""

    text: str
    authority_id: UUID
    addressee: str
    level: Level
    priority: Priority
    due_on: date
    findings: frozenset[UUID]


def write(
    session: Session, actor: Actor, seen: SeenVisit, facts: RecommendationFacts, recommendation_id: UUID | None = None
) -> Recommendation:
    """Write a recommendation; with the same id a second time it is the same one. Raises Forbidden, Invalid."""
    check_may_write(seen)
    found = session.get(Recommendation, recommendation_id) if recommendation_id else None
    if found is not None and found.visit_id == seen.id:
        return found
    findings = _check(session, seen, facts)
    highest = session.scalar(select(func.max(Recommendation.number)).where(Recommendation.visit_id == seen.id)) or 0
    recommendation = Recommendation(
        id=recommendation_id,
        visit_id=seen.id,
        country=seen.visit.country,
        mechanism_id=seen.visit.mechanism_id,
        number=highest + 1,
        state=RecommendationState.DRAFT,
        written_by=actor.person_id,
        written_at=clock.now(),
        findings=[],
    )
    _write(recommendation, facts, findings)
    session.add(recommendation)
    session.flush()
    audit.record(session, actor, RecommendationEvent.WRITTEN, recommendation)
    return recommendation


def change(session: Session, actor: Actor, seen: SeenVisit, recommendation: Recommendation, facts: RecommendationFacts) -> None:
    """Change a recommendation. Raises Forbidden, Invalid."""
    check_may_write(seen, recommendation)
    _write(recommendation, facts, _check(session, seen, facts))
    session.flush()
    audit.record(session, actor, RecommendationEvent.CHANGED, recommendation)


def remove(session: Session, actor: Actor, seen: SeenVisit, recommendation: Recommendation) -> None:
    """Remove a recommendation that was never published."""
    check_may_write(seen, recommendation)
    audit.record(session, actor, RecommendationEvent.REMOVED, recommendation)
    session.delete(recommendation)
    session.flush()


def mark_published(session: Session, actor: Actor, visit_id: UUID, published: Iterable[UUID]) -> None:
    """The report is published: the recommendations that stand in it now wait for a reply."""
    query = select(Recommendation).where(Recommendation.visit_id == visit_id, Recommendation.id.in_(list(published)))
    for recommendation in session.scalars(query.order_by(Recommendation.number)):
        recommendation.state = RecommendationState.PUBLISHED
        audit.record(session, actor, RecommendationEvent.PUBLISHED, recommendation)
    session.flush()


def _check(session: Session, seen: SeenVisit, facts: RecommendationFacts) -> list[Finding]:
    if not facts.text.strip():
        raise _wrong("text", N_("Write what the authority is to do."))
    if facts.authority_id not in {found.id for found in facilities.authorities(session, seen.visit.country)}:
        raise _wrong("authority_id", N_("Choose the authority that is to act."))
    if facts.due_on <= clock.today(accounts.region(session, seen.plan.region_code).time_zone):
        raise _wrong("due_on", N_("Choose a day in the future."))
    stand = {FindingState.CONFIRMED, FindingState.WAITS_FOR_SECOND}
    problems = (finding for finding in findings_of_visit(session, seen) if finding.kind == FindingKind.PROBLEM)
    known = {finding.id: finding for finding in problems if finding.state in stand}
    if not facts.findings or not facts.findings <= set(known):
        raise _wrong("findings", N_("Choose at least one confirmed finding that this answers."))
    return [known[finding_id] for finding_id in sorted(facts.findings, key=str)]


def _wrong(field: str, message: Message) -> Invalid:
    return Invalid(N_("Please look at this again."), {field: message})


def _write(recommendation: Recommendation, facts: RecommendationFacts, findings: Iterable[Finding]) -> None:
    chosen = list(findings)
    recommendation.text, recommendation.addressee = facts.text.strip(), facts.addressee.strip()
    recommendation.authority_id, recommendation.due_on = facts.authority_id, facts.due_on
    recommendation.level, recommendation.priority = str(facts.level), str(facts.priority)
    recommendation.theme = chosen[0].theme
    have = {row.finding_id: row for row in recommendation.findings}
    recommendation.findings = [
        have.get(finding.id) or RecommendationFinding(recommendation_id=recommendation.id, finding_id=finding.id)
        for finding in chosen
    ]
