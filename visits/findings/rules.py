"""Findings: their states, what a rule proposes, and how well a thing is supported."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from checklists.rules import Severity, Source, worst
from monitoring.audit.rules import Event
from monitoring.core.i18n import N_, Message
from visits.sheets.rules import Confidence


class FindingKind(StrEnum):
    """A problem, or something others can learn from."""

    PROBLEM = "problem"
    GOOD_PRACTICE = "good_practice"

    @property
    def label(self) -> Message:
        """The kind in words."""
        return _KINDS[self]


class FindingState(StrEnum):
    """Where a finding is on its way."""

    DRAFT = "draft"
    WAITS_FOR_SECOND = "waits_for_second"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Message:
        """The state in words."""
        return _STATES[self]


class CallLink(StrEnum):
    """How a finding stands to a coalition recommendation."""

    SUGGESTED = "suggested"
    LINKED = "linked"
    DECLINED = "declined"


class FindingEvent(Event):
    """What happens to findings."""

    MADE_BY_HAND = "findings.made_by_hand"
    CONFIRMED = "findings.confirmed"
    SECONDED = "findings.seconded"
    EDITED = "findings.edited"
    DROPPED = "findings.dropped"
    TAKEN_UP_AGAIN = "findings.taken_up_again"


_KINDS = {FindingKind.PROBLEM: N_("Problem"), FindingKind.GOOD_PRACTICE: N_("Good practice")}
_STATES = {
    FindingState.DRAFT: N_("to be decided"),
    FindingState.WAITS_FOR_SECOND: N_("waits for a second member"),
    FindingState.CONFIRMED: N_("confirmed"),
    FindingState.DROPPED: N_("dropped"),
    FindingState.WITHDRAWN: N_("no longer proposed"),
}
OPEN = frozenset({FindingState.DRAFT, FindingState.WAITS_FOR_SECOND})
DECIDABLE = frozenset({FindingState.DRAFT, FindingState.CONFIRMED, FindingState.WAITS_FOR_SECOND})

Evidence = tuple[UUID, str, Severity | None]
"""Sheet, question, and how grave the answer there is."""


@dataclass(frozen=True)
class Proposal:
    """What the answers to one question of one form make of it, over all its sheets."""

    checklist: str
    question: str
    severity: Severity
    evidence: tuple[Evidence, ...] = ()
    sources: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    interviews: int = 0

    @property
    def key(self) -> str:
        """One draft finding per visit and question."""
        return f"{self.checklist}:{self.question}"

    @property
    def confidence(self) -> Confidence:
        """How well it is supported."""
        return confidence(self.sources, self.stated, self.interviews)


def confidence(sources: Collection[str], stated: Collection[str] = (), interviews: int = 0) -> Confidence:
    """What people stated themselves, else what the kinds of source add up to; a document weighs most."""
    levels = list(Confidence)
    said = max((levels.index(Confidence(level)) for level in stated), default=-1)
    if not {Source.DOCUMENT, Source.MEDICAL_FILE}.isdisjoint(sources):
        return Confidence.DOCUMENTED
    several = len(set(sources) | ({Source.DETAINEE} if interviews else set()))
    counted = max(several, interviews)
    worked_out = 0 if counted <= 1 else 1 if counted == 2 else 2  # noqa: PLR2004  (one, two, three or more)
    return levels[max(said, worked_out)]


@dataclass
class _Gathering:
    severities: list[Severity] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)
    stated: set[str] = field(default_factory=set)
    interviews: int = 0


@dataclass(frozen=True)
class ProblemAnswer:
    """One answer that a rule calls a problem."""

    checklist: str
    question: str
    sheet: UUID
    severity: Severity
    sources: tuple[str, ...]
    stated: tuple[str, ...]


@dataclass(frozen=True)
class ProblemTotal:
    """Interviews in which an answer is a problem of one level."""

    checklist: str
    question: str
    severity: Severity
    people: int


def proposals(answers: Iterable[ProblemAnswer], totals: Iterable[ProblemTotal]) -> dict[str, Proposal]:
    """One proposal for each question, whatever the order in which its answers come."""
    gathered: dict[tuple[str, str], _Gathering] = {}
    for answer in answers:
        found = gathered.setdefault((answer.checklist, answer.question), _Gathering())
        found.severities.append(answer.severity)
        found.evidence.append((answer.sheet, answer.question, answer.severity))
        found.sources.update(answer.sources)
        found.stated.update(answer.stated)
    for total in totals:
        found = gathered.setdefault((total.checklist, total.question), _Gathering())
        found.severities.append(total.severity)
        found.interviews += total.people
    made = (_proposal(checklist, question, found) for (checklist, question), found in gathered.items())
    return {proposal.key: proposal for proposal in made}


def _proposal(checklist: str, question: str, found: _Gathering) -> Proposal:
    return Proposal(
        checklist=checklist,
        question=question,
        severity=worst(found.severities) or Severity.LOW,
        evidence=tuple(sorted(found.evidence, key=lambda item: (str(item[0]), item[1]))),
        sources=tuple(sorted(found.sources)),
        stated=tuple(sorted(found.stated)),
        interviews=found.interviews,
    )


def needs_second(severity: str) -> bool:
    """A critical finding is confirmed by two members."""
    return severity == Severity.CRITICAL
