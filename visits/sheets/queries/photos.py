"""Photos that answers name, and whether they have arrived."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.media.models import MediaFile
from visits.sheets.models import Answer, Sheet


def missing_photos(session: Session, visit_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """How many photos that the current answers name have not arrived: by visit and sheet."""
    named: dict[tuple[UUID, UUID], set[str]] = defaultdict(set)
    for answer in session.scalars(select(Answer).where(Answer.visit_id.in_(visit_ids))):
        for side in answer.sides:
            for head in side["heads"]:
                named[answer.visit_id, answer.sheet_id].update(head["content"].get("photos", ()))
    sheets = select(Sheet.id).where(Sheet.visit_id.in_(visit_ids))
    rows = session.execute(select(MediaFile.subject_id, MediaFile.sha256).where(MediaFile.subject_id.in_(sheets)))
    here = {(row.subject_id, row.sha256) for row in rows}
    found: dict[UUID, dict[UUID, int]] = {visit_id: {} for visit_id in visit_ids}
    for (visit_id, sheet_id), photos in named.items():
        missing = sum((sheet_id, photo) not in here for photo in photos)
        if missing:
            found[visit_id][sheet_id] = missing
    return found
