"""One immutable version of a checklist, and its JSON form."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from checklists.rules import tree
from checklists.rules.grammar import ProblemRule
from checklists.rules.kinds import ANSWERS, Per, QuestionType, Severity
from checklists.rules.tree import Node
from checklists.rules.values import Value, canonical
from monitoring.core.i18n import Message, text_in

Texts = dict[str, str]


@dataclass(frozen=True)
class Choice:
    """One answer of a choice or multi question."""

    key: str
    labels: Texts


@dataclass(frozen=True)
class QuestionDefinition:
    """A question: what is asked, when, and what is a problem."""

    code: str
    type: QuestionType
    section: str
    texts: Texts
    helps: Texts
    units: Texts
    choices: tuple[Choice, ...]
    relevant: Node | None
    relevant_text: str
    problems: tuple[ProblemRule, ...]
    problem_text: str
    severity: Severity | None
    sources: tuple[str, ...]
    standards: tuple[str, ...]
    theme: str
    recommendations: tuple[str, ...]
    key: bool

    @cached_property
    def keys(self) -> frozenset[str]:
        """The answers that a choice or multi question takes."""
        return frozenset(choice.key for choice in self.choices)

    @cached_property
    def depends_on(self) -> frozenset[str]:
        """Other questions that this one's rules look at."""
        trees = [rule.when for rule in self.problems] + ([self.relevant] if self.relevant else [])
        return frozenset(code for node in trees for code in tree.codes(node)) - {self.code}

    def canonical(self, raw: object) -> Value | None:
        """The canonical form of an answer to this question. Raises ValueProblem."""
        return canonical(self.type, raw, self.keys)

    def label(self, key: str, language: str) -> str:
        """A choice in words; a marked text for the answers that every question has; what was written, as it is."""
        found = next((choice for choice in self.choices if choice.key == key), None)
        return text_in(found.labels, language) if found else ANSWERS.get(key, key)

    def in_words(self, value: Value, language: str, translate: Callable[[str], str]) -> str:
        """An answer as people read it, with its unit."""
        if isinstance(value, tuple):
            return ", ".join(self.label(key, language) for key in value)
        label = self.label(value, language)
        said = translate(label) if isinstance(label, Message) else label
        unit = text_in(self.units, language) if self.units and value not in ANSWERS else ""
        return f"{said} {unit}".strip()

    def to_json(self) -> dict[str, Any]:
        """What is stored, and what the tablet reads."""
        return {
            "code": self.code,
            "type": str(self.type),
            "section": self.section,
            "texts": self.texts,
            "helps": self.helps,
            "units": self.units,
            "choices": [{"key": choice.key, "labels": choice.labels} for choice in self.choices],
            "relevant": self.relevant,
            "relevant_text": self.relevant_text,
            "problems": [{"when": rule.when, "severity": str(rule.severity)} for rule in self.problems],
            "problem_text": self.problem_text,
            "severity": str(self.severity) if self.severity else None,
            "sources": list(self.sources),
            "standards": list(self.standards),
            "theme": self.theme,
            "recommendations": list(self.recommendations),
            "key": self.key,
            "depends_on": sorted(self.depends_on),
        }


@dataclass(frozen=True)
class SectionDefinition:
    """Questions that are answered in one part of the building."""

    key: str
    titles: Texts
    questions: tuple[str, ...]


@dataclass(frozen=True)
class ChecklistDefinition:
    """A whole form. `languages` says how far each language is: original, unreviewed, reviewed."""

    code: str
    per: Per
    titles: Texts
    languages: Texts
    facility_kinds: tuple[str, ...]
    sections: tuple[SectionDefinition, ...]
    questions: dict[str, QuestionDefinition] = field(default_factory=dict)

    @cached_property
    def dependants(self) -> dict[str, tuple[str, ...]]:
        """For each question those whose rules look at it, in the form's order."""
        found: dict[str, list[str]] = {code: [] for code in self.questions}
        for code, question in self.questions.items():
            for other in question.depends_on:
                found[other].append(code)
        return {code: tuple(others) for code, others in found.items()}

    @cached_property
    def key_questions(self) -> frozenset[str]:
        """The core questions and those they depend on: what a short visit asks."""
        wanted, waiting = set[str](), [code for code, question in self.questions.items() if question.key]
        while waiting:
            code = waiting.pop()
            if code not in wanted:
                wanted.add(code)
                waiting.extend(self.questions[code].depends_on)
        return frozenset(wanted)

    def to_json(self) -> dict[str, Any]:
        """What is stored, and what the tablet reads."""
        return {
            "code": self.code,
            "per": str(self.per),
            "titles": self.titles,
            "languages": self.languages,
            "facility_kinds": list(self.facility_kinds),
            "sections": [{"key": s.key, "titles": s.titles, "questions": list(s.questions)} for s in self.sections],
            "questions": {code: question.to_json() for code, question in self.questions.items()},
        }

    @cached_property
    def sha256(self) -> str:
        """The fingerprint of this version."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def from_json(data: dict[str, Any]) -> ChecklistDefinition:
    """A definition from its stored form. Raises RuleError, KeyError or ValueError when it is damaged."""
    return ChecklistDefinition(
        code=data["code"],
        per=Per(data["per"]),
        titles=data["titles"],
        languages=data["languages"],
        facility_kinds=tuple(data["facility_kinds"]),
        sections=tuple(SectionDefinition(s["key"], s["titles"], tuple(s["questions"])) for s in data["sections"]),
        questions={code: _question(question) for code, question in data["questions"].items()},
    )


def _question(data: dict[str, Any]) -> QuestionDefinition:
    return QuestionDefinition(
        code=data["code"],
        type=QuestionType(data["type"]),
        section=data["section"],
        texts=data["texts"],
        helps=data["helps"],
        units=data["units"],
        choices=tuple(Choice(choice["key"], choice["labels"]) for choice in data["choices"]),
        relevant=tree.check(data["relevant"]) if data["relevant"] else None,
        relevant_text=data["relevant_text"],
        problems=tuple(ProblemRule(tree.check(rule["when"]), Severity(rule["severity"])) for rule in data["problems"]),
        problem_text=data["problem_text"],
        severity=Severity(data["severity"]) if data["severity"] else None,
        sources=tuple(data["sources"]),
        standards=tuple(data["standards"]),
        theme=data["theme"],
        recommendations=tuple(data["recommendations"]),
        key=data["key"],
    )
