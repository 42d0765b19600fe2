"""The sheets of a visit, and how far each is."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import ChecklistDefinition, Severity, SheetResult, evaluate, worst
from monitoring.core.errors import NotFound
from visits.plan.queries import SeenVisit
from visits.sheets.models import Answer, Sheet
from visits.sheets.queries.facts import facts_of
from visits.sheets.rules import SheetKind, sides_from_json, values_of


@dataclass(frozen=True)
class SheetOverview:
    """A sheet, its form, and how far it is; an interview shows nothing but that it exists."""

    sheet: Sheet
    definition: ChecklistDefinition
    asked: int = 0
    answered: int = 0
    conflicts: int = 0
    worst: Severity | None = None

    @property
    def interview(self) -> bool:
        """Whether it is a private interview."""
        return self.sheet.per == SheetKind.INTERVIEW


def sheet_for(session: Session, seen: SeenVisit, sheet_id: UUID) -> Sheet:
    """A sheet of the visit. Raises NotFound."""
    found = session.get(Sheet, sheet_id)
    if found is None or found.visit_id != seen.id:
        raise NotFound
    return found


def visit_sheet(session: Session, seen: SeenVisit) -> Sheet:
    """The sheet that holds what belongs to no form. Raises NotFound."""
    query = select(Sheet).where(Sheet.visit_id == seen.id, Sheet.per == SheetKind.VISIT_SHEET)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def sheets_of(session: Session, seen: SeenVisit) -> list[SheetOverview]:
    """The visit's sheets in their order, the visit sheet left out."""
    query = select(Sheet).where(Sheet.visit_id == seen.id, Sheet.checklist_version_id.is_not(None))
    sheets = list(session.scalars(query.order_by(Sheet.position, Sheet.opened_at, Sheet.id)))
    versions = {sheet.checklist_version_id for sheet in sheets if sheet.checklist_version_id}
    definitions = checklists.definitions(session, versions)
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    for answer in session.scalars(select(Answer).where(Answer.visit_id == seen.id)):
        answers[answer.sheet_id].append(answer)
    facts = facts_of(session, seen.visit, seen.plan)
    found = []
    for sheet in sheets:
        definition = definitions[sheet.checklist_version_id]  # type: ignore[index]  # those without one were left out
        sides = {answer.question: values_of(sides_from_json(answer.sides)) for answer in answers[sheet.id]}
        found.append(_overview(sheet, definition, evaluate(definition, sides, facts), answers[sheet.id]))
    return found


def _overview(sheet: Sheet, definition: ChecklistDefinition, result: SheetResult, answers: list[Answer]) -> SheetOverview:
    if sheet.per == SheetKind.INTERVIEW:
        return SheetOverview(sheet, definition)
    levels = [Severity(answer.severity) for answer in answers if answer.severity and answer.relevant]
    return SheetOverview(sheet, definition, result.asked, result.answered, len(result.conflicts), worst(levels))
