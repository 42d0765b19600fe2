"""What everybody may read: published things only, in the language of the address, and without being watched."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring import app as composition
from monitoring.core import jobs
from monitoring.core.config import Settings
from monitoring.core.db import Database
from monitoring.core.i18n import LANGUAGES
from monitoring.reports.models import Publication
from monitoring.reports.operations.publishing import pdf_file
from tests.factories import World
from tests.field import HIGH
from tests.pages import Page
from tests.stories import ASKED, PRAISED, WORDS, Story

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SLUG = "2026-1-temporary-detention-isolator-no-9-invented"
REPORT = f"/en/reports/KZ/{SLUG}"


@pytest.fixture
def published(story: Story, session: Session) -> Publication:
    found = story.publish(story.approved(closing="Thanks to everybody who spoke (invented)."))
    session.commit()
    return found


def _addresses(language: str) -> list[str]:
    return [f"/{language}/", f"/{language}/reports", f"/{language}/recommendations", f"/{language}/recommendations/SH-1a"]


def test_the_first_page_leads_to_the_readers_language(client: FlaskClient) -> None:
    for wished, language in (("ru,en;q=0.5", "ru"), ("kk", "kk"), ("de", "en"), ("", "en")):
        assert client.get("/", headers={"Accept-Language": wished}).headers["Location"] == f"/{language}/"


def test_the_language_stands_in_the_address(client: FlaskClient, published: Publication) -> None:
    for language in LANGUAGES:
        for address in [*_addresses(language), REPORT.replace("/en/", f"/{language}/")]:
            page = Page(client.get(address, headers={"Accept-Language": "de"}))
            assert (page.status, page.one("html")["lang"]) == (200, language)
            assert page.one(".languages [aria-current]")["lang"] == language
            others = {link["lang"]: link["href"] for link in page.soup.select(".languages a")}
            assert others == {code: address.replace(f"/{language}/", f"/{code}/", 1) for code in LANGUAGES}
    for address in ("/de/", "/reports", "/EN/reports", "/en", "/desk"):
        assert client.get(address).status_code in {302, 308, 404}


def test_a_published_report_reads_whole(client: FlaskClient, published: Publication) -> None:
    page = Page(client.get(REPORT))
    assert page.heading == published.title
    for text in (WORDS[HIGH], WORDS[PRAISED], ASKED, "Thanks to everybody who spoke (invented).", "Access and cooperation"):
        assert text in page.main
    assert page.one("article")["lang"] == "en"
    assert "/en/recommendations/SH-1a" in page.addresses()
    assert Page(client.get("/ru/recommendations/SH-1a")).one(f'main a[href="/ru/reports/KZ/{SLUG}"]')["lang"] == "en"
    for address in ("/en/", "/en/reports", "/en/recommendations/SH-1a"):
        assert Page(client.get(address)).addresses().count(REPORT) == 1


def test_nothing_that_leads_inside_stands_on_a_page(client: FlaskClient, published: Publication, story: Story) -> None:
    text = client.get(REPORT).text
    ids = [story.visit.id, published.report_id, story.recommendation.id, *(finding.id for finding in story.findings().values())]
    assert not any(str(found) in text for found in ids)
    assert not any(name in text for name in ("Lead (invented)", "Member (invented)", "Doctor (invented)", "duty officer"))


def test_every_address_but_a_published_one_is_missing(client: FlaskClient, story: Story, session: Session) -> None:
    report = story.begin()
    for step in (None, story.send, story.approve):
        if step is not None:
            step(report)
        session.commit()
        assert client.get(REPORT).status_code == client.get(f"{REPORT}.pdf").status_code == 404
        assert Page(client.get("/en/reports")).rows("main li") == []
        assert REPORT not in Page(client.get("/en/recommendations/SH-1a")).addresses()
    story.publish(report)
    session.commit()
    assert client.get(REPORT).status_code == 200
    for address in (f"/en/reports/KG/{SLUG}", f"/en/reports/DE/{SLUG}", f"{REPORT}x", REPORT[:-1], "/en/recommendations/sh-1a"):
        assert client.get(address).status_code == 404
    session.delete(session.scalars(select(Publication)).one())
    session.commit()
    assert client.get(REPORT).status_code == 404


def test_the_pdf_is_there_once_the_worker_has_made_it(
    client: FlaskClient, published: Publication, database: Database, settings: Settings
) -> None:
    assert client.get(f"{REPORT}.pdf").status_code == 404
    assert f"{REPORT}.pdf" not in Page(client.get(REPORT)).addresses()
    jobs.run_due(database.writing, composition.job_handlers(settings))
    assert f"{REPORT}.pdf" in Page(client.get(REPORT)).addresses()
    answer = client.get(f"{REPORT}.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert f"{SLUG}.pdf" in answer.headers["Content-Disposition"]
    with database.reading() as reading:
        place: Path = pdf_file(settings.public, reading.scalars(select(Publication)).one())
    assert [path for path in settings.public.rglob("*") if path.is_file()] == [place]
    answer.close()
    place.unlink()
    assert client.get(f"{REPORT}.pdf").status_code == 404


def test_no_cookie_is_set_for_a_reader(client: FlaskClient, published: Publication) -> None:
    missing = ["/en/nothing", "/en/reports/KZ/nothing", "/favicon.ico", "/static/nothing.css", "/nothing"]
    for address in ["/", *_addresses("en"), *_addresses("ru"), REPORT, f"{REPORT}.pdf", *missing, "/healthz", "/tablet/"]:
        answer = client.get(address)
        assert answer.headers.getlist("Set-Cookie") == [], address
        assert 'name="csrf_token"' not in answer.text, address


def test_readers_get_pages_that_ask_nobody_else(client: FlaskClient, published: Publication) -> None:
    for address in [*_addresses("en"), REPORT]:
        answer = client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "://" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_an_empty_house_says_so(client: FlaskClient) -> None:
    page = Page(client.get("/en/"))
    assert page.rows("main .rows li a[href*='/reports/']") == []
    assert page.soup.select("main .empty")
    assert "37 calls" in page.main


def test_a_signed_in_person_reads_the_same(client: FlaskClient, as_, world: World, published: Publication) -> None:
    for address in [*_addresses("en"), REPORT]:
        assert Page(as_(world.lead).get(address)).main == Page(client.get(address)).main
