"""The audit trail: rows that are only ever added."""

from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from monitoring.core.db import Base, Code, Moment


class AuditRow(Base):
    """One event: who, what, on which object. No content."""

    __tablename__ = "audit_rows"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(BigInteger(), "postgresql"), primary_key=True, autoincrement=False
    )
    at: Mapped[Moment]
    person_id: Mapped[UUID | None]
    event: Mapped[Code]
    subject_type: Mapped[Code]
    subject_id: Mapped[UUID | None]
    country: Mapped[str | None] = mapped_column(String(2))
    count: Mapped[int] = mapped_column(default=1)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The newest link of the chain; its row is locked by whoever adds one."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger())
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
