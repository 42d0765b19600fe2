"""What the answers of one sheet add up to: which questions are asked, what is a problem, how far one is.

Python is the truth, the tablet's TypeScript the preview; both are held to tests/rule_cases.json.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product

from checklists.rules.definition import ChecklistDefinition, QuestionDefinition
from checklists.rules.grammar import ProblemRule
from checklists.rules.kinds import NOT_ASSESSED, QuestionType, Severity, worst
from checklists.rules.tree import CONNECTIVES, Node, codes
from checklists.rules.values import Value

Sides = Mapping[str, tuple[Value, ...]]
"""The current values of each question; several where people disagree, none where nothing was answered."""

Seen = Callable[[str], Value | None]
MOST_COMBINATIONS = 64


@dataclass(frozen=True)
class VisitFacts:
    """What is known of the visit as a whole; a count that is not known yet counts as more than 0."""

    country: str
    kind: str
    previous: bool
    capacity: float | None = None
    present: float | None = None
    women: float | None = None
    minors: float | None = None
    foreigners: float | None = None
    disabled: float | None = None

    def value(self, name: str) -> float | str:
        """The fact as rules see it."""
        if name == "previous":
            return "yes" if self.previous else "no"
        found = getattr(self, name)
        return math.inf if found is None else found


@dataclass(frozen=True)
class SectionCount:
    """How far a section is; conflicts count as unanswered."""

    asked: int
    answered: int
    not_assessed: int
    problems: dict[Severity, int]


@dataclass(frozen=True)
class SheetResult:
    """What a sheet adds up to."""

    visible: tuple[str, ...]
    problems: dict[str, Severity]
    conflicts: frozenset[str]
    sections: dict[str, SectionCount] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """How many questions are asked."""
        return sum(section.asked for section in self.sections.values())

    @property
    def answered(self) -> int:
        """How many have an answer, "not assessed" included."""
        return sum(section.answered for section in self.sections.values())

    @property
    def worst(self) -> Severity | None:
        """The gravest problem."""
        return worst(list(self.problems.values()))


def evaluate(definition: ChecklistDefinition, sides: Sides, facts: VisitFacts, *, key_only: bool = False) -> SheetResult:
    """Evaluate one sheet. With `key_only` the counts look at the core questions and those they depend on."""
    sheet = _Sheet(definition, sides, facts)
    visible = tuple(code for code in definition.questions if sheet.visible(code))
    problems = {code: found for code in visible if (found := sheet.problem(code)) is not None}
    conflicts = frozenset(code for code in visible if len(set(sides.get(code, ()))) > 1)
    counted = [code for code in visible if not key_only or code in definition.key_questions or sides.get(code)]
    sections = {s.key: _count(s.questions, counted, sides, problems, conflicts) for s in definition.sections}
    return SheetResult(visible, problems, conflicts, sections)


def _count(
    members: tuple[str, ...], counted: list[str], sides: Sides, problems: dict[str, Severity], conflicts: frozenset[str]
) -> SectionCount:
    inside = set(members)
    asked = [code for code in counted if code in inside]
    done = [code for code in asked if sides.get(code) and code not in conflicts]
    levels = [problems[code] for code in asked if code in problems]
    return SectionCount(
        asked=len(asked),
        answered=len(done),
        not_assessed=sum(sides[code][0] == NOT_ASSESSED for code in done),
        problems={level: levels.count(level) for level in Severity if level in levels},
    )


class _Sheet:
    """The answers of one sheet, seen through its rules."""

    def __init__(self, definition: ChecklistDefinition, sides: Sides, facts: VisitFacts) -> None:
        self._definition, self._sides, self._facts = definition, sides, facts
        self._visible: dict[str, bool] = {}

    def visible(self, code: str) -> bool:
        """Whether a question is asked: any side of a disagreement is enough."""
        if code not in self._visible:
            self._visible[code] = False  # a rule that comes back to itself hides the question
            rule = self._definition.questions[code].relevant
            self._visible[code] = rule is None or any(holds(rule, seen, self._facts) for seen in self._worlds(rule))
        return self._visible[code]

    def problem(self, code: str) -> Severity | None:
        """The gravest problem of a visible question, over all sides."""
        question = self._definition.questions[code]
        if not question.problems or not self._sides.get(code):
            return None
        return worst([level for rule_level in self._levels(question) for level in rule_level])

    def _levels(self, question: QuestionDefinition) -> Iterator[list[Severity]]:
        for rule in question.problems:
            yield [
                level for seen in self._worlds(rule.when, question.code) if (level := _level(question, rule, seen, self._facts))
            ]

    def _worlds(self, rule: Node, *more: str) -> Iterator[Seen]:
        """Each way in which the questions of a rule may be answered, given who said what."""
        looked_at = sorted({*codes(rule), *more})
        options = [(self._sides.get(code) or (None,)) if self.visible(code) else (None,) for code in looked_at]
        for combination in islice(product(*options), MOST_COMBINATIONS):
            yield dict(zip(looked_at, combination, strict=True)).get


def _level(question: QuestionDefinition, rule: ProblemRule, seen: Seen, facts: VisitFacts) -> Severity | None:
    own = seen(question.code)
    if own is None or own == NOT_ASSESSED:
        return None
    if question.type is QuestionType.YES_NO_PARTLY and own == "partly":
        return rule.severity.one_lower if rule.when[0] == "=" else None
    return rule.severity if holds(rule.when, seen, facts) else None


def holds(node: Node, seen: Seen, facts: VisitFacts) -> bool:
    """Whether a condition is true."""
    name = node[0]
    if name in CONNECTIVES:
        return (all if name == "and" else any)(holds(part, seen, facts) for part in node[1:])
    if name == "not":
        return not holds(node[1], seen, facts)
    if name == "answered":
        return value_of(node[1], seen, facts) is not None
    if name in {"in", "has", "other"}:
        return _member(name, value_of(node[1], seen, facts), node[2])
    if name == "differs":
        return _compare("!=", _as_number(value_of(node[1], seen, facts)), _as_number(value_of(node[2], seen, facts)))
    return _compare(name, value_of(node[1], seen, facts), value_of(node[2], seen, facts))


def _member(name: str, value: Value | float | None, keys: list[str]) -> bool:
    if name == "in":
        return value in keys
    ticked = value if isinstance(value, tuple) else ()
    return any((key in keys) == (name == "has") for key in ticked)


def value_of(node: Node, seen: Seen, facts: VisitFacts) -> Value | float | None:
    """The value of an expression; None where something is missing, not assessed or divided by zero."""
    name = node[0]
    if name == "answer":
        return seen(node[1])
    if name == "fact":
        return facts.value(node[1])
    if name in {"text", "number"}:
        return node[1]  # type: ignore[no-any-return]  # checked when the tree was read
    left, right = (_as_number(value_of(part, seen, facts)) for part in node[1:])
    return None if left is None or right is None else _arithmetic(name, left, right)


def _arithmetic(name: str, left: float, right: float) -> float | None:
    if name == "+":
        return left + right
    if name == "-":
        return left - right
    if name == "*":
        return left * right
    return left / right if right else None


def _as_number(value: Value | float | None) -> float | None:
    if isinstance(value, str):
        try:
            return float(value.replace(",", "."))
        except ValueError:
            return None
    return value if isinstance(value, int | float) else None


def _compare(sign: str, left: Value | float | None, right: Value | float | None) -> bool:
    if isinstance(right, str) and isinstance(left, str) and sign in {"=", "!="}:
        return (left == right) == (sign == "=")
    first, second = _as_number(left), _as_number(right)
    if first is None or second is None:
        return sign == "!=" and isinstance(left, str) and right is not None
    return {
        "=": first == second,
        "!=": first != second,
        "<": first < second,
        ">": first > second,
        "<=": first <= second,
        ">=": first >= second,
    }[sign]
