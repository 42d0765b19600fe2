"""Themes and provisions."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from monitoring.core.db import Base, Code


class Theme(Base):
    """What a question, finding or recommendation is about; each has exactly one."""

    __tablename__ = "themes"

    code: Mapped[Code] = mapped_column(primary_key=True)
    titles: Mapped[dict[str, Any]]
    holds: Mapped[dict[str, Any]]
    position: Mapped[int]


class Provision(Base):
    """One provision of an instrument; `kind` says how it binds, `binds` whom (treaties only)."""

    __tablename__ = "provisions"

    code: Mapped[Code] = mapped_column(primary_key=True)
    instrument: Mapped[str]
    provision: Mapped[str] = mapped_column(String(80))
    requirement: Mapped[dict[str, Any]]
    value: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str] = mapped_column(String(40))
    kind: Mapped[Code]
    binds: Mapped[list[str]]

    @property
    def name(self) -> str:
        """Instrument and place in it, as one cites it in English."""
        return f"{self.instrument}, {self.provision}"
