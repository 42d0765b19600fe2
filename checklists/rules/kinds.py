"""The words of checklists: types of question, levels of severity, reasons, kinds of source."""

from enum import StrEnum

from monitoring.core.i18n import N_, Message


class Severity(StrEnum):
    """How grave a problem is, from the least to the most."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return _RANKS[self]

    @property
    def one_lower(self) -> "Severity":
        """The level below; low stays low."""
        return list(Severity)[max(0, self.rank - 1)]

    @property
    def label(self) -> Message:
        """The level's name."""
        return _SEVERITIES[self]


def worst(severities: "list[Severity]") -> "Severity | None":
    """The highest level of several."""
    return max(severities, key=lambda severity: severity.rank, default=None)


class QuestionType(StrEnum):
    """What kind of answer a question takes."""

    YES_NO_PARTLY = "yes_no_partly"
    NUMBER = "number"
    CHOICE = "choice"
    MULTI = "multi"
    TEXT = "text"
    PHOTO = "photo"
    TIME = "time"
    DATE = "date"


class Per(StrEnum):
    """How often a form is filled in a visit."""

    VISIT = "visit"
    ROOM = "room"
    INTERVIEW = "interview"


class Reason(StrEnum):
    """Why something was not assessed."""

    NO_TIME = "no_time"
    NO_ACCESS = "no_access"
    NOBODY_TO_ASK = "nobody_to_ask"
    DOES_NOT_APPLY = "does_not_apply"
    COULD_NOT_MEASURE = "could_not_measure"
    DOES_NOT_WANT_TO_SAY = "does_not_want_to_say"

    @property
    def label(self) -> Message:
        """The reason in words."""
        return _REASONS[self]


class Source(StrEnum):
    """Where an answer comes from."""

    OBSERVATION = "observation"
    DETAINEE = "detainee"
    STAFF = "staff"
    DOCUMENT = "document"
    MEDICAL_FILE = "medical_file"
    OUTSIDE = "outside"

    @property
    def label(self) -> Message:
        """The source in words."""
        return _SOURCES[self]


NOT_ASSESSED = "not_assessed"
YES_NO_KEYS = ("yes", "no", "partly", NOT_ASSESSED)

ANSWERS = {
    "yes": N_("yes"),
    "no": N_("no"),
    "partly": N_("partly"),
    NOT_ASSESSED: N_("not assessed"),
}
"""The answers that are the same for every question."""

_RANKS = {level: rank for rank, level in enumerate(Severity)}
_SEVERITIES = {
    Severity.LOW: N_("low"),
    Severity.MEDIUM: N_("medium"),
    Severity.HIGH: N_("high"),
    Severity.CRITICAL: N_("critical"),
}
_REASONS = {
    Reason.NO_TIME: N_("no time"),
    Reason.NO_ACCESS: N_("no access"),
    Reason.NOBODY_TO_ASK: N_("nobody to ask"),
    Reason.DOES_NOT_APPLY: N_("does not apply"),
    Reason.COULD_NOT_MEASURE: N_("could not measure"),
    Reason.DOES_NOT_WANT_TO_SAY: N_("does not want to say"),
}
_SOURCES = {
    Source.OBSERVATION: N_("observation"),
    Source.DETAINEE: N_("person held"),
    Source.STAFF: N_("staff"),
    Source.DOCUMENT: N_("document"),
    Source.MEDICAL_FILE: N_("medical file"),
    Source.OUTSIDE: N_("somebody outside"),
}
