"""Recommendations to authorities: levels, priorities, states, deadlines."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from checklists.rules import Severity
from monitoring.audit.rules import Event
from monitoring.core.i18n import N_, Message


class Level(StrEnum):
    """Where something has to change."""

    PLACE = "place"
    REGION = "region"
    NATIONAL = "national"
    LAW = "law"

    @property
    def label(self) -> Message:
        """The level in words."""
        return _LEVELS[self]


class Priority(StrEnum):
    """What comes first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"

    @property
    def label(self) -> Message:
        """The priority in words."""
        return _PRIORITIES[self]


class RecommendationState(StrEnum):
    """What was done with a recommendation so far."""

    DRAFT = "draft"
    PUBLISHED = "published"

    @property
    def label(self) -> Message:
        """The state in words."""
        return _STATES[self]


class RecommendationEvent(Event):
    """What happens to recommendations."""

    WRITTEN = "recommendations.written"
    CHANGED = "recommendations.changed"
    REMOVED = "recommendations.removed"
    PUBLISHED = "recommendations.published"


_LEVELS = {
    Level.PLACE: N_("the place itself"),
    Level.REGION: N_("the region"),
    Level.NATIONAL: N_("the whole country"),
    Level.LAW: N_("the law"),
}
_PRIORITIES = {Priority.URGENT: N_("at once"), Priority.HIGH: N_("soon"), Priority.NORMAL: N_("in good time")}
_STATES = {
    RecommendationState.DRAFT: N_("being written"),
    RecommendationState.PUBLISHED: N_("published, waiting for a reply"),
}
REPLY_DAYS = {"KZ": 30, "TJ": 30}
"""Days in which an authority answers (Kazakhstan: practice of the mechanism; Tajikistan: law on citizens' appeals; both from
memory, to be checked). Everywhere else, as in Kyrgyzstan (npm.kg, recommendations to state bodies): one month."""
TORTURE_DAYS = 1
"""Days for the first steps where torture was found (npm.kg, the same page)."""
TORTURE = "illtreat"
"""The theme under which torture and ill-treatment are found."""

Answered = tuple[str, Severity]
"""Theme and severity of a finding."""


def proposed_deadline(country: str, today: date, findings: Iterable[Answered]) -> date:
    """A deadline to start from: the country's time for a reply, and a day where torture was found."""
    if (TORTURE, Severity.CRITICAL) in set(findings):
        return today + timedelta(days=TORTURE_DAYS)
    days = REPLY_DAYS.get(country)
    return today + timedelta(days=days) if days else _a_month_later(today)


def _a_month_later(day: date) -> date:
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def proposed_priority(severities: list[Severity]) -> Priority:
    """A priority to start from."""
    if Severity.CRITICAL in severities:
        return Priority.URGENT
    return Priority.HIGH if Severity.HIGH in severities else Priority.NORMAL
