"""What a tablet sends is taken in or told why not; whatever is wrong with one thing, nothing else is lost."""

import hashlib
import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitoring.core import clock
from monitoring.media.models import MediaFile
from monitoring.media.rules import LARGEST_BYTES
from monitoring.tablet.routes import LARGEST_JSON
from tests.factories import World
from tests.field import HIGH, Tablet, plan, returned_visit, seen_by, sheet_of
from visits.plan.models import Visit
from visits.sheets.models import Device, Entry
from visits.sheets.operations import add_device
from visits.sheets.queries import answers_of
from visits.sheets.rules import LARGEST_BATCH

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Wire:
    """One signed-in browser with a device of its own, sending over HTTP."""

    def __init__(self, session: Session, world: World, visit: Visit, name: str, browser: FlaskClient) -> None:
        self.browser, self.tablet = browser, Tablet(session, world.actor(name), visit)
        session.commit()

    def entry(self, sheet: UUID, question: str, value: Any, **more: Any) -> dict[str, Any]:
        return self.tablet.entry(sheet, question, value, **more)

    def send(self, *entries: Any, **headers: str):
        sent = {"X-Device": str(self.tablet.device.id), **{name.replace("_", "-"): text for name, text in headers.items()}}
        return self.browser.put("/tablet/api/entries", json={"nonce": "n1", "entries": list(entries)}, headers=sent)

    def outcomes(self, *entries: Any) -> list[str]:
        return [receipt["outcome"] for receipt in self.send(*entries).json["receipts"]]


@pytest.fixture
def visit(session: Session, world: World) -> Visit:
    found = plan(session, world)
    session.commit()
    return found


@pytest.fixture
def wire(session: Session, world: World, visit: Visit, as_):
    return lambda name="lead": Wire(session, world, visit, name, as_(world.people[name]))


@pytest.fixture
def police(session: Session, visit: Visit) -> UUID:
    found = sheet_of(session, visit, "POLICE").id
    session.commit()
    return found


def _stored(session: Session, state: str = "stored") -> int:
    found = session.scalar(select(func.count()).where(Entry.state == state)) or 0
    session.commit()
    return found


def test_each_entry_gets_its_receipt(wire, police: UUID, session: Session) -> None:
    lead = wire()
    entry = lead.entry(police, HIGH, "no")
    said = lead.send(entry, entry).json
    assert (said["nonce"], bool(said["epoch"]), said["watermarks"]) == ("n1", True, {})
    assert [(receipt["id"], receipt["outcome"], receipt["seq"]) for receipt in said["receipts"]] == [
        (entry["id"], "stored", 1),
        (entry["id"], "duplicate", 1),
    ]
    assert lead.outcomes(entry) == ["duplicate"]
    assert _stored(session) == 1


def test_what_is_unknown_waits_and_what_is_damaged_is_refused_with_a_sentence(wire, police: UUID, session: Session) -> None:
    lead = wire()
    batch = [
        lead.entry(police, "ZZ99", "yes"),
        {**lead.entry(police, HIGH, "yes"), "visit": str(uuid4())},
        lead.entry(uuid4(), HIGH, "yes"),
        lead.entry(police, HIGH, "perhaps"),
        "not an entry",
        None,
        {},
        lead.entry(police, HIGH, "yes"),
    ]
    receipts = lead.send(*batch).json["receipts"]
    assert [receipt["outcome"] for receipt in receipts] == ["quarantined"] * 3 + ["refused"] * 4 + ["stored"]
    assert all(receipt["message"] for receipt in receipts if receipt["outcome"] == "refused")
    assert (_stored(session), _stored(session, "quarantined")) == (1, 3)


def test_somebody_elses_visit_looks_like_none_at_all(wire, police: UUID, session: Session, world: World, visit: Visit) -> None:
    outsider = wire("outsider")
    own, missing = outsider.entry(police, HIGH, "yes"), {**outsider.entry(police, HIGH, "yes"), "visit": str(uuid4())}
    first, second = outsider.send(own, missing).json["receipts"]
    assert {**first, "id": "", "sha256": ""} == {**second, "id": "", "sha256": ""}
    assert first["outcome"] == "quarantined"
    assert answers_of(session, seen_by(session, world, visit, "lead")) == []


