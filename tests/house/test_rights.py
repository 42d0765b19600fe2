"""Every route, every person, four kinds of object: own, another team's, another country's, missing - against one table."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from monitoring.desk import operations as desk
from monitoring.recommendations import operations as recommendations
from monitoring.recommendations.operations import RecommendationFacts
from monitoring.recommendations.rules import Level, Priority
from monitoring.reports import operations as reports
from tests.factories import PEOPLE, World
from tests.field import Tablet, confirm_all, draft, facts, returned_visit, say, sheet_of
from visits.findings import operations as findings
from visits.findings.queries import findings_of_visit
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.plan.queries import visit_for
from visits.sheets.models import Sheet
from visits.sheets.operations import enrol

EVERYBODY = frozenset(name for name, (country, _region, _roles) in PEOPLE.items() if country == "KZ")
FIELD = frozenset({"lead", "member", "doctor", "outsider", "astana_monitor"})
COORDINATORS = frozenset({"national", "regional", "other_regional"})
TEAM = frozenset({"lead", "member", "doctor"})
SEES = TEAM | {"national", "regional"}
REGISTER = FIELD | COORDINATORS | {"reviewer", "publisher"}

LISTS = {
    "desk.home": EVERYBODY,
    "desk.places": REGISTER,
    "desk.visits": FIELD | COORDINATORS,
    "desk.plan_new": COORDINATORS,
    "desk.coalition": EVERYBODY - {"admin", "auditor"},
    "facilities.new": COORDINATORS,
    "findings.index": FIELD | COORDINATORS,
    "recommendations.index": FIELD | COORDINATORS,
    "reports.index": REGISTER,
    "admin.people": {"admin"},
    "admin.new_person": {"admin"},
    "admin.rights": {"admin"},
    "admin.trail": {"auditor"},
    "accounts.me": EVERYBODY,
    "tablet.me": FIELD | COORDINATORS,
    "tablet.visits": FIELD | COORDINATORS,
}
"""Pages without an object: who comes in."""

OWN = {
    "desk.place": REGISTER,
    "facilities.edit": COORDINATORS,
    "desk.visit": SEES,
    "desk.team": SEES,
    "desk.plan_edit": {"national", "regional"},
    "desk.cancel": {"national", "regional"},
    "sheets.index": SEES,
    "sheets.show": SEES,
    "sheets.access": SEES,
    "sheets.interviews": SEES,
    "sheets.interview": {"lead"},
    "findings.board": SEES,
    "findings.show": SEES,
    "recommendations.of_visit": SEES,
    "recommendations.new": {"lead"},
    "recommendations.show": SEES,
    "reports.of_visit": SEES,
    "reports.show": SEES | {"reviewer"},
    "desk.waiting": {"lead"},
    "desk.decide_waiting": {"lead"},
    "tablet.pack": TEAM,
    "tablet.pack_part": TEAM,
    "tablet.read_entries": TEAM,
}
"""Pages with an object: who sees the own one. Another region's coordinator sees places of the mechanism, nothing else."""

SEEN_BUT_NOT_ALLOWED = dict.fromkeys(("recommendations.new", "desk.waiting", "desk.decide_waiting"), SEES - {"lead"})
"""Answered with 403 and the reason."""

OTHER_TEAM = {"lead": "outsider", "member": "astana_monitor", "regional": "other_regional", "national": "national"}
"""Who is what to the other team's visit."""
WHOLE_MECHANISM = {"desk.place", "facilities.edit"}

CHANGES = {
    "desk.decide", "desk.returned", "findings.second", "findings.drop", "findings.again", "findings.make",
    "recommendations.remove", "reports.send", "reports.back", "reports.approve", "reports.accept", "reports.publish",
    "admin.person", "admin.end_sessions", "admin.end_tablets", "admin.renew_passphrase", "admin.renew_second_factor",
    "devices.end", "desk.decided_waiting", "tablet.get_media", "sheets.photo",
}  # fmt: skip
"""Routes that change something or need more than an object: everybody who may not see the object gets a 404."""

OPEN = {
    "static", "bootstrap.static", "healthz", "accounts.language", "accounts.demonstration", "accounts.end_session",
    "desk.coalition_call", "tablet.shell", "tablet.service_worker", "tablet.web_manifest",
    "tablet.worker", "tablet.device",
}  # fmt: skip
"""Public, about oneself, or tested on their own."""

