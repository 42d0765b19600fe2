"""What an installation knows of itself: the epoch, which changes when it is restored from a backup, and its last backup."""

import secrets
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitoring.core import clock
from monitoring.core.db import Base, Moment

ONLY = 1


class Installation(Base):
    """One row. A tablet that meets another epoch offers again what no verified backup of that epoch holds.

    `backed_up_at` is when the newest verified backup was made, `verified_at` when that was verified.
    """

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[Moment]
    restored_at: Mapped[Moment | None]
    backed_up_at: Mapped[Moment | None]
    verified_at: Mapped[Moment | None]


def ensure(session: Session) -> bool:
    """Make the row if it is not there yet; whether it was made."""
    if session.get(Installation, ONLY) is not None:
        return False
    session.add(Installation(id=ONLY, epoch=new_epoch(), made_at=clock.now()))
    session.flush()
    return True


def new_epoch() -> str:
    """A name that no other epoch has."""
    return secrets.token_hex(16)


def current(session: Session) -> Installation:
    """The row."""
    return session.get_one(Installation, ONLY)


def epoch(session: Session) -> str:
    """The name of this time since the last restoring."""
    return session.scalars(select(Installation.epoch)).one()


def note_verified(session: Session, made_at: datetime) -> None:
    """A backup of this epoch was opened and found whole; an older one than the newest known changes nothing."""
    row = session.scalars(select(Installation).where(Installation.id == ONLY).with_for_update()).one()
    if row.backed_up_at is None or row.backed_up_at < made_at:
        row.backed_up_at, row.verified_at = made_at, clock.now()
        session.flush()


def begin_epoch(session: Session, made_at: datetime) -> None:
    """What was restored begins a time of its own; the backup it came from is its first verified one."""
    ensure(session)
    row, now = current(session), clock.now()
    row.epoch, row.restored_at, row.backed_up_at, row.verified_at = new_epoch(), now, made_at, now
    session.flush()
