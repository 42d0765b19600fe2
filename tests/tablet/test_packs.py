"""What a tablet takes along: a pack in parts, each to the byte as the manifest says, in steps of one size, for the team only."""

import hashlib
import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from pyrage import x25519
from sqlalchemy.orm import Session

from monitoring.accounts.models import PersonRole
from monitoring.core.crypto import safe
from monitoring.desk import operations as desk
from monitoring.recommendations import operations as recommendations
from monitoring.recommendations.operations import RecommendationFacts
from monitoring.recommendations.rules import Level, Priority
from monitoring.reports import operations as reports
from tests.factories import World
from tests.field import Tablet, confirm_all, draft, plan, returned_visit, say, seen_by, sheet_of
from visits.plan.models import Visit
from visits.sheets.models import Sheet
from visits.sheets.queries import visit_sheet

STEP = 16 * 1024
PARTS = {"visit", "facility", "titles", "before", "law"}


@pytest.fixture
def pack(session: Session, as_, world: World, visit: Visit):
    """Takes a visit along: the manifest, and the parts by name."""

    def fetch(name: str = "lead", of: Visit = visit) -> tuple[dict, dict]:
        browser, base = as_(world.people[name]), f"/tablet/api/visits/{of.id}/pack"
        session.commit()
        manifest = browser.get(base).get_json()
        parts = {}
        for part, expected in manifest["parts"].items():
            answer = browser.get(f"{base}/{part}")
            assert hashlib.sha256(answer.get_data()).hexdigest() == expected, part
            parts[part] = answer.get_json()
        return manifest, parts

    return fetch


def test_a_pack_names_its_parts_by_hash_and_the_key_to_seal_to(visit: Visit, pack) -> None:
    manifest, parts = pack()
    assert set(manifest) == {"visit", "made_at", "expires_on", "recipient", "parts"}
    assert set(parts) == PARTS | {"form-POLICE", "form-ACCESS", "form-ROOM", "form-INTERVIEW"}
    identity = safe.identity(visit.mechanism_id)
    assert manifest["recipient"] == str(identity.to_public())
    assert x25519.Recipient.from_str(manifest["recipient"])
    assert "AGE-SECRET-KEY" not in json.dumps([manifest, parts])


def test_a_pack_expires_two_weeks_after_the_visit(visit: Visit, pack) -> None:
    manifest, parts = pack()
    last = parts["visit"]["visit"]["ends_on"]
    assert date.fromisoformat(manifest["expires_on"]) == date.fromisoformat(last) + timedelta(days=14)


def test_a_pack_holds_what_is_needed_at_the_place(session: Session, world: World, visit: Visit, pack) -> None:
    _manifest, parts = pack()
    assert parts["visit"]["visit"]["letter"] == "A"
    assert [(m["letter"], m["lead"]) for m in parts["visit"]["team"]] == [("A", True), ("B", False), ("C", False)]
    assert {sheet["checklist"] for sheet in parts["visit"]["sheets"]} == {"POLICE", "ACCESS"}
    assert parts["visit"]["forms"]["POLICE"] == parts["form-POLICE"]["version"]
    assert parts["facility"]["name"] == {"en": "Temporary detention isolator No. 9 (invented)"}
    assert (parts["facility"]["capacity"], parts["facility"]["kind"]) == (20, "temporary_detention_isolator")
    assert {"en", "ru"} <= set(parts["facility"]["region_title"])
    assert set(parts["titles"]["theme_order"]) == set(parts["titles"]["themes"])
    assert parts["titles"]["standards"]["OP-20"] == {"en": "OPCAT (UN, 2002), 20", "ru": "ФПКПП (ООН, 2002), 20"}
    assert parts["before"] == {"findings": [], "recommendations": []}


def test_texts_do_not_depend_on_who_fetches(visit: Visit, pack) -> None:
    (_one, lead), (_other, doctor) = pack("lead"), pack("doctor")
    assert {name for name in lead if lead[name] != doctor[name]} == {"visit"}
    assert lead["visit"]["visit"]["kind_title"]["en"] == "Periodic visit"


