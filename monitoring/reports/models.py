"""Reports, who wrote in them, their way through review, and what was published."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitoring.core.db import Base, Code, Encrypted, Identified, Moment, sealed_column


class Report(Identified):
    """The report of a visit, in one language; `content` is a block tree (documents) as JSON, encrypted."""

    __tablename__ = "reports"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), index=True)
    country: Mapped[str] = mapped_column(String(2), index=True)
    mechanism_id: Mapped[UUID] = mapped_column(ForeignKey("mechanisms.id"))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[Code]
    _content: Mapped[bytes] = sealed_column("content", nullable=False)
    content = Encrypted[dict[str, Any]]("content")
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    writers: Mapped[list["ReportWriter"]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    steps: Mapped[list["ReportStep"]] = relationship(lazy="selectin", cascade="all, delete-orphan", order_by="ReportStep.at")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name and shape)


class ReportWriter(Base):
    """A person who wrote in a report, and so may not approve it."""

    __tablename__ = "report_writers"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    at: Mapped[Moment]


class ReportStep(Identified):
    """One change of state, by whom."""

    __tablename__ = "report_steps"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    state: Mapped[Code]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    _remark: Mapped[bytes | None] = sealed_column("remark")
    remark = Encrypted[str | None]("remark")


class PersonalDataDecision(Identified):
    """Why something that looks like personal data may stay: one reason by the publisher, one by a coordinator."""

    __tablename__ = "personal_data_decisions"
    __table_args__ = (UniqueConstraint("report_id", "hit_key", "role"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    hit_key: Mapped[str] = mapped_column(String(64))
    role: Mapped[Code]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    _reason: Mapped[bytes] = sealed_column("reason", nullable=False)
    reason = Encrypted[str]("reason")


class Publication(Identified):
    """What the public reads: bound to the bytes by their SHA-256."""

    __tablename__ = "publications"
    __table_args__ = (UniqueConstraint("country", "slug"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), unique=True)
    country: Mapped[str] = mapped_column(String(2))
    slug: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(2))
    title: Mapped[str]
    content: Mapped[dict[str, Any]]
    coalition_codes: Mapped[list[str]]
    published_at: Mapped[Moment]
    published_by: Mapped[UUID]
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    built_at: Mapped[Moment | None]
