"""What is known of a place from earlier visits: approved findings, and recommendations that wait for a reply."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilities import queries as facilities
from monitoring.core.permissions import Actor
from monitoring.recommendations.models import Recommendation
from monitoring.recommendations.rules import Level, Priority, RecommendationState
from monitoring.reports.models import Report
from monitoring.tablet.queries.words import in_every_language
from visits.findings.models import Finding
from visits.findings.rules import FindingState
from visits.plan.models import Visit
from visits.plan.queries import SeenVisit
from visits.plan.rules import VisitState

Json = dict[str, Any]


def before(session: Session, _actor: Actor, seen: SeenVisit) -> Json:
    """Of visits whose report is approved, the newest first; of a text only the language in which it was written."""
    query = select(Visit).where(
        Visit.facility_id == seen.plan.facility_id,
        Visit.mechanism_id == seen.visit.mechanism_id,
        Visit.state == VisitState.RETURNED,
        Visit.report_approved_at.is_not(None),
        Visit.id != seen.id,
    )
    visits = {visit.id: visit for visit in session.scalars(query.order_by(Visit.ends_on.desc(), Visit.public_number.desc()))}
    rows = session.execute(select(Report.visit_id, Report.language).where(Report.visit_id.in_(list(visits))))
    languages = {row.visit_id: row.language for row in rows}
    return {
        "findings": _findings(session, visits, languages),
        "recommendations": _recommendations(session, visits, languages, seen.visit.country),
    }


def _findings(session: Session, visits: Mapping[UUID, Visit], languages: Mapping[UUID, str]) -> list[Json]:
    query = select(Finding).where(Finding.visit_id.in_(list(visits)), Finding.state == FindingState.CONFIRMED)
    order = {visit_id: number for number, visit_id in enumerate(visits)}
    found = sorted(session.scalars(query), key=lambda finding: (order[finding.visit_id], finding.theme, str(finding.id)))
    return [
        {
            "id": str(finding.id),
            "visit_number": visits[finding.visit_id].public_number,
            "visit_ended_on": _day(visits[finding.visit_id]),
            "kind": finding.kind,
            "theme": finding.theme,
            "severity": finding.severity,
            "checklist": finding.checklist_code,
            "question": finding.question,
            "standards": finding.standards,
            "text": {languages.get(finding.visit_id, "en"): finding.text},
        }
        for finding in found
    ]


def _recommendations(session: Session, visits: Mapping[UUID, Visit], languages: Mapping[UUID, str], country: str) -> list[Json]:
    open_ones = (Recommendation.visit_id.in_(list(visits)), Recommendation.state == RecommendationState.PUBLISHED)
    query = select(Recommendation).where(*open_ones).order_by(Recommendation.due_on, Recommendation.number, Recommendation.id)
    names = {row.id: row.names for row in facilities.authorities(session, country)}
    return [
        {
            "id": str(found.id),
            "visit_number": visits[found.visit_id].public_number,
            "number": found.number,
            "text": {languages.get(found.visit_id, "en"): found.text},
            "authority": names.get(found.authority_id, {}),
            "addressee": found.addressee,
            "level": found.level,
            "level_title": in_every_language(Level(found.level).label),
            "priority": found.priority,
            "priority_title": in_every_language(Priority(found.priority).label),
            "theme": found.theme,
            "due_on": found.due_on.isoformat(),
            "findings": sorted(str(row.finding_id) for row in found.findings),
        }
        for found in session.scalars(query)
    ]


def _day(visit: Visit) -> str:
    return visit.ends_on.isoformat() if visit.ends_on else ""
