"""What several rooms do together in one step."""

from uuid import UUID

from sqlalchemy.orm import Session

from monitoring.core.permissions import Actor
from visits.findings import operations as findings
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.plan.operations import PlanDraft
from visits.plan.queries import SeenVisit, plan_of
from visits.sheets import operations as sheets


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
