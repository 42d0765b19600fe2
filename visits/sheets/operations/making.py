"""Make sheets and devices."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import Per
from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.permissions import Actor
from visits.plan.models import Visit
from visits.plan.rules import Plan
from visits.sheets.models import Device, Sheet
from visits.sheets.rules import SheetEvent, SheetKind


def make_planned_sheets(session: Session, visit: Visit, plan: Plan) -> None:
    """Make the visit sheet and one sheet for each form that is filled once; sheets that exist already stay.

    Rooms and interviews are opened on the tablet.
    """
    have = {sheet.checklist_version_id for sheet in session.scalars(select(Sheet).where(Sheet.visit_id == visit.id))}
    if None not in have:
        session.add(_sheet(visit, None, SheetKind.VISIT_SHEET, 0))
    definitions = checklists.definitions(session, set(plan.versions.values()))
    for position, version_id in enumerate(plan.versions.values(), start=1):
        if definitions[version_id].per is Per.VISIT and version_id not in have:
            session.add(_sheet(visit, version_id, SheetKind.VISIT, position))
    session.flush()


def _sheet(visit: Visit, version_id: UUID | None, per: SheetKind, position: int) -> Sheet:
    return Sheet(visit_id=visit.id, checklist_version_id=version_id, per=per, position=position, label="", opened_at=clock.now())


def add_device(session: Session, actor: Actor, label: str, device_id: UUID | None = None) -> Device:
    """Enrol the browser that a person uses: one device is one person on one tablet."""
    device = Device(id=device_id, person_id=actor.person_id, label=label.strip()[:80], enrolled_at=clock.now(), last_counter=0)
    session.add(device)
    session.flush()
    audit.record(session, actor, SheetEvent.DEVICE_ADDED, device)
    return device
