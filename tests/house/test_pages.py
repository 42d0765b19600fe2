"""Every page of every role, read as its user reads it: sound, named, labelled, safe, and in the language that was chosen."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from monitoring import app as composition
from monitoring.accounts.adapters.sessions import MARK, open_row
from monitoring.core.catalogues import read
from monitoring.core.config import read_settings
from monitoring.core.db import Database
from tests.databases import SqliteMaker
from tests.factories import World, read_world
from tests.field import HIGH, Tablet, plan, returned_visit, sheet_of
from tests.stories import make_story
from visits.findings.models import Finding
from visits.sheets.models import Sheet

ROLES = (
    "lead", "doctor", "regional", "national", "reviewer", "publisher", "analyst", "case_worker", "case_supervisor", "admin",
    "auditor",
)  # fmt: skip
"""One person of each role."""
NOBODY, HOME = "", "/desk/"
TRANSLATIONS = Path(__file__).resolve().parents[2] / "monitoring" / "translations"
SHELL = "/tablet/"
"""One file for everybody, kept on tablets: its script puts words and language in (tests/journeys)."""
PHONE = "Call +7 701 000 00 00 (invented)."


@dataclass
class Shown:
    """One page as one person sees it."""

    who: str
    language: str
    address: str
    answer: TestResponse
    nonce: str = field(init=False)

    def __post_init__(self) -> None:
        found = re.search(r"'nonce-([^']+)'", self.answer.headers.get("Content-Security-Policy", ""))
        self.nonce = found[1] if found else ""

    def __str__(self) -> str:
        return f"{self.address} as {self.who or 'nobody'} in {self.language}"

    @cached_property
    def _parsed(self) -> tuple[Element, list[str]]:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree = parser.parse(self.answer.text)
        return tree, [f"{code} at line {place[0]}" for place, code, _data in parser.errors]

    @property
    def tree(self) -> Element:
        return self._parsed[0]

    @property
    def errors(self) -> list[str]:
        return self._parsed[1]

    def all(self, *names: str) -> list[Element]:
        return [element for element in self.tree.iter() if element.tag in names]


def said(element: Element) -> str:
    """The text of a part of a page."""
    return " ".join(" ".join(element.itertext()).split())


class House:
    """A whole house with something in every room, and browsers for everybody."""

    def __init__(self, app: Flask, database: Database, world: World, ids: dict[str, list[UUID]]) -> None:
        self.app, self.database, self.world, self.ids = app, database, world, ids
        self._browsers: dict[str, FlaskClient] = {}
        self._seen: set[str] = set()
        self.pages: list[Shown] = []
        self.status: dict[tuple[str, str], int] = {}

    def browser(self, name: str) -> FlaskClient:
        if name not in self._browsers:
            self._browsers[name] = browser = self.app.test_client()
            if name:
                person = self.world.people[name]
                fresh = {
                    "_user_id": person.fs_uniquifier,
                    "_fresh": True,
                    "fs_cc": "set",
                    "fs_paa": time.time(),
                    "identity": person.email,
                }
                browser.set_cookie("session", MARK + open_row(self.database, person.id, fresh))
        return self._browsers[name]

    def leads_to(self, who: str, address: str) -> int:
        """What an address answers to somebody."""
        if (who, address) not in self.status:
            self.status[who, address] = self.browser(who).get(address).status_code
        return self.status[who, address]

    def keep(self, who: str, language: str, address: str, answer: TestResponse) -> None:
        """Keep a page, once for all who see the very same in their own frame; the frame itself is kept with everybody's home."""
        inside = answer.text if address == HOME else answer.text.partition("<main")[2]
        same = re.sub(r'(nonce|value|content)="[^"]{20,}"|[0-9a-f-]{36}', "", inside)
        mark = f"{language} {same}"
        if answer.mimetype == "text/html" and answer.status_code != 302 and mark not in self._seen:
            self._seen.add(mark)
            self.pages.append(Shown(who, language, address, answer))

    def addresses(self, *, whole: bool) -> Iterator[str]:
        """Every address of the map that can be read: for one object of each kind, or for every object that there is."""
        with self.app.test_request_context():
            for rule in self.app.url_map.iter_rules():
                json = rule.endpoint.startswith("tablet.") and rule.endpoint != "tablet.shell"
                if "GET" in (rule.methods or ()) and not json and not rule.endpoint.endswith("static"):
                    values = self._values(rule.arguments)
                    yield from (self.app.url_for(rule.endpoint, **found) for found in (values if whole else values[:1]))

    def _values(self, arguments: set[str]) -> list[dict[str, Any]]:
        if not arguments or arguments & {"sha256", "token", "name"}:
            return [] if arguments else [{}]
        if "language" in arguments:
            known = {name: text for name, text in PUBLIC.items() if name in arguments}
            return [known | {"language": language} for language in ("en", "ru")]
        if arguments == {"code"}:
            return [{"code": "SH-1a"}, {"code": "KG-2"}]
        if "device_id" in arguments:
            found = {"visit_id": self.ids["visit"][-1], "device_id": self.ids["device"][0], "reason": "not_in_team"}
            return [{name: found[name] for name in arguments}]
        if arguments == {"visit_id", "sheet_id"}:
            return [{"visit_id": visit, "sheet_id": sheet} for visit, sheet in self.ids["sheets"]]
        (name,) = arguments
        return [{name: found} for found in self.ids[name.removesuffix("_id")]]


