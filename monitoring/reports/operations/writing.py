"""Write a report and take it through review."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor
from monitoring.documents.rules import digest
from monitoring.recommendations.queries import recommendations_of_visit
from monitoring.reports.models import PersonalDataDecision, Report, ReportStep, ReportWriter
from monitoring.reports.permissions import (
    check_may_draft,
    check_may_review,
    check_may_send_back,
    check_may_send_to_review,
    check_may_write,
    check_step,
)
from monitoring.reports.queries import Say, SeenReport, authors_of, document_of, draft_texts, report_of_visit
from monitoring.reports.rules import TEXTS, ReportEvent, ReportState
from visits.findings.queries import findings_of_visit
from visits.findings.rules import OPEN, FindingKind, FindingState
from visits.plan.permissions import Standing
from visits.plan.queries import SeenVisit


def draft(session: Session, actor: Actor, seen: SeenVisit, language: str, say: Say) -> Report:
    """Begin the report of a visit; begun a second time it is the same report."""
    check_may_draft(seen)
    found = report_of_visit(session, seen)
    if found is not None:
        return found
    report = Report(
        visit_id=seen.id,
        country=seen.visit.country,
        mechanism_id=seen.visit.mechanism_id,
        language=language,
        state=ReportState.DRAFT,
        created_at=clock.now(),
        writers=[],
        steps=[],
    )
    texts = draft_texts(session, seen, language, say)
    report.content = {"texts": texts, "drafted": texts, "document": None}
    session.add(report)
    _wrote(actor.person_id, report)
    _step(actor, report, ReportState.DRAFT)
    session.flush()
    audit.record(session, actor, ReportEvent.DRAFTED, report)
    return report


def write(session: Session, actor: Actor, found: SeenReport, texts: Mapping[str, str], say: Say) -> None:
    """Change the texts of a report; what is left as it was drafted goes on following the visit. Raises Forbidden, Invalid."""
    check_may_write(found.report, found.seen)
    if not texts.get("title", "").strip():
        raise Invalid(N_("Please look at this again."), {"title": N_("Write a title.")})
    drafted = draft_texts(session, whole_view(actor, found), found.report.language, say)
    typed = {name: "\n".join(texts.get(name, "").strip().splitlines()) for name in TEXTS}
    found.report.content = {"texts": typed, "drafted": drafted, "document": None}
    _wrote(actor.person_id, found.report)
    session.flush()
    audit.record(session, actor, ReportEvent.CHANGED, found.report)


def _wrote(person_id: UUID, report: Report) -> None:
    if person_id not in {writer.person_id for writer in report.writers}:
        report.writers.append(ReportWriter(report_id=report.id, person_id=person_id, at=clock.now()))


def _step(actor: Actor, report: Report, state: ReportState, remark: str = "") -> None:
    step = ReportStep(report_id=report.id, state=state, person_id=actor.person_id, at=clock.now())
    step.remark = remark or None
    report.state = state
    report.steps.append(step)


def send_to_review(session: Session, actor: Actor, found: SeenReport) -> None:
    """The lead hands the report to the reviewers; whose words stand in it wrote it. Raises Invalid while something is open."""
    check_may_send_to_review(found.report, found.seen)
    _check_complete(session, whole_view(actor, found))
    for person_id in authors_of(session, whole_view(actor, found)):
        _wrote(person_id, found.report)
    _step(actor, found.report, ReportState.REVIEW)
    session.flush()
    audit.record(session, actor, ReportEvent.SENT_TO_REVIEW, found.report)


def _check_complete(session: Session, seen: SeenVisit) -> None:
    findings = findings_of_visit(session, seen)
    waiting = [finding for finding in findings if finding.state in OPEN]
    if waiting:
        raise Invalid(
            N_("%(count)s findings wait for a decision or for a second member. Decide them first, then send the report."),
            count=len(waiting),
        )
    problems = (finding for finding in findings if finding.kind == FindingKind.PROBLEM)
    stand = {finding.id for finding in problems if finding.state == FindingState.CONFIRMED}
    for found in recommendations_of_visit(session, seen):
        if stand.isdisjoint(row.finding_id for row in found.findings):
            raise Invalid(
                N_("Recommendation %(n)s answers no finding that still stands. Choose another finding for it, or remove it."),
                n=found.number,
            )


def send_back(session: Session, actor: Actor, found: SeenReport, remark: str) -> None:
    """A reviewer or publisher sends the report back to its writers, with a remark.

    What was accepted about personal data was accepted for the text as it was: it is open again.
    """
    check_may_send_back(actor, found.report)
    if not remark.strip():
        raise Invalid(N_("Please look at this again."), {"remark": N_("Write what the writers are to change.")})
    found.report.content = {**found.report.content, "document": None}
    found.visit.report_approved_at = None
    session.execute(delete(PersonalDataDecision).where(PersonalDataDecision.report_id == found.report.id))
    _step(actor, found.report, ReportState.DRAFT, remark.strip())
    session.flush()
    audit.record(session, actor, ReportEvent.SENT_BACK, found.report)


def approve(session: Session, actor: Actor, found: SeenReport, say: Say, read: str | None = None) -> None:
    """A reviewer who wrote nothing in it approves: the document is kept as it is now.

    `read` is the digest of what the reviewer had on the screen. Raises Forbidden, and Invalid when the text is another by now.
    """
    check_step(found.report, ReportState.APPROVED)
    check_may_review(actor, found.report)
    _check_complete(session, whole_view(actor, found))
    document = document_of(session, whole_view(actor, found), found.report, say)
    if read is not None and read != digest(document):
        raise Invalid(N_("The text has changed while you were reading. Below is how it reads now; nothing was approved."))
    found.report.content = {**found.report.content, "document": document.to_json()}
    found.visit.report_approved_at = clock.now()
    _step(actor, found.report, ReportState.APPROVED)
    session.flush()
    audit.record(session, actor, ReportEvent.APPROVED, found.report)


def whole_view(actor: Actor, found: SeenReport) -> SeenVisit:
    """The visit as a coordinator sees it (totals without small counts): what a report may rest on, whoever reads it."""
    return SeenVisit(found.visit, found.plan, Standing.COORDINATOR, actor.person_id)
