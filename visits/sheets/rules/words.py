"""The words of sheets and entries."""

import re
from enum import StrEnum

from monitoring.audit.rules import Event
from monitoring.core.i18n import N_, Message

LARGEST_BATCH = 200
"""Entries in one request."""
OPENED = "sheet.opened"
CLOSED = "sheet.closed"
FACTS = ("v.capacity", "v.present", "v.women", "v.minors", "v.foreigners", "v.disabled")
_ACCESS = re.compile(r"access\.([a-f])\.[0-9a-z-]{4,36}")
_TALLY = re.compile(r"tally\.[0-9a-z-]{4,36}")
TALLY = "tally."


class SheetKind(StrEnum):
    """How often a sheet is filled in a visit; the visit sheet holds what belongs to no form."""

    VISIT_SHEET = "visit_sheet"
    VISIT = "visit"
    ROOM = "room"
    INTERVIEW = "interview"


class Confidence(StrEnum):
    """How well something is supported."""

    SINGLE_SOURCE = "single_source"
    TWO_SOURCES = "two_sources"
    THREE_OR_MORE = "three_or_more"
    DOCUMENTED = "documented"

    @property
    def label(self) -> Message:
        """The word for it."""
        return _CONFIDENCE[self]


class AccessAnswer(StrEnum):
    """What came of something asked for under OPCAT Art. 20."""

    ASKED = "asked"
    GIVEN = "given"
    GIVEN_WITH_LIMITS = "given_with_limits"
    DELAYED = "delayed"
    REFUSED = "refused"

    @property
    def label(self) -> Message:
        """The answer in words."""
        return _ACCESS_ANSWERS[self]


class EntryState(StrEnum):
    """Whether an entry counts."""

    STORED = "stored"
    QUARANTINED = "quarantined"
    LEFT_OUT = "left_out"


class Outcome(StrEnum):
    """What a receipt says."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


class QuarantineReason(StrEnum):
    """Why an entry waits for a person."""

    NO_VISIT = "no_visit"
    NOT_IN_TEAM = "not_in_team"
    VISIT_OVER = "visit_over"
    NO_SHEET = "no_sheet"
    NOT_YOURS = "not_yours"
    NO_QUESTION = "no_question"
    PERSON_INACTIVE = "person_inactive"
    NO_FIELD_ROLE = "no_field_role"
    DEVICE_REVOKED = "device_revoked"
    DEVICE_SILENT = "device_silent"

    @property
    def label(self) -> Message:
        """The reason in words."""
        return _QUARANTINE[self]


class SheetEvent(Event):
    """What happens to sheets."""

    ENTRIES_RECEIVED = "sheets.entries_received"
    ENTRY_AT_DESK = "sheets.entry_at_desk"
    DEVICE_ADDED = "sheets.device_added"
    DEVICE_ENDED = "sheets.device_ended"
    FILE_RECEIVED = "sheets.file_received"
    TAKEN_IN = "sheets.taken_in"
    LEFT_OUT = "sheets.left_out"
    INTERVIEW_OPENED = "sheets.interview_opened"
    REBUILT = "sheets.rebuilt"


_CONFIDENCE = {
    Confidence.SINGLE_SOURCE: N_("one source"),
    Confidence.TWO_SOURCES: N_("two sources"),
    Confidence.THREE_OR_MORE: N_("three or more sources"),
    Confidence.DOCUMENTED: N_("documented"),
}
_ACCESS_ANSWERS = {
    AccessAnswer.ASKED: N_("asked for"),
    AccessAnswer.GIVEN: N_("given"),
    AccessAnswer.GIVEN_WITH_LIMITS: N_("given with limits"),
    AccessAnswer.DELAYED: N_("delayed"),
    AccessAnswer.REFUSED: N_("refused"),
}
_QUARANTINE = {
    QuarantineReason.NO_VISIT: N_("the visit is not known here"),
    QuarantineReason.NOT_IN_TEAM: N_("the person is not in the team"),
    QuarantineReason.VISIT_OVER: N_("the visit is cancelled, or its report is approved"),
    QuarantineReason.NO_SHEET: N_("the sheet is not known here"),
    QuarantineReason.NOT_YOURS: N_("the interview was led by somebody else"),
    QuarantineReason.NO_QUESTION: N_("the form has no such question"),
    QuarantineReason.PERSON_INACTIVE: N_("the person has no access any more"),
    QuarantineReason.NO_FIELD_ROLE: N_("the person is no monitor any more"),
    QuarantineReason.DEVICE_REVOKED: N_("the tablet was given up"),
    QuarantineReason.DEVICE_SILENT: N_("nobody signed in on this tablet for a month"),
}
ACCESS_ITEMS = {
    "a": N_("numbers and places of people held (OPCAT Art. 20 (a))"),
    "b": N_("information on treatment and conditions (Art. 20 (b))"),
    "c": N_("all places and their installations (Art. 20 (c))"),
    "d": N_("private interviews (Art. 20 (d))"),
    "e": N_("choice of places and people (Art. 20 (e))"),
    "f": N_("contact with the Subcommittee (Art. 20 (f))"),
}
"""What a mechanism may ask for under OPCAT Art. 20."""


FACT_LABELS = {
    "v.capacity": N_("places by its own figures"),
    "v.present": N_("people held today"),
    "v.women": N_("of them women and girls"),
    "v.minors": N_("of them under 18"),
    "v.foreigners": N_("of them foreigners"),
    "v.disabled": N_("of them with a disability"),
}
"""The facts of the visit, as the tablet names them too."""


def access_item(question: str) -> str | None:
    """The letter of Art. 20 that a reserved question is about."""
    match = _ACCESS.fullmatch(question)
    return match[1] if match else None


def is_tally(question: str) -> bool:
    """Whether a reserved question counts a person who was interviewed."""
    return _TALLY.fullmatch(question) is not None


def is_reserved(question: str) -> bool:
    """Whether a question belongs to the visit sheet or to the sheet itself, not to a form."""
    return question in {OPENED, CLOSED} or question in FACTS or access_item(question) is not None or is_tally(question)
