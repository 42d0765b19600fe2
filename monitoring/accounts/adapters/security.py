"""Flask-Security on our own models: passphrase and TOTP for everybody, and its back doors closed."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, request, session
from flask_login import current_user
from flask_security import (
    LoginForm,
    MfRecoveryCodesUtil,
    Security,
    SQLAlchemySessionUserDatastore,
    password_changed,
    tf_profile_changed,
    user_authenticated,
)
from flask_security.totp import Totp
from flask_security.utils import validate_redirect_url
from passlib.totp import TotpMatch
from sqlalchemy import update
from sqlalchemy.orm import object_session
from werkzeug.local import LocalProxy

from monitoring.accounts.adapters import throttle, trail
from monitoring.accounts.adapters.passphrases import PassphraseRules
from monitoring.accounts.adapters.sentences import SENTENCES
from monitoring.accounts.adapters.sessions import ROTATE, ServerSessions
from monitoring.accounts.models import Person, PersonRole, WebSession
from monitoring.accounts.permissions import actor_of
from monitoring.accounts.rules import SHORTEST_PASSPHRASE, AccountEvent
from monitoring.audit import operations as audit
from monitoring.core import clock, web
from monitoring.core.config import Settings
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from monitoring.core.permissions import Actor
from monitoring.core.templating import TRANSLATIONS

PUBLIC, SIGNED_IN = web.Access.PUBLIC, web.Access.SIGNED_IN
FOREIGN_VIEWS: dict[str, web.Access] = {
    "security.login": PUBLIC,
    "security.logout": PUBLIC,
    "security.two_factor_token_validation": PUBLIC,
    "security.two_factor_setup": PUBLIC,
    "security.two_factor_setup_validate": PUBLIC,
    "security.two_factor_rescue": PUBLIC,
    "security.tf_select": PUBLIC,
    "security.mf_recovery": PUBLIC,
    "security.mf_recovery_codes": SIGNED_IN,
    "security.change_password": SIGNED_IN,
    "security.verify": SIGNED_IN,
    "security.static": PUBLIC,
}
ADDRESSES = {
    "SECURITY_LOGIN_URL": "/sign-in",
    "SECURITY_LOGOUT_URL": "/sign-out",
    "SECURITY_TWO_FACTOR_SETUP_URL": "/sign-in/set-up",
    "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
    "SECURITY_TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
    "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/desk/me/recovery-codes",
    "SECURITY_CHANGE_URL": "/desk/me/passphrase",
    "SECURITY_VERIFY_URL": "/sign-in/again",
    "SECURITY_POST_LOGIN_VIEW": "/desk/",
    "SECURITY_POST_LOGOUT_VIEW": "/",
    "SECURITY_STATIC_FOLDER_URL": "/static/sign-in",
}
"""Where the library's pages are, and where it leads to."""
HASHING = frozenset({"security.change_password", "security.verify"})
FRESH_FOR = timedelta(minutes=10)
"""How long after a sign-in somebody may change people and rights without showing again who they are."""


class People(SQLAlchemySessionUserDatastore):
    """The library's way to people; the commit is the request's own."""

    def commit(self) -> None:
        """Send the changes; the request commits them at its end."""
        self.db.session.flush()

    def find_user(self, case_insensitive: bool = False, **attributes: Any) -> Person | None:  # noqa: FBT001, FBT002  (the library's)
        """Look for a person.

        By e-mail address only the sign-in form looks, before a passphrase is hashed: that is slow, so the lock is given
        back. Nothing has been written by then.
        """
        found: Person | None = super().find_user(case_insensitive, **attributes)
        if "email" in attributes:
            self.db.session.commit()
        return found


class OnceOnlyTotp(Totp):
    """One-time codes that really work once."""

    def get_last_counter(self, user: Person) -> int | None:
        """The newest code already used; two who try the same code at once take turns."""
        _held(user, "tf_last_counter")
        return user.tf_last_counter

    def set_last_counter(self, user: Person, tmatch: TotpMatch) -> None:
        """Remember a used code."""
        user.tf_last_counter = tmatch.counter


class HashedRecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes of which only hashes are kept."""

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [_code_hash(code) for code in codes]

    def _decrypt_codes(self, codes: list[str]) -> list[str]:
        return codes

    def get_recovery_codes(self, user: Person) -> list[str]:
        """Never shown again."""
        return []

    def check_recovery_code(self, user: Person, code: str) -> bool:
        """Whether a typed code is one of the person's; two who try the same code at once take turns."""
        _held(user, "mf_recovery_codes")
        known = _code_hash(code) in (user.mf_recovery_codes or [])
        if not known:
            trail.failed_sign_in(user)
        return known

    def delete_recovery_code(self, user: Person, code: str) -> bool:
        """A code works once. The library takes it out of the list in place, which no column would notice."""
        used, codes = _code_hash(code), user.mf_recovery_codes or []
        user.mf_recovery_codes = [kept for kept in codes if kept != used]
        audit.record(web.session(), actor_of(user), AccountEvent.RECOVERY_CODE_USED, user)
        return used in codes


