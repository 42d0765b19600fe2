"""Codes of the app, recovery codes, and setting up anew."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person, WebSession
from monitoring.accounts.rules import AccountEvent
from monitoring.audit.models import AuditRow
from monitoring.core import clock
from tests.accounts.browser import Browser, code_of
from tests.accounts.conftest import PASSPHRASE
from tests.factories import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LEAD = "lead@example.org"


@pytest.fixture
def recovery_codes(browser: Callable[[], Browser], lead_secret: str) -> list[str]:
    """What the lead wrote down on paper."""
    somebody = browser()
    somebody.sign_in(LEAD, PASSPHRASE, lead_secret)
    somebody.open("/desk/me/recovery-codes")
    return somebody.send("generate_new_codes", generate_new_codes="1").codes()


def test_nobody_of_any_role_comes_in_without_a_second_factor(
    browser: Callable[[], Browser], world: World, give_passphrase: Callable[[Person], Person]
) -> None:
    for name in ("lead", "doctor", "regional", "national", "reviewer", "publisher", "analyst", "case_worker", "admin", "auditor"):
        somebody = browser()
        page = somebody.first_step(give_passphrase(world.people[name]).email, PASSPHRASE)
        assert page.address == "/sign-in/set-up", name
        assert somebody.open("/desk/").address == "/sign-in", name


def test_a_wrong_code_opens_nothing_and_is_on_record(browser: Callable[[], Browser], lead_secret: str, session: Session) -> None:
    somebody = browser()
    somebody.first_step(LEAD, PASSPHRASE)
    wrong = f"{(int(code_of(lead_secret)) + 1) % 1_000_000:06d}"
    assert "does not fit" in somebody.send("code", code=wrong).text
    assert somebody.open("/desk/").address == "/sign-in"
    session.rollback()
    assert AccountEvent.SIGN_IN_FAILED in session.scalars(select(AuditRow.event)).all()


def test_the_secret_is_not_readable_in_the_table(lead_secret: str, world: World, session: Session) -> None:
    assert lead_secret not in session.get_one(Person, world.lead.id).tf_totp_secret


def test_recovery_codes_are_shown_once_and_kept_as_hashes(
    browser: Callable[[], Browser], recovery_codes: list[str], world: World, session: Session
) -> None:
    session.expire_all()
    kept = session.get_one(Person, world.lead.id).mf_recovery_codes
    assert len(recovery_codes) == len(kept) == 8
    assert not set(recovery_codes) & set(kept)
    assert not any(code.replace("-", "") in str(kept) for code in recovery_codes)


def test_recovery_codes_are_not_shown_again(browser: Callable[[], Browser], lead_secret: str, recovery_codes: list[str]) -> None:
    somebody = browser()
    somebody.first_step(LEAD, PASSPHRASE)
    somebody.send("code", code=code_of(lead_secret, 1))
    for address in ("/desk/me/recovery-codes", "/desk/me/recovery-codes?show_codes=1"):
        page = somebody.open(address)
        assert page.status == 200
        assert page.codes() == []


def test_a_recovery_code_gives_no_way_round_the_passphrase(browser: Callable[[], Browser], recovery_codes: list[str]) -> None:
    somebody = browser()
    somebody.open("/sign-in/recovery")
    assert somebody.page.address != "/sign-in/recovery"
    assert somebody.open("/desk/").address == "/sign-in"


def test_a_wrong_recovery_code_is_told_so(browser: Callable[[], Browser], recovery_codes: list[str]) -> None:
    somebody = browser()
    somebody.first_step(LEAD, PASSPHRASE)
    somebody.open("/sign-in/recovery")
    assert "none of your recovery codes" in somebody.send("code", code="0000-0000-0000").text
    assert somebody.open("/desk/").address == "/sign-in"


def test_who_lost_the_phone_gets_a_picture_to_scan_at_the_next_sign_in(
    browser: Callable[[], Browser], lead_secret: str, session: Session, world: World
) -> None:
    first, elsewhere = browser(), browser()
    first.sign_in(LEAD, PASSPHRASE, lead_secret)
    elsewhere.first_step(LEAD, PASSPHRASE)
    elsewhere.send("code", code=code_of(lead_secret, 1))
    first.open("/sign-in/set-up")
    key = first.send("setup").codes()[0].replace("-", "")
    page = first.send("code", code=code_of(key, 2))
    assert page.status == 200
    assert "set up anew" in page.text
    assert first.open("/desk/").address == "/desk/"
    assert elsewhere.open("/desk/").address == "/sign-in"
    third = browser()
    third.first_step(LEAD, PASSPHRASE)
    assert "does not fit" in third.send("code", code=code_of(lead_secret, 3)).text
    assert third.send("code", code=code_of(key, 3)).address == "/desk/"
    session.rollback()
    assert AccountEvent.SECOND_FACTOR_CHANGED in session.scalars(select(AuditRow.event)).all()


def test_setting_up_anew_asks_who_signed_in_long_ago_for_the_passphrase(
    browser: Callable[[], Browser], lead_secret: str, database, session: Session
) -> None:
    somebody = browser()
    somebody.sign_in(LEAD, PASSPHRASE, lead_secret)
    _signed_in_long_ago(session)
    for address in ("/sign-in/set-up", "/desk/me/recovery-codes"):
        assert somebody.open(address).address == "/sign-in/again"
    assert "not your passphrase" in somebody.send("password", password="not the right one at all").text
    assert somebody.send("password", password=PASSPHRASE).address == "/desk/me/recovery-codes"


def _signed_in_long_ago(session: Session) -> None:
    session.rollback()
    row = session.scalars(select(WebSession).where(WebSession.revoked_at.is_(None))).one()
    before = clock.now().timestamp() - 700
    row.data = row.data.replace('"fs_paa":', f'"fs_paa":{before},"was":')
    session.commit()
