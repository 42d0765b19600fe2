"""What waits for a person: sentences in order of urgency, each with its one action."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilities import queries as facilities
from facilities.queries import Filters
from monitoring.accounts.rules import COORDINATORS, FIELD, Role
from monitoring.core.i18n import N_, Message, text_in
from monitoring.core.permissions import Actor
from monitoring.reports.queries import SeenReport, reports_for
from monitoring.reports.rules import ReportState
from visits.findings.models import Finding
from visits.findings.rules import FindingState
from visits.plan.queries import SeenVisit, visits_for
from visits.sheets.models import Answer
from visits.sheets.queries import homeless_count, waiting_for

SOON_DAYS = 14


@dataclass(frozen=True)
class Task:
    """A sentence, and where to go; without an endpoint there is nothing to do but know."""

    text: Message
    action: Message | None
    endpoint: str | None
    args: dict[str, Any] = field(default_factory=dict)
    urgent: bool = False


def agenda(session: Session, actor: Actor, today: date, language: str) -> list[Task]:
    """What this person should look at, the most urgent first."""
    tasks = [
        *_visits(session, actor, today, language),
        *_reports(session, actor),
        *_register(session, actor, today),
        *_homeless(session, actor),
    ]
    return sorted(tasks, key=lambda task: not task.urgent)


def _visits(session: Session, actor: Actor, today: date, language: str) -> Iterator[Task]:
    if not actor.has(*FIELD, *COORDINATORS):
        return
    found = visits_for(session, actor)
    places = facilities.facilities_by_id(session, {seen.plan.facility_id for seen in found})
    counts = _finding_counts(session, found)
    conflicts = _conflict_counts(session, found)
    undecided = waiting_for(session, found)
    for seen in found:
        name = text_in(places[seen.plan.facility_id].names, language)
        yield from _of_visit(seen, name, counts, conflicts, today)
        if seen.is_lead and undecided[seen.id]:
            text = N_("%(place)s: sent by tablets, and waiting for your decision: %(count)s.")
            here = {"visit_id": seen.id}
            yield Task(text.having(count=undecided[seen.id], place=name), N_("Decide"), "desk.waiting", here, urgent=True)


def _of_visit(
    seen: SeenVisit, name: str, counts: dict[tuple[Any, str], int], conflicts: dict[Any, int], today: date
) -> Iterator[Task]:
    here = {"visit_id": seen.id}
    waiting = counts.get((seen.id, FindingState.WAITS_FOR_SECOND), 0)
    drafts = counts.get((seen.id, FindingState.DRAFT), 0)
    if waiting and seen.in_team:
        text = N_("%(place)s: critical findings that wait for a second member: %(count)s.").having(count=waiting, place=name)
        yield Task(text, N_("Read and second"), "findings.board", here, urgent=True)
    if conflicts.get(seen.id) and seen.in_team:
        text = N_("%(place)s: questions with two different answers: %(count)s.")
        yield Task(text.having(count=conflicts[seen.id], place=name), N_("Decide"), "sheets.index", here, urgent=True)
    if drafts and seen.is_lead and seen.returned:
        text = N_("%(place)s: draft findings that wait for your decision: %(count)s.").having(count=drafts, place=name)
        yield Task(text, N_("Decide"), "findings.board", here)
    if seen.planned and (seen.plan.starts_on - today).days <= SOON_DAYS:
        days = (seen.plan.starts_on - today).days
        text = _when(days).having(place=name, days=abs(days))
        yield Task(text, N_("Open the visit"), "desk.visit", here, urgent=seen.in_team and days <= 0)


def _when(days: int) -> Message:
    if days > 1:
        return N_("The visit to %(place)s begins in %(days)s days.")
    if days == 1:
        return N_("The visit to %(place)s begins tomorrow.")
    if days == 0:
        return N_("The visit to %(place)s begins today.")
    return N_("The visit to %(place)s has begun (days ago: %(days)s) and the team has not been marked as returned.")


def _finding_counts(session: Session, found: list[SeenVisit]) -> dict[tuple[Any, str], int]:
    query = select(Finding.visit_id, Finding.state, func.count()).where(Finding.visit_id.in_([seen.id for seen in found]))
    return {(row[0], row[1]): row[2] for row in session.execute(query.group_by(Finding.visit_id, Finding.state))}


def _conflict_counts(session: Session, found: list[SeenVisit]) -> dict[Any, int]:
    query = select(Answer.visit_id, func.count()).where(Answer.visit_id.in_([seen.id for seen in found]))
    query = query.where(Answer.conflict, Answer.relevant).group_by(Answer.visit_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _homeless(session: Session, actor: Actor) -> Iterator[Task]:
    """What people sent for visits that are not known here: the national coordinator knows how much, nobody knows what."""
    count = homeless_count(session, actor) if actor.has(Role.NATIONAL_COORDINATOR) else 0
    if count:
        text = N_("Sent by tablets for visits that are not known here, and kept sealed: %(count)s.")
        yield Task(text.having(count=count), None, None)


def _reports(session: Session, actor: Actor) -> Iterator[Task]:
    if not actor.has(Role.REVIEWER, Role.PUBLISHER, *FIELD, *COORDINATORS):
        return
    for found in reports_for(session, actor):
        yield from _of_report(found, actor)


def _of_report(found: SeenReport, actor: Actor) -> Iterator[Task]:
    report, here = found.report, {"report_id": found.report.id}
    title = report.content["texts"]["title"]
    writers = {writer.person_id for writer in report.writers}
    if report.state == ReportState.REVIEW and actor.has(Role.REVIEWER) and actor.person_id not in writers:
        yield Task(N_("“%(title)s” waits for your review.").having(title=title), N_("Read it"), "reports.show", here, urgent=True)
    if report.state == ReportState.APPROVED and actor.has(Role.PUBLISHER):
        yield Task(N_("“%(title)s” is approved and can be published.").having(title=title), N_("Open it"), "reports.show", here)
    if report.state == ReportState.DRAFT and found.seen is not None and found.seen.is_lead:
        yield Task(N_("“%(title)s” is being written.").having(title=title), N_("Go on writing"), "reports.show", here)


def _register(session: Session, actor: Actor, today: date) -> Iterator[Task]:
    if not actor.has(*COORDINATORS):
        return
    region = "" if actor.has(Role.NATIONAL_COORDINATOR) else actor.region_code or ""
    for due, text in (
        ("overdue", N_("Places due for a visit: %(count)s.")),
        ("never", N_("Places that were never visited: %(count)s.")),
    ):
        query = facilities.listing(actor, Filters(region=region, due=due), today).order_by(None)
        count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        if count:
            args = {"due": due, **({"region": region} if region else {})}
            yield Task(text.having(count=count), N_("See them"), "desk.places", args)
