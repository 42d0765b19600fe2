"""Roles and countries."""

import secrets
from enum import StrEnum

from monitoring.audit.rules import Event
from monitoring.core.i18n import N_, Message


class Role(StrEnum):
    """What a person may be; the lead of a visit is named by its plan, not by a role."""

    MONITOR = "monitor"
    REGIONAL_COORDINATOR = "regional_coordinator"
    NATIONAL_COORDINATOR = "national_coordinator"
    REVIEWER = "reviewer"
    PUBLISHER = "publisher"
    DOCTOR = "doctor"
    CASE_WORKER = "case_worker"
    CASE_SUPERVISOR = "case_supervisor"
    ANALYST = "analyst"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def label(self) -> Message:
        """The role's name, to be translated."""
        return _TITLES[self]


_TITLES = {
    Role.MONITOR: N_("Monitor"),
    Role.REGIONAL_COORDINATOR: N_("Regional coordinator"),
    Role.NATIONAL_COORDINATOR: N_("National coordinator"),
    Role.REVIEWER: N_("Council reviewer"),
    Role.PUBLISHER: N_("Publisher"),
    Role.DOCTOR: N_("Doctor or psychologist"),
    Role.CASE_WORKER: N_("Case lawyer or case worker"),
    Role.CASE_SUPERVISOR: N_("Case supervisor"),
    Role.ANALYST: N_("Coalition analyst"),
    Role.ADMIN: N_("Administrator"),
    Role.AUDITOR: N_("Auditor"),
}

COORDINATORS = frozenset({Role.REGIONAL_COORDINATOR, Role.NATIONAL_COORDINATOR})
FIELD = frozenset({Role.MONITOR, Role.DOCTOR})
STAFF = frozenset(Role)


class Country(StrEnum):
    """The three countries."""

    KZ = "KZ"
    KG = "KG"
    TJ = "TJ"

    @property
    def label(self) -> Message:
        """The country's name, to be translated."""
        return _COUNTRIES[self]


_COUNTRIES = {Country.KZ: N_("Kazakhstan"), Country.KG: N_("Kyrgyzstan"), Country.TJ: N_("Tajikistan")}


class AccountEvent(Event):
    """What happens to people and their sessions."""

    SIGNED_IN = "accounts.signed_in"
    SIGNED_OUT = "accounts.signed_out"
    SIGN_IN_FAILED = "accounts.sign_in_failed"
    PERSON_ADDED = "accounts.person_added"
    PERSON_CHANGED = "accounts.person_changed"
    SESSIONS_ENDED = "accounts.sessions_ended"
    DENIED = "accounts.denied"


SHORTEST_PASSPHRASE = 14
_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


def proposed_passphrase(words: int = 5) -> str:
    """A random passphrase of made-up words of three syllables (18 bits each): easy to copy, hard to guess."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(words))
