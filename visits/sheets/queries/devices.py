"""Devices: whose they are, and what is known of one that sends something."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person
from monitoring.accounts.permissions import actor_of
from monitoring.accounts.rules import COORDINATORS, FIELD
from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor
from visits.plan.models import Visit
from visits.sheets.models import Device, Entry
from visits.sheets.rules import EntryState, QuarantineReason, Record, stopped

_AUTHORIZATION = re.compile(r"Device ([0-9a-f-]{36}):([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Sender:
    """A device that its token names, and the person whose it is: the author of everything it brings."""

    device_id: UUID
    actor: Actor
    active: bool

    def stopped(self, device: Device, now: datetime) -> QuarantineReason | None:
        """Why what it brings cannot count for now."""
        seen_at = device.seen_at or device.enrolled_at
        return stopped(Record(self.active, self.actor.has(*FIELD, *COORDINATORS), device.revoked_at, seen_at), now)


def token_hash(token: str) -> str:
    """What the table keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sender_for(session: Session, authorization: str) -> Sender | None:
    """Who sends, by the header `Authorization: Device <id>:<token>`; None when the two do not belong together."""
    match = _AUTHORIZATION.fullmatch(authorization)
    if match is None:
        return None
    try:
        device_id = UUID(match[1])
    except ValueError:
        return None
    query = select(Device.token_hash, Person).join(Person, Person.id == Device.person_id).where(Device.id == device_id)
    found = session.execute(query).first()
    if not hmac.compare_digest((found and found.token_hash) or "", token_hash(match[2])) or found is None:
        return None
    return Sender(device_id, actor_of(found.Person), found.Person.active)


def devices_of(session: Session, person_id: UUID) -> list[Device]:
    """A person's tablets that still may send, the newest first."""
    query = select(Device).where(Device.person_id == person_id, Device.revoked_at.is_(None), Device.token_hash.is_not(None))
    return list(session.scalars(query.order_by(Device.enrolled_at.desc(), Device.id)))


def own_device(session: Session, actor: Actor, device_id: UUID) -> Device:
    """One of the actor's tablets that still may send. Raises NotFound."""
    found = session.get(Device, device_id)
    known = found is not None and found.person_id == actor.person_id and found.revoked_at is None
    if found is None or not known or found.token_hash is None:
        raise NotFound
    return found


def watermarks_of(session: Session, device_id: UUID) -> dict[str, int]:
    """How far a verified backup goes: by visit in which the device's entries count, and for what it has in quarantine."""
    here = select(Entry.visit_id).where(Entry.device_id == device_id, Entry.state == EntryState.STORED).distinct()
    rows = session.execute(select(Visit.id, Visit.backed_up_seq).where(Visit.id.in_(here)))
    quarantine = session.scalars(select(Device.backed_up_quarantined).where(Device.id == device_id)).one()
    return {**{str(row.id): row.backed_up_seq for row in rows}, "quarantine": quarantine}


def receipt_mac(session: Session, device_id: UUID, body: bytes) -> str:
    """What shows a tablet that an answer is ours: HMAC-SHA-256 under the key that only the two of us have."""
    key = base64.b64decode(session.get_one(Device, device_id).mac_key or "")
    return hmac.new(key, body, hashlib.sha256).hexdigest()
