"""What a finding rests on, and what its draft proposes to say."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import ChecklistDefinition, QuestionDefinition
from monitoring.accounts.queries import person_names
from monitoring.core.i18n import text_in
from visits.findings.models import Finding
from visits.plan.queries import SeenVisit
from visits.sheets.models import Answer, Sheet
from visits.sheets.queries import interview_totals
from visits.sheets.rules import Side, Total, sides_from_json


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
    query = select(Sheet.checklist_version_id).where(Sheet.id.in_([row.sheet_id for row in finding.evidence]))
    versions = [version for version in (planned, *session.scalars(query)) if version is not None]
    forms = (checklists.definition(session, version) for version in versions)
    return next((form.questions[finding.question] for form in forms if finding.question in form.questions), None)


def proposed(session: Session, seen: SeenVisit, finding: Finding, language: str, translate: Callable[[str], str]) -> Proposed:
    """What a draft says before somebody writes: the question and its answer."""
    question = _question(session, seen, finding)
    if question is None:
        return Proposed(None, finding.text)
    if finding.text:
        return Proposed(question, finding.text)
    rows = select(Answer).where(Answer.question == question.code, Answer.sheet_id.in_([row.sheet_id for row in finding.evidence]))
    sides = [side for answer in session.scalars(rows) for side in sides_from_json(answer.sides)]
    answers = list(dict.fromkeys(question.in_words(side.value, language, translate) for side in sides))
    text = text_in(question.texts, language)
    return Proposed(question, f"{text} {'; '.join(answers)}" if answers else text)


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
