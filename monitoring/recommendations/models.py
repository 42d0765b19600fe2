"""Recommendations to authorities and the findings they answer."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitoring.core.db import Base, Code, Identified, Moment


class Recommendation(Identified):
    """One thing asked of one authority."""

    __tablename__ = "recommendations"
    __table_args__ = (UniqueConstraint("visit_id", "number"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), index=True)
    country: Mapped[str] = mapped_column(String(2), index=True)
    mechanism_id: Mapped[UUID] = mapped_column(ForeignKey("mechanisms.id"))
    number: Mapped[int]
    text: Mapped[str]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authorities.id"), index=True)
    addressee: Mapped[str] = mapped_column(String(200), default="")
    level: Mapped[Code]
    priority: Mapped[Code]
    theme: Mapped[Code]
    due_on: Mapped[date]
    state: Mapped[Code]
    written_by: Mapped[UUID]
    written_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    findings: Mapped[list["RecommendationFinding"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name and shape)


class RecommendationFinding(Base):
    """A finding that a recommendation answers."""

    __tablename__ = "recommendation_findings"

    recommendation_id: Mapped[UUID] = mapped_column(ForeignKey("recommendations.id"), primary_key=True)
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"), primary_key=True, index=True)
