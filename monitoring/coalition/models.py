"""Coalition recommendations and their state in each country."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitoring.core.db import Base, Code


class CoalitionRecommendation(Base):
    """One public call of a coalition; it lives for years. A parent shows the sum of its parts."""

    __tablename__ = "coalition_recommendations"

    code: Mapped[Code] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("coalition_recommendations.code"))
    titles: Mapped[dict[str, Any]]
    meaning: Mapped[dict[str, Any]]
    own_reading: Mapped[bool]
    scope: Mapped[list[str]]
    addressees: Mapped[list[str]]
    themes: Mapped[list[str]]
    adopted_on: Mapped[date]
    source: Mapped[str]
    position: Mapped[int]
    states: Mapped[list["CoalitionState"]] = relationship(lazy="selectin", order_by="CoalitionState.country")


class CoalitionState(Base):
    """How a call stands in one country, since when, and whether that was checked against a source."""

    __tablename__ = "coalition_states"

    code: Mapped[str] = mapped_column(ForeignKey("coalition_recommendations.code"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    state: Mapped[Code]
    since: Mapped[str] = mapped_column(String(10))
    checked: Mapped[bool]
    note: Mapped[dict[str, Any]]
    source: Mapped[str]
