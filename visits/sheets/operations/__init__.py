"""Verbs of sheets: make them, take in entries, keep the table of current answers."""

from visits.sheets.operations.answers import rebuild
from visits.sheets.operations.desk import decide_conflict, write_at_desk
from visits.sheets.operations.making import add_device, make_planned_sheets
from visits.sheets.operations.receiving import BatchResult, Receipt, receive

__all__ = [
    "BatchResult",
    "Receipt",
    "add_device",
    "decide_conflict",
    "make_planned_sheets",
    "rebuild",
    "receive",
    "write_at_desk",
]
