"""When a device's word still counts, and how much it may bring when it does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.core.errors import DomainError
from monitoring.core.i18n import N_
from visits.sheets.rules.words import QuarantineReason

SILENT_AFTER = timedelta(days=30)
"""Since somebody last signed in on the device."""
SEEN_AGAIN = timedelta(hours=1)
"""A signed-in opening is written down anew after this."""
WINDOW = timedelta(hours=1)
MOST_IN_WINDOW = 1000
"""Entries and files that a device whose word does not count may bring within the window."""
MOST_WAITING = 10_000
"""Entries and files of one device that wait for a decision at the same time."""
MOST_WAITING_BYTES = 300_000_000
TOKEN_BYTES = 32


class Slower(DomainError):
    """Come again later; nothing was taken, and the tablet keeps everything."""

    status = 429
    code = "later"
    retry_after = int(WINDOW.total_seconds())

    def __init__(self) -> None:
        super().__init__(N_("Too much at once from this tablet. It keeps everything and tries again later."))


@dataclass(frozen=True)
class Record:
    """What is known of a device and its person when something comes from it."""

    active: bool
    in_field: bool
    revoked_at: datetime | None
    seen_at: datetime


def stopped(record: Record, now: datetime) -> QuarantineReason | None:
    """Why nothing that this device brings can count for now; None: it counts."""
    if not record.active:
        return QuarantineReason.PERSON_INACTIVE
    if not record.in_field:
        return QuarantineReason.NO_FIELD_ROLE
    if record.revoked_at is not None:
        return QuarantineReason.DEVICE_REVOKED
    return QuarantineReason.DEVICE_SILENT if now - record.seen_at > SILENT_AFTER else None


def check_pace(lately: int, waiting: int, waiting_bytes: int, brought: int) -> None:
    """Raise Slower when a device whose word does not count brings more than a person can look through."""
    if lately + brought > MOST_IN_WINDOW or waiting + brought > MOST_WAITING or waiting_bytes > MOST_WAITING_BYTES:
        raise Slower