PUBLIC = {"country": "KZ", "slug": "2026-1-temporary-detention-isolator-no-9-invented", "code": "SH-1a"}


def _furnish(session: Session, world: World) -> dict[str, list[Any]]:
    """Visits, findings and reports at every step of their way."""
    stories = [make_story(session, world, interviews) for interviews in (6, 0, 0, 0)]
    published, approved, reviewed, written = stories
    published.publish(published.approved())
    approved.approved(closing=PHONE)
    reviews = reviewed.begin()
    reviewed.send(reviews)
    drafts = written.begin()
    written.send(drafts)
    written.send_back(drafts)
    ahead, undecided = plan(session, world), returned_visit(session, world)
    Tablet(session, world.actor("member"), undecided).answer(
        sheet_of(session, undecided, "POLICE"), HIGH, "yes", note="Seen (invented)"
    )
    stranger = Tablet(session, world.actor("outsider"), undecided)
    stranger.send(stranger.entry(sheet_of(session, undecided, "POLICE").id, HIGH, "yes"))
    visits = [story.visit.id for story in stories] + [ahead.id, undecided.id]
    findings = [*stories[3].findings().values(), *session.scalars(select(Finding).where(Finding.visit_id == undecided.id))]
    sheets = (
        select(Sheet.visit_id, Sheet.id).where(Sheet.visit_id.in_([visits[0], undecided.id])).order_by(Sheet.per, Sheet.position)
    )
    told = session.execute(sheets).all()
    return {
        "visit": visits,
        "facility": [world.places["isolator"].id, world.places["colony"].id],
        "finding": [next(iter(published.findings().values())).id, *(finding.id for finding in findings)],
        "recommendation": [published.recommendation.id, written.recommendation.id],
        "report": [story.begin().id for story in stories],
        "person": [world.lead.id],
        "device": [stranger.device.id],
        "sheets": [tuple(row) for row in (*told[-4:], *told[:2])],
    }


@contextmanager
def _opened(database: Database, folder: Path, keys: Path) -> Iterator[House]:
    plain = read_settings({"MONITORING_HOME": str(folder), "MONITORING_KEYS": str(keys)})
    app = composition.create_app(plain, database=database)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    with database.writing() as session:
        world = read_world(session)
        ids = _furnish(session, world)
        session.commit()
        yield House(app, database, world, ids)


@pytest.fixture(scope="module")
def house(sqlite_maker: SqliteMaker, tmp_path_factory: pytest.TempPathFactory, keyring_file: Path) -> Iterator[House]:
    with sqlite_maker.fresh() as database, _opened(database, tmp_path_factory.mktemp("house"), keyring_file.parent) as found:
        _walk(found)
        yield found


SEE_MOST = {"lead": "/", "regional": "/", "reviewer": "/desk/reports/", "publisher": "/desk/reports/"}
"""Who looks at every object, below which address; everybody else at one of each kind."""
SIGN_IN = ("/sign-in/", "/tf-", "/desk/me/")


def _walk(house: House) -> None:
    one, every = set(house.addresses(whole=False)), set(house.addresses(whole=True))
    for who in (NOBODY, *ROLES):
        browser, below = house.browser(who), SEE_MOST.get(who)
        for address in sorted(one | {found for found in every if below and found.startswith(below)}):
            if (who and who != "lead" and address.startswith(SIGN_IN)) or address == "/sign-in/code":
                continue  # these are the same for everybody, and one of them signs out
            answer = browser.get(address, headers={"Accept-Language": "en"})
            house.status[who, address] = answer.status_code
            house.keep(who, "ru" if address.startswith("/ru/") else "en", address, answer)
    _mistakes(house)
    for shown in list(house.pages):
        if shown.language == "en" and shown.answer.request.method == "GET" and not shown.address.startswith("/en/"):
            browser = house.browser(shown.who)
            browser.set_cookie("language", "ru")
            house.keep(shown.who, "ru", shown.address, browser.get(shown.address))
            browser.delete_cookie("language")


