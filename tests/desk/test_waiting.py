"""The lead's page of what waits: seen, confirmed, decided; others see a number or nothing."""

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import World
from tests.field import Tablet, plan, seen_by, sheet_of
from visits.plan.models import Visit
from visits.sheets import queries
from visits.sheets.models import Entry, WaitingFile


@pytest.fixture
def visit(app: Flask, session: Session, world: World) -> Visit:
    """Planned after the application has read its keys: what is sealed here is opened there."""
    return plan(session, world)


@pytest.fixture
def outsider(session: Session, world: World, visit: Visit) -> Tablet:
    return Tablet(session, world.actor("outsider"), visit)


def _picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (20, 20), "teal").save(written, "PNG")
    return written.getvalue()


def _page(session: Session, as_, person, path: str):
    session.commit()
    return as_(person).get(path)


def test_the_tab_is_there_only_while_something_waits_and_only_for_the_lead(
    session: Session, world: World, visit: Visit, outsider: Tablet, as_
) -> None:
    address, tab = f"/desk/visits/{visit.id}", f"/desk/visits/{visit.id}/waiting"
    assert tab not in _page(session, as_, world.lead, address).text
    sent = outsider.send(outsider.entry(sheet_of(session, visit, "POLICE").id, "PC21", "no"))
    assert sent.receipts[0].outcome == "quarantined"
    assert tab in _page(session, as_, world.lead, address).text
    for name in ("member", "regional", "national"):
        assert tab not in _page(session, as_, world.people[name], address).text


def test_coordinators_see_how_much_waits_and_members_nothing(
    session: Session, world: World, visit: Visit, outsider: Tablet, as_
) -> None:
    outsider.send(outsider.entry(sheet_of(session, visit, "POLICE").id, "PC21", "no"))
    sheets, told = f"/desk/visits/{visit.id}/sheets", "waits for the decision of the lead"
    assert f"1 thing that a tablet sent {told}" in _page(session, as_, world.regional, sheets).text
    assert told not in _page(session, as_, world.member, sheets).text


def test_the_page_names_who_and_why_but_not_what(session: Session, world: World, visit: Visit, outsider: Tablet, as_) -> None:
    police = sheet_of(session, visit, "POLICE").id
    outsider.send(outsider.entry(police, "PC21", "no", note="particular words"), outsider.entry(police, "PC23", "no"))
    text = _page(session, as_, world.lead, f"/desk/visits/{visit.id}/waiting").text
    for told in (world.outsider.name, "test tablet", "the person is not in the team", "2 entries", "0 photos"):
        assert told in text
    for hidden in ("particular", "PC21"):
        assert hidden not in text


@pytest.mark.parametrize(
    ("choice", "state", "flashed"),
    [("take_in", "stored", "Taken in: entries 1, photos 1."), ("leave_out", "left_out", "Left out.")],
)
def test_the_lead_confirms_a_decision(
    app, client, session: Session, world: World, visit: Visit, outsider: Tablet, as_, choice: str, state: str, flashed: str
) -> None:
    police = sheet_of(session, visit, "POLICE").id
    name, sealed, headers = outsider.sealer.file(visit.id, police, _picture())
    entry = outsider.entry(police, "PC21", "no", content={"photos": [name]})
    wire = outsider.wire(client)
    wire.put_entries(outsider.sealer.batch(entry))
    wire.put_file(name, sealed, headers)
    address = f"/desk/visits/{visit.id}/waiting/{outsider.device.id}/not_in_team"
    asked = _page(session, as_, world.lead, f"{address}?choice={choice}").text
    assert "on record" in asked
    assert 'name="up_to" value="2"' in asked
    session.commit()
    browser = as_(world.lead)
    done = browser.post(address, data={"choice": choice, "up_to": "2"}, follow_redirects=True)
    assert flashed in done.text
    assert "Nothing waits" in done.text
    assert session.scalars(select(Entry.state)).all() == [state]
    photo = f"/desk/visits/{visit.id}/sheets/{police}/photos/{name}"
    assert _page(session, as_, world.lead, photo).status_code == (200 if choice == "take_in" else 404)
    waiting = session.scalars(select(WaitingFile.decided_by)).all()
    assert waiting == ([] if choice == "take_in" else [world.lead.id])
    missing = queries.missing_photos(session, [visit.id])[visit.id]
    assert missing == {}


def test_a_photo_that_is_none_stays_while_the_rest_is_taken_in(
    client, session: Session, world: World, visit: Visit, outsider: Tablet, as_
) -> None:
    police = sheet_of(session, visit, "POLICE").id
    wire = outsider.wire(client)
    wire.put_file(*outsider.sealer.file(visit.id, police, b"no picture at all"))
    wire.put_file(*outsider.sealer.file(visit.id, police, _picture()))
    session.commit()
    address = f"/desk/visits/{visit.id}/waiting/{outsider.device.id}/not_in_team"
    done = as_(world.lead).post(address, data={"choice": "take_in", "up_to": "2"}, follow_redirects=True)
    assert "Taken in: entries 0, photos 1." in done.text
    assert "Still waiting" in done.text
    session.rollback()
    (group,) = queries.waiting_groups(session, seen_by(session, world, visit, "lead"))
    assert (group.entries, group.files) == (0, 1)


@pytest.mark.parametrize(
    ("name", "status"), [("lead", 302), ("member", 403), ("regional", 403), ("outsider", 404), ("kg_national", 404)]
)
def test_nobody_else_decides(session: Session, world: World, visit: Visit, outsider: Tablet, as_, name: str, status: int) -> None:
    outsider.send(outsider.entry(sheet_of(session, visit, "POLICE").id, "PC21", "no"))
    session.commit()
    address = f"/desk/visits/{visit.id}/waiting/{outsider.device.id}/not_in_team"
    for choice in ("leave_out", "take_in"):
        assert as_(world.people[name]).post(address, data={"choice": choice, "up_to": "1"}).status_code == status
    assert as_(world.people[name]).post(f"{address}x", data={"choice": "leave_out"}).status_code in {404, 403}
