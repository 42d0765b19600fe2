"""What a tablet reads: its own visits, all that is needed to fill one, and colleagues' entries in their order."""

import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from monitoring.core import clock
from tests.factories import World
from tests.field import HIGH, Tablet, plan, seen_by, sheet_of
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.plan.rules import CancelReason
from visits.sheets.models import Device
from visits.sheets.queries import entries_after

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def visit(session: Session, world: World) -> Visit:
    found = plan(session, world)
    session.commit()
    return found


@on_sqlite
def test_whoever_is_not_signed_in_is_told_so_and_loses_nothing(client) -> None:
    for address in ("/tablet/api/me", "/tablet/api/visits", f"/tablet/api/visits/{uuid4()}/pack"):
        answer = client.get(address)
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in")
        assert "kept on this tablet" in answer.json["message"]


@on_sqlite
def test_a_browser_is_enrolled_once_and_knows_its_next_number(session: Session, world: World, as_, visit: Visit) -> None:
    lead = as_(world.lead)
    assert lead.get("/tablet/api/me").json["device"] is None
    device = lead.post("/tablet/api/device", json={"label": "Tablet 3 " + "x" * 200}).json
    assert device["next_counter"] == 1
    known = {"X-Device": device["id"]}
    me = lead.get("/tablet/api/me", headers=known).json
    assert (me["person"]["id"], me["device"], bool(me["csrf"])) == (str(world.lead.id), device, True)
    row = session.get_one(Device, UUID(device["id"]))
    assert len(row.label) == 80
    row.last_counter = 41
    session.commit()
    assert lead.get("/tablet/api/me", headers=known).json["device"]["next_counter"] == 42
    for stranger in (world.member, world.kg_monitor):
        assert as_(stranger).get("/tablet/api/me", headers=known).json["device"] is None
    assert lead.get("/tablet/api/me", headers={"X-Device": "not an id"}).json["device"] is None
    row.revoked_at = clock.now()
    session.commit()
    assert lead.get("/tablet/api/me", headers=known).json["device"] is None


@on_sqlite
def test_the_list_holds_the_visits_that_one_fills(session: Session, world: World, as_, visit: Visit) -> None:
    other = plan(session, world, lead_id=world.outsider.id, team=(world.member.id,))
    session.commit()
    seen = {
        name: {found["id"] for found in as_(world.people[name]).get("/tablet/api/visits").json["visits"]}
        for name in ("lead", "member", "outsider", "regional", "national", "astana_monitor", "kg_monitor")
    }
    first, second = str(visit.id), str(other.id)
    assert seen == {
        "lead": {first}, "member": {first, second}, "outsider": {second},
        "regional": set(), "national": set(), "astana_monitor": set(), "kg_monitor": set(),
    }  # fmt: skip
    (row,) = as_(world.lead).get("/tablet/api/visits").json["visits"]
    assert (row["lead"], row["letter"], row["returned"], row["announced"]) == (True, "A", False, False)
    assert row["sheets"] == {"total": 2, "begun": 0}


@on_sqlite
def test_a_pack_holds_everything_that_is_needed(session: Session, world: World, as_, visit: Visit) -> None:
    pack = as_(world.lead).get(f"/tablet/api/visits/{visit.id}/pack").json
    assert pack["visit"]["objective"] == "Look at the first hours in custody (invented)."
    assert (pack["visit"]["time_zone"], pack["visit"]["country"], pack["visit"]["is_lead"]) == ("Asia/Almaty", "KZ", True)
    assert pack["facility"]["name"] == "Temporary detention isolator No. 9 (invented)"
    assert [(member["name"], member["letter"], member["lead"]) for member in pack["team"]] == [
        ("Lead (invented)", "A", True), ("Member (invented)", "B", False), ("Doctor (invented)", "C", False),
    ]  # fmt: skip
    assert set(pack["forms"]) == {"ACCESS", "ROOM", "INTERVIEW", "POLICE"}
    assert set(pack["forms"].values()) == set(pack["versions"])
    assert {sheet["checklist"] for sheet in pack["sheets"]} == {"ACCESS", "POLICE"}
    assert HIGH in json.dumps(pack["versions"][pack["forms"]["POLICE"]])
    assert "SH-1a" in pack["titles"]["calls"]
    assert "TJ-1" not in pack["titles"]["calls"]
    assert pack["visit_sheet"] not in {sheet["id"] for sheet in pack["sheets"]}
    assert (pack["other_interviews"], pack["facts"]["country"]) == (0, "KZ")


