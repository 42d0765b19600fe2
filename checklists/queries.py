"""Read checklists and their versions. They are no secret: everybody who is signed in may."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists.models import Checklist, ChecklistVersion
from checklists.rules import ChecklistDefinition, Per, from_json

ALWAYS = ("ACCESS", "ROOM", "INTERVIEW")
"""Forms that every visit needs, besides that of the kind of place."""

_known: dict[UUID, ChecklistDefinition] = {}


def definitions(session: Session, version_ids: set[UUID]) -> dict[UUID, ChecklistDefinition]:
    """Definitions by version id; a version never changes, so each is read once by a process."""
    missing = {version_id for version_id in version_ids if version_id not in _known}
    if missing:
        rows = session.execute(select(ChecklistVersion.id, ChecklistVersion.definition).where(ChecklistVersion.id.in_(missing)))
        _known.update({row.id: from_json(row.definition) for row in rows})
    return {version_id: _known[version_id] for version_id in version_ids if version_id in _known}


def definition(session: Session, version_id: UUID) -> ChecklistDefinition:
    """One definition. Raises KeyError for an id that no version has."""
    return definitions(session, {version_id})[version_id]


def current_versions(session: Session) -> dict[str, UUID]:
    """The newest version of each form, by code, in the forms' order."""
    newest = select(ChecklistVersion.checklist_code, func.max(ChecklistVersion.number).label("number"))
    newest_rows = newest.where(ChecklistVersion.retired_at.is_(None)).group_by(ChecklistVersion.checklist_code).subquery()
    query = (
        select(Checklist.code, ChecklistVersion.id)
        .join(ChecklistVersion, ChecklistVersion.checklist_code == Checklist.code)
        .join(
            newest_rows,
            (newest_rows.c.checklist_code == ChecklistVersion.checklist_code) & (newest_rows.c.number == ChecklistVersion.number),
        )
        .order_by(Checklist.position)
    )
    return {row.code: row.id for row in session.execute(query)}


def numbers(session: Session, version_ids: set[UUID]) -> list[tuple[UUID, str, int]]:
    """Of which form each version is, and which number it has there."""
    columns = select(ChecklistVersion.id, ChecklistVersion.checklist_code, ChecklistVersion.number)
    rows = session.execute(columns.where(ChecklistVersion.id.in_(version_ids))) if version_ids else ()
    return [(row.id, row.checklist_code, row.number) for row in rows]


def checklists(session: Session) -> list[Checklist]:
    """All forms in their order."""
    return list(session.scalars(select(Checklist).order_by(Checklist.position)))


def proposed_codes(session: Session, facility_kind: str) -> tuple[str, ...]:
    """The forms that a visit to such a place needs: access, rooms, interviews, and the kind's own."""
    own = [found.code for found in checklists(session) if facility_kind in found.facility_kinds and found.per == Per.VISIT]
    return (*ALWAYS, *own)