def test_a_member_sees_colleagues_interviews_as_a_number_of_people(session: Session, world: World, visit: Visit, pack) -> None:
    lead = Tablet(session, world.actor("lead"), visit)
    first = lead.open("INTERVIEW", "A-01")
    lead.open("INTERVIEW", "A-02", joins=str(first))
    lead.open("INTERVIEW", "A-03")
    _manifest, mine = pack("lead")
    _manifest, theirs = pack("member")
    joins = {sheet["label"]: sheet["joins"] for sheet in mine["visit"]["sheets"] if sheet["per"] == "interview"}
    assert joins == {"A-01": None, "A-02": str(first), "A-03": None}
    assert mine["visit"]["other_interviews"] == 0
    assert [sheet["per"] for sheet in theirs["visit"]["sheets"]] == ["visit", "visit"]
    assert theirs["visit"]["other_interviews"] == 2


def test_a_pack_tells_what_is_approved_of_earlier_visits_and_nothing_else(session: Session, world: World, as_, pack) -> None:
    before = returned_visit(session, world)
    findings = frozenset(finding.id for finding in confirm_all(session, world, before))
    seen = seen_by(session, world, before, "lead")
    written = RecommendationFacts(
        text="Telephone the family within an hour (invented).", authority_id=world.places["isolator"].authority_id, addressee="",
        level=Level.PLACE, priority=Priority.HIGH, due_on=seen.plan.ends_on + timedelta(days=30), findings=findings,
    )  # fmt: skip
    asked = recommendations.write(session, world.actor("lead"), seen, written)
    again = plan(session, world)
    _manifest, parts = pack(of=again)
    assert parts["before"] == {"findings": [], "recommendations": []}
    report = reports.draft(session, world.actor("lead"), seen, "ru", say)
    report.state, before.report_approved_at = "approved", before.returned_at
    _manifest, parts = pack(of=again)
    assert {f["text"]["ru"] for f in parts["before"]["findings"]} == {"The family was told only on the next day (invented)."}
    assert {f["visit_number"] for f in parts["before"]["findings"]} == {before.public_number}
    assert parts["before"]["recommendations"] == []
    recommendations.mark_published(session, world.actor("publisher"), before.id, [asked.id])
    _manifest, parts = pack(of=again)
    (told,) = parts["before"]["recommendations"]
    assert told["text"] == {"ru": "Telephone the family within an hour (invented)."}
    assert (told["level_title"]["en"], told["priority_title"]["en"]) == ("the place itself", "soon")


@pytest.mark.parametrize(("country", "binds"), [("KG", True), ("TJ", False)])
def test_the_legal_card_says_what_the_mandate_rests_on(session: Session, world: World, pack, country: str, binds: bool) -> None:
    place, lead, planner, second = {
        "KG": ("kg_isolator", "kg_monitor", "kg_national", "kg_second"),
        "TJ": ("tj_remand", "tj_monitor", "tj_national", "tj_second"),
    }[country]
    if country == "TJ":
        world.people["tj_second"] = world.people["tj_national"]
        world.people["tj_second"].roles.append(PersonRole(person_id=world.people["tj_second"].id, name="monitor"))
        session.flush()
    chosen = draft(
        world, session, facility_id=world.places[place].id, lead_id=world.people[lead].id, team=(world.people[second].id,)
    )
    made = desk.plan_visit(session, world.actor(planner), chosen, None)
    _manifest, parts = pack(lead, made)
    law = parts["law"]
    assert [provision["code"] for provision in law["provisions"]][:4] == ["OP-4", "OP-18", "OP-19", "OP-20"]
    assert {provision["binds"] for provision in law["provisions"]} == {binds}
    assert law["basis"] == ("opcat" if binds else "agreement")
    if not binds:
        assert "agreement with the Ombudsman" in law["mandate"]["en"]
        told = json.dumps([law["mechanism"], law["mandate"]], ensure_ascii=False)
        assert not any(word in told for word in ("NPM", "National Preventive", "НПМ", "превентивн"))


def test_every_answer_of_reading_comes_in_the_same_steps(session: Session, world: World, as_, visit: Visit, lead: Tablet) -> None:
    browser = as_(world.lead)
    base = f"/tablet/api/visits/{visit.id}"
    session.commit()
    paths = [
        "/tablet/api/me",
        "/tablet/api/visits",
        f"{base}/pack",
        f"{base}/entries?after=0",
        f"{base}/pack/none",
        "/tablet/api/visits/x",
    ]
    names = browser.get(f"{base}/pack").get_json()["parts"]
    for path in [*paths[:-1], *(f"{base}/pack/{name}" for name in names)]:
        answer = browser.get(path)
        assert answer.content_length % STEP == 0, path
        assert "no-transform" in answer.headers["Cache-Control"]
    assert browser.post("/tablet/api/device", json={"label": "x"}).content_length % STEP == 0