def _mistakes(house: House) -> None:
    """Pages that only a mistake shows."""
    lead, regional, visit = house.browser("lead"), house.browser("regional"), house.ids["visit"]
    house.keep("lead", "en", "/desk/nothing", lead.get("/desk/nothing"))
    house.keep("regional", "en", "/desk/visits", regional.get("/desk/visits?page=2"))
    house.keep(NOBODY, "en", "/en/nothing", house.browser(NOBODY).get("/en/nothing"))
    for who, address, sent in (
        ("regional", "/desk/places/new", {"position": "x"}),
        ("regional", "/desk/visits/new", {"objective": ""}),
        ("lead", f"/desk/visits/{visit[3]}/recommendations/new", {"text": ""}),
        ("lead", f"/desk/reports/{house.ids['report'][3]}", {"title": ""}),
        ("reviewer", f"/desk/reports/{house.ids['report'][2]}/back", {"remark": ""}),
        ("publisher", f"/desk/reports/{house.ids['report'][1]}/publish", {}),
        ("member", f"/desk/visits/{visit[4]}/returned", {}),
        ("admin", "/desk/admin/people/new", {"email": "x"}),
    ):
        browser = house.browser(who)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/desk/").text)
        assert token
        for language in ("en", "ru"):
            browser.set_cookie("language", language)
            shown = browser.post(address, data={**sent, "csrf_token": token[1]})
            assert shown.status_code in {403, 422}, (address, shown.status_code)
            house.keep(who, language, address, shown)
            house.keep(who, language, address, browser.post(address, data=sent))
        browser.delete_cookie("language")


def _wrong(house: House, find: Any) -> str:
    """Everything that is wrong, a line each: read as a whole when it fails."""
    return "\n".join(f"{shown}: {wrong}" for shown in house.pages for wrong in find(shown))


def test_the_walk_went_everywhere(house: House) -> None:
    assert {shown.who for shown in house.pages} >= {NOBODY, "lead", "regional", "reviewer", "publisher", "admin", "auditor"}
    assert {shown.language for shown in house.pages} == {"en", "ru"}
    assert len({shown.address for shown in house.pages}) > 80
    assert [str(shown) for shown in house.pages if shown.answer.status_code >= 500] == []


def test_every_page_is_sound_html(house: House) -> None:
    assert _wrong(house, lambda shown: shown.errors) == ""


def test_every_page_has_one_heading_and_its_title_begins_with_it(house: House) -> None:
    def find(shown: Shown) -> Iterator[str]:
        headings, titles = shown.all("h1"), shown.all("title")
        if [len(headings), len(titles)] != [1, 1]:
            yield f"{len(headings)} headings, {len(titles)} titles"
        elif not said(titles[0]).startswith(said(headings[0])) or not said(headings[0]):
            yield f"{said(titles[0])!r} does not begin with {said(headings[0])!r}"

    assert _wrong(house, find) == ""


def test_every_id_is_there_once_and_what_is_pointed_at_exists(house: House) -> None:
    def find(shown: Shown) -> Iterator[str]:
        ids = [element.get("id") for element in shown.tree.iter() if element.get("id")]
        yield from {f"id {name} twice" for name in ids if ids.count(name) > 1}
        for element in shown.tree.iter():
            for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
                missing = set((element.get(name) or "").split()) - set(ids)
                yield from (f"{name}={target} points nowhere" for target in missing)

    assert _wrong(house, find) == ""


def test_no_script_or_style_runs_that_the_server_did_not_name(house: House) -> None:
    def find(shown: Shown) -> Iterator[str]:
        policy = shown.answer.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for script in shown.all("script"):
            named = shown.nonce and script.get("nonce") == shown.nonce
            own = "script-src 'self'" in policy and str(script.get("src", "")).startswith("/static/")
            if not named and not own:
                yield f"script {script.attrib}"
        yield from (f"<style> {said(style)[:30]}" for style in shown.all("style"))
        for element in shown.tree.iter():
            yield from (f"{name} on {element.tag}" for name in element.attrib if str(name).startswith("on") or name == "style")

    assert _wrong(house, find) == ""


