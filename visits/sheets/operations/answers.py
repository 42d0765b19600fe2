"""Keep the table of current answers in line with the entries."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import NOT_ASSESSED, Value, VisitFacts, evaluate
from monitoring.core.db import table_of
from visits.plan.models import Visit
from visits.plan.rules import Plan
from visits.sheets.models import Answer, Entry, InterviewTotal, Sheet
from visits.sheets.operations.interviews import count_interviews
from visits.sheets.queries.entries import read_heads
from visits.sheets.queries.facts import facts_from, facts_of
from visits.sheets.rules import FACTS, EntryState, Head, SheetKind, Side, current, sides_from_json, sides_to_json, values_of

Place = tuple[UUID, str]
"""Sheet and question."""
Row = dict[str, Any]
UNMARKED: Row = {"relevant": True, "assessed": True, "severity": None}


@dataclass(frozen=True)
class Fresh:
    """Entries that were stored just now: they need not be read and opened again. `after` is the visit's number before them."""

    after: int
    heads: Mapping[Place, list[Head]]


def refresh(session: Session, visit: Visit, plan: Plan, touched: Collection[Place], fresh: Fresh | None = None) -> None:
    """Work out anew the answers to the touched questions, and what their sheets add up to."""
    sheets = {sheet.id: sheet for sheet in session.scalars(select(Sheet).where(Sheet.visit_id == visit.id))}
    kinds = {sheet_id: sheets[sheet_id].per for sheet_id in {sheet_id for sheet_id, _question in touched}}
    facts_changed = SheetKind.VISIT_SHEET in kinds.values()
    changed = {sheet_id for sheet_id, kind in kinds.items() if kind != SheetKind.INTERVIEW}
    with session.no_autoflush:
        work = _Sheets(session, visit, [s for s in sheets.values() if s.id in changed or (facts_changed and _is_ordinary(s))])
        work.write_sides([place for place in touched if place[0] in changed], fresh)
        work.evaluate(facts_from(visit, plan, work.facts()) if facts_changed else facts_of(session, visit, plan))
        work.write_new()
    session.flush()
    if facts_changed or SheetKind.INTERVIEW in kinds.values():
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
        self._sides = {place: sides_from_json(answer.sides) for place, answer in self._answers.items()}
        self._new: dict[Place, Row] = {}

    def write_sides(self, touched: Collection[Place], fresh: Fresh | None) -> None:
        """Make the touched answers anew from their entries."""
        sheets, codes = {sheet for sheet, _code in touched}, {code for _sheet, code in touched}
        before = read_heads(self._session, sheets, codes, up_to=fresh.after if fresh else None)
        for place in touched:
            sides = current(before.get(place, []) + (fresh.heads.get(place, []) if fresh else []))
            answer = self._answers.get(place)
            if answer is None:
                if sides:
                    self._new[place] = self._begin(place, sides)
            elif sides:
                answer.sides, answer.conflict = sides_to_json(sides), len(sides) > 1
            else:
                self._session.delete(self._answers.pop(place))
            self._sides[place] = sides

    def _begin(self, place: Place, sides: tuple[Side, ...]) -> Row:
        answer_id = uuid4()
        return {
            "id": answer_id,
            "visit_id": self._visit.id,
            "sheet_id": place[0],
            "question": place[1],
            "conflict": len(sides) > 1,
            "sides": Answer.sides.sealed(answer_id, sides_to_json(sides)),
            **UNMARKED,
        }

    def write_new(self) -> None:
        """Insert the answers to questions that had none, all at once."""
        if self._new:
            self._session.execute(insert(table_of(Answer)), list(self._new.values()))

    def facts(self) -> dict[str, tuple[Side, ...]]:
        """What is said of the visit as a whole."""
        return {question: sides for (_sheet, question), sides in self._sides.items() if question in FACTS}

    def evaluate(self, facts: VisitFacts) -> None:
        """Say of every answer whether it is asked for, assessed, and a problem."""
        by_sheet: dict[UUID, dict[str, tuple[Value, ...]]] = defaultdict(dict)
        for (sheet_id, question), sides in self._sides.items():
            if sides:
                by_sheet[sheet_id][question] = values_of(sides)
        for sheet in self._sheets:
            if sheet.checklist_version_id is None:
                continue
            definition = checklists.definition(self._session, sheet.checklist_version_id)
            values = by_sheet[sheet.id]
            result = evaluate(definition, values, facts)
            visible = frozenset(result.visible)
            for code, said in values.items():
                level = result.problems.get(code)
                marks = {
                    "relevant": code in visible,
                    "assessed": NOT_ASSESSED not in said,
                    "severity": str(level) if level else None,
                }
                self._mark((sheet.id, code), marks)

    def _mark(self, place: Place, marks: Row) -> None:
        row = self._new.get(place)
        if row is not None:
            row.update(marks)
            return
        answer = self._answers[place]
        for name, value in marks.items():
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
