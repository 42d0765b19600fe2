"""Interviews: totals for everybody who sees the visit, what one person said for two people only."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists.rules import Severity
from monitoring.audit import operations as audit
from monitoring.core.db import Database
from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor
from visits.plan.queries import SeenVisit
from visits.sheets.models import Answer, InterviewTotal, Sheet
from visits.sheets.queries.entries import read_heads
from visits.sheets.queries.sheets import sheet_for
from visits.sheets.rules import (
    TALLY,
    SheetEvent,
    SheetKind,
    Side,
    Total,
    current,
    hide_small,
    sides_from_json,
    tally_of,
)

ASKED, PROBLEM = "*", "!"


def interview_totals(session: Session, seen: SeenVisit) -> dict[str, Total]:
    """Totals by question: whole for the team, without small counts for everybody else."""
    by_question: dict[str, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(select(InterviewTotal).where(InterviewTotal.visit_id == seen.id)):
        by_question[row.question][row.choice] = row.people
    totals = [_total(question, counts) for question, counts in sorted(by_question.items())]
    shown = totals if seen.in_team else [hidden for total in totals if (hidden := hide_small(total))]
    return {total.question: total for total in shown}


def interview_tally(session: Session, seen: SeenVisit) -> list[Total]:
    """How many people of which sex, age band and status were interviewed; small counts only for the team."""
    query = select(Answer).where(Answer.visit_id == seen.id, Answer.question.startswith(TALLY, autoescape=True))
    values = (side.value for answer in session.scalars(query) for side in sides_from_json(answer.sides))
    totals = tally_of(value for value in values if isinstance(value, str))
    return totals if seen.in_team else [hidden for total in totals if (hidden := hide_small(total))]


def _total(question: str, counts: dict[str, int]) -> Total:
    return Total(
        question,
        counts.get(ASKED, 0),
        {key: people for key, people in sorted(counts.items()) if key[0] not in {ASKED, PROBLEM}},
        {Severity(key[1:]): people for key, people in counts.items() if key.startswith(PROBLEM)},
    )


def raw_interview(
    session: Session, database: Database, actor: Actor, seen: SeenVisit, sheet_id: UUID
) -> tuple[Sheet, dict[str, tuple[Side, ...]]]:
    """What one person said: for its author and the lead, each opening on record before anything is shown. Raises NotFound."""
    sheet = sheet_for(session, seen, sheet_id)
    allowed = sheet.per == SheetKind.INTERVIEW and (seen.is_lead or sheet.opened_by == actor.person_id)
    if not allowed:
        raise NotFound
    audit.record_now(database, actor, SheetEvent.INTERVIEW_OPENED, Sheet.__tablename__, sheet.id)
    heads = read_heads(session, {sheet_id})
    return sheet, {question: current(found) for (_sheet, question), found in heads.items()}
