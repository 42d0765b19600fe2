"""Sign-in and sessions: the library's views, our session table, the throttle."""

from monitoring.accounts.adapters.passphrases import new_passphrase
from monitoring.accounts.adapters.security import FOREIGN_VIEWS, install, load_actor
from monitoring.accounts.adapters.sessions import ServerSessions, open_row

__all__ = ["FOREIGN_VIEWS", "ServerSessions", "install", "load_actor", "new_passphrase", "open_row"]
