"""Who guesses is slowed down: by account and by network, whatever process answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitoring import app as composition
from monitoring.accounts.adapters import throttle
from monitoring.accounts.models import SignInAttempt
from monitoring.core import clock
from monitoring.core.config import Settings
from monitoring.core.db import Database
from tests.accounts.browser import Browser, code_of
from tests.accounts.conftest import PASSPHRASE
from tests.factories import World

LEAD, MEMBER = "lead@example.org", "member@example.org"
WRONG = "not the right one at all"


@pytest.fixture
def twins(app: Flask, settings: Settings, database: Database) -> list[Flask]:
    """Two processes of one installation."""
    second = composition.create_app(settings, database=Database(settings.database_url))
    for each in (app, second):
        each.config.update(WTF_CSRF_ENABLED=False, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    return [app, second]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tries instead of ten: each hashes a passphrase, slowly on purpose."""
    monkeypatch.setattr(throttle, "MOST_BY_ACCOUNT", 3)
    monkeypatch.setattr(throttle, "MOST_BY_NETWORK", 5)


def _try(app: Flask, email: str, passphrase: str = WRONG, network: str = "198.51.100.7", **more: Any) -> int:
    data = {"email": email, "password": passphrase, **more}
    return app.test_client().post("/sign-in", data=data, environ_base={"REMOTE_ADDR": network}).status_code


@pytest.mark.usefixtures("quick")
def test_wrong_tries_at_one_account_are_counted_across_processes(twins: list[Flask], lead_secret: str) -> None:
    answers = [_try(twins[number % 2], spelled) for number, spelled in enumerate((LEAD, "LEAD@example.org", "lead@ｅxample.org"))]
    assert answers == [200, 200, 200]
    assert [_try(each, LEAD) for each in twins] == [429, 429]
    assert _try(twins[0], LEAD, PASSPHRASE) == 429, "the right one does not help either"
    assert _try(twins[1], MEMBER) == 200, "others are not kept out"


@pytest.mark.usefixtures("quick")
def test_wrong_tries_at_many_accounts_from_one_network_are_counted_together(twins: list[Flask], world: World) -> None:
    answers = [_try(twins[0], f"nobody{number}@example.org", network=f"198.51.100.{number}") for number in range(6)]
    assert answers == [200] * 5 + [429]
    assert _try(twins[1], "nobody9@example.org", network="203.0.113.1") == 200


def test_ten_wrong_tries_at_an_account_and_sixty_from_a_network_are_the_limits() -> None:
    assert (throttle.MOST_BY_ACCOUNT, throttle.MOST_BY_NETWORK) == (10, 60)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_waits_may_try_again(twins: list[Flask], lead_secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        _try(twins[0], LEAD)
    assert _try(twins[0], LEAD) == 429
    later = clock.now() + 2 * throttle.WINDOW + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert _try(twins[0], LEAD, PASSPHRASE) == 302


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_codes_are_counted_by_the_person_whatever_address_is_sent_along(browser: Callable[[], Browser], lead_secret: str) -> None:
    somebody = browser()
    somebody.first_step(LEAD, PASSPHRASE)
    for number in range(3):
        assert somebody.send("code", code="12", email=f"other{number}@example.org").status == 200
    page = somebody.send("code", code=code_of(lead_secret))
    assert page.status == 429
    assert "Wait 20 minutes" in page.text


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_stolen_session_does_not_help_to_guess_the_passphrase(browser: Callable[[], Browser], lead_secret: str) -> None:
    somebody = browser()
    somebody.sign_in(LEAD, PASSPHRASE, lead_secret)
    somebody.open("/desk/me/passphrase")
    new = "green teapot dances at midnight"
    statuses = [somebody.open("/desk/me/passphrase") and _change(somebody, WRONG, new) for _number in range(4)]
    assert statuses == [200, 200, 200, 429]


def _change(somebody: Browser, old: str, new: str) -> int:
    return somebody.send("new_password", password=old, new_password=new, new_password_confirm=new).status


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_json_is_counted_too(twins: list[Flask], lead_secret: str) -> None:
    said = {"email": LEAD, "password": WRONG}
    answers = [twins[0].test_client().post("/sign-in", json=said).status_code for _number in range(4)]
    assert answers == [400, 400, 400, 429]


def test_tries_at_the_same_moment_are_all_counted(twins: list[Flask], session: Session) -> None:
    key = ["a" * 64, "b" * 64]

    def add(app: Flask) -> None:
        with app.app_context():
            throttle._add(key)

    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(partial(add), twins * 8))
    session.rollback()
    counted = session.execute(select(SignInAttempt.key, func.sum(SignInAttempt.count)).group_by(SignInAttempt.key))
    assert {row[0]: row[1] for row in counted} == dict.fromkeys(key, 16)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_neither_account_nor_network_is_readable_in_the_table(twins: list[Flask], session: Session) -> None:
    _try(twins[0], LEAD)
    session.rollback()
    keys = session.scalars(select(SignInAttempt.key)).all()
    assert len(keys) == 2
    assert all(set(key) <= set("0123456789abcdef") and len(key) == 64 for key in keys)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_old_tries_are_forgotten(twins: list[Flask], session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    _try(twins[0], LEAD)
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    _try(twins[0], MEMBER)
    session.rollback()
    assert len(session.scalars(select(SignInAttempt)).all()) == 2
