"""Who may read and fill sheets; which sheets is decided by the visit."""

from monitoring.accounts.rules import COORDINATORS, FIELD
from monitoring.core.errors import Forbidden
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor, Grants, Permission
from visits.plan.queries import SeenVisit


class SheetPermission(Permission):
    """What the pages of sheets and the tablet ask for."""

    SEE = "sheets.see"
    FILL = "sheets.fill"


GRANTS: Grants = {SheetPermission.SEE: FIELD | COORDINATORS, SheetPermission.FILL: FIELD | COORDINATORS}


def check_may_decide(actor: Actor, seen: SeenVisit) -> None:
    """Raise Forbidden unless the actor leads the visit."""
    if not seen.is_lead or seen.person_id != actor.person_id:
        raise Forbidden(N_("Only the lead of the visit decides what is taken in."))
