"""Kinds of place, authorities and facilities."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitoring.core.db import Base, Code, Identified, Moment


class FacilityKind(Base):
    """A kind of place, with the interval at which it should be visited (months) and its form."""

    __tablename__ = "facility_kinds"

    key: Mapped[Code] = mapped_column(primary_key=True)
    titles: Mapped[dict[str, Any]]
    authority_class: Mapped[str] = mapped_column(String(40))
    interval_months: Mapped[int]
    checklist_code: Mapped[Code]
    coalition_code: Mapped[str | None] = mapped_column(String(20))
    authorities: Mapped[dict[str, Any]]
    position: Mapped[int]


class Authority(Identified):
    """The ministry, agency or body that answers for facilities."""

    __tablename__ = "authorities"

    country: Mapped[str] = mapped_column(String(2), index=True)
    names: Mapped[dict[str, Any]]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("authorities.id"))


class Facility(Identified):
    """A place. `last_visit_on` and `next_due_on` are written by the plan of visits."""

    __tablename__ = "facilities"
    __table_args__ = (
        CheckConstraint("latitude IS NULL OR (latitude BETWEEN -90 AND 90)", "latitude"),
        CheckConstraint("longitude IS NULL OR (longitude BETWEEN -180 AND 180)", "longitude"),
        CheckConstraint("capacity IS NULL OR capacity >= 0", "capacity"),
    )

    country: Mapped[str] = mapped_column(String(2), index=True)
    mechanism_id: Mapped[UUID] = mapped_column(ForeignKey("mechanisms.id"), index=True)
    names: Mapped[dict[str, Any]]
    search_text: Mapped[str]
    kind_key: Mapped[str] = mapped_column(ForeignKey("facility_kinds.key"), index=True)
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("authorities.id"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), index=True)
    address: Mapped[str] = mapped_column(default="")
    official: Mapped[bool] = mapped_column(default=True)
    public_body: Mapped[bool] = mapped_column(default=True)
    sensitive: Mapped[bool] = mapped_column(default=False)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    capacity: Mapped[int | None]
    notes: Mapped[str] = mapped_column(default="")
    invented: Mapped[bool] = mapped_column(default=False)
    last_visit_on: Mapped[date | None]
    next_due_on: Mapped[date | None]
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[FacilityKind] = relationship(lazy="joined")
    authority: Mapped[Authority | None] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name and shape)
