"""Checklists and their published, immutable versions."""

from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitoring.core.db import Base, Code, Identified, Moment


class Checklist(Base):
    """A form. `per` is visit, room or interview; `facility_kinds` may be `*`."""

    __tablename__ = "checklists"

    code: Mapped[Code] = mapped_column(primary_key=True)
    titles: Mapped[dict[str, Any]]
    per: Mapped[Code]
    facility_kinds: Mapped[list[str]]
    position: Mapped[int]


class ChecklistVersion(Identified):
    """One immutable state of a form; visits keep the version they were filled with."""

    __tablename__ = "checklist_versions"
    __table_args__ = (UniqueConstraint("checklist_code", "number"),)

    checklist_code: Mapped[str] = mapped_column(ForeignKey("checklists.code"), index=True)
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    definition: Mapped[dict[str, Any]]
    published_at: Mapped[Moment]
    retired_at: Mapped[Moment | None]
    checklist: Mapped[Checklist] = relationship(lazy="joined")
