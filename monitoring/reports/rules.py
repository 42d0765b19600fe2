"""The way of a report: its states, and who may take which step."""

import re
from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from monitoring.audit.rules import Event
from monitoring.core.i18n import N_, Message


class ReportState(StrEnum):
    """Where a report is on its way."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    PUBLISHED = "published"

    @property
    def label(self) -> Message:
        """The state in words."""
        return _STATES[self]


_STATES = {
    ReportState.DRAFT: N_("being written"),
    ReportState.REVIEW: N_("waits for a reviewer"),
    ReportState.APPROVED: N_("approved, waits for the publisher"),
    ReportState.PUBLISHED: N_("published"),
}
NEXT = {
    ReportState.DRAFT: {ReportState.REVIEW},
    ReportState.REVIEW: {ReportState.DRAFT, ReportState.APPROVED},
    ReportState.APPROVED: {ReportState.DRAFT, ReportState.PUBLISHED},
    ReportState.PUBLISHED: set[ReportState](),
}
FROZEN = frozenset({ReportState.APPROVED, ReportState.PUBLISHED})
"""In these states the document is kept as it was approved."""


class DecisionRole(StrEnum):
    """Both must accept what looks like personal data."""

    PUBLISHER = "publisher"
    COORDINATOR = "coordinator"


class ReportEvent(Event):
    """What happens to reports."""

    DRAFTED = "reports.drafted"
    CHANGED = "reports.changed"
    SENT_TO_REVIEW = "reports.sent_to_review"
    SENT_BACK = "reports.sent_back"
    APPROVED = "reports.approved"
    PUBLISHED = "reports.published"
    PERSONAL_DATA_ACCEPTED = "reports.personal_data_accepted"


TEXTS = ("title", "summary", "access", "practice", "closing")
"""What people write in a report; the rest is taken from the visit."""


def accepted(hit_keys: Collection[str], decisions: Collection[tuple[str, str]]) -> bool:
    """Whether publisher and coordinator accepted every hit; `decisions` are pairs of hit and role."""
    return all((key, role) in decisions for key in hit_keys for role in DecisionRole)


def may_approve(person_id: UUID, writers: Collection[UUID]) -> bool:
    """Nobody approves a text they wrote in."""
    return person_id not in writers


def may_publish(person_id: UUID, approved_by: UUID | None) -> bool:
    """Nobody publishes what they approved."""
    return approved_by is not None and person_id != approved_by


def slug(year: int, number: int, name: str) -> str:
    """The address of a published report: year, the visit's number, and the name in Latin letters as far as it has them."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")
    return "-".join(part for part in (str(year), str(number), plain) if part)
