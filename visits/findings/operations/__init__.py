"""Verbs of findings."""

from visits.findings.operations.deciding import FindingFacts, confirm, drop, edit, make_by_hand, second, take_up_again
from visits.findings.operations.drafting import follow_answers

__all__ = ["FindingFacts", "confirm", "drop", "edit", "follow_answers", "make_by_hand", "second", "take_up_again"]
