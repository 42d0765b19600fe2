"""A session lives in the table: it changes its id at sign-in, ends when it should, and dies at once when it is ended."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts import queries
from monitoring.accounts.adapters.sessions import open_row, row_hash
from monitoring.accounts.models import Person, WebSession
from monitoring.accounts.rules import SESSION_IDLE, SESSION_LONGEST
from monitoring.core import clock
from monitoring.core.db import Database
from tests.accounts.browser import Browser, code_of
from tests.accounts.conftest import PASSPHRASE
from tests.factories import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LEAD = "lead@example.org"
As = Callable[[Person], FlaskClient]


class Hands:
    """The hands of a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.moment)

    def turn(self, by: timedelta) -> None:
        self.moment += by


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


def _is_in(browser: FlaskClient) -> bool:
    return browser.get("/desk/").status_code == 200


def test_the_id_changes_at_each_step_of_signing_in(browser: Callable[[], Browser], lead_secret: str) -> None:
    somebody = browser()
    held = []
    somebody.open("/sign-in")
    held.append(somebody.cookie())
    somebody.send("password", email=LEAD, password=PASSPHRASE)
    held.append(somebody.cookie())
    somebody.send("code", code=code_of(lead_secret))
    held.append(somebody.cookie())
    assert len(set(held)) == 3
    for old in held[:2]:
        thief = browser()
        thief.client.set_cookie("session", old)
        assert thief.open("/desk/").address == "/sign-in"


def test_a_cookie_planted_before_the_sign_in_is_worth_nothing_afterwards(
    browser: Callable[[], Browser], lead_secret: str, world: World, database: Database
) -> None:
    planted = f"s.{open_row(database, world.outsider.id, {})}"
    somebody = browser()
    somebody.client.set_cookie("session", planted)
    somebody.sign_in(LEAD, PASSPHRASE, lead_secret)
    assert somebody.cookie() != planted
    thief = browser()
    thief.client.set_cookie("session", planted)
    assert thief.open("/desk/").address == "/sign-in"


def test_the_table_holds_only_a_hash_of_the_cookie(as_: As, world: World, session: Session) -> None:
    held = as_(world.lead).get_cookie("session").value.removeprefix("s.")
    row = session.scalars(select(WebSession)).one()
    assert held not in f"{row.hash} {row.data}"


def test_a_session_ends_when_nobody_uses_it(as_: As, world: World, hands: Hands) -> None:
    browser = as_(world.lead)
    for _time in range(3):
        hands.turn(SESSION_IDLE - timedelta(minutes=1))
        assert _is_in(browser)
    hands.turn(SESSION_IDLE + timedelta(seconds=1))
    assert not _is_in(browser)
    hands.turn(-SESSION_IDLE)
    hands.turn(SESSION_IDLE)
    assert not _is_in(browser)


def test_a_session_ends_after_half_a_day_however_busy(as_: As, world: World, hands: Hands) -> None:
    browser = as_(world.lead)
    until = hands.moment + SESSION_LONGEST
    while hands.moment + timedelta(minutes=10) <= until:
        assert _is_in(browser)
        hands.turn(timedelta(minutes=10))
    hands.turn(timedelta(minutes=1))
    assert not _is_in(browser)


def test_reading_does_not_write_a_row_at_each_page(as_: As, world: World, hands: Hands, session: Session) -> None:
    browser = as_(world.lead)
    started = hands.moment
    for _page in range(3):
        hands.turn(timedelta(seconds=15))
        assert _is_in(browser)
    session.rollback()
    assert session.scalars(select(WebSession.seen_at)).one() == started


def test_one_ends_ones_other_session_and_it_is_dead_at_once(as_: As, world: World) -> None:
    here, there = as_(world.lead), as_(world.lead)
    hashes = re.findall(r'name="hash" value="([0-9a-f]{64})"', here.get("/desk/me").text)
    assert len(hashes) == 2
    away = _hash(there)
    assert away in hashes
    here.post("/desk/me/sessions/end", data={"hash": away})
    assert (_is_in(here), _is_in(there)) == (True, False)
    assert here.get("/desk/me").text.count('name="hash"') == 1


def _hash(browser: FlaskClient) -> str:
    return row_hash(browser.get_cookie("session").value.removeprefix("s."))


def test_nobody_ends_a_session_of_somebody_else(as_: As, world: World) -> None:
    lead, member = as_(world.lead), as_(world.member)
    lead.post("/desk/me/sessions/end", data={"hash": _hash(member)})
    assert _is_in(member)


def test_whoever_is_let_in_no_longer_is_out_at_once(as_: As, world: World, session: Session) -> None:
    browser = as_(world.lead)
    assert _is_in(browser)
    world.lead.active = False
    session.commit()
    assert not _is_in(browser)


def test_a_new_right_counts_from_the_next_page_on(as_: As, world: World, session: Session) -> None:
    browser = as_(world.auditor)
    assert browser.get("/desk/admin/audit").status_code == 200
    session.delete(world.auditor.roles[0])
    session.commit()
    assert browser.get("/desk/admin/audit").status_code == 404


def test_sessions_that_ended_by_themselves_are_not_shown_as_open(as_: As, world: World, session: Session, hands: Hands) -> None:
    as_(world.lead)
    assert len(queries.sessions_of(session, world.lead.id)) == 1
    hands.turn(SESSION_IDLE + timedelta(seconds=1))
    assert queries.sessions_of(session, world.lead.id) == []


def test_rows_of_sessions_long_over_are_removed(as_: As, world: World, session: Session, hands: Hands) -> None:
    as_(world.lead)
    hands.turn(timedelta(days=2))
    as_(world.member)
    session.rollback()
    assert [row.person_id for row in session.scalars(select(WebSession))] == [world.member.id]


@pytest.mark.parametrize("cookie", ["s.", "s.nonsense", "nonsense", ".eJw.x.y", "s." + "a" * 3000])
def test_a_made_up_cookie_is_nobody(browser: Callable[[], Browser], cookie: str) -> None:
    somebody = browser()
    somebody.client.set_cookie("session", cookie)
    assert somebody.open("/desk/").address == "/sign-in"


def test_what_waits_in_a_cookie_before_sign_in_cannot_be_changed(
    browser: Callable[[], Browser], lead_secret: str, world: World
) -> None:
    somebody = browser()
    somebody.first_step(LEAD, PASSPHRASE)
    body, stamp, signature = somebody.cookie().rsplit(".", 2)
    somebody.client.set_cookie("session", f"{body[:-2]}AA.{stamp}.{signature}")
    assert somebody.open("/sign-in/code").address == "/sign-in"
