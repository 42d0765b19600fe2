"""Read sheets, answers and entries: only through a visit that the person may see."""

from visits.sheets.queries.devices import Sender, devices_of, own_device, receipt_mac, sender_for, watermarks_of
from visits.sheets.queries.entries import EntryView, entries_after, entry_count
from visits.sheets.queries.facts import facts_of
from visits.sheets.queries.interviews import interview_tally, interview_totals, raw_interview
from visits.sheets.queries.photos import missing_photos
from visits.sheets.queries.sheets import SheetOverview, sheet_for, sheets_of, visit_sheet
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
from visits.sheets.queries.waiting import WaitingGroup, homeless_count, waiting_for, waiting_groups

__all__ = [
    "AccessEventView",
    "ConflictView",
    "EntryView",
    "QuestionView",
    "Sender",
    "SheetOverview",
    "SheetView",
    "VisitConflict",
    "WaitingGroup",
    "access_events",
    "answer_for",
    "answers_of",
    "conflicts",
    "devices_of",
    "entries_after",
    "entry_count",
    "facts_of",
    "homeless_count",
    "interview_tally",
    "interview_totals",
    "missing_photos",
    "own_device",
    "question_view",
    "raw_interview",
    "receipt_mac",
    "sender_for",
    "sheet_for",
    "sheet_view",
    "sheets_of",
    "visit_conflicts",
    "visit_sheet",
    "waiting_for",
    "waiting_groups",
    "watermarks_of",
]
