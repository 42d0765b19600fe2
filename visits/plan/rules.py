"""The plan of a visit: what it says, its states, and how its dates and team must fit together."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from monitoring.audit.rules import Event
from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_, Message

LONGEST_DAYS = 60
"""Days between the first and the last day of one visit."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class VisitKind(StrEnum):
    """What a visit is for."""

    PERIODIC = "periodic"
    INTERIM = "interim"
    SPECIAL = "special"
    THEMATIC = "thematic"
    FOLLOWUP = "followup"

    @property
    def label(self) -> Message:
        """The kind in words."""
        return _KINDS[self]


class VisitState(StrEnum):
    """Where a visit is on its way."""

    PLANNED = "planned"
    RETURNED = "returned"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Message:
        """The state in words."""
        return _STATES[self]


class CancelReason(StrEnum):
    """Why a visit was cancelled; kept without the place."""

    ACCESS = "access"
    SECURITY = "security"
    TEAM = "team"
    OTHER = "other"

    @property
    def label(self) -> Message:
        """The reason in words."""
        return _REASONS[self]


_KINDS = {
    VisitKind.PERIODIC: N_("Periodic visit"),
    VisitKind.INTERIM: N_("Interim visit"),
    VisitKind.SPECIAL: N_("Special visit"),
    VisitKind.THEMATIC: N_("Thematic visit"),
    VisitKind.FOLLOWUP: N_("Follow-up visit"),
}
_STATES = {
    VisitState.PLANNED: N_("planned"),
    VisitState.RETURNED: N_("the team has returned"),
    VisitState.CANCELLED: N_("cancelled"),
}
_REASONS = {
    CancelReason.ACCESS: N_("there was no access"),
    CancelReason.SECURITY: N_("it was not safe"),
    CancelReason.TEAM: N_("the team could not go"),
    CancelReason.OTHER: N_("another reason"),
}


class VisitEvent(Event):
    """What happens to visits."""

    PLANNED = "visits.planned"
    PLAN_CHANGED = "visits.plan_changed"
    CANCELLED = "visits.cancelled"
    RETURNED = "visits.returned"


@dataclass(frozen=True)
class Plan:
    """All that is known of a visit before it happens. `members` holds the letter of each person, the lead included."""

    facility_id: UUID
    region_code: str
    kind: VisitKind
    announced: bool
    starts_on: date
    ends_on: date
    objective: str
    lead_id: UUID
    members: tuple[tuple[UUID, str], ...]
    versions: dict[str, UUID]
    previous: bool

    def letter(self, person_id: UUID) -> str | None:
        """The person's letter in the team."""
        return dict(self.members).get(person_id)

    @property
    def days(self) -> int:
        """How many calendar days it lasts."""
        return (self.ends_on - self.starts_on).days + 1

    def to_json(self) -> dict[str, Any]:
        """What is stored, encrypted."""
        return {
            "facility_id": str(self.facility_id),
            "region_code": self.region_code,
            "kind": str(self.kind),
            "announced": self.announced,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "objective": self.objective,
            "lead_id": str(self.lead_id),
            "members": [[str(person), letter] for person, letter in self.members],
            "versions": {code: str(version) for code, version in self.versions.items()},
            "previous": self.previous,
        }


def from_json(data: dict[str, Any]) -> Plan:
    """A plan from its stored form."""
    return Plan(
        facility_id=UUID(data["facility_id"]),
        region_code=data["region_code"],
        kind=VisitKind(data["kind"]),
        announced=data["announced"],
        starts_on=date.fromisoformat(data["starts_on"]),
        ends_on=date.fromisoformat(data["ends_on"]),
        objective=data["objective"],
        lead_id=UUID(data["lead_id"]),
        members=tuple((UUID(person), letter) for person, letter in data["members"]),
        versions={code: UUID(version) for code, version in data["versions"].items()},
        previous=data["previous"],
    )


def check_dates(starts_on: date, ends_on: date) -> None:
    """Raise Invalid unless the last day follows the first within reason."""
    if ends_on < starts_on:
        raise _wrong("ends_on", N_("The last day lies before the first. Change one of them."))
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise _wrong("ends_on", N_("A visit takes at most two months. Plan a second one for the rest."))


def _wrong(field: str, message: Message) -> Invalid:
    return Invalid(N_("Please look at this again."), {field: message})


def letters_for(team: list[UUID], before: tuple[tuple[UUID, str], ...] = ()) -> tuple[tuple[UUID, str], ...]:
    """A letter for each member; whoever had one keeps it, and a letter that was given is never given again."""
    had = dict(before)
    free = iter([letter for letter in _endless_letters(len(team) + len(before)) if letter not in had.values()])
    return tuple((person, had.get(person) or next(free)) for person in team)


def _endless_letters(count: int) -> list[str]:
    pairs = [first + second for first in LETTERS for second in LETTERS]
    return [*LETTERS, *pairs][: count + 1]


def quarter(day: date) -> str:
    """The quarter of a day, like 2026-Q4."""
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"
