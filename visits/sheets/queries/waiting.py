"""What waits in quarantine: counts, and groups for whoever decides; never what is inside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from monitoring.accounts.models import Person
from monitoring.accounts.queries import person_names
from monitoring.core import clock
from monitoring.core.permissions import Actor
from visits.plan.models import Visit
from visits.plan.queries import SeenVisit
from visits.sheets.models import Device, Entry, WaitingFile
from visits.sheets.rules import WINDOW, EntryState, QuarantineReason

Column = InstrumentedAttribute[Any]
UNDECIDED_ENTRY = Entry.state == EntryState.QUARANTINED
UNDECIDED_FILE = WaitingFile.decided_by.is_(None)


@dataclass(frozen=True)
class WaitingGroup:
    """What one device brought for one reason."""

    device_id: UUID
    reason: QuarantineReason
    person: str
    label: str
    first_at: datetime
    last_at: datetime
    entries: int
    files: int
    up_to: int
    """The highest number in it: what comes later is not decided with it."""


def waiting_count(session: Session, device_id: UUID) -> int:
    """How many entries and files of a device wait for a decision."""
    return _count(session, Entry.device_id == device_id, WaitingFile.device_id == device_id)


def _count(session: Session, entries: ColumnElement[bool], files: ColumnElement[bool]) -> int:
    found = session.scalar(select(func.count()).select_from(Entry).where(entries, UNDECIDED_ENTRY)) or 0
    return found + (session.scalar(select(func.count()).select_from(WaitingFile).where(files, UNDECIDED_FILE)) or 0)


def load_of(session: Session, device_id: UUID) -> tuple[int, int, int]:
    """What a device put into quarantine lately, what of it waits in all, and the bytes of its files."""
    since = clock.now() - WINDOW
    entries = select(func.count()).where(Entry.device_id == device_id, Entry.quarantine_number.is_not(None))
    files = select(func.count()).where(WaitingFile.device_id == device_id, WaitingFile.received_at > since)
    lately = (session.scalar(entries.where(Entry.received_at > since)) or 0) + (session.scalar(files) or 0)
    size = select(func.sum(WaitingFile.bytes_received)).where(WaitingFile.device_id == device_id, UNDECIDED_FILE)
    return lately, waiting_count(session, device_id), int(session.scalar(size) or 0)


def waiting_for(session: Session, visits: Iterable[SeenVisit]) -> dict[UUID, int]:
    """How much waits in each visit, for its lead and its coordinators; nothing of it for anybody else."""
    ids = [seen.id for seen in visits if seen.is_lead or seen.is_coordinator]
    found = dict.fromkeys(ids, 0)
    if not ids:
        return found
    kinds = ((Entry.visit_id, UNDECIDED_ENTRY), (WaitingFile.visit_id, UNDECIDED_FILE))
    counts = [select(visit, func.count()).where(visit.in_(ids), undecided).group_by(visit) for visit, undecided in kinds]
    for visit_id, count in session.execute(union_all(*counts)):
        found[visit_id] += count
    return found


def waiting_groups(session: Session, seen: SeenVisit) -> list[WaitingGroup]:
    """What waits in a visit, by device and reason, the oldest first."""
    entries = _sums(session, Entry.device_id, Entry.quarantine_reason, Entry.quarantine_number, seen.id)
    files = _sums(session, WaitingFile.device_id, WaitingFile.reason, WaitingFile.number, seen.id)
    query = select(Device.id, Device.label, Device.person_id).where(Device.id.in_({device for device, _ in {*entries, *files}}))
    devices = {row.id: row for row in session.execute(query)}
    names = person_names(session, (row.person_id for row in devices.values()))
    groups = []
    for device, reason in {*entries, *files}:
        rows = [part[device, reason] for part in (entries, files) if (device, reason) in part]
        groups.append(
            WaitingGroup(
                device_id=device,
                reason=QuarantineReason(reason),
                person=names.get(devices[device].person_id, ""),
                label=devices[device].label,
                first_at=min(row.first_at for row in rows),
                last_at=max(row.last_at for row in rows),
                entries=entries[device, reason].many if (device, reason) in entries else 0,
                files=files[device, reason].many if (device, reason) in files else 0,
                up_to=max(row.up_to for row in rows),
            )
        )
    return sorted(groups, key=lambda group: (group.first_at, str(group.device_id), group.reason))


def _sums(session: Session, device: Column, reason: Column, number: Column, visit_id: UUID) -> dict[tuple[UUID, str], Any]:
    model = device.class_
    undecided = UNDECIDED_ENTRY if model is Entry else UNDECIDED_FILE
    received = (func.min(model.received_at).label("first_at"), func.max(model.received_at).label("last_at"))
    query = select(device, reason.label("reason"), func.count().label("many"), *received, func.max(number).label("up_to"))
    rows = session.execute(query.where(model.visit_id == visit_id, undecided).group_by(device, reason))
    return {(row.device_id, row.reason): row for row in rows}


def homeless_count(session: Session, actor: Actor) -> int:
    """How much the people of the actor's mechanism sent for visits that are not known here."""
    devices = select(Device.id).join(Person, Person.id == Device.person_id).where(Person.mechanism_id == actor.mechanism_id)
    known = select(Visit.id)
    return _count(
        session,
        Entry.device_id.in_(devices) & Entry.visit_id.not_in(known),
        WaitingFile.device_id.in_(devices) & WaitingFile.visit_id.not_in(known),
    )
