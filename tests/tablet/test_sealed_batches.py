"""A tablet shows its token and sends sealed batches: each entry is judged by itself, and nobody in between can pretend."""

import base64
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from monitoring.core import clock, installation
from monitoring.media.models import MediaFile
from tests.factories import World
from tests.field import Tablet, plan_versions, seen_by, sheet_of
from tests.sealing import Wire, base64_of
from visits.plan.models import Visit
from visits.sheets import operations as sheets
from visits.sheets import queries
from visits.sheets.models import Device, Entry
from visits.sheets.rules.devices import MOST_IN_WINDOW


def outcomes(answer: dict) -> list[str]:
    return [receipt["outcome"] for receipt in answer["receipts"]]


def entries_of(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Entry)) or 0


def test_a_batch_is_stored_and_answered_with_receipts(session: Session, world: World, visit: Visit, lead: Tablet, wire) -> None:
    police = sheet_of(session, visit, "POLICE").id
    batch = lead.sealer.batch(lead.entry(police, "PC21", "no"), lead.entry(police, "PC23", "yes"), nonce="a nonce")
    answer = wire.put_entries(batch)
    assert (answer["nonce"], answer["epoch"]) == ("a nonce", installation.epoch(session))
    assert outcomes(answer) == ["stored", "stored"]
    assert [receipt["seq"] for receipt in answer["receipts"]] == [1, 2]
    sealed = [base64.b64decode(entry["sealed"]) for entry in batch["entries"]]
    assert [receipt["sha256"] for receipt in answer["receipts"]] == [hashlib.sha256(found).hexdigest() for found in sealed]
    assert answer["watermarks"] == {str(visit.id): 0, "quarantine": 0}
    session.rollback()
    assert queries.answer_for(session, seen_by(session, world, visit, "member"), police, "PC21")[0].authors == (world.lead.id,)


def test_the_same_batch_again_gives_the_same_receipts(session: Session, visit: Visit, lead: Tablet, wire) -> None:
    batch = lead.sealer.batch(lead.entry(sheet_of(session, visit, "POLICE").id, "PC21", "no"))
    first, again = wire.put_entries(batch)["receipts"][0], wire.put_entries(batch)["receipts"][0]
    assert again == first | {"outcome": "duplicate"}
    assert entries_of(session) == 1


def test_an_empty_batch_asks_for_epoch_and_watermarks(session: Session, visit: Visit, lead: Tablet, wire) -> None:
    wire.put_entries(lead.sealer.batch(lead.entry(sheet_of(session, visit, "POLICE").id, "PC21", "no")))
    session.get_one(Visit, visit.id).backed_up_seq = 1
    session.get_one(Device, lead.device.id).backed_up_quarantined = 3
    session.commit()
    answer = wire.put_entries({"nonce": "q", "epoch": "another", "envelopes": [], "entries": []})
    assert (answer["receipts"], answer["watermarks"]) == ([], {str(visit.id): 1, "quarantine": 3})


def test_the_receipt_fits_only_the_body_it_was_made_for(visit: Visit, lead: Tablet, client: FlaskClient) -> None:
    wire = lead.wire(client)
    answer = wire.put("entries", json=lead.sealer.batch())
    answer.set_data(answer.get_data().replace(b'"quarantine": 0', b'"quarantine": 9'))
    with pytest.raises(AssertionError):
        wire.checked(answer)


def test_an_entry_that_was_changed_moved_or_borrowed_is_refused(
    session: Session, visit: Visit, lead: Tablet, tablet: Callable[[str], Tablet], client: FlaskClient
) -> None:
    wire, police = lead.wire(client), sheet_of(session, visit, "POLICE").id
    access = sheet_of(session, visit, "ACCESS").id
    batch = lead.sealer.batch(*(lead.entry(police, code, "no") for code in ("PC23", "PC28", "PC30", "PC32", "PC33", "PC21")))
    elsewhere, _key = lead.sealer.envelope(str(visit.id), str(access))
    other = tablet("member")
    foreign, _key = other.sealer.envelope(str(visit.id), str(police))
    changed, moved, renamed, later, borrowed, good = batch["entries"]
    sealed = bytearray(base64.b64decode(changed["sealed"]))
    sealed[20] ^= 1
    spoiled = [
        changed | {"sealed": base64_of(bytes(sealed))},
        moved | {"sheet": str(access), "envelope": elsewhere["id"]},
        renamed | {"id": str(uuid4())},
        later | {"counter": later["counter"] + 10},
        borrowed | {"envelope": foreign["id"]},
        good,
        good | {"id": str(uuid4()), "envelope": str(uuid4())},
    ]
    answer = wire.put_entries(batch | {"entries": spoiled, "envelopes": [*batch["envelopes"], elsewhere, foreign]})
    assert outcomes(answer) == ["refused"] * 5 + ["stored", "refused"]
    assert all(receipt["message"] for receipt in answer["receipts"] if receipt["outcome"] == "refused")
    assert entries_of(session) == 1


