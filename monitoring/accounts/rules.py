"""Roles and countries."""

from enum import StrEnum

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
    def title(self) -> Message:
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
    def title(self) -> Message:
        """The country's name, to be translated."""
        return _COUNTRIES[self]


_COUNTRIES = {Country.KZ: N_("Kazakhstan"), Country.KG: N_("Kyrgyzstan"), Country.TJ: N_("Tajikistan")}
