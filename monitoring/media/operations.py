"""Store pictures."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.crypto import CannotOpen
from monitoring.core.permissions import Actor
from monitoring.media.adapters import clean, load, store
from monitoring.media.models import MediaFile
from monitoring.media.queries import file_of
from monitoring.media.rules import MediaEvent


@dataclass(frozen=True)
class Kept:
    """A file as it was handed in, written to storage; `sha256` is that of what was read back."""

    name: str
    sha256: str
    bytes_received: int


@dataclass(frozen=True)
class Shown:
    """What was made from a picture to be shown, written to storage."""

    name: str
    width: int
    height: int
    kind: str


def keep(folder: Path, received: bytes) -> Kept:
    """Write a file as it came, and read it back. Slow, so it happens before the transaction."""
    name = store(folder, received)
    return Kept(name, sha256_in_storage(folder, name), len(received))


def make_shown(folder: Path, picture: bytes) -> Shown:
    """Check a picture, make it anew and write that. Slow, so it happens before the transaction. Raises Invalid, TooLarge."""
    cleaned = clean(picture)
    return Shown(store(folder, cleaned.jpeg), cleaned.width, cleaned.height, cleaned.kind)


def sha256_in_storage(folder: Path, name: str) -> str:
    """The fingerprint of what lies in storage; empty when it is gone or damaged."""
    try:
        return hashlib.sha256(load(folder, name)).hexdigest()
    except (OSError, CannotOpen):
        return ""


def store_picture(
    session: Session, actor: Actor, subject_id: UUID, kept: Kept, shown: Shown, *, key: str, seq: int | None
) -> MediaFile:
    """Note a picture for a subject; `key` opens what was kept. The same one again replaces what lies in storage."""
    row = file_of(session, subject_id, kept.sha256) or MediaFile(
        subject_id=subject_id,
        sha256=kept.sha256,
        stored_by=actor.person_id,
        stored_at=clock.now(),
    )
    row.kind, row.width, row.height, row.served_name = shown.kind, shown.width, shown.height, shown.name
    row.bytes_received, row.original_name, row.key, row.seq = kept.bytes_received, kept.name, key, seq
    session.add(row)
    session.flush()
    audit.record(session, actor, MediaEvent.STORED, row)
    return row
