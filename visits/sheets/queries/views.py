"""Sheets as the office reads them: questions, answers with their authors, what is a problem, what is open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import ChecklistDefinition, QuestionDefinition, SectionDefinition, Severity, SheetResult, evaluate
from monitoring.accounts.queries import person_names
from monitoring.core.errors import NotFound
from monitoring.core.i18n import Message
from visits.plan.queries import SeenVisit
from visits.sheets.models import Answer, Sheet
from visits.sheets.queries.facts import facts_of
from visits.sheets.queries.sheets import sheet_for
from visits.sheets.rules import (
    ACCESS_ITEMS,
    FACT_LABELS,
    AccessAnswer,
    SheetKind,
    Side,
    access_item,
    sides_from_json,
    values_of,
)

Names = Mapping[UUID, str]


@dataclass(frozen=True)
class QuestionView:
    """A question with its answer."""

    question: QuestionDefinition
    sides: tuple[Side, ...]
    severity: Severity | None
    conflict: bool
    names: Names

    def authors(self, side: Side) -> str:
        """Who gave an answer."""
        return ", ".join(self.names.get(person, "") for person in side.authors)


@dataclass(frozen=True)
class SheetView:
    """A whole sheet for reading."""

    sheet: Sheet
    definition: ChecklistDefinition
    result: SheetResult
    questions: Mapping[str, QuestionView]

    def section(self, section: SectionDefinition) -> list[QuestionView]:
        """The visible questions of a section."""
        return [self.questions[code] for code in section.questions if code in self.questions]


@dataclass(frozen=True)
class ConflictView:
    """A question to which people gave different answers."""

    sheet: Sheet
    definition: ChecklistDefinition
    view: QuestionView


@dataclass(frozen=True)
class VisitConflict:
    """Something about the visit as a whole that people wrote down differently: its name, and each answer with its authors.

    `entries` are the ids of those that stand against each other.
    """

    sheet_id: UUID
    question: str
    name: Message
    sides: tuple[tuple[str, str], ...]
    entries: str


@dataclass(frozen=True)
class AccessEventView:
    """Something asked for under OPCAT Art. 20, and what came of it."""

    item: str
    answer: AccessAnswer
    at: str
    who: str
    ground: str
    note: str
    authors: str
    others: tuple[str, ...] = field(default=())


def answers_of(session: Session, seen: SeenVisit, sheet_ids: Iterable[UUID] | None = None) -> list[Answer]:
    """The current answers of a visit, or of some of its sheets."""
    query = select(Answer).where(Answer.visit_id == seen.id)
    if sheet_ids is not None:
        query = query.where(Answer.sheet_id.in_(list(sheet_ids)))
    return list(session.scalars(query))


def answer_for(session: Session, seen: SeenVisit, sheet_id: UUID, question: str) -> tuple[Side, ...]:
    """The sides of one question. Raises NotFound."""
    sheet_for(session, seen, sheet_id)
    query = select(Answer).where(Answer.sheet_id == sheet_id, Answer.question == question)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound
    return sides_from_json(found.sides)


def sheet_view(session: Session, seen: SeenVisit, sheet_id: UUID) -> SheetView:
    """A sheet with its answers. Raises NotFound, also for an interview: of those there are totals only."""
    sheet = sheet_for(session, seen, sheet_id)
    if sheet.per == SheetKind.INTERVIEW or sheet.checklist_version_id is None:
        raise NotFound
    definition = checklists.definition(session, sheet.checklist_version_id)
    sides = {answer.question: sides_from_json(answer.sides) for answer in answers_of(session, seen, [sheet_id])}
    values = {code: values_of(found) for code, found in sides.items()}
    result = evaluate(definition, values, facts_of(session, seen.visit, seen.plan))
    names = person_names(session, (person for found in sides.values() for side in found for person in side.authors))
    questions = {code: _question(definition.questions[code], sides.get(code, ()), result, names) for code in result.visible}
    return SheetView(sheet, definition, result, questions)


def _question(question: QuestionDefinition, sides: tuple[Side, ...], result: SheetResult, names: Names) -> QuestionView:
    return QuestionView(question, sides, result.problems.get(question.code), question.code in result.conflicts, names)


def question_view(session: Session, seen: SeenVisit, sheet_id: UUID, code: str) -> tuple[SheetView, QuestionView]:
    """One question of a sheet. Raises NotFound when it is not asked there."""
    view = sheet_view(session, seen, sheet_id)
    if code not in view.questions:
        raise NotFound
    return view, view.questions[code]


def conflicts(session: Session, seen: SeenVisit) -> list[ConflictView]:
    """All questions of a visit to which people gave different answers."""
    query = select(Answer.sheet_id).where(Answer.visit_id == seen.id, Answer.conflict).distinct()
    views = [sheet_view(session, seen, sheet_id) for sheet_id in session.scalars(query) if _is_form(session, sheet_id)]
    return [
        ConflictView(view.sheet, view.definition, question)
        for view in sorted(views, key=lambda view: (view.sheet.position, view.sheet.label))
        for question in view.questions.values()
        if question.conflict
    ]


def _is_form(session: Session, sheet_id: UUID) -> bool:
    return session.get_one(Sheet, sheet_id).checklist_version_id is not None


def visit_conflicts(session: Session, seen: SeenVisit) -> list[VisitConflict]:
    """Counts of the first talk and answers at the gate that people wrote down differently."""
    query = select(Answer).join(Sheet, Sheet.id == Answer.sheet_id)
    query = query.where(Answer.visit_id == seen.id, Answer.conflict, Sheet.checklist_version_id.is_(None))
    rows = [(answer, sides_from_json(answer.sides)) for answer in session.scalars(query.order_by(Answer.question))]
    names = person_names(session, (person for _answer, sides in rows for side in sides for person in side.authors))
    return [_visit_conflict(answer, sides, names) for answer, sides in rows]


def _visit_conflict(answer: Answer, sides: tuple[Side, ...], names: Names) -> VisitConflict:
    item = access_item(answer.question)
    name = ACCESS_ITEMS[item] if item else FACT_LABELS[answer.question]
    said = tuple(
        (AccessAnswer(str(side.value)).label if item else str(side.value), ", ".join(names.get(p, "") for p in side.authors))
        for side in sides
    )
    entries = " ".join(str(head.id) for side in sides for head in side.heads)
    return VisitConflict(answer.sheet_id, answer.question, name, said, entries)


def access_events(session: Session, seen: SeenVisit) -> list[AccessEventView]:
    """What was asked for at the place and what came of it, by item and time."""
    query = select(Answer).where(Answer.visit_id == seen.id, Answer.question.startswith("access.", autoescape=True))
    rows = [(answer.question, sides_from_json(answer.sides)) for answer in session.scalars(query)]
    names = person_names(session, (person for _q, sides in rows for side in sides for person in side.authors))
    events = [_event(item, sides, names) for question, sides in rows if (item := access_item(question)) and sides]
    return sorted(events, key=lambda event: (event.item, event.at))


def _event(item: str, sides: tuple[Side, ...], names: Names) -> AccessEventView:
    side = sides[0]
    said = side.heads[0].content.get("access") or {}
    return AccessEventView(
        item=item,
        answer=AccessAnswer(str(side.value)),
        at=said.get("at", ""),
        who=said.get("who", ""),
        ground=said.get("ground", ""),
        note=" ".join(side.notes),
        authors=", ".join(names.get(person, "") for person in side.authors),
        others=tuple(str(other.value) for other in sides[1:]),
    )
