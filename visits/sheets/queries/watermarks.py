"""How far a copy of the database goes: what a backup says of itself, and what tablets may rely on once it was verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.plan.models import Visit
from visits.sheets.models import Device, WaitingFile


@dataclass(frozen=True)
class Held:
    """Running numbers by visit, numbers of quarantined entries by device."""

    visits: Mapping[UUID, int]
    devices: Mapping[UUID, int]


def held(session: Session) -> Held:
    """The highest numbers that this database holds."""
    visits = session.execute(select(Visit.id, Visit.last_seq).where(Visit.last_seq > 0))
    devices = session.execute(select(Device.id, Device.last_quarantined).where(Device.last_quarantined > 0))
    return Held({row.id: row.last_seq for row in visits}, {row.id: row.last_quarantined for row in devices})


def waiting_names(session: Session) -> set[str]:
    """The names under which files that wait for a decision lie in storage."""
    return set(session.scalars(select(WaitingFile.name)))