@pytest.mark.parametrize(
    "lie", [{"sheet": str(uuid4())}, {"device": str(uuid4())}, {"visit": str(uuid4())}, {"v": 2}, {"key": "c2hvcnQ="}]
)
def test_an_envelope_whose_inside_says_something_else_opens_nothing(
    session: Session, visit: Visit, lead: Tablet, wire: Wire, lie: dict
) -> None:
    police = sheet_of(session, visit, "POLICE").id
    lead.sealer.envelope(str(visit.id), str(police), lie)
    assert outcomes(wire.put_entries(lead.sealer.batch(lead.entry(police, "PC21", "no")))) == ["refused"]
    assert entries_of(session) == 0


def test_an_envelope_for_somebody_elses_key_opens_nothing(session: Session, visit: Visit, lead: Tablet, wire, tablet) -> None:
    lead.sealer.recipient = tablet("kg_monitor").sealer.recipient
    entry = lead.entry(sheet_of(session, visit, "POLICE").id, "PC21", "no")
    assert outcomes(wire.put_entries(lead.sealer.batch(entry))) == ["refused"]
    assert entries_of(session) == 0


def test_one_entry_that_nobody_can_read_stops_none_of_the_other_49(session: Session, visit: Visit, lead: Tablet, wire) -> None:
    codes = [code for code in sorted(_codes(session, visit)) if code.startswith("PC")][:49]
    good = [
        lead.entry(sheet_of(session, visit, "POLICE").id, code, "not_assessed", content={"reason": "no_time"}) for code in codes
    ]
    assert len(good) == 49
    for poison in _poison(lead, sheet_of(session, visit, "POLICE").id):
        batch = lead.sealer.batch(*good)
        answer = wire.put_entries(batch | {"entries": [*batch["entries"][:20], poison, *batch["entries"][20:]]})
        assert outcomes(answer)[20] == "refused"
        assert set(outcomes(answer)[:20] + outcomes(answer)[21:]) <= {"stored", "duplicate"}
    assert entries_of(session) == 49


def _codes(session: Session, visit: Visit) -> list[str]:
    return list(checklists.definition(session, plan_versions(visit)["POLICE"]).questions)


def _poison(lead: Tablet, sheet: UUID) -> list[object]:
    sealed = lead.sealer.batch(lead.entry(sheet, "PC21", "no"))["entries"][0]
    lonely = lead.sealer.batch(lead.entry(sheet, "PC21", "no", note="\ud800"))["entries"][0]
    return [
        "x",
        {},
        {"v": 1},
        sealed | {"v": 2},
        sealed | {"counter": "1"},
        sealed | {"sealed": "?"},
        sealed | {"id": "x"},
        lonely,
    ]


@pytest.mark.parametrize("device_time", ["1970-01-01T00:00:00+00:00", "2060-01-01T00:00:00+05:00"])
def test_a_wrong_clock_is_written_down_and_decides_nothing(
    session: Session, visit: Visit, lead: Tablet, wire: Wire, device_time: str
) -> None:
    police = sheet_of(session, visit, "POLICE").id
    first = lead.entry(police, "PC21", "yes")
    second = lead.entry(police, "PC21", "no", bases=(first["id"],)) | {"device_time": device_time}
    assert outcomes(wire.put_entries(lead.sealer.batch(first, second))) == ["stored", "stored"]
    session.rollback()
    row = session.get_one(Entry, UUID(second["id"]))
    assert (row.seq, row.device_time[:4]) == (2, device_time[:4])
    assert abs(row.received_at - clock.now()) < timedelta(hours=1)


