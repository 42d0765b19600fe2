"""Every page of the office and of the readers, on the demonstration: server time, SQL statements, size."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from typing import Any

from flask import Flask, render_template_string, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from facilities.models import Facility
from monitoring.accounts.models import Person
from monitoring.accounts.permissions import actor_of
from monitoring.core.db import Database
from monitoring.recommendations.models import Recommendation
from monitoring.reports.models import Publication, Report
from tests.bench.home import Home, served
from tests.bench.measure import Times, in_turns, table
from visits.findings.models import Finding
from visits.plan.queries import visits_for
from visits.sheets.models import Sheet
from visits.sheets.rules import SheetKind

ROUNDS = 21
AIM = 50

OFFICE = {
    "coordinator.kz": (
        "desk.home", "desk.places", "desk.place", "desk.visits", "desk.plan_new", "desk.plan_edit", "desk.cancel",
        "desk.coalition", "desk.coalition_call", "facilities.new", "facilities.edit", "accounts.me",
    ),
    "lead.kz": (
        "desk.visit", "desk.team", "sheets.index", "sheets.show", "sheets.access", "sheets.interviews", "sheets.interview",
        "findings.index", "findings.board", "findings.show", "recommendations.index", "recommendations.of_visit",
        "recommendations.new", "recommendations.show", "reports.of_visit", "desk.waiting",
    ),
    "publisher.kz": ("reports.index", "reports.show"),
    "admin.kz": ("admin.people", "admin.person", "admin.new_person", "admin.rights"),
    "auditor.kz": ("admin.trail",),
    None: (
        "security.login", "public.home", "public.reports", "public.report", "public.recommendations", "public.recommendation",
        "tablet.shell",
    ),
}  # fmt: skip
"""Who opens which pages; None is somebody who is not signed in."""
OTHER_VISIT = {
    "desk.plan_edit": "ahead", "desk.cancel": "ahead",
    "findings.board": "recent", "recommendations.new": "recent", "reports.of_visit": "recent",
}  # fmt: skip
"""Pages of a visit that lies ahead, or whose findings are being decided; all others are opened for one that was published."""
LEFT_OUT = {
    "static", "bootstrap.static", "healthz", "public.start", "public.pdf", "sheets.photo", "public.authority",
    "tablet.service_worker", "tablet.worker", "tablet.web_manifest", "desk.decide_waiting", "public.trust",
}  # fmt: skip
"""Files, redirects, and what the demonstration lacks: something that waits, a certificate of its own."""


@dataclass(frozen=True)
class Page:
    """An address, and the cookie with which it is opened."""

    endpoint: str
    address: str
    headers: dict[str, str]


def report(home: Home) -> str:
    """The table: milliseconds, how many times a bare page, statements, kilobytes."""
    pages = [*_pages(home)]
    with served(home.app) as ours, served(_bare(home.database)) as bare:
        bodies = {page.endpoint: _get(ours, page.address, page.headers) for page in pages}
        statements = {page.endpoint: _count(home, ours, page) for page in pages}
        works: list[Callable[[], Any]] = [partial(_get, bare, "/", {})]
        works += [partial(_get, ours, page.address, page.headers) for page in pages]
        plain, *times = in_turns(ROUNDS, *works)
    rows = [
        _row(page.endpoint, found, plain, statements[page.endpoint], bodies) for page, found in zip(pages, times, strict=True)
    ]
    rows.append(("a bare page with one SELECT", plain.median, plain.high, 1.0, plain.busy, 1, ""))
    heads = ("page", "median, ms", "95th", "x bare", "of the processor, ms", "SQL", "KB")
    slow = [page.endpoint for page, found in zip(pages, times, strict=True) if found.median > AIM]
    title = f"Pages of the demonstration over HTTP, {ROUNDS} rounds in turns (aim {AIM} ms at the median)"
    return f"{table(title, heads, rows)}\nslower than that: {', '.join(slow) or 'none'}"


def _row(endpoint: str, found: Times, plain: Times, statements: int, bodies: dict[str, bytes]) -> tuple[object, ...]:
    return endpoint, found.median, found.high, found.median / plain.median, found.busy, statements, len(bodies[endpoint]) / 1024


def not_measured(app: Flask) -> list[str]:
    """Pages that nobody opened here: whoever adds one sees it."""
    known = LEFT_OUT.union(*OFFICE.values())
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = {rule.endpoint for rule in rules if not str(rule).startswith("/tablet/api/")}
    return sorted(name for name in pages - known if not name.startswith("security."))


def _pages(home: Home) -> Iterator[Page]:
    with home.database.reading() as session, home.app.test_request_context():
        people = {person.email.split("@")[0]: person for person in session.scalars(select(Person))}
        objects = _objects(session, people["lead.kz"])
        for name, endpoints in OFFICE.items():
            headers = {"Cookie": f"session={home.session_of(people[name])}"} if name else {}
            for endpoint in endpoints:
                rule = next(home.app.url_map.iter_rules(endpoint))
                wanted = {key: objects[key] for key in rule.arguments}
                if endpoint in OTHER_VISIT:
                    wanted["visit_id"] = objects[OTHER_VISIT[endpoint]]
                if endpoint == "sheets.interview":
                    wanted["sheet_id"] = objects["interview_id"]
                yield Page(endpoint, url_for(endpoint, **wanted), headers)


def _objects(session: Session, lead: Person) -> dict[str, Any]:
    """What stands in the addresses: the visit that was published, and what belongs to it."""
    seen = visits_for(session, actor_of(lead))
    published = session.scalars(select(Publication).where(Publication.country == "KZ")).first()
    assert published is not None
    written = session.get_one(Report, published.report_id)
    visit = next(found for found in seen if found.id == written.visit_id)
    query = select(Sheet.per, Sheet.id).where(Sheet.visit_id == visit.id).order_by(Sheet.position.desc())
    sheets = {row.per: row.id for row in session.execute(query)}
    return {
        "visit_id": visit.id,
        "ahead": next(found.id for found in seen if found.planned),
        "recent": next(found.id for found in seen if found.returned and found.id != visit.id),
        "facility_id": session.get_one(Facility, visit.plan.facility_id).id,
        "sheet_id": sheets[SheetKind.VISIT],
        "interview_id": sheets[SheetKind.INTERVIEW],
        "finding_id": session.scalars(select(Finding.id).where(Finding.visit_id == visit.id)).first(),
        "recommendation_id": session.scalars(select(Recommendation.id).where(Recommendation.visit_id == visit.id)).first(),
        "report_id": written.id,
        "person_id": lead.id,
        "code": "SH-1a",
        "language": "en",
        "country": "KZ",
        "slug": published.slug,
    }


def _get(connection: HTTPConnection, address: str, headers: dict[str, str]) -> bytes:
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (address, answer.status, answer.headers.get("Location"))
    return body


def _count(home: Home, connection: HTTPConnection, page: Page) -> int:
    with _statements(home.database) as found:
        _get(connection, page.address, page.headers)
    return len(found)


@contextmanager
def _statements(database: Database) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine, "before_cursor_execute", note)


def _bare(database: Database) -> Flask:
    """What a framework and a database do for a list of places: one statement, one template."""
    app = Flask("bare")
    page = (
        "<!doctype html><title>Places</title><table>{% for names in rows %}<tr><td>{{ names.en }}</td></tr>{% endfor %}</table>"
    )

    @app.get("/")
    def places() -> ResponseReturnValue:
        with Session(database.engine) as session:
            return render_template_string(page, rows=session.scalars(select(Facility.names)).all())

    return app
