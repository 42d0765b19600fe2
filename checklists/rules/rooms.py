"""The arithmetic of rooms and gate times: what the product works out from several answers."""

from dataclasses import dataclass

from checklists.rules.kinds import Severity
from monitoring.core.i18n import N_, Message

SHARED_CELL = 4.0
"""Square metres per person in a shared cell, sanitary corner left out (CPT/Inf (2015) 44, paragraphs 9 and 10)."""
SINGLE_CELL = 6.0
"""Square metres of a cell for one person, besides the sanitary corner (the same source)."""
HIGH_BELOW = 3.0
CRITICAL_BELOW = 2.0
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Space:
    """Square metres per person, and what they mean."""

    per_person: float
    severity: Severity | None
    meaning: Message


def space(area: float | None, sanitary: float | None, people: float | None) -> Space | None:
    """Living space per person from the floor area, its sanitary corner (m2) and how many sleep there; None if unknown."""
    if area is None or not people or people < 0:
        return None
    per_person = (area - (sanitary or 0)) / people
    if per_person < CRITICAL_BELOW:
        return Space(per_person, Severity.CRITICAL, N_("far too little: less than 2 m² per person"))
    if per_person < HIGH_BELOW:
        return Space(per_person, Severity.HIGH, N_("too little: less than 3 m² per person"))
    if per_person < SHARED_CELL:
        return Space(per_person, Severity.MEDIUM, N_("below the European standard of 4 m² per person"))
    if people == 1 and per_person < SINGLE_CELL:
        return Space(per_person, Severity.LOW, N_("a cell for one person should have 6 m²"))
    return Space(per_person, None, N_("at least 4 m² per person, the European standard"))


def minutes_between(start: str, end: str) -> int:
    """Minutes from one HH:MM to another; an end that is earlier lies after midnight."""
    return (_minutes(end) - _minutes(start)) % MINUTES_A_DAY


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