def test_every_form_that_changes_something_carries_its_token(house: House) -> None:
    def find(shown: Shown) -> Iterator[str]:
        for form in shown.all("form"):
            tokens = [found for found in form.iter("input") if found.get("name") == "csrf_token"]
            if (form.get("method") or "get").lower() == "post" and (len(tokens) != 1 or not tokens[0].get("value")):
                yield f"{len(tokens)} tokens in the form to {form.get('action') or 'itself'}"
            if (form.get("method") or "get").lower() == "get" and tokens:
                yield "a token in an address"

    assert _wrong(house, find) == ""


def test_every_control_has_a_name_that_can_be_read_out(house: House) -> None:
    def find(shown: Shown) -> Iterator[str]:
        labels = {label.get("for"): said(label) for label in shown.all("label")}
        for control in shown.all("input", "select", "textarea"):
            if control.get("type") not in {"hidden", "submit"} and not (
                labels.get(control.get("id")) or control.get("aria-label")
            ):
                yield f"{control.tag} {control.get('name')}"
        yield from ("a button without words" for button in shown.all("button") if not (said(button) or button.get("aria-label")))
        yield from (
            f"a link without words to {a.get('href')}"
            for a in shown.all("a")
            if not (said(a) or a.get("aria-label") or a.find("img") is not None)
        )
        yield from (f"a picture without words: {img.get('src')}" for img in shown.all("img") if img.get("alt") is None)

    assert _wrong(house, find) == ""


def test_no_page_asks_anybody_else(house: House) -> None:
    def find(shown: Shown) -> Iterator[str]:
        for element in shown.tree.iter():
            for name in ("src", "href", "action", "srcset", "data", "poster", "formaction"):
                address = element.get(name) or ""
                if urlsplit(address).scheme not in {"", "data"} or urlsplit(address).netloc:
                    yield f"{element.tag} {name}={address}"

    assert _wrong(house, find) == ""


def test_every_page_says_its_language(house: House) -> None:
    def find(shown: Shown) -> list[str | None]:
        root = shown.all("html")[0].get("lang")
        return [root] if root != shown.language and shown.address != SHELL else []

    assert _wrong(house, find) == ""


def test_no_link_of_a_page_leads_nowhere(house: House) -> None:
    """What is offered to a person is there for that person."""
    dead = set()
    for shown in house.pages:
        for link in shown.all("a") if shown.language == "en" else ():
            address = (link.get("href") or "").partition("#")[0]
            if address and house.leads_to(shown.who, address) not in {200, 302}:
                dead.add(f"{shown}: {address}")
    assert "\n".join(sorted(dead)) == ""


NOT_A_SENTENCE = {"PDF", "OK", "English", "Detention Monitoring"}


def _untranslated() -> re.Pattern[str]:
    """Every source text whose Russian differs, with room for its values."""
    patterns = []
    for message in read(TRANSLATIONS, "ru"):
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        targets = [message.string] if isinstance(message.string, str) else list(message.string)
        for source in sources:
            words = re.findall(r"[A-Za-z]{2,}", re.sub(r"%\(\w+\)s", "", source))
            enough = len(words) > 2 if "%(" in source else bool(words)
            if enough and source not in targets and source not in NOT_A_SENTENCE:
                patterns.append(re.sub(r"%\\\(\w+\\\)s", ".{0,200}?", re.escape(source)))
    return re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns, key=len, reverse=True)))


def _texts(shown: Shown) -> Iterator[str]:
    """What a reader meets: pieces of text, and what is read out; texts in another language say so and are left out."""

    def inside(element: Element) -> Iterator[str]:
        if element.tag in {"script", "pre"} or (element.get("lang") or "ru") != "ru":
            return
        yield from (element.get(name) or "" for name in ("aria-label", "title", "placeholder", "alt", "data-label"))
        if element.tag != "textarea":
            yield element.text or ""
        for child in element:
            yield from inside(child)
            yield child.tail or ""

    return (" ".join(text.split()) for text in inside(shown.all("body")[0]))


def test_nothing_english_is_left_on_a_russian_page(house: House) -> None:
    source = _untranslated()

    def find(shown: Shown) -> list[str]:
        if shown.language != "ru" or shown.address == SHELL:
            return []
        return [text for text in _texts(shown) if text and source.fullmatch(text)]

    assert _wrong(house, find) == ""
    assert source.fullmatch("The plan closes for good. Only the quarter, the kind of visit and this reason stay readable.")