def test_a_revoked_device_loses_nothing_and_changes_nothing(
    wire, police: UUID, session: Session, world: World, visit: Visit
) -> None:
    lead = wire()
    assert lead.outcomes(lead.entry(police, HIGH, "no")) == ["stored"]
    session.get_one(Device, lead.tablet.device.id).revoked_at = clock.now()
    session.commit()
    assert lead.outcomes(lead.entry(police, HIGH, "yes")) == ["quarantined"]
    reason = session.scalars(select(Entry.quarantine_reason).where(Entry.state == "quarantined")).one()
    assert reason == "device_revoked"
    (answer,) = answers_of(session, seen_by(session, world, visit, "lead"))
    assert [side["heads"][0]["content"]["value"] for side in answer.sides] == ["no"]


def test_a_device_is_one_persons(wire, police: UUID, session: Session, world: World) -> None:
    lead, foreign = wire(), add_device(session, world.actor("member"), "another's")
    session.commit()
    entry = lead.entry(police, HIGH, "no")
    for device, status in ((str(foreign.id), 404), (str(uuid4()), 404), ("", 422), ("not an id", 422)):
        answer = lead.send(entry, X_Device=device)
        assert (answer.status_code, bool(answer.json["message"])) == (status, True)
    assert lead.outcomes({**entry, "device": str(foreign.id)}) == ["refused"]
    assert lead.outcomes(entry) == ["stored"]


def test_too_many_at_once_are_refused_whole_and_taken_in_parts(wire, police: UUID, session: Session) -> None:
    lead = wire()
    entries = [lead.entry(police, HIGH, "no") for _entry in range(LARGEST_BATCH + 1)]
    answer = lead.send(*entries)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    assert str(LARGEST_BATCH) in answer.json["message"]
    assert _stored(session) == 0
    assert set(lead.outcomes(*entries[:LARGEST_BATCH])) == {"stored"}
    assert lead.outcomes(entries[-1]) == ["stored"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"entries"', b"null", b'{"entries": 5}', b'{"entries": {"id": 1}}', b"\xff\xfe"]
)
def test_what_cannot_be_read_is_said_and_loses_nothing(wire, session: Session, body: bytes) -> None:
    lead = wire()
    device = {"X-Device": str(lead.tablet.device.id)}
    answer = lead.browser.put("/tablet/api/entries", data=body, content_type="application/json", headers=device)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert "nothing is lost" in answer.json["message"]
    assert _stored(session) == 0


def test_a_body_that_is_too_large_is_not_even_read(wire) -> None:
    lead = wire()
    device = {"X-Device": str(lead.tablet.device.id)}
    answer = lead.browser.put(
        "/tablet/api/entries", data=b" " * (LARGEST_JSON + 1), content_type="application/json", headers=device
    )
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_sentences_come_in_the_persons_language(wire, police: UUID) -> None:
    lead = wire()
    lead.browser.set_cookie("language", "ru")
    (receipt,) = lead.send(lead.entry(police, HIGH, "perhaps")).json["receipts"]
    assert not receipt["message"].isascii()


def test_a_forged_request_is_refused_in_words_a_tablet_reads(app: Flask, wire, police: UUID, session: Session) -> None:
    lead = wire()
    app.config["WTF_CSRF_ENABLED"] = True
    entry = lead.entry(police, HIGH, "no")
    answer = lead.send(entry)
    assert (answer.status_code, answer.json["code"]) == (403, "stale_session")
    token = lead.browser.get("/tablet/api/me").json["csrf"]
    assert lead.send(entry, X_CSRFToken=token).status_code == 200
    assert _stored(session) == 1


def test_after_the_report_is_approved_what_comes_late_waits(wire, police: UUID, session: Session, visit: Visit) -> None:
    lead = wire()
    session.get_one(Visit, visit.id).report_approved_at = clock.now()
    session.commit()
    assert lead.outcomes(lead.entry(police, HIGH, "no")) == ["quarantined"]


