"""Interviews: what they say is kept under a key of each sheet; outside only totals are written."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import Value
from monitoring.core.crypto import CannotOpen
from visits.plan.models import Visit
from visits.plan.rules import Plan
from visits.sheets.models import InterviewTotal, Sheet
from visits.sheets.queries.entries import read_heads
from visits.sheets.queries.facts import facts_of
from visits.sheets.rules import SheetKind, chain, current, totals_of, values_of


def count_interviews(session: Session, visit: Visit, plan: Plan) -> None:
    """Write the visit's totals. Where a key was destroyed, the totals stay as they are: they cannot be made again."""
    query = select(Sheet).where(Sheet.visit_id == visit.id, Sheet.per == SheetKind.INTERVIEW)
    by_version: dict[UUID, list[Sheet]] = defaultdict(list)
    for sheet in session.scalars(query):
        if sheet.checklist_version_id is not None:
            by_version[sheet.checklist_version_id].append(sheet)
    counts: dict[tuple[str, str], int] = {}
    for version_id, sheets in by_version.items():
        try:
            people = _people(session, sheets)
        except CannotOpen:
            return
        counts.update(totals_of(checklists.definition(session, version_id), people, facts_of(session, visit, plan)))
    _write(session, visit.id, counts)


def _people(session: Session, sheets: list[Sheet]) -> list[dict[str, tuple[Value, ...]]]:
    """What each person said. Joined sheets are one person; on a question that was answered on several, the latest stands."""
    said: dict[UUID, dict[str, tuple[Value, ...]]] = {sheet.id: {} for sheet in sheets}
    for (sheet_id, question), heads in read_heads(session, set(said)).items():
        sides = current(heads)
        if sides:
            said[sheet_id][question] = values_of(sides)
    joins = {sheet.id: sheet.joins for sheet in sheets}
    people: dict[UUID, dict[str, tuple[Value, ...]]] = defaultdict(dict)
    for sheet in sorted(sheets, key=lambda sheet: (len(chain(joins, sheet.id)), sheet.position, str(sheet.id))):
        people[chain(joins, sheet.id)[-1]] |= said[sheet.id]
    return list(people.values())


def _write(session: Session, visit_id: UUID, counts: dict[tuple[str, str], int]) -> None:
    rows = session.scalars(select(InterviewTotal).where(InterviewTotal.visit_id == visit_id))
    have = {(row.question, row.choice): row for row in rows}
    for key, row in have.items():
        if key not in counts:
            session.delete(row)
    for key, people in counts.items():
        if key not in have:
            session.add(InterviewTotal(visit_id=visit_id, question=key[0], choice=key[1], people=people))
        elif have[key].people != people:
            have[key].people = people
