"""The language is switched anywhere, and stays."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person
from monitoring.core.i18n import LANGUAGES
from tests.accounts.browser import Browser
from tests.factories import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
As = Callable[[Person], FlaskClient]


def _language(page) -> str:
    return page.soup.html["lang"]


@pytest.mark.parametrize("address", ["/sign-in", "/sign-in/again"])
def test_pages_of_sign_in_offer_every_language_and_come_back(browser: Callable[[], Browser], address: str) -> None:
    somebody = browser()
    page = somebody.open(address)
    offered = [button["value"] for button in page.soup.find_all("button", attrs={"name": "language"})]
    assert offered == list(LANGUAGES)
    before = page.address
    there = page.press("/language", language="ru")
    assert (_language(there), there.address) == ("ru", before)


def test_the_office_offers_every_language_and_comes_back(enter: Callable[[Person], Browser], world: World) -> None:
    page = enter(world.lead).open("/desk/visits").press("/language", language="ru")
    assert (_language(page), page.address) == ("ru", "/desk/visits")


@pytest.mark.parametrize("address", ["/en/", "/en/reports", "/en/recommendations"])
def test_pages_for_readers_lead_to_themselves_in_every_language_without_a_cookie(
    browser: Callable[[], Browser], address: str
) -> None:
    somebody = browser()
    page = somebody.open(address)
    offered = {link["hreflang"]: link["href"] for link in page.soup.find_all("a", hreflang=True)}
    assert offered == {language: address.replace("/en/", f"/{language}/") for language in LANGUAGES}
    for language, there in offered.items():
        assert _language(somebody.open(there)) == language
    assert somebody.cookie() is None


def test_a_form_half_way_keeps_its_address(browser: Callable[[], Browser]) -> None:
    somebody = browser()
    page = somebody.open("/sign-in?next=/desk/visits").press("/language", language="ru")
    assert (page.address, page.answer.request.query_string) == ("/sign-in", b"next=/desk/visits")
    assert _language(somebody.open("/sign-in")) == "ru"


@pytest.mark.parametrize(
    "away", ["https://evil.example.org/", "//evil.example.org/", "/\\evil.example.org", "/\t/evil.example.org"]
)
def test_switching_leads_nowhere_else(client: FlaskClient, away: str) -> None:
    answer = client.post("/language", data={"language": "ru", "next": away})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "xx", "next": "/sign-in"})
    assert answer.status_code == 302
    assert "Set-Cookie" not in answer.headers


def test_the_browser_is_asked_when_nobody_chose(client: FlaskClient) -> None:
    assert '<html lang="tg">' in client.get("/sign-in", headers={"Accept-Language": "tg,ru;q=0.5"}).text
    assert '<html lang="en">' in client.get("/sign-in", headers={"Accept-Language": "ja"}).text


def test_what_is_kept_for_a_person_comes_before_the_browser_and_after_a_choice(as_: As, world: World, session: Session) -> None:
    world.lead.language = "ru"
    session.commit()
    lead = as_(world.lead)
    assert '<html lang="ru">' in lead.get("/desk/", headers={"Accept-Language": "en"}).text
    lead.post("/language", data={"language": "kk", "next": "/desk/"})
    assert '<html lang="kk">' in lead.get("/desk/", headers={"Accept-Language": "en"}).text


def test_what_the_sign_in_says_is_in_russian_too(browser: Callable[[], Browser]) -> None:
    for language in ("ru", "kk"):
        somebody = browser()
        somebody.client.set_cookie("language", language)
        page = somebody.first_step("nobody@example.org", "not the right one at all")
        said = page.soup.find(class_="field-error").get_text()
        assert not set("abcdefghijklmnopqrstuvwxyz") & set(said.lower()), said
