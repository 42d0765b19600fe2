"""What several rooms do together in one step."""

from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from monitoring.core.db import Database
from monitoring.core.permissions import Actor
from visits.findings import operations as findings
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.plan.operations import PlanDraft
from visits.plan.queries import SeenVisit, plan_of, visit_for
from visits.sheets import operations as sheets
from visits.sheets.operations import Decided, Group, SentFile


def plan_visit(session: Session, actor: Actor, draft: PlanDraft, visit_id: UUID | None) -> Visit:
    """Plan a visit and lay out its sheets."""
    visit = plans.plan_visit(session, actor, draft, visit_id)
    sheets.make_planned_sheets(session, visit, plan_of(visit))
    return visit


def change_plan(session: Session, actor: Actor, seen: SeenVisit, draft: PlanDraft) -> None:
    """Change a plan and add the sheets of forms that came to it."""
    plans.change_plan(session, actor, seen, draft)
    sheets.make_planned_sheets(session, seen.visit, plan_of(seen.visit))


def decide_conflict(
    session: Session,
    actor: Actor,
    seen: SeenVisit,
    sheet_id: UUID,
    question: str,
    number: int,
    looked_at: frozenset[str] | None = None,
) -> None:
    """Let one of several answers stand; the draft findings follow."""
    sheets.decide_conflict(session, actor, seen, sheet_id, question, number, looked_at)
    findings.follow_answers(session, seen.visit, seen.plan)


def ready_waiting_files(database: Database, actor: Actor, visit_id: UUID, group: Group, folder: Path) -> list[SentFile]:
    """Work on the pictures that wait, before the transaction: it is slow. Raises Forbidden, NotFound."""
    with database.reading() as reading:
        return sheets.ready_files(reading, actor, visit_for(reading, actor, visit_id), group, folder)


def take_in_waiting(session: Session, actor: Actor, seen: SeenVisit, group: Group, ready: list[SentFile]) -> Decided:
    """Take in what waits after all; the draft findings follow."""
    decided = sheets.take_in_waiting(session, actor, seen, group, ready)
    if decided.entries:
        findings.follow_answers(session, seen.visit, seen.plan)
    return decided
