"""Who may see and keep the register."""

from facilities.models import Facility
from monitoring.accounts.rules import COORDINATORS, Role
from monitoring.core.errors import Forbidden
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor, Grants, Permission


class FacilityPermission(Permission):
    """What the pages of the register ask for."""

    SEE = "facilities.see"
    KEEP = "facilities.keep"


GRANTS: Grants = {
    FacilityPermission.SEE: frozenset({Role.MONITOR, Role.DOCTOR, Role.REVIEWER, Role.PUBLISHER, *COORDINATORS}),
    FacilityPermission.KEEP: COORDINATORS,
}


def check_may_keep(actor: Actor, region_code: str, facility: Facility | None = None) -> None:
    """Raise Forbidden unless the actor keeps the register of this region."""
    if actor.has(Role.NATIONAL_COORDINATOR):
        return
    regions = {region_code, facility.region_code if facility else region_code}
    if not actor.has(Role.REGIONAL_COORDINATOR) or regions != {actor.region_code}:
        raise Forbidden(N_("You keep the register of your own region only."))


def may_keep(actor: Actor, facility: Facility) -> bool:
    """Whether to offer changing a place, or planning a visit to it: both belong to the coordinators of its region."""
    try:
        check_may_keep(actor, facility.region_code)
    except Forbidden:
        return False
    return True
