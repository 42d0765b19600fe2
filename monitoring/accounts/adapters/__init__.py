"""Sign-in and sessions: the library's views, our session table, the throttle."""

from monitoring.accounts.adapters.addresses import usual_address
from monitoring.accounts.adapters.passphrases import new_passphrase
from monitoring.accounts.adapters.security import FOREIGN_VIEWS, check_fresh, install, load_actor
from monitoring.accounts.adapters.sessions import ServerSessions, open_row

__all__ = [
    "FOREIGN_VIEWS",
    "ServerSessions",
    "check_fresh",
    "install",
    "load_actor",
    "new_passphrase",
    "open_row",
    "usual_address",
]
