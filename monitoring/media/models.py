"""What is known of a stored file."""

from uuid import UUID

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitoring.core.db import Code, Encrypted, Identified, Moment, sealed_column


class MediaFile(Identified):
    """A picture: what was handed in (kept as it came, never served) and what was made from it (upright, no EXIF, small).

    What a tablet sends is sealed under the key of its envelope, which is kept beside it, encrypted; `sha256` is that of
    the sealed bytes. `seq` is the running number that the visit gave it: a backup that goes further holds the file.

    `subject_id` is the thing it belongs to (a visit's sheet); who may see it is decided by that thing's room.
    """

    __tablename__ = "media_files"
    __table_args__ = (UniqueConstraint("subject_id", "sha256"),)

    subject_id: Mapped[UUID] = mapped_column(index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[Code]
    bytes_received: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    stored_by: Mapped[UUID]
    stored_at: Mapped[Moment]
    original_name: Mapped[str] = mapped_column(String(64))
    served_name: Mapped[str] = mapped_column(String(64))
    _key: Mapped[bytes | None] = sealed_column("key")
    key = Encrypted[str | None]("key")
    seq: Mapped[int | None] = mapped_column(BigInteger)
