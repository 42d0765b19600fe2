"""Slow down whoever guesses: failed tries counted in the database, by account and by network, both hashed."""

import hashlib
import hmac
from datetime import timedelta
from ipaddress import ip_address, ip_network

from flask import Flask, Response, request
from flask import session as web_session
from sqlalchemy import func, select

from monitoring.accounts.models import SignInAttempt
from monitoring.core import clock, web
from monitoring.core.crypto import safe
from monitoring.core.errors import DomainError
from monitoring.core.i18n import N_

WINDOW = timedelta(minutes=10)
MOST_BY_ACCOUNT = 10
MOST_BY_NETWORK = 60
GUARDED = frozenset({"security.login", "security.two_factor_token_validation", "security.mf_recovery", "security.verify"})
REDIRECTS = range(300, 400)


class TooManyTries(DomainError):
    """Wait, then try again."""

    status = 429
    code = "too_many_tries"


def install(app: Flask) -> None:
    """Watch the sign-in pages."""
    app.before_request(_refuse)
    app.after_request(_count)


def _watched() -> bool:
    return request.method == "POST" and request.endpoint in GUARDED


def _window() -> int:
    return int(clock.now().timestamp() // WINDOW.total_seconds())


def _keys() -> dict[str, int]:
    account = request.form.get("email", "").strip().lower() or str(web_session.get("tf_user_id") or web_session.get("_user_id"))
    return {_hashed(f"account|{account}"): MOST_BY_ACCOUNT, _hashed(f"network|{_network()}"): MOST_BY_NETWORK}


def _network() -> str:
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/{64 if address.version == 6 else 24}", strict=False))  # noqa: PLR2004


def _hashed(text: str) -> str:
    return hmac.new(safe.keyring.derive("throttle"), text.encode(), hashlib.sha256).hexdigest()


def _refuse() -> None:
    if not _watched():
        return
    with web.parts().database.reading() as session:
        for key, most in _keys().items():
            recent = SignInAttempt.window >= _window() - 1
            failed = session.scalar(select(func.sum(SignInAttempt.count)).where(SignInAttempt.key == key, recent)) or 0
            if failed >= most:
                minutes = int(WINDOW.total_seconds() // 60) * 2
                raise TooManyTries(N_("Too many wrong tries. Wait %(minutes)s minutes, then try again."), minutes=minutes)


def _count(response: Response) -> Response:
    if _watched() and response.status_code not in REDIRECTS and response.status_code != TooManyTries.status:
        web.finish()  # the request's own session may hold the lock that the next one waits for
        with web.parts().database.writing() as session, session.begin():
            for key in _keys():
                row = session.get(SignInAttempt, (key, _window())) or SignInAttempt(key=key, window=_window(), count=0)
                row.count += 1
                session.add(row)
    return response
