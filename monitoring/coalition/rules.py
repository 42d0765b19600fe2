"""How a coalition recommendation can stand, and which of them concern a country."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from monitoring.core.i18n import N_, Message


class CallState(StrEnum):
    """The state of a call in one country."""

    ACTIVE = "active"
    ACHIEVED = "achieved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Message:
        """The state as words."""
        return _LABELS[self]


_LABELS = {
    CallState.ACTIVE: N_("still called for"),
    CallState.ACHIEVED: N_("achieved in law, practice is followed"),
    CallState.SUPERSEDED: N_("overtaken by events, kept for history"),
    CallState.WITHDRAWN: N_("withdrawn"),
}


def in_scope(codes: Iterable[str], scopes: Mapping[str, Iterable[str]], country: str) -> tuple[str, ...]:
    """Those of the codes whose call is made in the country."""
    return tuple(code for code in codes if country in scopes.get(code, ()))


SOURCES = (N_("Newsletter no. 1"),)
"""Where calls were made public, for the catalogues."""
