"""A request: one transaction, closed by one commit at its very end; reading writes nothing; every answer is armoured."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from monitoring import app as composition
from monitoring.accounts.models import Person, WebSession
from monitoring.audit.models import AuditRow
from monitoring.core import web
from monitoring.core.config import Settings
from monitoring.core.db import Base, Database
from monitoring.core.errors import Forbidden, Invalid, NotFound
from monitoring.core.i18n import N_
from tests.factories import World
from tests.field import Tablet, confirm_all, returned_visit

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
As = Callable[[Person], FlaskClient]
NAME = "Changed (invented)"


def _lead() -> Person:
    return web.session().scalars(select(Person).where(Person.email == "lead@example.org")).one()


def _probe(app: Flask, view: Callable[[], object], *methods: str) -> None:
    """Add a page that does what a test wants."""

    def probe() -> str:
        view()
        return "done"

    app.add_url_rule("/probe", view_func=web.requires(web.Access.PUBLIC)(probe), methods=list(methods))


def _name(database: Database) -> str:
    with database.reading() as reading:
        return reading.scalars(select(Person.name).where(Person.email == "lead@example.org")).one()


@contextmanager
def _commits(database: Database) -> Iterator[list[str]]:
    """The commits of the request's own writing transactions."""
    found: list[str] = []

    def note(connection) -> None:
        found.append("commit")

    event.listen(database.engine, "commit", note)
    yield found
    event.remove(database.engine, "commit", note)


def test_what_a_view_changes_is_kept_by_one_commit_at_the_end(app: Flask, client: FlaskClient, database: Database) -> None:
    seen = []

    def view() -> None:
        _lead().name = NAME
        web.session().flush()
        _lead().language = "ru"
        seen.append(_name(database))

    _probe(app, view, "POST")
    with _commits(database) as commits:
        assert client.post("/probe").status_code == 200
    assert (seen, _name(database), commits) == (["Lead (invented)"], NAME, ["commit"])


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotFound(), 404), (Forbidden(N_("no")), 403), (Invalid(N_("no")), 422), (ZeroDivisionError(), 500)],
    ids=["not found", "forbidden", "invalid", "unexpected"],
)
def test_a_view_that_fails_keeps_nothing(
    app: Flask, client: FlaskClient, database: Database, error: Exception, status: int
) -> None:
    def view() -> None:
        _lead().name = NAME
        web.session().flush()
        raise error

    _probe(app, view, "POST")
    with _commits(database) as commits:
        assert client.post("/probe").status_code == status
    assert (_name(database), commits) == ("Lead (invented)", [])