@on_sqlite
def test_only_the_team_gets_a_pack_and_only_until_the_report_is_approved(
    session: Session, world: World, as_, visit: Visit
) -> None:
    addresses = [f"/tablet/api/visits/{visit.id}/{what}" for what in ("pack", "entries")]

    def opened_by() -> dict[str, set[int]]:
        names = ("lead", "member", "doctor", "regional", "national", "outsider", "kg_monitor")
        return {name: {as_(world.people[name]).get(address).status_code for address in addresses} for name in names}

    strangers = {name: {404} for name in ("regional", "national", "outsider", "kg_monitor")}
    assert opened_by() == {"lead": {200}, "member": {200}, "doctor": {200}, **strangers}
    plans.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    session.commit()
    assert opened_by()["member"] == {200}
    visit.report_approved_at = clock.now()
    session.commit()
    assert opened_by() == {"lead": {404}, "member": {404}, "doctor": {404}, **strangers}
    other = plan(session, world)
    plans.cancel_visit(session, world.actor("regional"), seen_by(session, world, other, "regional"), CancelReason.TEAM)
    session.commit()
    assert as_(world.lead).get(f"/tablet/api/visits/{other.id}/pack").status_code == 404


@on_sqlite
def test_other_peoples_interviews_never_reach_a_tablet(session: Session, world: World, as_, visit: Visit) -> None:
    lead = Tablet(session, world.actor("lead"), visit)
    sheet = lead.open("INTERVIEW", "A-07")
    lead.answer(sheet, "PI02", "no", note="zanzibar (invented)")
    lead.answer(sheet_of(session, visit, "POLICE"), HIGH, "no")
    session.commit()
    for name, own in (("lead", True), ("member", False), ("doctor", False)):
        browser = as_(world.people[name])
        answers = [browser.get(f"/tablet/api/visits/{visit.id}/{what}") for what in ("pack", "entries")]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert (str(sheet) in answers[0].text) is own
        assert ("A-07" in answers[0].text) is own
        assert str(sheet) not in answers[1].text
        assert "zanzibar" not in answers[0].text + answers[1].text
        assert answers[0].json["other_interviews"] == (0 if own else 1)
        assert [entry["question"] for entry in answers[1].json["entries"]] == [HIGH]


def test_entries_come_in_the_order_of_their_numbers_page_by_page(session: Session, world: World, visit: Visit) -> None:
    police = sheet_of(session, visit, "POLICE")
    lead, member = (Tablet(session, world.actor(name), visit) for name in ("lead", "member"))
    sent = []
    for number, code in enumerate(("PC21", "PC23", "PC28", "PC21", "PC30", "PC23", "PC49")):
        tablet = member if number % 3 == 2 else lead
        sent.append(tablet.answer(police, code, "yes" if number % 2 else "no"))
    lead.answer(lead.open("INTERVIEW", "A-01"), "PI02", "yes")
    sent.append(member.answer(police, "PC04", "yes"))
    seen = seen_by(session, world, visit, "doctor")
    after, pages = 0, []
    while page := entries_after(session, seen, after, most=3):
        assert [entry.seq for entry in page] == sorted(entry.seq for entry in page)
        after = page[-1].seq
        pages.append(page)
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [str(entry.id) for page in pages for entry in page] == sent
    assert entries_after(session, seen, after) == []


@on_sqlite
def test_reading_on_asks_for_what_is_new_only(session: Session, world: World, as_, visit: Visit) -> None:
    police = sheet_of(session, visit, "POLICE")
    lead = Tablet(session, world.actor("lead"), visit)
    first = lead.answer(police, HIGH, "no", note="At the gate (invented)")
    session.commit()
    browser, address = as_(world.member), f"/tablet/api/visits/{visit.id}/entries"
    said = browser.get(address).json
    (entry,) = said["entries"]
    assert (entry["id"], entry["author_name"], entry["content"]["note"]) == (first, "Lead (invented)", "At the gate (invented)")
    assert browser.get(f"{address}?after={said['seq']}").json == {"entries": [], "seq": said["seq"]}
    second = lead.answer(police, HIGH, "yes", bases=(first,))
    session.commit()
    assert [entry["id"] for entry in browser.get(f"{address}?after={said['seq']}").json["entries"]] == [second]


@on_sqlite
@pytest.mark.parametrize("after", ["-1", "x", "", "1e9", "9" * 30, "9" * 5000])
def test_a_strange_number_is_answered_all_the_same(world: World, as_, visit: Visit, after: str) -> None:
    assert as_(world.lead).get(f"/tablet/api/visits/{visit.id}/entries?after={after}").status_code == 200


@on_sqlite
def test_titles_come_in_the_persons_language(world: World, as_, visit: Visit) -> None:
    browser = as_(world.lead)
    browser.set_cookie("language", "ru")
    pack = browser.get(f"/tablet/api/visits/{visit.id}/pack").json
    assert pack["language"] == "ru"
    assert not pack["visit"]["kind_title"].isascii()
    assert not pack["titles"]["themes"]["lawyer"].isascii()
