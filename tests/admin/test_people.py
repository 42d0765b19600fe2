"""The administrator's pages: people, rights, sessions; and no word of what others work on."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person, WebSession
from monitoring.accounts.rules import AccountEvent, Role
from monitoring.audit.models import AuditRow
from monitoring.core import clock
from monitoring.core.db import Database
from tests.factories import World, make_person
from tests.field import confirm_all, returned_visit

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
As = Callable[[Person], FlaskClient]
NEW = {
    "name": "Nurgul (invented)",
    "email": " Nurgul@Example.org ",
    "region_code": "KZ-75",
    "language": "ru",
    "roles": ["monitor"],
}


@pytest.fixture
def admin(as_: As, world: World) -> FlaskClient:
    return as_(world.admin)


def _main(page: str) -> str:
    return BeautifulSoup(page, "html.parser").find("main").get_text(" ", strip=True)


def _person(database: Database, email: str) -> Person:
    with database.reading() as reading:
        return reading.scalars(select(Person).where(Person.email == email)).one()


def test_a_new_person_gets_a_passphrase_that_is_shown_once_and_works(admin: FlaskClient, app: Flask, database: Database) -> None:
    answer = admin.post("/desk/admin/people/new", data=NEW)
    passphrase = re.search(r"<code>([a-z-]{30,})</code>", answer.text)[1]
    person = _person(database, "nurgul@example.org")
    assert (person.country, person.region_code, person.language) == ("KZ", "KZ-75", "ru")
    assert [role.name for role in person.roles] == ["monitor"]
    assert passphrase not in admin.get(f"/desk/admin/people/{person.id}").text
    step = app.test_client().post("/sign-in", data={"email": "nurgul@example.org", "password": passphrase})
    assert step.headers["Location"].startswith("/sign-in/set-up")


def test_the_form_comes_back_as_it_was_typed_with_what_to_do(admin: FlaskClient) -> None:
    answer = admin.post("/desk/admin/people/new", data={**NEW, "email": "nurgul at example"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert page.find("input", attrs={"name": "name"})["value"] == NEW["name"]
    assert page.find("input", attrs={"name": "email"})["value"] == "nurgul at example"
    assert page.find("input", attrs={"name": "roles", "value": "monitor"}).has_attr("checked")
    assert "does not look like an e-mail address" in answer.text


def test_a_double_click_makes_one_person_and_says_so(admin: FlaskClient, database: Database) -> None:
    assert admin.post("/desk/admin/people/new", data=NEW).status_code == 200
    again = admin.post("/desk/admin/people/new", data=NEW)
    assert again.status_code == 422
    assert "exists already" in again.text
    assert _person(database, "nurgul@example.org")


@pytest.mark.parametrize("roles", [["emperor"], ["monitor", "emperor"]])
def test_there_are_no_other_roles(admin: FlaskClient, roles: list[str]) -> None:
    assert admin.post("/desk/admin/people/new", data={**NEW, "roles": roles}).status_code == 422


def test_a_region_of_another_country_is_not_taken(admin: FlaskClient) -> None:
    assert admin.post("/desk/admin/people/new", data={**NEW, "region_code": "TJ-DU"}).status_code == 422


def test_what_the_form_does_not_ask_cannot_be_set(admin: FlaskClient, database: Database, world: World) -> None:
    more = {"country": "TJ", "mechanism_id": str(world.mechanisms["TJ"].id), "invented": "y", "active": ""}
    assert admin.post("/desk/admin/people/new", data={**NEW, **more}).status_code == 200
    person = _person(database, "nurgul@example.org")
    assert (person.country, person.mechanism_id, person.invented, person.active) == (
        "KZ",
        world.mechanisms["KZ"].id,
        False,
        True,
    )


def test_roles_are_changed_and_the_door_is_closed(admin: FlaskClient, as_: As, world: World, database: Database) -> None:
    doctor = as_(world.doctor)
    page = admin.get(f"/desk/admin/people/{world.doctor.id}")
    ticked = {box["value"] for box in BeautifulSoup(page.text, "html.parser").find_all("input", checked=True)}
    assert {"monitor", "doctor"} <= ticked
    assert admin.post(f"/desk/admin/people/{world.doctor.id}", data={"roles": ["reviewer"]}).status_code == 302
    person = _person(database, "doctor@example.org")
    assert ([role.name for role in person.roles], person.active) == (["reviewer"], False)
    assert doctor.get("/desk/").status_code == 302
    assert "may not sign in" in admin.get("/desk/admin/people").text


def test_the_last_administrator_is_told_why_not(admin: FlaskClient, world: World) -> None:
    answer = admin.post(f"/desk/admin/people/{world.admin.id}", data={"roles": ["monitor"], "active": "y"})
    assert answer.status_code == 409
    assert "the last administrator" in answer.text


def test_sessions_of_a_person_end_with_a_tap(admin: FlaskClient, as_: As, world: World) -> None:
    lead = as_(world.lead)
    assert "1 open session" in _main(admin.get(f"/desk/admin/people/{world.lead.id}").text)
    admin.post(f"/desk/admin/people/{world.lead.id}/sessions/end")
    assert lead.get("/desk/").status_code == 302
    assert "0 open sessions" in _main(admin.get(f"/desk/admin/people/{world.lead.id}").text)


def test_who_forgot_the_passphrase_gets_a_new_one_and_keeps_the_second_factor(
    admin: FlaskClient, as_: As, app: Flask, world: World, session: Session, database: Database
) -> None:
    world.lead.tf_totp_secret = "sealed"
    session.commit()
    lead = as_(world.lead)
    answer = admin.post(f"/desk/admin/people/{world.lead.id}/passphrase")
    passphrase = re.search(r"<code>([a-z-]{30,})</code>", answer.text)[1]
    assert lead.get("/desk/").status_code == 302
    step = app.test_client().post("/sign-in", data={"email": "lead@example.org", "password": passphrase})
    assert step.headers["Location"].startswith("/sign-in/code")
    assert _person(database, "lead@example.org").tf_totp_secret == "sealed"
    assert AccountEvent.PASSPHRASE_RENEWED in session.scalars(select(AuditRow.event)).all()


def test_who_lost_the_phone_sets_up_another(admin: FlaskClient, as_: As, world: World, database: Database) -> None:
    lead = as_(world.lead)
    assert admin.post(f"/desk/admin/people/{world.lead.id}/second-factor").status_code == 302
    assert _person(database, "lead@example.org").tf_primary_method is None
    assert lead.get("/desk/").status_code == 302


CHANGING = (
    "people/new",
    "people/{lead}",
    "people/{lead}/sessions/end",
    "people/{lead}/passphrase",
    "people/{lead}/second-factor",
)


@pytest.mark.parametrize("path", CHANGING)
def test_who_signed_in_long_ago_shows_again_who_it_is(
    admin: FlaskClient, world: World, session: Session, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    address = f"/desk/admin/{path.format(lead=world.lead.id)}"
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    fields = {**NEW, "csrf_token": "mark", "password": "never shown again"}
    answer = admin.post(address, data=fields)
    assert answer.status_code == 401
    assert "/sign-in/again" in answer.text
    assert NEW["name"] in answer.text
    assert "never shown again" not in answer.text
    assert session.scalars(select(AuditRow)).all() == []
    if admin.get(address).status_code != 405:
        assert admin.get(address).headers["Location"].startswith("/sign-in/again?next=/desk/admin/")


def test_reading_the_list_needs_nothing_of_the_kind(admin: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert admin.get("/desk/admin/people").status_code == 200


def test_neither_administrator_nor_auditor_reads_what_others_work_on(app: Flask, as_: As, world: World, session: Session) -> None:
    visit = returned_visit(session, world)
    confirm_all(session, world, visit)
    session.commit()
    lead = as_(world.lead)
    assert "on the next day (invented)" in lead.get(f"/desk/visits/{visit.id}/findings").text
    words = ("on the next day (invented)", "first hours in custody", str(visit.id), "Temporary detention isolator")
    readable = [str(rule) for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    for name in ("admin", "auditor"):
        browser = as_(world.people[name])
        for address in readable:
            page = browser.get(address).text
            assert [word for word in words if word in page] == [], (name, address)


def test_the_table_of_rights_names_every_role(admin: FlaskClient) -> None:
    page = _main(admin.get("/desk/admin/rights").text)
    for label in (Role.ADMIN.label, Role.AUDITOR.label, Role.MONITOR.label, Role.NATIONAL_COORDINATOR.label):
        assert label in page


def test_people_are_listed_with_a_fixed_number_of_statements(admin: FlaskClient, session: Session, count_sql) -> None:
    session.add_all([_extra(number) for number in range(30)])
    session.commit()
    with count_sql() as statements:
        assert "Extra 29" in admin.get("/desk/admin/people").text
    assert len([said for said in statements if said.startswith("SELECT")]) <= 6, statements


def _extra(number: int) -> Person:
    return make_person(f"extra_{number}", "KZ", None, {Role.MONITOR})


def test_the_session_table_is_not_shown_to_others(admin: FlaskClient, as_: As, world: World, session: Session) -> None:
    as_(world.lead)
    address = f"/desk/admin/people/{world.lead.id}"
    hashes = session.scalars(select(WebSession.hash).where(WebSession.person_id == world.lead.id)).all()
    session.rollback()
    assert len(hashes) == 1
    page = admin.get(address).text
    assert not any(found in page for found in hashes)
