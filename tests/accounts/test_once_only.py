"""What works once works once, on both databases, also when two try at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session

from tests.accounts.browser import Browser, Page, code_of
from tests.accounts.conftest import PASSPHRASE

LEAD = "lead@example.org"


def test_a_code_works_once(browser: Callable[[], Browser], lead_secret: str) -> None:
    first, second = browser(), browser()
    first.first_step(LEAD, PASSPHRASE)
    second.first_step(LEAD, PASSPHRASE)
    code = code_of(lead_secret)
    assert first.send("code", code=code).address == "/desk/"
    assert "used already" in second.send("code", code=code).text
    assert second.send("code", code=code_of(lead_secret, 1)).address == "/desk/"


def test_a_recovery_code_works_once(browser: Callable[[], Browser], lead_secret: str) -> None:
    somebody = browser()
    somebody.sign_in(LEAD, PASSPHRASE, lead_secret)
    somebody.open("/desk/me/recovery-codes")
    code = somebody.send("generate_new_codes", generate_new_codes="1").codes()[0]
    assert _recover(browser(), code).address == "/desk/"
    assert "used already" in _recover(browser(), code).text


def _recover(somebody: Browser, code: str) -> Page:
    somebody.first_step(LEAD, PASSPHRASE)
    somebody.open("/sign-in/recovery")
    return somebody.send("code", code=f" {code.upper()} ")


def test_two_who_send_the_same_code_at_once_are_not_both_let_in(
    browser: Callable[[], Browser], lead_secret: str, session: Session
) -> None:
    both = [browser(), browser()]
    for somebody in both:
        somebody.first_step(LEAD, PASSPHRASE)
    code = code_of(lead_secret)
    with ThreadPoolExecutor(2) as at_once:
        pages = list(at_once.map(lambda somebody: somebody.send("code", code=code), both))
    assert sorted(page.address for page in pages) == ["/desk/", "/sign-in/code"]
