"""Who may read and fill sheets; which sheets is decided by the visit."""

from monitoring.accounts.rules import COORDINATORS, FIELD
from monitoring.core.permissions import Grants, Permission


class SheetPermission(Permission):
    """What the pages of sheets and the tablet ask for."""

    SEE = "sheets.see"
    FILL = "sheets.fill"


GRANTS: Grants = {SheetPermission.SEE: FIELD | COORDINATORS, SheetPermission.FILL: FIELD | COORDINATORS}