def test_what_the_database_refuses_at_the_commit_keeps_nothing_and_is_told(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    def view() -> None:
        _lead().name = NAME
        _lead().email = "member@example.org"

    _probe(app, view, "POST")
    answer = client.post("/probe")
    assert (answer.status_code, _name(database)) == (500, "Lead (invented)")
    assert "Nothing was saved from this step" in answer.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_writes_nothing_even_if_a_view_tries(app: Flask, client: FlaskClient, database: Database, method: str) -> None:
    def view() -> None:
        _lead().name = NAME
        web.session().flush()

    _probe(app, view, "GET")
    assert client.open("/probe", method=method).status_code == 200
    assert _name(database) == "Lead (invented)"


def test_what_must_stay_is_kept_after_a_request_that_failed(app: Flask, client: FlaskClient, database: Database) -> None:
    def later() -> None:
        with database.writing() as session, session.begin():
            session.scalars(select(Person).where(Person.email == "lead@example.org")).one().name = NAME

    def view() -> None:
        _lead().language = "ru"
        web.session().flush()
        web.afterwards(later)
        raise NotFound

    _probe(app, view, "POST")
    assert client.post("/probe").status_code == 404
    with database.reading() as reading:
        lead = reading.scalars(select(Person).where(Person.email == "lead@example.org")).one()
        assert (lead.name, lead.language) == (NAME, "")


def test_a_view_without_a_rule_lets_nobody_in(app: Flask, as_: As, world: World) -> None:
    app.add_url_rule("/probe", endpoint="probe", view_func=lambda: "secret")
    for browser in (app.test_client(), as_(world.admin)):
        answer = browser.get("/probe")
        assert (answer.status_code, "secret" in answer.text) == (404, False)


# The sweep over every page.


@pytest.fixture
def addresses(app: Flask, session: Session, world: World) -> list[str]:
    """Every address that can be read, with objects in it."""
    visit = returned_visit(session, world)
    tablet = Tablet(session, world.actor("lead"), visit)
    interview = tablet.open("INTERVIEW", "A-01")
    tablet.answer(interview, "PI02", "yes")
    finding = confirm_all(session, world, visit)[0]
    session.commit()
    known = {
        "visit_id": visit.id, "facility_id": world.places["isolator"].id, "sheet_id": interview, "finding_id": finding.id,
        "person_id": world.lead.id, "language": "en", "country": "KZ", "slug": "none", "code": "SH-1a", "sha256": "0" * 64,
        "filename": "theme.css", "token": "none",
    }  # fmt: skip
    with app.test_request_context():
        found = {
            app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if "GET" in rule.methods and rule.arguments <= set(known)
        }
    assert len(found) > 40
    return sorted(found, key=lambda address: ("sign-in" in address, address))


def _secured(settings: Settings, database: Database) -> Flask:
    built = composition.create_app(replace(settings, base_url="https://monitoring.example.org"), database=database)
    built.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    return built


@sqlite
def test_every_answer_is_armoured(settings: Settings, database: Database, as_: As, world: World, addresses: list[str]) -> None:
    app = _secured(settings, database)
    browsers = [app.test_client()]
    for name in ("lead", "national", "admin"):
        browsers.append(app.test_client())
        browsers[-1].set_cookie("__Host-session", as_(world.people[name]).get_cookie("session").value)
    for address in addresses:
        for browser in browsers:
            _check_armour(address, browser.get(address))


def _check_armour(address: str, answer) -> None:
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'"), address
    assert "unsafe" not in policy, address
    if "sandbox" not in policy:
        for line in ("base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "require-trusted-types-for 'script'"):
            assert line in policy, address
        assert re.search(r"script-src '(nonce-[\w-]{20,}|self)'", policy), address
    assert headers["X-Content-Type-Options"] == "nosniff", address
    assert headers["Referrer-Policy"] == "no-referrer", address
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", address
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
    assert "Access-Control-Allow-Origin" not in headers, address
    assert "Server" not in headers, address
    if answer.mimetype.startswith("text/"):
        assert "charset=utf-8" in headers["Content-Type"], address
    for cookie in headers.getlist("Set-Cookie"):
        for wanted in ("HttpOnly", "SameSite=", "Secure", "Path=/"):
            assert wanted in cookie, (address, cookie)
        assert cookie.startswith("__Host-"), (address, cookie)


@sqlite
def test_a_page_of_somebody_signed_in_is_kept_by_no_browser(as_: As, world: World, addresses: list[str]) -> None:
    personal = [address for address in addresses if address.startswith(("/desk", "/tablet/api", "/sign-in"))]
    for address in personal:
        answer = as_(world.lead).get(address)
        if answer.status_code != 405:
            assert "no-store" in answer.headers.get("Cache-Control", ""), address


@sqlite
def test_no_page_sends_a_browser_to_a_third_party(as_: As, world: World, addresses: list[str]) -> None:
    for browser in (as_(world.lead), as_(world.admin)):
        for address in addresses:
            page = browser.get(address, follow_redirects=True)
            if page.mimetype == "text/html":
                outside = re.findall(r'(?:src|href|action)="((?:https?:)?//[^"]+)"', page.text)
                assert outside == [], address
                assert "<style" not in page.text, address
                assert not re.search(r"<script(?![^>]*(?:nonce=|src=))", page.text), address
                assert not re.search(r"\son\w+=", page.text), address


@sqlite
def test_reading_every_page_changes_nothing(as_: As, world: World, addresses: list[str], database: Database) -> None:
    before = _content(database)
    for name in ("lead", "outsider", "national", "admin", "auditor"):
        browser = as_(world.people[name])
        for address in addresses:
            assert browser.get(address).status_code < 500, (name, address)
    assert _content(database) == before


def _content(database: Database) -> dict[str, list[str]]:
    """All that is in the database but sessions and the audit trail, which keeps readings."""
    kept = {WebSession.__tablename__, AuditRow.__tablename__, "audit_head"}
    with database.reading() as reading:
        return {t.name: sorted(map(repr, reading.execute(t.select()))) for t in Base.metadata.sorted_tables if t.name not in kept}


@sqlite
def test_a_forged_form_changes_nothing_on_any_page(app: Flask, as_: As, world: World, database: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    before = _content(database)
    browser = as_(world.admin)
    with app.test_request_context():
        forms = [
            app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, world.lead.id))
            for rule in app.url_map.iter_rules()
            if rule.methods & {"POST", "PUT", "DELETE", "PATCH"} and all(name.endswith("_id") for name in rule.arguments)
        ]
    assert len(forms) > 20
    for address in forms:
        for headers in ({}, {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"}):
            assert browser.post(address, data={"name": "x"}, headers=headers).status_code in {400, 404, 405}, address
    assert _content(database) == before


@sqlite
def test_forms_work_behind_a_proxy_that_speaks_tls(settings: Settings, database: Database, world: World) -> None:
    browser = _secured(settings, database).test_client()
    page = browser.get("/sign-in", base_url="https://monitoring.example.org")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    answer = browser.post(
        "/language", base_url="https://monitoring.example.org", data={"language": "ru", "next": "/sign-in", "csrf_token": token}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
    assert re.match(r"__Host-language=ru;.* Secure; HttpOnly; Path=/; SameSite=Lax", answer.headers["Set-Cookie"])


@sqlite
@pytest.mark.parametrize(
    "address", ["/.git/config", "/console", "/docs", "/instance/settings.json", "/static/../wsgi.py", "/healthz/x"]
)
def test_nothing_of_the_workshop_is_served(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@sqlite
def test_the_outside_learns_only_that_it_runs(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
