"""Read stored pictures; whoever asks has already been let in by the room that owns the subject."""

import re
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.core.errors import NotFound
from monitoring.media.adapters import load
from monitoring.media.models import MediaFile

_SHA256 = re.compile(r"[0-9a-f]{64}")


def file_of(session: Session, subject_id: UUID, sha256: str) -> MediaFile | None:
    """What is stored of a picture, if it is."""
    if not _SHA256.fullmatch(sha256):
        return None
    return session.scalars(select(MediaFile).where(MediaFile.subject_id == subject_id, MediaFile.sha256 == sha256)).first()


def stored_names(session: Session) -> set[str]:
    """The names under which files lie in storage."""
    rows = session.execute(select(MediaFile.original_name, MediaFile.served_name))
    return {name for row in rows for name in row}


def picture(session: Session, folder: Path, subject_id: UUID, sha256: str) -> bytes:
    """The picture as it may be shown (JPEG). Raises NotFound."""
    found = file_of(session, subject_id, sha256)
    if found is None:
        raise NotFound
    return load(folder, found.served_name)
