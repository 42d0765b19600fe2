"""People who have a passphrase and an authenticator app."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from monitoring.accounts.adapters import security
from monitoring.accounts.models import Person
from tests.accounts.browser import Browser
from tests.factories import World

PASSPHRASE = "blue kettle sings on tuesday"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little; what they really cost is asked of the command that adds the first person."""
    slow = security._settings
    cheap = {"argon2__time_cost": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1}
    monkeypatch.setattr(security, "_settings", lambda found: {**slow(found), "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": cheap})


@pytest.fixture(scope="session")
def hashes() -> dict[str, str]:
    """Hashing is slow on purpose; one hash will do, because all made-up people have the same passphrase."""
    return {}


@pytest.fixture
def browser(app: Flask) -> Callable[[], Browser]:
    """A browser that gets its forms as they are, with the mark against forgery."""
    app.config["WTF_CSRF_ENABLED"] = True
    return lambda: Browser(app)


@pytest.fixture
def enter(browser: Callable[[], Browser], as_: Callable[[Person], FlaskClient]) -> Callable[[Person], Browser]:
    """A browser in which somebody is signed in already."""

    def entered(person: Person) -> Browser:
        somebody = browser()
        somebody.client.set_cookie("session", as_(person).get_cookie("session").value)
        return somebody

    return entered


@pytest.fixture
def give_passphrase(app: Flask, session: Session, hashes: dict[str, str]) -> Callable[[Person], Person]:
    """Let somebody of the world sign in for the first time: with a passphrase, without a second factor."""

    def give(person: Person) -> Person:
        with app.app_context():
            if not hashes:
                hashes[PASSPHRASE] = str(hash_password(PASSPHRASE))
        person.password, person.tf_primary_method = hashes[PASSPHRASE], None
        session.commit()
        return person

    return give


@pytest.fixture
def give_app(app: Flask, session: Session, give_passphrase: Callable[[Person], Person]) -> Callable[[Person], str]:
    """Let somebody sign in who has set up the second factor; the secret that their app holds."""

    def give(person: Person) -> str:
        give_passphrase(person)
        with app.app_context():
            made = app.extensions["security"].totp_factory._totp.new()
            person.tf_primary_method, person.tf_totp_secret = "authenticator", made.to_json(encrypt=True)
        session.commit()
        return str(made.base32_key)

    return give


@pytest.fixture
def lead_secret(world: World, give_app: Callable[[Person], str]) -> str:
    """The lead can sign in; the secret in the lead's app."""
    return give_app(world.lead)