SENDING = {"tablet.put_entries", "tablet.put_media"}
"""Only a device's token opens these, and it opens nothing else."""


@dataclass(frozen=True)
class Objects:
    """The ids that stand in addresses."""

    facility_id: UUID
    visit_id: UUID
    sheet_id: UUID
    interview_id: UUID
    finding_id: UUID
    recommendation_id: UUID
    report_id: UUID
    person_id: UUID
    device_id: UUID

    def of(self, endpoint: str, arguments: set[str]) -> dict[str, object]:
        known = {**vars(self), "sha256": "0" * 64, "part": "before", "reason": "not_in_team"}
        if endpoint.endswith("_media"):
            return known | {"visit": self.visit_id, "sheet": self.sheet_id}
        if endpoint == "sheets.interview":
            known["sheet_id"] = self.interview_id
        return {name: known[name] for name in arguments}


def _make(session: Session, world: World, visit: Visit, lead: str, person: str, stranger: str) -> Objects:
    tablet = Tablet(session, world.actor(stranger), visit)
    assert tablet.send(tablet.entry(sheet_of(session, visit, "POLICE").id, "PC21", "no")).receipts[0].outcome == "quarantined"
    actor = world.actor(lead)
    seen = visit_for(session, actor, visit.id)
    finding = findings_of_visit(session, seen)[0]
    written = recommendations.write(
        session,
        actor,
        seen,
        RecommendationFacts(
            text="Do it (invented).",
            authority_id=world.places["isolator" if visit.country == "KZ" else "kg_isolator"].authority_id,
            addressee="",
            level=Level.PLACE,
            priority=Priority.HIGH,
            due_on=seen.plan.ends_on.replace(year=seen.plan.ends_on.year + 1),
            findings=frozenset({finding.id}),
        ),
    )
    report = reports.draft(session, actor, seen, "en", say)
    report.state = "review"
    return Objects(
        facility_id=seen.plan.facility_id,
        visit_id=visit.id,
        sheet_id=sheet_of(session, visit, "POLICE").id,
        interview_id=session.scalars(select(Sheet.id).where(Sheet.visit_id == visit.id, Sheet.per == "interview")).one(),
        finding_id=finding.id,
        recommendation_id=written.id,
        report_id=report.id,
        person_id=world.people[person].id,
        device_id=tablet.device.id,
    )


def _elsewhere(session: Session, world: World, place: str, planner: str, lead: str, second: str) -> Visit:
    forms = checklists.proposed_codes(session, "temporary_detention_isolator")
    plan = draft(
        world, session, facility_id=world.places[place].id, lead_id=world.people[lead].id,
        team=(world.people[second].id,), checklist_codes=forms,
    )  # fmt: skip
    visit = desk.plan_visit(session, world.actor(planner), plan, None)
    tablet = Tablet(session, world.actor(lead), visit)
    tablet.answer(sheet_of(session, visit, "POLICE"), "PC21", "no")
    tablet.answer(tablet.open("INTERVIEW", "A-01"), "PI02", "yes")
    seen = visit_for(session, world.actor(lead), visit.id)
    plans.mark_returned(session, world.actor(lead), seen)
    for finding in findings_of_visit(session, seen):
        findings.confirm(session, world.actor(lead), seen, finding, facts(finding))
    return visit


@pytest.fixture
def objects(session: Session, world: World) -> dict[str, Objects]:
    """The same kinds of object, near and far."""
    own = returned_visit(session, world)
    tablet = Tablet(session, world.actor("lead"), own)
    tablet.answer(tablet.open("INTERVIEW", "A-01"), "PI02", "yes")
    confirm_all(session, world, own)
    other = _elsewhere(session, world, "colony", "national", "outsider", "astana_monitor")
    abroad = _elsewhere(session, world, "kg_isolator", "kg_national", "kg_monitor", "kg_second")
    found = {
        "own": _make(session, world, own, "lead", "auditor", "kg_monitor"),
        "other": _make(session, world, other, "outsider", "auditor", "kg_monitor"),
        "abroad": _make(session, world, abroad, "kg_monitor", "kg_monitor", "tj_monitor"),
        "missing": Objects(*(uuid4() for _field in range(9))),
    }
    session.commit()
    return found


def _rules(app: Flask) -> dict[str, tuple[set[str], set[str]]]:
    return {rule.endpoint: (set(rule.methods or ()), set(rule.arguments)) for rule in app.url_map.iter_rules()}


