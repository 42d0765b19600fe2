"""Verbs of sheets: make them, take in entries and files, keep the table of current answers, decide what waits."""

from visits.sheets.operations.answers import rebuild
from visits.sheets.operations.desk import decide_conflict, write_at_desk
from visits.sheets.operations.devices import Enrolled, end_device, end_devices, enrol, note_opening
from visits.sheets.operations.files import FileReceipt, SentFile, look_at, receive_file
from visits.sheets.operations.making import add_device, make_planned_sheets
from visits.sheets.operations.quarantine import Decided, Group, leave_out, ready_files, take_in_waiting
from visits.sheets.operations.receiving import BatchResult, Receipt, receive
from visits.sheets.operations.sealed import receive_sealed

__all__ = [
    "BatchResult",
    "Decided",
    "Enrolled",
    "FileReceipt",
    "Group",
    "Receipt",
    "SentFile",
    "add_device",
    "decide_conflict",
    "end_device",
    "end_devices",
    "enrol",
    "leave_out",
    "look_at",
    "make_planned_sheets",
    "note_opening",
    "ready_files",
    "rebuild",
    "receive",
    "receive_file",
    "receive_sealed",
    "take_in_waiting",
    "write_at_desk",
]
