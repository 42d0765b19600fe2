"""Signing in through the pages: passphrase, then a code; and what does not let anybody in."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person, WebSession
from monitoring.accounts.rules import AccountEvent
from monitoring.audit.models import AuditRow
from tests.accounts.browser import Browser, code_of
from tests.accounts.conftest import PASSPHRASE
from tests.factories import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def _events(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditRow.event).order_by(AuditRow.number)))


def test_who_is_new_sets_up_the_second_factor_and_is_in(
    browser: Callable[[], Browser], world: World, give_passphrase: Callable[[Person], Person], session: Session
) -> None:
    give_passphrase(world.lead)
    somebody = browser()
    assert "authenticator app" in somebody.first_step("lead@example.org", PASSPHRASE).text
    key = somebody.send("setup").codes()[0].replace("-", "")
    assert somebody.page.soup.find("img", class_="code-picture")["src"].startswith("data:image/svg+xml")
    page = somebody.send("code", code=code_of(key))
    assert (page.status, page.address) == (200, "/desk/")
    assert _events(session) == [AccountEvent.SIGNED_IN]


def test_passphrase_and_code_lead_to_the_page_one_wanted(
    browser: Callable[[], Browser], lead_secret: str, session: Session
) -> None:
    somebody = browser()
    somebody.open("/desk/visits?state=planned")
    assert somebody.page.address == "/sign-in"
    somebody.send("password", email="Lead@Example.org", password=PASSPHRASE)
    page = somebody.send("code", code=code_of(lead_secret))
    assert (page.address, page.answer.request.query_string) == ("/desk/visits", b"state=planned")


def test_the_first_step_alone_opens_nothing(browser: Callable[[], Browser], lead_secret: str) -> None:
    somebody = browser()
    somebody.first_step("lead@example.org", PASSPHRASE)
    assert somebody.open("/desk/").address == "/sign-in"


def test_unknown_address_and_wrong_passphrase_answer_alike(
    browser: Callable[[], Browser], lead_secret: str, session: Session
) -> None:
    answers = []
    for email in ("lead@example.org", "nobody@example.org"):
        page = browser().first_step(email, "not the right one at all")
        answers.append((page.status, page.text))
    assert answers[0] == answers[1]
    assert "do not fit together" in answers[0][1]
    assert _events(session) == [AccountEvent.SIGN_IN_FAILED] * 2


def test_of_an_unknown_address_nothing_is_kept(browser: Callable[[], Browser], world: World, session: Session) -> None:
    browser().first_step("somebody.private@example.org", "not the right one at all")
    session.rollback()
    row = session.scalars(select(AuditRow)).one()
    assert (row.person_id, row.subject_type, row.subject_id, row.country) == (None, "", None, None)


def test_a_wrong_try_at_a_known_person_is_on_record_in_their_country(
    browser: Callable[[], Browser], world: World, lead_secret: str, session: Session
) -> None:
    browser().first_step("lead@example.org", "not the right one at all")
    session.rollback()
    row = session.scalars(select(AuditRow)).one()
    assert (row.person_id, row.subject_id, row.country) == (None, world.lead.id, "KZ")


def test_who_may_not_sign_in_gets_the_answer_of_a_wrong_passphrase(
    browser: Callable[[], Browser], world: World, lead_secret: str, session: Session
) -> None:
    world.lead.active = False
    session.commit()
    assert "do not fit together" in browser().first_step("lead@example.org", PASSPHRASE).text


@pytest.mark.parametrize(
    "away", ["https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "javascript:alert(1)"]
)
def test_sign_in_leads_nowhere_else(browser: Callable[[], Browser], lead_secret: str, away: str) -> None:
    somebody = browser()
    somebody.first_step("lead@example.org", PASSPHRASE, at=f"/sign-in?next={away}")
    page = somebody.send("code", code=code_of(lead_secret))
    ways = [answer.headers["Location"] for answer in page.answer.history]
    assert ways
    assert all(re.match(r"(http://localhost)?/[^/\\]", way) for way in ways), ways
    assert somebody.open("/desk/").address == "/desk/"


def test_what_was_typed_stays_but_the_passphrase_does_not(browser: Callable[[], Browser], lead_secret: str) -> None:
    page = browser().first_step("lead@example.org", "not the right one at all")
    assert page.form("password").find(attrs={"name": "email"})["value"] == "lead@example.org"
    assert "not the right one" not in page.answer.text


def test_pages_of_sign_in_are_kept_nowhere(browser: Callable[[], Browser], lead_secret: str) -> None:
    somebody = browser()
    assert somebody.open("/sign-in").answer.headers["Cache-Control"] == "no-store"
    assert somebody.first_step("lead@example.org", PASSPHRASE).answer.headers["Cache-Control"] == "no-store"


def test_a_form_without_its_mark_is_not_taken(browser: Callable[[], Browser], lead_secret: str, session: Session) -> None:
    somebody = browser()
    answer = somebody.client.post("/sign-in", data={"email": "lead@example.org", "password": PASSPHRASE})
    assert answer.status_code == 400
    assert PASSPHRASE not in answer.text
    assert session.scalars(select(WebSession)).all() == []


def test_remember_me_is_never_granted(browser: Callable[[], Browser], lead_secret: str, session: Session) -> None:
    somebody = browser()
    somebody.open("/sign-in")
    somebody.send("password", email="lead@example.org", password=PASSPHRASE, remember="y")
    somebody.send("code", code=code_of(lead_secret), remember="y")
    assert somebody.open("/desk/").address == "/desk/"
    assert {cookie.key for cookie in somebody.client._cookies.values()} == {"session"}


def test_a_token_opens_nothing(browser: Callable[[], Browser], lead_secret: str, world: World, session: Session) -> None:
    somebody = browser()
    somebody.sign_in("lead@example.org", PASSPHRASE, lead_secret)
    with somebody.client.application.test_request_context():
        token = session.get_one(Person, world.lead.id).get_auth_token()
    stranger = browser()
    assert stranger.open("/desk/", headers={"Authentication-Token": token}).address == "/sign-in"
    assert stranger.open(f"/desk/?auth_token={token}").address == "/sign-in"


def test_address_and_passphrase_in_a_header_open_nothing(browser: Callable[[], Browser], lead_secret: str) -> None:
    assert browser().client.get("/desk/", auth=("lead@example.org", PASSPHRASE)).status_code == 302


def test_signing_out_needs_a_form_and_ends_the_session(
    browser: Callable[[], Browser], lead_secret: str, session: Session
) -> None:
    somebody = browser()
    somebody.sign_in("lead@example.org", PASSPHRASE, lead_secret)
    kept = somebody.cookie()
    assert somebody.client.get("/sign-out").status_code == 405
    somebody.open("/desk/me").press("/sign-out")
    thief = browser()
    thief.client.set_cookie("session", kept)
    assert thief.open("/desk/").address == "/sign-in"
    assert _events(session) == [AccountEvent.SIGNED_IN, AccountEvent.SIGNED_OUT]
