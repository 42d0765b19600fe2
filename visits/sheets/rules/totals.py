"""What interviews add up to: how many people said what, and no more."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from checklists.rules import NOT_ASSESSED, ChecklistDefinition, QuestionType, Severity, Value, VisitFacts, evaluate

ASKED = "*"
PROBLEM = "!"
SMALL = 5
"""Outside the team, counts below this are not shown, nor those that would give them away."""

COUNTED = {QuestionType.YES_NO_PARTLY, QuestionType.CHOICE, QuestionType.MULTI}
Totals = dict[tuple[str, str], int]
"""People by question and answer; under `*` all who were asked, under `!high` those whose answer is such a problem."""


def chain(joins: Mapping[UUID, UUID | None], sheet: UUID) -> list[UUID]:
    """A sheet, the one that it goes on from, and so on to the first."""
    found, before = [sheet], joins.get(sheet)
    while before is not None and before in joins and before not in found:
        found.append(before)
        before = joins[before]
    return found


def totals_of(definition: ChecklistDefinition, people: Iterable[Mapping[str, tuple[Value, ...]]], facts: VisitFacts) -> Totals:
    """Count the answers of several interviews; a person whose own answers disagree counts for none."""
    counts: Counter[tuple[str, str]] = Counter()
    for sides in people:
        result = evaluate(definition, sides, facts)
        for code in result.visible:
            found = sides.get(code, ())
            if len(found) == 1 and found[0] != NOT_ASSESSED:
                counts[code, ASKED] += 1
                counts.update((code, key) for key in _keys(definition, code, found[0]))
        counts.update((code, f"{PROBLEM}{level}") for code, level in result.problems.items())
    return dict(counts)


def _keys(definition: ChecklistDefinition, code: str, value: Value) -> tuple[str, ...]:
    if definition.questions[code].type not in COUNTED:
        return ()
    return value if isinstance(value, tuple) else (value,)


@dataclass(frozen=True)
class Total:
    """How people answered one question; None where the count is not shown."""

    question: str
    asked: int | None
    people: dict[str, int | None]
    problems: dict[Severity, int]


def hide_small(total: Total) -> Total | None:
    """What may be shown outside the team: nothing of fewer than five people, and no count from 1 to 4.

    Whoever adds up what is shown knows the sum of what is hidden: a hidden count that stands alone, or several whose sum
    says that each is 1 or each is 4, would be known. Then no count of the question is shown. (Hiding only one more, the
    smallest, is not enough: that it was the smallest tells too much.)
    """
    if total.asked is None or total.asked < SMALL:
        return None
    people = {key: count or 0 for key, count in total.people.items()}
    hidden = {key for key, count in people.items() if 0 < count < SMALL}
    known = sum(people[key] for key in hidden)
    if hidden and (len(hidden) == 1 or known in {len(hidden), len(hidden) * (SMALL - 1)}):
        hidden = {key for key, count in people.items() if count}
        if len(hidden) == total.asked:
            return None
    return Total(total.question, total.asked, {key: None if key in hidden else count for key, count in people.items()}, {})
