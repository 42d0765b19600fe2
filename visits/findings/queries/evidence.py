"""What a finding rests on, and what its draft proposes to say."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import ChecklistDefinition, QuestionDefinition
from monitoring.accounts.queries import person_names
from monitoring.core.i18n import text_in
from visits.findings.models import Finding
from visits.findings.queries.findings import SeenFinding
from visits.plan.queries import SeenVisit
from visits.sheets.models import Answer, Sheet
from visits.sheets.queries import interview_totals
from visits.sheets.rules import Side, Total, sides_from_json

Sides = Mapping[tuple[UUID, str], tuple[Side, ...]]
"""Answers by sheet and question."""


@dataclass(frozen=True)
class EvidenceView:
    """One answer under a finding."""

    sheet: Sheet
    definition: ChecklistDefinition
    question: QuestionDefinition
    sides: tuple[Side, ...]
    authors: str


@dataclass(frozen=True)
class Proposed:
    """The question behind a finding, and a sentence to start from."""

    question: QuestionDefinition | None
    text: str


def _question(session: Session, seen: SeenVisit, finding: Finding) -> QuestionDefinition | None:
    """By the form of the plan, else by that of a sheet which was begun before the plan changed."""
    if finding.question is None:
        return None
    planned = seen.plan.versions.get(finding.checklist_code or "")
    if planned is not None and (question := checklists.definition(session, planned).questions.get(finding.question)) is not None:
        return question
    query = select(Sheet.checklist_version_id).where(Sheet.id.in_([row.sheet_id for row in finding.evidence]))
    forms = (checklists.definition(session, version) for version in session.scalars(query) if version is not None)
    return next((form.questions[finding.question] for form in forms if finding.question in form.questions), None)


def proposed(session: Session, found: SeenFinding, language: str, translate: Callable[[str], str]) -> Proposed:
    """What a draft says before somebody writes: the question and its answer."""
    return proposed_of_all(session, [found], language, translate)[found.finding.id]


def proposed_of_all(
    session: Session, findings: Iterable[SeenFinding], language: str, translate: Callable[[str], str]
) -> dict[UUID, Proposed]:
    """The same of many findings, by id: their answers are read at once."""
    rows = list(findings)
    unwritten = [row.finding for row in rows if not row.finding.text]
    sides = _sides(session, unwritten) if unwritten else {}
    return {row.finding.id: _propose(session, row, sides, language, translate) for row in rows}


def _sides(session: Session, findings: list[Finding]) -> Sides:
    keys = {(row.sheet_id, row.question) for finding in findings for row in finding.evidence}
    query = select(Answer).where(Answer.sheet_id.in_({key[0] for key in keys}), Answer.question.in_({key[1] for key in keys}))
    return {(answer.sheet_id, answer.question): sides_from_json(answer.sides) for answer in session.scalars(query)}


def _propose(session: Session, found: SeenFinding, sides: Sides, language: str, translate: Callable[[str], str]) -> Proposed:
    finding, question = found.finding, _question(session, found.seen, found.finding)
    if question is None or finding.text:
        return Proposed(question, finding.text)
    places = sorted((str(row.sheet_id), row.sheet_id) for row in finding.evidence if row.question == question.code)
    given = (side for _text, sheet in places for side in sides.get((sheet, question.code), ()))
    answers = list(dict.fromkeys(question.in_words(side.value, language, translate) for side in given))
    text = text_in(question.texts, language)
    return Proposed(question, f"{text} — {'; '.join(answers)}" if answers else text)


def evidence_of(session: Session, seen: SeenVisit, finding: Finding) -> tuple[list[EvidenceView], Total | None]:
    """The answers under a finding with their authors; of interviews the totals."""
    keys = {(row.sheet_id, row.question) for row in finding.evidence}
    sheets = {
        s.id: s for s in session.scalars(select(Sheet).where(Sheet.id.in_([key[0] for key in keys]), Sheet.visit_id == seen.id))
    }
    answers = session.scalars(
        select(Answer).where(Answer.sheet_id.in_(list(sheets)), Answer.question.in_([key[1] for key in keys]))
    )
    sides = {(answer.sheet_id, answer.question): sides_from_json(answer.sides) for answer in answers}
    people = (person for found in sides.values() for side in found for person in side.authors)
    names = person_names(session, people)
    views = []
    for sheet_id, code in sorted(keys, key=lambda key: (sheets[key[0]].position, sheets[key[0]].label, key[1])):
        version = sheets[sheet_id].checklist_version_id
        definition = checklists.definition(session, version)  # type: ignore[arg-type]  # evidence lies on forms only
        found = sides.get((sheet_id, code), ())
        said_by = dict.fromkeys(names.get(person, "") for side in found for person in side.authors)
        views.append(EvidenceView(sheets[sheet_id], definition, definition.questions[code], found, ", ".join(said_by)))
    total = interview_totals(session, seen).get(finding.question or "") if finding.interviews else None
    return views, total
