"""Enrol tablets, and give them up."""

import base64
import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.db import Database
from monitoring.core.errors import Conflict, NotFound
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor
from visits.sheets.models import Device
from visits.sheets.operations.making import add_device
from visits.sheets.queries.devices import devices_of, own_device, token_hash
from visits.sheets.rules import SEEN_AGAIN, TOKEN_BYTES, SheetEvent


@dataclass(frozen=True)
class Enrolled:
    """A tablet, and what is told to it once: its token and the key of its receipts (base64)."""

    device: Device
    token: str
    mac_key: str


def enrol(session: Session, actor: Actor, label: str, device_id: UUID | None = None) -> Enrolled:
    """Enrol the tablet that a signed-in person uses; of the token only the hash is kept.

    A tablet that was enrolled after the backup from which the server was restored comes back under its own id: what it
    holds is sealed for that. Raises Conflict when there is a device with this id.
    """
    if device_id is not None and session.get(Device, device_id) is not None:
        raise Conflict(N_("This tablet is known here and was given up. Set it up anew; what it holds is sent and waits."))
    device = add_device(session, actor, label, device_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    device.token_hash, device.seen_at = token_hash(token), device.enrolled_at
    device.mac_key = base64.b64encode(secrets.token_bytes(TOKEN_BYTES)).decode()
    session.flush()
    return Enrolled(device, token, device.mac_key)


def note_opening(database: Database, actor: Actor, device_id: UUID) -> None:
    """A signed-in person opened their tablet: written down in a short transaction of its own, at most once an hour."""
    with database.reading() as reading:
        device, now = own_device(reading, actor, device_id), clock.now()
    if device.seen_at is None or now - device.seen_at > SEEN_AGAIN:
        with database.writing() as session, session.begin():
            session.get_one(Device, device_id).seen_at = now


def end_device(session: Session, actor: Actor, device_id: UUID) -> None:
    """A person gives up one of their tablets: what it still brings waits for the lead. Raises NotFound."""
    _end(session, actor, [own_device(session, actor, device_id)])


def end_devices(session: Session, actor: Actor, person_id: UUID) -> int:
    """An administrator gives up all tablets of somebody, without seeing what lies on them; how many."""
    found = devices_of(session, person_id)
    _end(session, actor, found)
    return len(found)


def _end(session: Session, actor: Actor, devices: list[Device]) -> None:
    """All rows first, then the trail: a batch that comes in just now locks in the same order."""
    for device in devices:
        device.revoked_at = clock.now()
    session.flush()
    for device in devices:
        audit.record(session, actor, SheetEvent.DEVICE_ENDED, device)


def held(session: Session, device_id: UUID) -> Device:
    """A device whose row is held until the commit: what it brings comes in one piece after another. Raises NotFound."""
    found = session.get(Device, device_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found