def _picture(kind: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 120, 80)).save(made, kind)
    return made.getvalue()


def _address(content: bytes, visit: object, sheet: object) -> str:
    return f"/tablet/api/media/{hashlib.sha256(content).hexdigest()}?visit={visit}&sheet={sheet}"


def test_a_photo_is_kept_once_and_shown_anew(world: World, as_, visit: Visit, police: UUID, session: Session) -> None:
    lead, content = as_(world.lead), _picture("PNG")
    address = _address(content, visit.id, police)
    for _time in range(2):
        assert lead.put(address, data=content).json["stored"] is True
    assert len(session.scalars(select(MediaFile)).all()) == 1
    session.commit()
    shown = as_(world.member).get(address)
    assert (shown.mimetype, shown.headers["Cache-Control"], shown.data[:2]) == ("image/jpeg", "no-store", b"\xff\xd8")
    assert as_(world.outsider).get(address).status_code == as_(world.regional).get(address).status_code == 404
    office = f"/desk/visits/{visit.id}/sheets/{police}/photos/{address[18:82]}"
    assert [as_(world.people[name]).get(office).status_code for name in ("regional", "lead", "outsider")] == [200, 200, 404]


@pytest.mark.parametrize(
    ("content", "changed", "status"),
    [
        (b"this is no picture", "", 422),
        (b"", "", 422),
        (b"%PDF-1.7 not a picture", "", 422),
        (_picture("GIF"), "", 422),
        (_picture()[:-200], "", 422),
        (_picture(), "f" * 64, 422),
        (_picture(), "short", 422),
        (b"x" * (LARGEST_BYTES + 1), "", 413),
    ],
)
def test_a_photo_that_is_none_is_refused_in_words(
    world: World, as_, visit: Visit, police: UUID, session: Session, content: bytes, changed: str, status: int
) -> None:
    lead = as_(world.lead)
    address = _address(content, visit.id, police)
    answer = lead.put(address.replace(address[18:82], changed) if changed else address, data=content)
    assert answer.status_code == status
    assert answer.json["message"]
    assert session.scalars(select(MediaFile)).all() == []


def test_a_photo_needs_a_sheet_that_one_fills(world: World, as_, visit: Visit, police: UUID, session: Session) -> None:
    content, lead = _picture(), as_(world.lead)
    for seen, sheet, status in ((visit.id, uuid4(), 404), (uuid4(), police, 404), ("", police, 422), (visit.id, "x", 422)):
        assert lead.put(_address(content, seen, sheet), data=content).status_code == status
    for name in ("outsider", "regional", "kg_monitor"):
        assert as_(world.people[name]).put(_address(content, visit.id, police), data=content).status_code == 404
    assert as_(world.lead).get(_address(content, visit.id, police)).status_code == 404
    other = returned_visit(session, world)
    other.report_approved_at = clock.now()
    sheet = sheet_of(session, other, "POLICE").id
    session.commit()
    assert lead.put(_address(content, other.id, sheet), data=content).status_code == 404


def test_a_photo_of_an_interview_stays_with_whoever_led_it(wire, world: World, as_, visit: Visit, session: Session) -> None:
    lead, content = wire(), _picture()
    sheet = lead.tablet.open("INTERVIEW", "A-01")
    session.commit()
    address = _address(content, visit.id, sheet)
    member = as_(world.member)
    assert member.put(address, data=content).status_code == 404
    assert lead.browser.put(address, data=content).status_code == 200
    assert lead.browser.get(address).status_code == 200
    assert member.get(address).status_code == 404
    office = f"/desk/visits/{visit.id}/sheets/{sheet}/photos/{address[18:82]}"
    assert [as_(world.people[name]).get(office).status_code for name in ("regional", "member", "lead")] == [404] * 3
    assert lead.outcomes(lead.entry(sheet, "sheet.closed", "yes")) == ["stored"]
    assert lead.browser.get(address).status_code == 404
    assert lead.browser.put(address, data=content).status_code == 200
