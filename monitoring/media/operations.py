"""Store pictures."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor
from monitoring.media.adapters import Cleaned, clean, store
from monitoring.media.models import MediaFile
from monitoring.media.queries import file_of
from monitoring.media.rules import MediaEvent


@dataclass(frozen=True)
class Prepared:
    """A picture that was checked and made anew, before any transaction begins."""

    received: bytes
    sha256: str
    cleaned: Cleaned


def prepare(received: bytes, sha256: str) -> Prepared:
    """Check and clean what came: slow, so it happens before the transaction. Raises Invalid, TooLarge."""
    if hashlib.sha256(received).hexdigest() != sha256:
        raise Invalid(N_("The photo did not arrive whole. It will be sent again."))
    return Prepared(received, sha256, clean(received))


def store_picture(session: Session, actor: Actor, folder: Path, subject_id: UUID, prepared: Prepared) -> MediaFile:
    """Store a picture for a subject; the same one a second time is the same row."""
    found = file_of(session, subject_id, prepared.sha256)
    if found is not None:
        return found
    row = MediaFile(
        subject_id=subject_id,
        sha256=prepared.sha256,
        kind=prepared.cleaned.kind,
        bytes_received=len(prepared.received),
        width=prepared.cleaned.width,
        height=prepared.cleaned.height,
        stored_by=actor.person_id,
        stored_at=clock.now(),
        original_name=store(folder, prepared.received),
        served_name=store(folder, prepared.cleaned.jpeg),
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, MediaEvent.STORED, row)
    return row
