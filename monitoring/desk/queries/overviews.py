"""A visit and a place as a whole."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.models import Checklist
from facilities import queries as facilities
from facilities.models import Facility
from monitoring.accounts import queries as accounts
from monitoring.accounts.models import Region
from monitoring.core.permissions import Actor
from monitoring.recommendations.models import Recommendation
from monitoring.recommendations.queries import recommendations_of_visits
from monitoring.reports.models import Report
from monitoring.reports.queries import report_of_visit
from visits.findings.models import Finding
from visits.findings.queries import findings_of_visits, states_of_visits
from visits.findings.rules import FindingState
from visits.plan.queries import SeenVisit, visits_for
from visits.sheets.models import Answer, Sheet
from visits.sheets.queries import waiting_for


@dataclass(frozen=True)
class Overview:
    """A visit's head and the counts of its parts."""

    seen: SeenVisit
    facility: Facility
    region: Region
    names: dict[UUID, str]
    forms: list[Checklist]
    sheets: int
    conflicts: int
    findings: Counter[str]
    recommendations: int
    report: Report | None
    waiting: int
    """What tablets sent and nobody decided about; 0 for those who may not know."""

    @property
    def decided(self) -> int:
        """Findings that stand."""
        return self.findings[FindingState.CONFIRMED]

    @property
    def drafts(self) -> int:
        """Findings that wait for the lead."""
        return self.findings[FindingState.DRAFT]


@dataclass(frozen=True)
class VisitRow:
    """A visit in a list."""

    seen: SeenVisit
    facility: Facility
    lead: str
    findings: Counter[str]


def overview(session: Session, actor: Actor, seen: SeenVisit) -> Overview:
    """A visit with the counts of its parts."""
    plan = seen.plan
    conflicts = select(func.count()).where(Answer.visit_id == seen.id, Answer.conflict, Answer.relevant)
    sheets = select(func.count()).where(Sheet.visit_id == seen.id, Sheet.checklist_version_id.is_not(None))
    asked = select(func.count()).where(Recommendation.visit_id == seen.id)
    return Overview(
        seen=seen,
        facility=facilities.facility_for(session, actor, plan.facility_id),
        region=accounts.region(session, plan.region_code),
        names=accounts.person_names(session, [person for person, _letter in plan.members]),
        forms=[form for form in checklists.checklists(session) if form.code in plan.versions],
        sheets=session.scalar(sheets) or 0,
        conflicts=session.scalar(conflicts) or 0,
        findings=states_of_visits(session, [seen])[seen.id],
        recommendations=session.scalar(asked) or 0,
        report=report_of_visit(session, seen),
        waiting=waiting_for(session, [seen]).get(seen.id, 0),
    )


def visit_rows(session: Session, actor: Actor) -> list[VisitRow]:
    """The visits that the actor may know of, newest first."""
    found = visits_for(session, actor)
    places = facilities.facilities_by_id(session, {seen.plan.facility_id for seen in found})
    names = accounts.person_names(session, [seen.plan.lead_id for seen in found])
    counts = states_of_visits(session, found)
    return [VisitRow(seen, places[seen.plan.facility_id], names.get(seen.plan.lead_id, ""), counts[seen.id]) for seen in found]


@dataclass(frozen=True)
class PastVisit:
    """A visit in the history of a place, with what came of it."""

    seen: SeenVisit
    findings: list[Finding]
    recommendations: list[Recommendation]


def place_history(session: Session, actor: Actor, facility: Facility) -> list[PastVisit]:
    """The visits to a place that the actor may know of, with findings and recommendations, newest first."""
    found = [seen for seen in visits_for(session, actor) if seen.plan.facility_id == facility.id]
    findings, asked = findings_of_visits(session, found), recommendations_of_visits(session, found)
    return [PastVisit(seen, findings[seen.id], asked[seen.id]) for seen in found]
