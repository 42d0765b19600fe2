"""What a report says of access and cooperation before its writers touch it: from ACCESS and the events under Art. 20."""

from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from checklists.rules import QuestionType, Value
from monitoring.core.i18n import N_, Message, text_in
from visits.plan.queries import SeenVisit
from visits.sheets.queries import QuestionView, SheetView, access_events, sheet_view
from visits.sheets.queries import sheets_of as sheets_of_visit
from visits.sheets.rules import ACCESS_ITEMS

FORM = "ACCESS"
ARRIVED, LET_IN, OVERALL = "AC01", "AC02", "AC36"

Say = Callable[[Message | str], str]
"""Says a marked text in the report's language."""


def access_words(session: Session, seen: SeenVisit, language: str, say: Say) -> str:
    """Times at the gate, what went wrong, what was asked for and what came of it; a line each."""
    views = [sheet_view(session, seen, row.sheet.id) for row in sheets_of_visit(session, seen) if row.definition.code == FORM]
    told = [line for view in views for line in _of_sheet(view, language, say)]
    events = [
        f"{say(ACCESS_ITEMS[event.item])}: {say(event.answer.label)}{f' ({event.at})' if event.at else ''}"
        for event in access_events(session, seen)
    ]
    return "\n".join([*told, *events])


def _of_sheet(view: SheetView, language: str, say: Say) -> Iterator[str]:
    arrived, entered = (_agreed(view.questions.get(code)) for code in (ARRIVED, LET_IN))
    if arrived and entered:
        sentence = N_("The team came to the gate at %(arrived)s and was let in at %(entered)s.")
        yield say(sentence.having(arrived=arrived, entered=entered))
    for code, question in view.questions.items():
        value = _agreed(question)
        asked = question.question
        if value is not None and asked.type is not QuestionType.TEXT and (question.severity or code == OVERALL):
            yield f"{text_in(asked.texts, language)} {asked.in_words(value, language, say)}."


def _agreed(view: QuestionView | None) -> Value | None:
    return view.sides[0].value if view and len(view.sides) == 1 else None