def _address(app: Flask, endpoint: str, arguments: dict[str, object]) -> str:
    with app.test_request_context():
        return str(app.url_for(endpoint, **arguments))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_table_names_every_route(app: Flask) -> None:
    ours = {name for name in _rules(app) if not name.startswith(("security.", "public."))}
    assert ours == set(LISTS) | set(OWN) | CHANGES | OPEN | SENDING


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_lists_open_for_those_in_the_table(app: Flask, as_, world: World, name: str) -> None:
    browser: FlaskClient = as_(world.people[name])
    for endpoint, allowed in LISTS.items():
        answer = browser.get(_address(app, endpoint, {}))
        assert answer.status_code == (200 if name in allowed else 404), endpoint


def _expected(endpoint: str, name: str, kind: str) -> int:
    if kind in {"abroad", "missing"}:
        return 404
    allowed, forbidden = OWN[endpoint], SEEN_BUT_NOT_ALLOWED.get(endpoint, frozenset())
    if kind == "other" and endpoint not in WHOLE_MECHANISM:
        allowed = {OTHER_TEAM[part] for part in allowed if part in OTHER_TEAM} | (set(allowed) & {"reviewer"})
        forbidden = frozenset(OTHER_TEAM[part] for part in forbidden if part in OTHER_TEAM)
    return 200 if name in allowed else 403 if name in forbidden else 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_objects_open_for_those_in_the_table(app: Flask, as_, world: World, objects: dict[str, Objects]) -> None:
    rules = _rules(app)
    wrong = []
    for name in sorted(EVERYBODY):
        browser: FlaskClient = as_(world.people[name])
        for endpoint in OWN:
            for kind, found in objects.items():
                answer = browser.get(_address(app, endpoint, found.of(endpoint, rules[endpoint][1])))
                status = 200 if answer.status_code == 302 and endpoint == "reports.of_visit" else answer.status_code
                if status != _expected(endpoint, name, kind):
                    wrong.append((endpoint, name, kind, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_one_may_not_see_one_cannot_change(app: Flask, as_, world: World, objects: dict[str, Objects]) -> None:
    rules = _rules(app)
    wrong = []
    for name in sorted(EVERYBODY):
        browser: FlaskClient = as_(world.people[name])
        for endpoint in sorted(CHANGES | set(OWN)):
            methods, arguments = rules[endpoint]
            for kind in ("abroad", "missing"):
                address = _address(app, endpoint, objects[kind].of(endpoint, arguments))
                for method in methods & {"POST", "GET", "PUT"}:
                    answer = browser.open(address, method=method)
                    if answer.status_code != 404:
                        wrong.append((endpoint, method, name, kind, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_hidden_page_looks_like_a_missing_one(app: Flask, as_, world: World, objects: dict[str, Objects]) -> None:
    browser: FlaskClient = as_(world.outsider)
    pages = []
    for kind in ("own", "missing"):
        answer = browser.get(_address(app, "desk.visit", {"visit_id": objects[kind].visit_id}))
        pages.append(answer.text.replace(str(objects[kind].visit_id), "ID"))
    strip = [page[page.index("<main") :] for page in pages]
    assert strip[0] == strip[1]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_token_opens_the_way_in_and_nothing_else(
    app: Flask, session: Session, world: World, objects: dict[str, Objects]
) -> None:
    enrolled = enrol(session, world.actor("lead"), "a tablet (invented)")
    session.commit()
    token = {"Authorization": f"Device {enrolled.device.id}:{enrolled.token}", "X-Device": str(enrolled.device.id)}
    wrong, rules = [], _rules(app)
    for endpoint in sorted(set(LISTS) | set(OWN) | CHANGES | {"tablet.device"}):
        methods, arguments = rules[endpoint]
        address = _address(app, endpoint, objects["own"].of(endpoint, arguments))
        for method in methods & {"GET", "POST", "PUT"}:
            answer = app.test_client().open(address, method=method, headers=token)
            to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
            if not to_sign_in and answer.status_code != 401:
                wrong.append((endpoint, method, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_a_session_does_not_open_the_way_in(as_, world: World, objects: dict[str, Objects], name: str) -> None:
    browser: FlaskClient = as_(world.people[name])
    for address in ("/tablet/api/entries", f"/tablet/api/media/{'0' * 64}"):
        answer = browser.put(address, json={"entries": []})
        assert (answer.status_code, answer.json["code"]) == (401, "device")
