"""Recommendations to authorities: levels, priorities, states, deadlines."""

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
DAYS = {Severity.CRITICAL: 7, Severity.HIGH: 30, Severity.MEDIUM: 180, Severity.LOW: 365}
"""Days that are proposed for an authority to act, by the gravest finding (practice of the mechanisms; editable)."""


def proposed_deadline(today: date, severities: list[Severity]) -> date:
    """A deadline to start from: the gravest finding decides."""
    return today + timedelta(days=min((DAYS[severity] for severity in severities), default=DAYS[Severity.MEDIUM]))


def proposed_priority(severities: list[Severity]) -> Priority:
    """A priority to start from."""
    if Severity.CRITICAL in severities:
        return Priority.URGENT
    return Priority.HIGH if Severity.HIGH in severities else Priority.NORMAL


def days_left(today: date, due_on: date) -> int:
    """Days until the deadline; negative when it has passed."""
    return (due_on - today).days
