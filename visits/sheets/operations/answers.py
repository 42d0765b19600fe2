"""Keep the table of current answers in line with the entries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import Severity, SheetResult, evaluate
from visits.plan.models import Visit
from visits.plan.rules import Plan
from visits.sheets.models import Answer, Entry, InterviewTotal, Sheet
from visits.sheets.operations.interviews import count_interviews
from visits.sheets.queries.entries import read_heads
from visits.sheets.queries.facts import facts_of
from visits.sheets.rules import EntryState, SheetKind, Side, current, sides_from_json, sides_to_json, values_of

Touched = Collection[tuple[UUID, str]]
"""Pairs of sheet and question."""


def refresh(session: Session, visit: Visit, plan: Plan, touched: Touched) -> None:
    """Work out anew the answers to the touched questions, and what their sheets add up to."""
    sheets = {sheet.id: sheet for sheet in session.scalars(select(Sheet).where(Sheet.visit_id == visit.id))}
    by_sheet: dict[UUID, set[str]] = defaultdict(set)
    for sheet_id, question in touched:
        by_sheet[sheet_id].add(question)
    ordinary = {key: codes for key, codes in by_sheet.items() if sheets[key].per != SheetKind.INTERVIEW}
    for sheet_id, codes in ordinary.items():
        _write_sides(session, visit.id, sheet_id, codes)
    session.flush()
    changed_facts = any(sheets[key].per == SheetKind.VISIT_SHEET for key in by_sheet)
    for sheet in sheets.values():
        if sheet.per != SheetKind.INTERVIEW and (changed_facts or sheet.id in ordinary):
            _evaluate(session, visit, plan, sheet)
    if changed_facts or any(sheets[key].per == SheetKind.INTERVIEW for key in by_sheet):
        count_interviews(session, visit, plan)
    session.flush()


def _write_sides(session: Session, visit_id: UUID, sheet_id: UUID, codes: Collection[str]) -> None:
    heads = read_heads(session, {sheet_id}, codes)
    query = select(Answer).where(Answer.sheet_id == sheet_id, Answer.question.in_(codes))
    have = {answer.question: answer for answer in session.scalars(query)}
    for code in sorted(codes):
        sides = current(heads.get((sheet_id, code), []))
        answer = have.get(code)
        if not sides:
            if answer is not None:
                session.delete(answer)
            continue
        if answer is None:
            answer = Answer(
                visit_id=visit_id, sheet_id=sheet_id, question=code, conflict=False, relevant=True, assessed=True, severity=None
            )
            session.add(answer)
        answer.sides, answer.conflict = sides_to_json(sides), len(sides) > 1


def _evaluate(session: Session, visit: Visit, plan: Plan, sheet: Sheet) -> None:
    if sheet.checklist_version_id is None:
        return
    answers = list(session.scalars(select(Answer).where(Answer.sheet_id == sheet.id)))
    sides = {answer.question: sides_from_json(answer.sides) for answer in answers}
    definition = checklists.definition(session, sheet.checklist_version_id)
    result = evaluate(definition, {code: values_of(found) for code, found in sides.items()}, facts_of(session, visit, plan))
    for answer in answers:
        _mark(answer, sides[answer.question], result)


def _mark(answer: Answer, sides: Iterable[Side], result: SheetResult) -> None:
    severity: Severity | None = result.problems.get(answer.question)
    values = {
        "relevant": answer.question in result.visible,
        "assessed": all(side.value != "not_assessed" for side in sides),
        "severity": str(severity) if severity else None,
    }
    for name, value in values.items():
        if getattr(answer, name) != value:
            setattr(answer, name, value)


def rebuild(session: Session, visit: Visit, plan: Plan) -> int:
    """Throw the visit's answers away and make them again from its entries; how many questions were touched."""
    session.execute(delete(Answer).where(Answer.visit_id == visit.id))
    session.execute(delete(InterviewTotal).where(InterviewTotal.visit_id == visit.id))
    session.expire_all()
    query = select(Entry.sheet_id, Entry.question).where(Entry.visit_id == visit.id, Entry.state == EntryState.STORED)
    known = set(session.scalars(select(Sheet.id).where(Sheet.visit_id == visit.id)))
    touched = {(row.sheet_id, row.question) for row in session.execute(query.distinct()) if row.sheet_id in known}
    refresh(session, visit, plan, touched)
    return len(touched)
