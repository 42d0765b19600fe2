"""Flask-Security on our own models: passphrase and TOTP for everybody, and its back doors closed."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import Flask, session
from flask_login import current_user
from flask_security import LoginForm, MfRecoveryCodesUtil, Security, SQLAlchemySessionUserDatastore, user_authenticated
from flask_security.totp import Totp
from passlib.totp import TotpMatch
from werkzeug.local import LocalProxy

from monitoring.accounts.adapters import throttle
from monitoring.accounts.adapters.sessions import ROTATE, ServerSessions
from monitoring.accounts.models import Person, PersonRole
from monitoring.accounts.permissions import actor_of
from monitoring.accounts.rules import SHORTEST_PASSPHRASE, AccountEvent
from monitoring.audit import operations as audit
from monitoring.core import web
from monitoring.core.config import Settings
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from monitoring.core.permissions import Actor

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
MINUTES_FRESH = 10


class People(SQLAlchemySessionUserDatastore):
    """The library's way to people; the commit is the request's own."""

    def commit(self) -> None:
        """Send the changes; the request commits them at its end."""
        self.db.session.flush()


class OnceOnlyTotp(Totp):
    """One-time codes that really work once."""

    def get_last_counter(self, user: Person) -> int | None:
        """The newest code already used."""
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
        """Whether a typed code is one of the person's."""
        return _code_hash(code) in (user.mf_recovery_codes or [])

    def delete_recovery_code(self, user: Person, code: str) -> bool:
        """A code works once."""
        return bool(super().delete_recovery_code(user, _code_hash(code)))


class SignInForm(LoginForm):
    """The sign-in form without "remember me": a remembered browser would outlive its revoked session."""

    def validate(self, **values: Any) -> bool:
        """Check the form, whatever was posted for `remember`."""
        self.remember.data = False
        return bool(super().validate(**values))


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
    )
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]  # set by the library
    user_authenticated.connect(_signed_in, app)
    throttle.install(app)


def _signed_in(_app: Flask, user: Person, **_details: Any) -> None:
    session[ROTATE] = True
    audit.record(web.session(), actor_of(user), AccountEvent.SIGNED_IN, user)


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_TWO_FACTOR_SETUP_URL": "/sign-in/set-up",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/desk/me/recovery-codes",
        "SECURITY_CHANGE_URL": "/desk/me/passphrase",
        "SECURITY_VERIFY_URL": "/sign-in/again",
        "SECURITY_POST_LOGIN_VIEW": "/desk/",
        "SECURITY_POST_LOGOUT_VIEW": "/",
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
        "SECURITY_FRESHNESS": timedelta(minutes=MINUTES_FRESH),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_SCRIPT_NONCE_KEY": "nonce",
        "SECURITY_FLASH_MESSAGES": True,
        "SECURITY_STATIC_FOLDER_URL": "/static/sign-in",
        "REMEMBER_COOKIE_SECURE": settings.secure_cookies,
    }
