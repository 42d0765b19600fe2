"""Pure rules of sheets: what an entry may hold, and what the entries add up to."""

from visits.sheets.rules.current import Head, Side, current, sides_from_json, sides_to_json, values_of
from visits.sheets.rules.entries import AccessFact, EntryContent, EntryProblem, Incoming, parse_content, parse_entry
from visits.sheets.rules.totals import SMALL, Total, hide_small, totals_of
from visits.sheets.rules.words import (
    ACCESS_ITEMS,
    CLOSED,
    FACTS,
    LARGEST_BATCH,
    OPENED,
    AccessAnswer,
    Confidence,
    EntryState,
    Outcome,
    QuarantineReason,
    SheetEvent,
    SheetKind,
    access_item,
    is_reserved,
)

__all__ = [
    "ACCESS_ITEMS",
    "CLOSED",
    "FACTS",
    "LARGEST_BATCH",
    "OPENED",
    "SMALL",
    "AccessAnswer",
    "AccessFact",
    "Confidence",
    "EntryContent",
    "EntryProblem",
    "EntryState",
    "Head",
    "Incoming",
    "Outcome",
    "QuarantineReason",
    "SheetEvent",
    "SheetKind",
    "Side",
    "Total",
    "access_item",
    "current",
    "hide_small",
    "is_reserved",
    "parse_content",
    "parse_entry",
    "sides_from_json",
    "sides_to_json",
    "totals_of",
    "values_of",
]
