"""Who has an office."""

from monitoring.accounts.rules import STAFF, Role
from monitoring.core.permissions import Grants, Permission


class DeskPermission(Permission):
    """What the office's own pages ask for."""

    HOME = "desk.home"
    COALITION = "desk.coalition"


GRANTS: Grants = {
    DeskPermission.HOME: STAFF,
    DeskPermission.COALITION: STAFF - {Role.ADMIN, Role.AUDITOR},
}
