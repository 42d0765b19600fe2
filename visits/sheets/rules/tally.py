"""Who was interviewed, counted: sex, age band and status of each person, apart from everything that was said."""

import re
from collections import Counter
from collections.abc import Iterable

from checklists.rules import ChecklistDefinition
from monitoring.core.errors import DomainError
from monitoring.core.i18n import N_
from visits.sheets.rules.totals import Total

FORM = "INTERVIEW"
PARTS = ("PI08", "PI09", "PI10")
"""The questions whose answers a tally repeats: sex, age band, status."""
_VALUE = re.compile(r"[a-z0-9_]{0,60}\|[a-z0-9_]{0,60}\|[a-z0-9_]{0,60}")


class TallyProblem(DomainError):
    """A tally that counts nothing we know."""

    status = 422
    code = "entry"


WRONG = N_("This count of people interviewed is damaged.")


def tally_value(raw: object) -> str | None:
    """The value of a tally entry; None for an empty one, which only keeps the real ones company. Raises TallyProblem."""
    if raw is None:
        return None
    if not isinstance(raw, str) or not _VALUE.fullmatch(raw):
        raise TallyProblem(WRONG)
    return raw


def check_tally(value: object, definition: ChecklistDefinition | None) -> None:
    """Raise TallyProblem unless every part is empty or an answer of the visit's form."""
    if value is None:
        return
    keys = [definition.questions[code].keys if definition and code in definition.questions else () for code in PARTS]
    if not all(part in (*known, "") for part, known in zip(str(value).split("|"), keys, strict=True)):
        raise TallyProblem(WRONG)


def tally_of(values: Iterable[str]) -> list[Total]:
    """How many people were of which sex, age band and status; of whom it was not noted, does not count there."""
    people = [value.split("|") for value in values]
    counts = [Counter(person[place] for person in people if person[place]) for place in range(len(PARTS))]
    return [Total(code, found.total(), dict(found), {}) for code, found in zip(PARTS, counts, strict=True) if found]
