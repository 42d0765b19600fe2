"""Slow down whoever guesses: failed tries counted in the database, by account and by network, both hashed."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from ipaddress import ip_address, ip_network

from flask import Flask, Response, g, request
from flask import session as web_session
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from monitoring.accounts.adapters.addresses import usual_address
from monitoring.accounts.models import SignInAttempt
from monitoring.core import clock, web
from monitoring.core.crypto import safe
from monitoring.core.errors import DomainError, Invalid
from monitoring.core.i18n import N_

WINDOW = timedelta(minutes=10)
MOST_BY_ACCOUNT = 10
MOST_BY_NETWORK = 60
FIRST_STEP = "security.login"
GUARDED = frozenset(
    {FIRST_STEP, "security.two_factor_token_validation", "security.mf_recovery", "security.verify", "security.change_password"}
)
REDIRECTS = range(300, 400)


class TooManyTries(DomainError):
    """Wait, then try again."""

    status = 429
    code = "too_many_tries"


def install(app: Flask) -> None:
    """Watch the sign-in pages."""
    app.before_request(_refuse)
    app.after_request(_count)


def _window() -> int:
    return int(clock.now().timestamp() // WINDOW.total_seconds())


def _keys() -> dict[str, int]:
    """What is counted, and how many failed tries each may have; only the first step names its account itself."""
    keys = {_hashed(f"network|{_network()}"): MOST_BY_NETWORK}
    account = _typed_account() if request.endpoint == FIRST_STEP else web_session.get("tf_user_id") or web_session.get("_user_id")
    return {**keys, _hashed(f"account|{account}"): MOST_BY_ACCOUNT} if account else keys


def _typed_account() -> str:
    said = request.get_json(silent=True) if request.is_json else request.form
    typed = str(said.get("email") or "") if isinstance(said, Mapping) else ""
    try:
        return usual_address(typed)
    except Invalid:
        return ""


def _network() -> str:
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/{64 if address.version == 6 else 24}", strict=False))  # noqa: PLR2004


def _hashed(text: str) -> str:
    return hmac.new(safe.keyring.derive("throttle"), text.encode(), hashlib.sha256).hexdigest()


def _refuse() -> None:
    if request.method != "POST" or request.endpoint not in GUARDED:
        return
    g.guarded = _keys()
    with web.parts().database.reading() as session:
        for key, most in g.guarded.items():
            recent = SignInAttempt.window >= _window() - 1
            failed = session.scalar(select(func.sum(SignInAttempt.count)).where(SignInAttempt.key == key, recent)) or 0
            if failed >= most:
                minutes = int(WINDOW.total_seconds() // 60) * 2
                raise TooManyTries(N_("Too many wrong tries. Wait %(minutes)s minutes, then try again."), minutes=minutes)


def _count(response: Response) -> Response:
    keys = sorted(g.pop("guarded", ()))
    if keys and response.status_code not in REDIRECTS and response.status_code != TooManyTries.status:
        web.afterwards(partial(_add, keys))
    return response


def _add(keys: list[str]) -> None:
    with web.parts().database.writing() as session, session.begin():
        insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
        for key in keys:
            first = insert(SignInAttempt).values(key=key, window=_window(), count=1)
            again = {"count": SignInAttempt.count + 1}
            session.execute(first.on_conflict_do_update(index_elements=["key", "window"], set_=again))
        session.execute(delete(SignInAttempt).where(SignInAttempt.window < _window() - 1))
