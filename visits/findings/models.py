"""Findings, the answers they rest on, and the coalition recommendations they bear on."""

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitoring.core.db import Base, Code, Encrypted, Identified, Moment, sealed_column


class Finding(Identified):
    """One problem or good practice of one visit: drafted by a rule, decided by people."""

    __tablename__ = "findings"
    __table_args__ = (UniqueConstraint("visit_id", "rule_question"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), index=True)
    country: Mapped[str] = mapped_column(String(2), index=True)
    mechanism_id: Mapped[UUID] = mapped_column(ForeignKey("mechanisms.id"))
    checklist_code: Mapped[str | None] = mapped_column(String(60))
    question: Mapped[str | None] = mapped_column(String(60), index=True)
    rule_question: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[Code]
    state: Mapped[Code]
    theme: Mapped[Code] = mapped_column(index=True)
    severity: Mapped[str] = mapped_column(String(10))
    standards: Mapped[list[str]]
    sources: Mapped[list[str]]
    confidence: Mapped[Code]
    interviews: Mapped[int] = mapped_column(default=0)
    _text: Mapped[bytes] = sealed_column("text", nullable=False)
    text = Encrypted[str]("text")
    _reason: Mapped[bytes | None] = sealed_column("reason")
    reason = Encrypted[str | None]("reason")
    answers_changed: Mapped[bool] = mapped_column(default=False)
    still_proposed: Mapped[bool] = mapped_column(default=True)
    made_by: Mapped[UUID | None]
    made_at: Mapped[Moment]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[Moment | None]
    seconded_by: Mapped[UUID | None]
    seconded_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(default=1)
    evidence: Mapped[list["FindingEvidence"]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    calls: Mapped[list["FindingCall"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name and shape)


class FindingEvidence(Base):
    """An answer that a finding rests on; of interviews there is no row, only the finding's count."""

    __tablename__ = "finding_evidence"

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    question: Mapped[Code] = mapped_column(primary_key=True)
    severity: Mapped[str | None] = mapped_column(String(10))


class FindingCall(Base):
    """A link to a coalition recommendation: suggested by a rule or made by a person."""

    __tablename__ = "finding_calls"

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    coalition_code: Mapped[str] = mapped_column(ForeignKey("coalition_recommendations.code"), primary_key=True, index=True)
    state: Mapped[Code]
    by: Mapped[UUID | None]
    at: Mapped[Moment]
