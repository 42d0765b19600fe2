"""Who uses a tablet; which visits is decided by their teams."""

from monitoring.accounts.rules import COORDINATORS, FIELD
from monitoring.core.permissions import Grants, Permission


class TabletPermission(Permission):
    """What the tablet's interface asks for."""

    FILL = "tablet.fill"


GRANTS: Grants = {TabletPermission.FILL: FIELD | COORDINATORS}