def test_sixteen_at_once_count_once(app: Flask, session: Session, visit: Visit, lead: Tablet) -> None:
    police = sheet_of(session, visit, "POLICE").id
    batch = lead.sealer.batch(*(lead.entry(police, code, "no") for code in ("PC21", "PC23", "PC28")))
    session.commit()
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _n: lead.wire(app.test_client(), before=lambda: None).put_entries(batch), range(16)))
    told = sorted(outcome for answer in answers for outcome in outcomes(answer))
    assert told == ["duplicate"] * 45 + ["stored"] * 3
    assert len({json.dumps([(r["id"], r["seq"], r["sha256"]) for r in answer["receipts"]]) for answer in answers}) == 1
    assert entries_of(session) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda header: header[:-1] + ("A" if header[-1] != "A" else "B"),
        lambda header: header.replace("Device", "Bearer"),
        lambda header: header.replace(header[7:43], str(uuid4())),
        lambda _header: "Device nothing:at all",
        lambda _header: "",
    ],
)
def test_an_unknown_token_is_told_so(visit: Visit, lead: Tablet, client: FlaskClient, spoil: Callable[[str], str]) -> None:
    wire = lead.wire(client)
    answer = wire.put("entries", {"Authorization": spoil(wire.headers["Authorization"])}, json={})
    assert (answer.status_code, answer.json["code"]) == (401, "device")


def test_nobody_sends_from_another_site(app: Flask, visit: Visit, lead: Tablet, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    wire, batch = lead.wire(client), lead.sealer.batch()
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    for headers in ({}, ours, {"Sec-Fetch-Site": "none"}, {"Origin": app.config["SETTINGS"].base_url}):
        assert wire.put("entries", headers, json=batch).status_code == 200
    for headers in (
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ):
        answer = wire.put("entries", headers, json=batch)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_a_form_of_another_site_cannot_enrol_or_read(app: Flask, as_, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = as_(world.lead).post("/tablet/api/device", json={"label": "x"})
    assert (answer.status_code, answer.json["code"]) == (403, "stale_session")


def test_a_device_is_enrolled_with_secrets_that_are_told_once(session: Session, world: World, as_) -> None:
    browser = as_(world.lead)
    made = browser.post("/tablet/api/device", json={"label": "Tablet 1 (invented)"}).get_json()
    assert set(made) == {"id", "token", "mac_key", "epoch", "next_counter"}
    row = session.get_one(Device, UUID(made["id"]))
    assert (row.token_hash, row.mac_key) == (hashlib.sha256(made["token"].encode()).hexdigest(), made["mac_key"])
    assert (len(base64.b64decode(made["mac_key"])), made["next_counter"]) == (32, 1)
    assert made["mac_key"].encode() not in (row._mac_key or b"")
    session.commit()
    me = browser.get("/tablet/api/me", headers={"X-Device": made["id"]}).get_json()
    assert (me["device"], me["epoch"]) == ({"id": made["id"], "next_counter": 1}, made["epoch"])
    assert not {"token", "mac_key"} & set(json.dumps(me))
    for stranger in ("", "nothing", str(uuid4())):
        assert browser.get("/tablet/api/me", headers={"X-Device": stranger}).get_json()["device"] is None
    assert as_(world.member).get("/tablet/api/me", headers={"X-Device": made["id"]}).get_json()["device"] is None


def test_a_signed_in_opening_ends_the_silence_and_sending_does_not(
    session: Session, world: World, as_, lead: Tablet, wire
) -> None:
    long_ago = clock.now() - timedelta(days=29)
    session.get_one(Device, lead.device.id).seen_at = long_ago
    session.commit()
    wire.put_entries(lead.sealer.batch())
    session.refresh(lead.device)
    assert lead.device.seen_at == long_ago
    as_(world.lead).get("/tablet/api/me", headers={"X-Device": str(lead.device.id)})
    session.refresh(lead.device)
    assert lead.device.seen_at > long_ago


def test_a_person_gives_up_a_tablet_and_an_administrator_all(session: Session, world: World, as_, tablet, client) -> None:
    first, second = tablet("lead"), tablet("lead")
    session.commit()
    assert as_(world.lead).get("/desk/me").text.count("No longer mine") == 2
    assert as_(world.member).post(f"/desk/me/tablets/{first.device.id}/end").status_code == 404
    assert as_(world.lead).post(f"/desk/me/tablets/{first.device.id}/end").status_code == 302
    assert as_(world.lead).get("/desk/me").text.count("No longer mine") == 1
    page = as_(world.admin).get(f"/desk/admin/people/{world.lead.id}").text
    assert "1 tablet may send" in page
    assert "test tablet" not in page
    as_(world.admin).post(f"/desk/admin/people/{world.lead.id}/tablets/end")
    session.expire_all()
    assert all(device.revoked_at for device in session.scalars(select(Device).where(Device.person_id == world.lead.id)))
    known = as_(world.lead).get("/tablet/api/me", headers={"X-Device": str(second.device.id)}).get_json()["device"]
    assert known is None
    assert second.wire(client).put_entries(second.sealer.batch())["receipts"] == []


def test_ending_somebodys_access_gives_up_their_tablets(session: Session, world: World, as_, lead: Tablet) -> None:
    as_(world.admin).post(f"/desk/admin/people/{world.lead.id}", data={"roles": ["monitor"]})
    session.expire_all()
    assert session.get_one(Device, lead.device.id).revoked_at is not None


def test_a_tablet_that_calls_itself_desk_is_no_desk(session: Session, world: World, visit: Visit, lead: Tablet) -> None:
    police = sheet_of(session, visit, "POLICE")
    named = sheets.enrol(session, world.actor("lead"), "desk")
    seen = seen_by(session, world, visit, "lead")
    sheets.write_at_desk(session, world.actor("lead"), seen, police.id, "PC21", {"value": "no"}, ())
    session.flush()
    assert named.device.last_counter == 0


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"entries": {}}', b'{"entries": [], "envelopes": 1}', b"[" * 100_000]
)
def test_what_is_no_batch_is_refused_as_a_whole(visit: Visit, lead: Tablet, client: FlaskClient, body: bytes) -> None:
    answer = lead.wire(client).put("entries", {"Content-Type": "application/json"}, data=body)
    assert answer.status_code == 422


