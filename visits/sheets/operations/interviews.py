"""Interviews: what they say is kept under a key of each sheet; outside only totals are written."""

from collections import Counter, defaultdict
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
    try:
        people = _people(session, list(session.scalars(query)))
    except CannotOpen:
        return
    counts: Counter[tuple[str, str]] = Counter()
    for version_id, said in people.items():
        counts.update(totals_of(checklists.definition(session, version_id), said, facts_of(session, visit, plan)))
    _write(session, visit.id, counts)


def _people(session: Session, sheets: list[Sheet]) -> dict[UUID, list[dict[str, tuple[Value, ...]]]]:
    """What each person said, by the version of the form on which they said it last.

    Joined sheets are one person; on a question that was answered on several, the latest stands.
    """
    said: dict[UUID, dict[str, tuple[Value, ...]]] = {sheet.id: {} for sheet in sheets}
    for (sheet_id, question), heads in read_heads(session, set(said)).items():
        sides = current(heads)
        if sides:
            said[sheet_id][question] = values_of(sides)
    joins = {sheet.id: sheet.joins for sheet in sheets}
    people: dict[UUID, dict[str, tuple[Value, ...]]] = defaultdict(dict)
    versions: dict[UUID, UUID] = {}
    for sheet in sorted(sheets, key=lambda sheet: (len(chain(joins, sheet.id)), sheet.position, str(sheet.id))):
        if sheet.checklist_version_id is not None:
            person = chain(joins, sheet.id)[-1]
            people[person] |= said[sheet.id]
            versions[person] = sheet.checklist_version_id
    found: dict[UUID, list[dict[str, tuple[Value, ...]]]] = defaultdict(list)
    for person, answers in people.items():
        found[versions[person]].append(answers)
    return found


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
