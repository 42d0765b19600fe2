"""Reports: their visit's people see them always, reviewers and publishers when it is their turn."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts.rules import Role
from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor
from monitoring.reports.models import PersonalDataDecision, Report
from monitoring.reports.rules import ReportState
from visits.plan.models import Visit
from visits.plan.queries import SeenVisit, plan_of, visit_for, visits_for
from visits.plan.rules import Plan

SEEN_BY_ROLE = {
    Role.REVIEWER: {ReportState.REVIEW, ReportState.APPROVED, ReportState.PUBLISHED},
    Role.PUBLISHER: {ReportState.APPROVED, ReportState.PUBLISHED},
}


@dataclass(frozen=True)
class SeenReport:
    """A report, its visit, and the person's sight of that visit (None for reviewers and publishers)."""

    report: Report
    visit: Visit
    plan: Plan
    seen: SeenVisit | None


def report_for(session: Session, actor: Actor, report_id: UUID) -> SeenReport:
    """A report that the actor may see. Raises NotFound."""
    report = session.get(Report, report_id)
    if report is None or report.country != actor.country or report.mechanism_id != actor.mechanism_id:
        raise NotFound
    visit = session.get_one(Visit, report.visit_id)
    try:
        seen = visit_for(session, actor, report.visit_id)
    except NotFound:
        if not _by_role(actor, report):
            raise
        seen = None
    return SeenReport(report, visit, plan_of(visit), seen)


def _by_role(actor: Actor, report: Report) -> bool:
    return any(actor.has(role) and report.state in states for role, states in SEEN_BY_ROLE.items())


def report_of_visit(session: Session, seen: SeenVisit) -> Report | None:
    """The report of a visit, if it was begun."""
    return session.scalars(select(Report).where(Report.visit_id == seen.id)).first()


def reports_for(session: Session, actor: Actor) -> list[SeenReport]:
    """The reports that the actor may see, newest first."""
    mine = {found.id: found for found in visits_for(session, actor)}
    query = select(Report, Visit).join(Visit, Visit.id == Report.visit_id)
    query = query.where(Report.country == actor.country, Report.mechanism_id == actor.mechanism_id)
    rows = session.execute(query.order_by(Report.created_at.desc(), Report.id)).unique()
    return [
        SeenReport(report, visit, plan_of(visit), mine.get(visit.id))
        for report, visit in rows
        if visit.id in mine or _by_role(actor, report)
    ]


def decisions_of(session: Session, report: Report) -> list[PersonalDataDecision]:
    """What was decided about things that look like personal data."""
    return list(session.scalars(select(PersonalDataDecision).where(PersonalDataDecision.report_id == report.id)))