def test_a_batch_has_at_most_200_entries(visit: Visit, lead: Tablet, client: FlaskClient) -> None:
    answer = lead.wire(client).put("entries", json={"entries": ["x"] * 201, "envelopes": []})
    assert answer.status_code == 413


def test_a_given_up_tablet_is_slowed_down(session: Session, visit: Visit, lead: Tablet, client: FlaskClient, monkeypatch) -> None:
    monkeypatch.setattr("visits.sheets.rules.devices.MOST_IN_WINDOW", 3)
    wire, police = lead.wire(client), sheet_of(session, visit, "POLICE").id
    many = lead.sealer.batch(*(lead.entry(police, code, "no") for code in ("PC21", "PC23", "PC28", "PC30")))
    assert outcomes(wire.put_entries(many)) == ["stored"] * 4
    session.get_one(Device, lead.device.id).revoked_at = clock.now()
    session.commit()
    three = lead.sealer.batch(*(lead.entry(police, code, "yes") for code in ("PC21", "PC23", "PC28")))
    assert outcomes(wire.put_entries(three)) == ["quarantined"] * 3
    answer = wire.put("entries", json=lead.sealer.batch(lead.entry(police, "PC30", "yes")))
    assert (answer.status_code, answer.json["code"], int(answer.headers["Retry-After"]) > 0) == (429, "later", True)
    name, sealed, headers = lead.sealer.file(visit.id, police, b"not a picture")
    assert wire.put(f"media/{name}", headers, data=sealed).status_code == 429
    assert entries_of(session) == 7
    assert session.scalar(select(func.count()).select_from(MediaFile)) == 0
    assert MOST_IN_WINDOW > 200


def test_quarantine_of_one_tablet_has_an_end(session: Session, visit: Visit, tablet, client, monkeypatch) -> None:
    monkeypatch.setattr("visits.sheets.operations.receiving.MOST_WAITING", 2)
    other = tablet("outsider")
    police = sheet_of(session, visit, "POLICE").id
    batch = other.sealer.batch(*(other.entry(police, code, "no") for code in ("PC21", "PC23", "PC28")))
    assert outcomes(other.wire(client).put_entries(batch)) == ["quarantined", "quarantined", "refused"]


def test_nothing_tells_a_stranger_whether_a_visit_exists(session: Session, visit: Visit, tablet, client: FlaskClient) -> None:
    other = tablet("outsider")
    police, told = sheet_of(session, visit, "POLICE").id, []
    for place, sheet, code in ((visit.id, police, "PC21"), (visit.id, uuid4(), "NO99"), (uuid4(), uuid4(), "PC21")):
        entry = other.entry(sheet, code, "perhaps") | {"visit": str(place)}
        answer = other.wire(client).put_entries(other.sealer.batch(entry))
        (receipt,) = answer["receipts"]
        told.append((receipt["outcome"], receipt["seq"], receipt.get("message"), answer["watermarks"]))
        name, sealed, headers = other.sealer.file(place, sheet, b"not a picture")
        answer = other.wire(client).put_file(name, sealed, headers)
        told.append((answer["outcome"], answer["seq"], answer.get("message")))
    assert told == [("quarantined", None, None, {"quarantine": 0}), ("quarantined", None, None)] * 3