class SignInForm(LoginForm):
    """The sign-in form without "remember me": a remembered browser would outlive its revoked session."""

    def validate(self, **values: Any) -> bool:
        """Check the form, whatever was posted for `remember`; a way on that leads elsewhere is forgotten."""
        self.remember.data = False
        self.next.data = self.next.data if validate_redirect_url(self.next.data) else ""
        good = bool(super().validate(**values))
        if self.ifield is not None and self.user is None:
            trail.failed_sign_in(None)
        return good


def _held(user: Person, column: str) -> None:
    """Read a column as the database has it now, and hold the row until the commit."""
    opened = object_session(user)
    if opened is not None:
        opened.refresh(user, [column], with_for_update=True)


def _code_hash(code: str) -> str:
    return hmac.new(safe.keyring.derive("recovery codes"), code.strip().lower().encode(), hashlib.sha256).hexdigest()


def load_actor() -> Actor | None:
    """Who is signed in, if the person is still active."""
    person = current_user._get_current_object()  # noqa: SLF001  (flask-login's own proxy)
    return actor_of(person) if isinstance(person, Person) and person.active else None


def install(app: Flask, database: Database, settings: Settings) -> None:
    """Give the application its sign-in."""
    app.session_interface = ServerSessions(database, settings)
    app.config.update(_settings(settings))
    datastore = People(LocalProxy(web.session), Person, PersonRole)
    Security(
        app,
        datastore,
        login_form=SignInForm,
        totp_cls=OnceOnlyTotp,
        mf_recovery_codes_util_cls=HashedRecoveryCodes,
        password_util_cls=PassphraseRules,
    )
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]  # set by the library
    user_authenticated.connect(_signed_in, app)
    password_changed.connect(_passphrase_changed, app)
    tf_profile_changed.connect(_second_factor_changed, app)
    app.before_request(_give_lock_back)
    app.after_request(_keep_nowhere)
    throttle.install(app)
    trail.install(app)


def check_fresh() -> None:
    """Raise ConfirmationNeeded when the person showed too long ago who they are."""
    if clock.now().timestamp() - session.get("fs_paa", 0) > FRESH_FOR.total_seconds():
        raise web.ConfirmationNeeded


def _give_lock_back() -> None:
    """These views hash passphrases, slowly; the person has been read and nothing written, so nobody need wait for them."""
    if request.endpoint in HASHING and "session" in g:
        g.session.commit()


def _keep_nowhere(response: Response) -> Response:
    """No browser keeps a page with a secret on it; the library says so in a way that none understands."""
    if request.blueprint == "security":
        response.headers["Cache-Control"] = "no-store"
    return response


def _signed_in(_app: Flask, user: Person, **_details: Any) -> None:
    session[ROTATE] = True
    audit.record(web.session(), actor_of(user), AccountEvent.SIGNED_IN, user)


def _passphrase_changed(_app: Flask, user: Person, **_details: Any) -> None:
    _end_sessions(user, AccountEvent.PASSPHRASE_CHANGED)


def _second_factor_changed(_app: Flask, user: Person, **_details: Any) -> None:
    _end_sessions(user, AccountEvent.SECOND_FACTOR_CHANGED)


def _end_sessions(user: Person, why: AccountEvent) -> None:
    """End all sessions of somebody who changed how they sign in; the one in use goes on under a new id."""
    opened = update(WebSession).where(WebSession.person_id == user.id, WebSession.revoked_at.is_(None))
    web.session().execute(opened.values(revoked_at=clock.now()))
    session[ROTATE] = True
    audit.record(web.session(), actor_of(user), why, user)


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        **ADDRESSES,
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_PASSWORD_SALT": safe.keyring.derive("passphrases").hex(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSPHRASE,
        "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TOTP_SECRETS": {"1": safe.keyring.derive("one-time codes").hex()},
        "SECURITY_TOTP_ISSUER": "Detention Monitoring",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_FRESHNESS": FRESH_FOR,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_SCRIPT_NONCE_KEY": "nonce",
        "SECURITY_FLASH_MESSAGES": True,
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [str(TRANSLATIONS)],
        **{f"SECURITY_MSG_{name}": sentence for name, sentence in SENTENCES.items()},
        "REMEMBER_COOKIE_SECURE": settings.secure_cookies,
    }
