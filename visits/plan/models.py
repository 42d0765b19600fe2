"""A visit: while planned, one encrypted row; after the return, plain."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitoring.core.db import Base, Code, Encrypted, Identified, Moment, sealed_column


class Visit(Identified):
    """One planned or made visit to one facility.

    `plan` holds the whole plan (rules.Plan as JSON) for as long as the visit exists; the plain columns
    and the team's rows are filled when the lead marks the team as returned, and empty before.
    """

    __tablename__ = "visits"
    __table_args__ = (UniqueConstraint("mechanism_id", "public_number"),)

    country: Mapped[str] = mapped_column(String(2), index=True)
    mechanism_id: Mapped[UUID] = mapped_column(ForeignKey("mechanisms.id"), index=True)
    state: Mapped[Code]
    _plan: Mapped[bytes] = sealed_column("plan", nullable=False)
    plan = Encrypted[dict[str, Any]]("plan")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    backed_up_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    public_number: Mapped[int | None]
    facility_id: Mapped[UUID | None] = mapped_column(ForeignKey("facilities.id"), index=True)
    region_code: Mapped[str | None] = mapped_column(String(60), index=True)
    kind: Mapped[str | None] = mapped_column(String(60))
    announced: Mapped[bool | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    lead_id: Mapped[UUID | None]
    returned_at: Mapped[Moment | None]
    report_approved_at: Mapped[Moment | None]
    cancelled_quarter: Mapped[str | None] = mapped_column(String(7))
    cancelled_reason: Mapped[str | None] = mapped_column(String(60))
    members: Mapped[list["TeamMember"]] = relationship(lazy="selectin", order_by="TeamMember.letter")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name and shape)


class TeamMember(Base):
    """A member of the team of a visit that has returned."""

    __tablename__ = "team_members"
    __table_args__ = (UniqueConstraint("visit_id", "letter"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    letter: Mapped[str] = mapped_column(String(2))
