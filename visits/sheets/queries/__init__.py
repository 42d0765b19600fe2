"""Read sheets, answers and entries: only through a visit that the person may see."""

from visits.sheets.queries.entries import EntryView, entries_after, entry_count
from visits.sheets.queries.facts import facts_of
from visits.sheets.queries.interviews import interview_totals, raw_interview
from visits.sheets.queries.sheets import SheetOverview, devices_of, sheet_for, sheets_of, visit_sheet
from visits.sheets.queries.views import (
    AccessEventView,
    ConflictView,
    QuestionView,
    SheetView,
    VisitConflict,
    access_events,
    answer_for,
    answers_of,
    conflicts,
    question_view,
    sheet_view,
    visit_conflicts,
)

__all__ = [
    "AccessEventView",
    "ConflictView",
    "EntryView",
    "QuestionView",
    "SheetOverview",
    "SheetView",
    "VisitConflict",
    "access_events",
    "answer_for",
    "answers_of",
    "conflicts",
    "devices_of",
    "entries_after",
    "entry_count",
    "facts_of",
    "interview_totals",
    "question_view",
    "raw_interview",
    "sheet_for",
    "sheet_view",
    "sheets_of",
    "visit_conflicts",
    "visit_sheet",
]
