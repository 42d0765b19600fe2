"""Keep the table of current answers in line with the entries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import Severity, SheetResult, VisitFacts, evaluate
from monitoring.core.db import table_of
from visits.plan.models import Visit
from visits.plan.rules import Plan
from visits.sheets.models import Answer, Entry, InterviewTotal, Sheet
from visits.sheets.operations.interviews import count_interviews
from visits.sheets.queries.entries import read_heads
from visits.sheets.queries.facts import facts_from, facts_of
from visits.sheets.rules import FACTS, EntryState, Head, SheetKind, Side, current, sides_from_json, sides_to_json, values_of

Touched = Collection[tuple[UUID, str]]
"""Pairs of sheet and question."""
Fresh = tuple[UUID, str, Head]
"""Sheet, question, and what was said."""


def refresh(session: Session, visit: Visit, plan: Plan, touched: Touched, fresh: Collection[Fresh] = ()) -> None:
    """Work out anew the answers to the touched questions, and what their sheets add up to.

    `fresh` are entries that were stored just now: they need not be read and opened again.
    """
    sheets = {sheet.id: sheet for sheet in session.scalars(select(Sheet).where(Sheet.visit_id == visit.id))}
    kinds = {sheets[sheet_id].per for sheet_id, _question in touched}
    facts_changed = SheetKind.VISIT_SHEET in kinds
    ordinary = {(sheet_id, question) for sheet_id, question in touched if sheets[sheet_id].per != SheetKind.INTERVIEW}
    changed = {sheet_id for sheet_id, _question in ordinary}
    with session.no_autoflush:
        work = _Sheets(session, visit, [s for s in sheets.values() if s.id in changed or (facts_changed and _is_ordinary(s))])
        work.write_sides(ordinary, fresh)
        work.evaluate(facts_from(visit, plan, work.facts()) if facts_changed else facts_of(session, visit, plan))
        work.write_new()
    session.flush()
    if facts_changed or SheetKind.INTERVIEW in kinds:
        count_interviews(session, visit, plan)
        session.flush()


def _is_ordinary(sheet: Sheet) -> bool:
    return sheet.per != SheetKind.INTERVIEW


class _Sheets:
    """Some sheets of a visit with all their answers, read once."""

    def __init__(self, session: Session, visit: Visit, sheets: list[Sheet]) -> None:
        self._session, self._visit, self._sheets = session, visit, sheets
        query = select(Answer).where(Answer.sheet_id.in_([sheet.id for sheet in sheets]))
        self._answers = {(answer.sheet_id, answer.question): answer for answer in session.scalars(query)}
        self._sides: dict[tuple[UUID, str], tuple[Side, ...]] = {}
        self._new: list[Answer] = []

    def write_sides(self, touched: Touched, fresh: Collection[Fresh]) -> None:
        """Make the touched answers anew from their entries."""
        sheets, codes = {sheet for sheet, _code in touched}, {code for _sheet, code in touched}
        heads = read_heads(self._session, sheets, codes, without={head.id for _sheet, _code, head in fresh})
        for sheet, code, head in fresh:
            heads[sheet, code].append(head)
        for place in sorted(touched, key=lambda place: (str(place[0]), place[1])):
            sides, answer = current(heads.get(place, [])), self._answers.get(place)
            if not sides:
                if answer is not None:
                    self._session.delete(self._answers.pop(place))
                continue
            if answer is None:
                answer = self._answers[place] = self._begin(place)
            answer.sides, answer.conflict = sides_to_json(sides), len(sides) > 1
            self._sides[place] = sides

    def _begin(self, place: tuple[UUID, str]) -> Answer:
        answer = Answer(
            visit_id=self._visit.id, sheet_id=place[0], question=place[1],
            conflict=False, relevant=True, assessed=True, severity=None,
        )  # fmt: skip
        self._new.append(answer)
        return answer

    def write_new(self) -> None:
        """Insert the answers to questions that had none, all at once."""
        if self._new:
            self._session.execute(insert(table_of(Answer)), [_columns(answer) for answer in self._new])

    def facts(self) -> dict[str, tuple[Side, ...]]:
        """What is said of the visit as a whole."""
        return {question: self._said((sheet, question)) for sheet, question in self._answers if question in FACTS}

    def _said(self, place: tuple[UUID, str]) -> tuple[Side, ...]:
        if place not in self._sides:
            self._sides[place] = sides_from_json(self._answers[place].sides)
        return self._sides[place]

    def evaluate(self, facts: VisitFacts) -> None:
        """Say of every answer whether it is asked for, assessed, and a problem."""
        by_sheet: dict[UUID, dict[str, tuple[Side, ...]]] = defaultdict(dict)
        for place in self._answers:
            by_sheet[place[0]][place[1]] = self._said(place)
        for sheet in self._sheets:
            if sheet.checklist_version_id is None:
                continue
            definition = checklists.definition(self._session, sheet.checklist_version_id)
            sides = by_sheet[sheet.id]
            result = evaluate(definition, {code: values_of(found) for code, found in sides.items()}, facts)
            for code, found in sides.items():
                _mark(self._answers[sheet.id, code], found, result)


def _columns(answer: Answer) -> dict[str, Any]:
    return {column.key: getattr(answer, key) for key, column in Answer.__mapper__.c.items()}


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