def test_places_with_alike_content_have_packs_of_the_same_size(session: Session, world: World, as_, visit: Visit, pack) -> None:
    other = desk.plan_visit(
        session, world.actor("national"),
        draft(world, session, facility_id=world.places["colony"].id, objective="x" * 900, announced=True), None,
    )  # fmt: skip
    browser = as_(world.lead)
    sizes = []
    for found in (visit, other):
        manifest, _parts = pack(of=found)
        sizes.append(
            {name: browser.get(f"/tablet/api/visits/{found.id}/pack/{name}").content_length for name in manifest["parts"]}
        )
    assert sizes[0] == sizes[1]
    assert sizes[0]["visit"] == STEP


@pytest.mark.parametrize("part", ["form-PRISON", "form-", "Visit", "..", "form-POLICE.json"])
def test_there_are_no_other_parts(session: Session, world: World, as_, visit: Visit, part: str) -> None:
    assert as_(world.lead).get(f"/tablet/api/visits/{visit.id}/pack/{part}").status_code == 404


def test_colleagues_entries_come_in_order_and_say_whether_there_is_more(
    session: Session, world: World, as_, visit: Visit, monkeypatch
) -> None:
    monkeypatch.setattr("monitoring.tablet.queries.visits.MOST_ENTRIES", 2)
    lead = Tablet(session, world.actor("lead"), visit)
    police = sheet_of(session, visit, "POLICE")
    made = [lead.answer(police, code, "no") for code in ("PC21", "PC23", "PC28")]
    browser, base = as_(world.member), f"/tablet/api/visits/{visit.id}/entries"
    first = browser.get(base).get_json()
    second = browser.get(f"{base}?after={first['seq']}").get_json()
    assert [entry["id"] for entry in first["entries"] + second["entries"]] == made
    assert [(page["seq"], page["more"]) for page in (first, second)] == [(2, True), (3, False)]
    assert first["entries"][0]["author"] == str(world.lead.id)


def test_colleagues_learn_of_a_room_that_was_opened(session: Session, world: World, as_, visit: Visit) -> None:
    lead = Tablet(session, world.actor("lead"), visit)
    room = lead.open("ROOM", "A-01")
    lead.answer(room, "RM01", "cell")
    told = as_(world.member).get(f"/tablet/api/visits/{visit.id}/entries").get_json()["entries"]
    version = str(session.get_one(Sheet, room).checklist_version_id)
    assert [(entry["sheet"], entry.get("opened")) for entry in told] == [
        (str(room), {"version": version, "label": "A-01", "about": None}),
        (str(room), None),
    ]


def test_neither_interviews_nor_tallies_nor_what_waits_go_to_colleagues(
    session: Session, world: World, as_, visit: Visit
) -> None:
    lead = Tablet(session, world.actor("lead"), visit)
    lead.answer(lead.open("INTERVIEW", "A-01"), "PI02", "yes")
    sheet = visit_sheet(session, seen_by(session, world, visit, "lead"))
    lead.answer(sheet, f"tally.{uuid4()}", "woman|25_59|remand")
    fact = lead.answer(sheet, "v.present", "12")
    other = Tablet(session, world.actor("outsider"), visit)
    other.send(other.entry(sheet.id, "v.women", "3"))
    told = as_(world.member).get(f"/tablet/api/visits/{visit.id}/entries").get_json()
    assert [entry["id"] for entry in told["entries"]] == [fact]


def test_the_list_says_what_waits_and_which_photos_are_missing(session: Session, world: World, as_, visit: Visit) -> None:
    lead, other = Tablet(session, world.actor("lead"), visit), Tablet(session, world.actor("outsider"), visit)
    police = sheet_of(session, visit, "POLICE")
    lead.answer(police, "PC21", "no", content={"photos": ["a" * 64, "b" * 64]})
    other.send(other.entry(police.id, "PC23", "no"))
    for name, waiting in (("lead", 1), ("member", 0)):
        (row,) = as_(world.people[name]).get("/tablet/api/visits").get_json()["visits"]
        assert (row["waiting"], row["photos_missing"], row["sheets"]) == (waiting, 2, {"total": 2, "begun": 1})
    assert as_(world.member).get(f"/tablet/api/visits/{visit.id}/entries").get_json()["photos_missing"] == 2
