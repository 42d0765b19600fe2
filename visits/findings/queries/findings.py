"""Lists of findings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists.rules import Severity
from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor
from visits.findings.models import Finding, FindingCall, FindingEvidence
from visits.findings.rules import CallLink, FindingState
from visits.plan.queries import SeenVisit, visit_for, visits_for


@dataclass(frozen=True)
class SeenFinding:
    """A finding and the visit through which the person sees it."""

    finding: Finding
    seen: SeenVisit


def finding_for(session: Session, actor: Actor, finding_id: UUID, *, lock: bool = False) -> SeenFinding:
    """A finding of a visit that the actor may see. Raises NotFound.

    Who changes it holds the visit's row (`lock`), as a batch does that changes drafts: neither waits for the other in a circle.
    """
    finding = session.get(Finding, finding_id)
    if finding is None:
        raise NotFound
    seen = visit_for(session, actor, finding.visit_id, lock=lock)
    if lock:
        session.refresh(finding)
    return SeenFinding(finding, seen)


def findings_of_visit(session: Session, seen: SeenVisit) -> list[Finding]:
    """A visit's findings, the gravest first; those that are no longer proposed are left out."""
    return findings_of_visits(session, [seen])[seen.id]


def findings_of_visits(session: Session, visits: Iterable[SeenVisit]) -> dict[UUID, list[Finding]]:
    """The same of several visits, read at once."""
    found: dict[UUID, list[Finding]] = {seen.id: [] for seen in visits}
    query = select(Finding).where(Finding.visit_id.in_(list(found)), Finding.state != FindingState.WITHDRAWN)
    for finding in sorted(session.scalars(query), key=_order):
        found[finding.visit_id].append(finding)
    return found


def _order(finding: Finding) -> tuple[int, str, str]:
    rank = Severity(finding.severity).rank if finding.severity else -1
    return (-rank, finding.theme, str(finding.id))


def listing(session: Session, actor: Actor, states: Iterable[str] = ()) -> list[SeenFinding]:
    """Findings of all visits that the actor may see, newest visits first."""
    seen = {found.id: found for found in visits_for(session, actor)}
    query = select(Finding).where(Finding.visit_id.in_(list(seen)), Finding.state != FindingState.WITHDRAWN)
    wanted = list(states)
    if wanted:
        query = query.where(Finding.state.in_(wanted))
    order = {visit_id: number for number, visit_id in enumerate(seen)}
    found = sorted(session.scalars(query), key=lambda finding: (order[finding.visit_id], *_order(finding)))
    return [SeenFinding(finding, seen[finding.visit_id]) for finding in found]


def evidence_for_call(session: Session, actor: Actor, code: str) -> list[SeenFinding]:
    """Confirmed findings that are linked to a coalition recommendation, of visits that the actor may see."""
    seen = {found.id: found for found in visits_for(session, actor)}
    query = (
        select(Finding)
        .join(FindingCall, FindingCall.finding_id == Finding.id)
        .where(FindingCall.coalition_code == code, FindingCall.state == CallLink.LINKED)
        .where(Finding.visit_id.in_(list(seen)), Finding.state == FindingState.CONFIRMED)
    )
    order = {visit_id: number for number, visit_id in enumerate(seen)}
    found = sorted(session.scalars(query).unique(), key=lambda finding: (order[finding.visit_id], *_order(finding)))
    return [SeenFinding(finding, seen[finding.visit_id]) for finding in found]


def made_from(session: Session, seen: SeenVisit, sheet_id: UUID) -> dict[str, list[Finding]]:
    """Findings that rest on a sheet, by question: the way from an answer to what was made of it."""
    query = (
        select(Finding, FindingEvidence.question)
        .join(FindingEvidence, FindingEvidence.finding_id == Finding.id)
        .where(FindingEvidence.sheet_id == sheet_id, Finding.visit_id == seen.id)
        .where(Finding.state.not_in([FindingState.WITHDRAWN, FindingState.DROPPED]))
    )
    found: dict[str, list[Finding]] = {}
    for finding, question in session.execute(query).unique():
        found.setdefault(question, []).append(finding)
    return found


def states_of_visits(session: Session, visits: Iterable[SeenVisit]) -> dict[UUID, Counter[str]]:
    """How many findings of each visit stand where."""
    ids = [seen.id for seen in visits]
    query = select(Finding.visit_id, Finding.state, func.count()).where(Finding.visit_id.in_(ids))
    counts: dict[UUID, Counter[str]] = {visit_id: Counter() for visit_id in ids}
    for visit_id, state, count in session.execute(query.group_by(Finding.visit_id, Finding.state)):
        counts[visit_id][state] = count
    return counts
