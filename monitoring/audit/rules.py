"""Events and the arithmetic of the chain."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Event(StrEnum):
    """Base of each feature's own events; a member's value is `room.what_happened`."""


START = bytes(32)
"""What the first row of the chain is linked to."""


@dataclass(frozen=True, slots=True)
class Link:
    """What one row of the trail says."""

    number: int
    at: datetime
    person_id: UUID | None
    event: str
    subject_type: str
    subject_id: UUID | None
    country: str | None
    count: int


def link_mac(key: bytes, previous: bytes, link: Link) -> bytes:
    """The row's HMAC-SHA-256 over the head that the last row left and everything it says."""
    fields = (
        link.number,
        link.at.isoformat(),
        link.person_id,
        link.event,
        link.subject_type,
        link.subject_id,
        link.country,
        link.count,
    )
    text = "|".join("" if field is None else str(field) for field in fields)
    return hmac.new(key, previous + text.encode(), hashlib.sha256).digest()


def head_mac(key: bytes, mac: bytes) -> bytes:
    """What the newest row leaves as head of the chain; it stands in no row, so nobody cuts the end off unseen without the key."""
    return hmac.new(key, b"head|" + mac, hashlib.sha256).digest()
