"""What tablets send is kept, once, whatever order it comes in; what cannot count yet waits; nothing stops the rest."""

import random
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.audit.models import AuditRow
from monitoring.core.crypto import CannotOpen, safe
from monitoring.core.db import Database
from monitoring.core.errors import Forbidden, NotFound
from monitoring.desk import operations as desk
from tests.factories import World
from tests.field import Tablet, plan, seen_by, sheet_of
from visits.plan import operations as plans
from visits.plan.queries import visit_for
from visits.plan.rules import CancelReason, from_json
from visits.sheets import operations, queries
from visits.sheets.models import Answer, Entry, InterviewTotal, Sheet
from visits.sheets.rules import Head, current, hide_small, sides_from_json, sides_to_json
from visits.sheets.rules.totals import Total


@pytest.fixture
def visit(session: Session, world: World):
    return plan(session, world)


@pytest.fixture
def tablet(session: Session, world: World, visit) -> Callable[[str], Tablet]:
    return lambda name: Tablet(session, world.actor(name), visit)


def test_an_answer_is_stored_and_shown(session: Session, world: World, visit, tablet) -> None:
    police = sheet_of(session, visit, "POLICE")
    tablet("lead").answer(police, "PC21", "no", note="Asked two officers (invented)")
    view = queries.sheet_view(session, seen_by(session, world, visit, "member"), police.id)
    side = view.questions["PC21"].sides[0]
    assert (side.value, side.notes, side.authors) == ("no", ("Asked two officers (invented)",), (world.lead.id,))
    assert view.result.problems["PC21"] == "high"


def test_nothing_readable_lies_in_the_tables(session: Session, visit, tablet) -> None:
    police = sheet_of(session, visit, "POLICE")
    tablet("lead").answer(police, "PC21", "no", note="a very particular sentence")
    rows = [*session.scalars(select(Entry.sealed_content)), *session.scalars(select(Answer._sides))]
    assert rows
    assert not any(b"particular" in row for row in rows)


def test_the_same_entry_twice_is_one_entry(session: Session, visit, tablet) -> None:
    lead = tablet("lead")
    entry = lead.entry(sheet_of(session, visit, "POLICE").id, "PC21", "yes")
    first, again = lead.send(entry).receipts[0], lead.send(entry, entry).receipts
    assert (first.outcome, [r.outcome for r in again]) == ("stored", ["duplicate", "duplicate"])
    assert {receipt.seq for receipt in (first, *again)} == {1}


def test_the_same_id_with_another_content_is_refused(session: Session, visit, tablet) -> None:
    lead, police = tablet("lead"), sheet_of(session, visit, "POLICE")
    entry = lead.entry(police.id, "PC21", "yes")
    changed = {**entry, "content": {**entry["content"], "value": "no"}}
    same_counter = {**lead.entry(police.id, "PC23", "no"), "counter": entry["counter"]}
    assert [r.outcome for r in lead.send(entry, changed, same_counter).receipts] == ["stored", "refused", "refused"]


def test_one_bad_entry_never_stops_the_others(session: Session, world: World, visit, tablet) -> None:
    lead, police = tablet("lead"), sheet_of(session, visit, "POLICE").id
    good = lead.entry(police, "PC21", "yes")
    batch = [
        "not an entry",
        {**lead.entry(police, "PC21", "yes"), "visit": "nowhere"},
        lead.entry(police, "PC21", "perhaps"),
        lead.entry(police, "NO99", "yes"),
        {**lead.entry(police, "PC21", "yes"), "visit": str(uuid4())},
        lead.entry(uuid4(), "PC21", "yes"),
        {**lead.entry(police, "PC21", "yes"), "device": str(uuid4())},
        {**lead.entry(police, "PC21", "yes"), "device_time": "yesterday"},
        good,
    ]
    outcomes = [str(receipt.outcome) for receipt in lead.send(*batch).receipts]
    assert outcomes == ["refused"] * 3 + ["quarantined"] * 3 + ["refused"] * 2 + ["stored"]
    assert all(r.message for r in lead.send(*batch).receipts if r.outcome == "refused")
    assert queries.entry_count(session, seen_by(session, world, visit, "lead")) == 1


@pytest.mark.parametrize(
    "content",
    [{"sources": [{}]}, {"confidence": ["high"]}, {"reason": [], "value": [["yes"]]}, {"note": "half a letter \ud800"}],
    ids=["source", "confidence", "value", "letter"],
)
def test_content_that_makes_no_sense_is_refused_alone(session: Session, visit, tablet, content: dict[str, object]) -> None:
    lead, police = tablet("lead"), sheet_of(session, visit, "POLICE").id
    bad, good = lead.entry(police, "PC21", "yes", content=content), lead.entry(police, "PC23", "yes")
    assert [receipt.outcome for receipt in lead.send(bad, good).receipts] == ["refused", "stored"]


def test_a_label_keeps_only_what_can_be_printed(session: Session, visit, tablet) -> None:
    room = tablet("lead").open("ROOM", " A-01\x00\n ")
    assert session.get_one(Sheet, room).label == "A-01"


@pytest.mark.parametrize("name", ["outsider", "kg_monitor", "regional"])
def test_whoever_is_not_in_the_team_only_fills_the_quarantine(session: Session, world: World, visit, tablet, name: str) -> None:
    other, police = tablet(name), sheet_of(session, visit, "POLICE")
    receipt = other.send(other.entry(police.id, "PC21", "no")).receipts[0]
    assert (receipt.outcome, receipt.seq) == ("quarantined", None)
    assert queries.answers_of(session, seen_by(session, world, visit, "lead")) == []


def test_entries_of_a_cancelled_visit_wait(session: Session, world: World, visit, tablet) -> None:
    lead, police = tablet("lead"), sheet_of(session, visit, "POLICE")
    plans.cancel_visit(session, world.actor("regional"), seen_by(session, world, visit, "regional"), CancelReason.ACCESS)
    assert lead.send(lead.entry(police.id, "PC21", "no")).receipts[0].outcome == "quarantined"


def test_somebody_elses_device_is_nobodys(session: Session, world: World, visit, tablet) -> None:
    lead = tablet("lead")
    with pytest.raises(NotFound):
        operations.receive(session, world.actor("member"), lead.device.id, [])


def test_two_people_who_disagree_both_stand_until_somebody_decides(session: Session, world: World, visit, tablet) -> None:
    police = sheet_of(session, visit, "POLICE")
    tablet("lead").answer(police, "PC21", "yes")
    tablet("member").answer(police, "PC21", "no")
    seen = seen_by(session, world, visit, "lead")
    (conflict,) = queries.conflicts(session, seen)
    assert [side.value for side in conflict.view.sides] == ["no", "yes"]
    assert conflict.view.severity == "high"
    desk.decide_conflict(session, world.actor("lead"), seen, police.id, "PC21", 1)
    assert queries.conflicts(session, seen) == []
    assert queries.answer_for(session, seen, police.id, "PC21")[0].value == "yes"


def test_a_coordinator_reads_but_does_not_answer(session: Session, world: World, visit, tablet) -> None:
    police = sheet_of(session, visit, "POLICE")
    tablet("lead").answer(police, "PC21", "yes")
    tablet("member").answer(police, "PC21", "no")
    with pytest.raises(Forbidden):
        desk.decide_conflict(session, world.actor("regional"), seen_by(session, world, visit, "regional"), police.id, "PC21", 0)


def test_an_answer_taken_back_is_no_answer(session: Session, world: World, visit, tablet) -> None:
    lead, police = tablet("lead"), sheet_of(session, visit, "POLICE")
    first = lead.answer(police, "PC21", "no")
    lead.answer(police, "PC21", None, bases=(first,))
    assert queries.answers_of(session, seen_by(session, world, visit, "lead")) == []


def test_facts_of_the_visit_decide_what_is_asked(session: Session, world: World, visit, tablet) -> None:
    lead, seen = tablet("lead"), seen_by(session, world, visit, "lead")
    sheet = queries.visit_sheet(session, seen)
    before = queries.sheet_view(session, seen, sheet_of(session, visit, "POLICE").id).result.asked
    lead.answer(sheet, "v.women", "0")
    lead.answer(sheet, "v.minors", "0")
    after = queries.sheet_view(session, seen, sheet_of(session, visit, "POLICE").id).result.asked
    assert after < before


def test_access_events_are_told_in_order(session: Session, world: World, visit, tablet) -> None:
    lead, seen = tablet("lead"), seen_by(session, world, visit, "lead")
    sheet = queries.visit_sheet(session, seen)
    for letter, value, at in (("c", "refused", "09:40"), ("a", "given", "9:20")):
        access = {"access": {"at": at, "who": "the head on duty", "ground": "none given"}}
        lead.answer(sheet, f"access.{letter}.{uuid4()}", value, content=access)
    events = queries.access_events(session, seen)
    assert [(event.item, event.answer, event.at) for event in events] == [("a", "given", "09:20"), ("c", "refused", "09:40")]


def test_rooms_are_opened_with_labels_and_rules_look_at_them(session: Session, world: World, visit, tablet) -> None:
    lead = tablet("lead")
    room = lead.open("ROOM", "A-01")
    for code, value in (("RM01", "cell"), ("RM04", "9"), ("RM05", "1,5"), ("RM07", "4")):
        lead.answer(room, code, value)
    (row,) = [row for row in queries.sheets_of(session, seen_by(session, world, visit, "lead")) if row.sheet.per == "room"]
    assert (row.sheet.label, row.worst) == ("A-01", "critical")


def test_rebuilding_gives_the_same_answers_to_the_byte(session: Session, world: World, visit, tablet) -> None:
    police = sheet_of(session, visit, "POLICE")
    lead, member = tablet("lead"), tablet("member")
    for code in ("PC21", "PC23", "PC28"):
        lead.answer(police, code, "no")
    member.answer(police, "PC21", "yes")

    before = _table(session)
    operations.rebuild(session, visit, from_json(visit.plan))
    assert _table(session) == before


def _table(session: Session) -> list[tuple]:
    rows = session.scalars(select(Answer).order_by(Answer.sheet_id, Answer.question))
    return [(r.sheet_id, r.question, r.conflict, r.relevant, r.assessed, r.severity, r.sides) for r in rows]


def test_what_comes_in_one_batch_adds_up_like_what_came_before(session: Session, world: World, visit, tablet) -> None:
    lead, police = tablet("lead"), sheet_of(session, visit, "POLICE").id
    before, more = lead.entry(police, "PC21", "no"), lead.entry(police, "PC23", "no")
    lead.send(before, more)
    replacing = lead.entry(police, "PC21", "yes", (before["id"],))
    again = lead.entry(police, "PC21", "partly", (replacing["id"],))
    taken_back = lead.entry(police, "PC23", None, (more["id"],))
    lead.send(replacing, again, taken_back, lead.entry(police, "PC28", "no"))
    found = _table(session)
    assert [(row[1], [side.value for side in sides_from_json(row[6])]) for row in found] == [
        ("PC21", ["partly"]),
        ("PC28", ["no"]),
    ]
    operations.rebuild(session, visit, from_json(visit.plan))
    assert _table(session) == found


def test_interviews_are_sealed_and_only_totals_go_up(session: Session, world: World, visit, tablet, database: Database) -> None:
    lead = tablet("lead")
    for number in range(6):
        room = lead.open("INTERVIEW", f"A-{number:02}")
        lead.answer(room, "PI02", "no" if number else "yes")
        lead.answer(room, "sheet.closed", "yes")
    assert session.scalars(select(Answer)).all() == []
    total = queries.interview_totals(session, seen_by(session, world, visit, "member"))["PI02"]
    assert (total.asked, total.people) == (6, {"no": 5, "yes": 1})
    outside = queries.interview_totals(session, seen_by(session, world, visit, "regional"))["PI02"]
    assert (outside.asked, outside.people, outside.problems) == (6, {"no": None, "yes": None}, {})


def test_a_raw_interview_opens_for_two_people_and_its_key_is_its_life(
    session: Session, world: World, visit, tablet, database: Database
) -> None:
    member = tablet("member")
    sheet = member.open("INTERVIEW", "B-01")
    member.answer(sheet, "PI02", "yes")
    session.commit()

    visit_id, actors = visit.id, {name: world.actor(name) for name in ("member", "lead", "doctor", "regional", "national")}

    def opened_by(name: str) -> dict:
        with database.reading() as reading:
            seen = visit_for(reading, actors[name], visit_id)
            return queries.raw_interview(reading, database, actors[name], seen, sheet)[1]

    for name in ("member", "lead"):
        assert opened_by(name)["PI02"][0].value == "yes"
    for name in ("doctor", "regional", "national"):
        with pytest.raises(NotFound):
            opened_by(name)
    opened = session.scalars(select(AuditRow.person_id).where(AuditRow.event == "sheets.interview_opened")).all()
    assert set(opened) == {world.member.id, world.lead.id}
    safe.store.destroy(sheet)
    session.rollback()
    with pytest.raises(CannotOpen):
        opened_by("lead")


def test_totals_stay_when_a_key_is_gone(session: Session, world: World, visit, tablet) -> None:
    lead = tablet("lead")
    sheets = [lead.open("INTERVIEW", f"A-{number:02}") for number in range(2)]
    for sheet in sheets:
        lead.answer(sheet, "PI02", "yes")
    safe.store.destroy(sheets[0])
    lead.answer(sheets[1], "PI03", "yes")
    rows = session.scalars(select(InterviewTotal).where(InterviewTotal.question == "PI02", InterviewTotal.choice == "*")).all()
    assert [row.people for row in rows] == [2]


def test_nobody_writes_into_somebody_elses_interview(session: Session, visit, tablet) -> None:
    sheet = tablet("lead").open("INTERVIEW", "A-01")
    member = tablet("member")
    assert member.send(member.entry(sheet, "PI02", "yes")).receipts[0].outcome == "quarantined"
    assert session.get(Sheet, sheet).opened_by != member.actor.person_id


def _heads(author: UUID, pairs: list[tuple[UUID, tuple[UUID, ...], str | None]]) -> list[Head]:
    return [Head(entry, author, bases, {"value": value}) for entry, bases, value in pairs]


@st.composite
def histories(draw: st.DrawFn) -> list[Head]:
    ids = draw(st.lists(st.uuids(), min_size=1, max_size=8, unique=True))
    heads = []
    for number, entry in enumerate(ids):
        bases = draw(st.lists(st.sampled_from(ids[:number] or [entry]), max_size=3, unique=True))
        value = draw(st.sampled_from(["yes", "no", "partly", None]))
        heads.append(Head(entry, draw(st.uuids()), tuple(base for base in bases if base != entry), {"value": value}))
    return heads


@given(histories(), st.randoms())
def test_the_order_in_which_entries_come_does_not_matter(entries: list[Head], chance: random.Random) -> None:
    shuffled = entries[:]
    chance.shuffle(shuffled)
    assert current(shuffled) == current(entries)


@given(histories())
def test_no_answer_that_nobody_replaced_is_lost(entries: list[Head]) -> None:
    replaced = {base for entry in entries for base in entry.bases}
    standing = {entry.id for entry in entries if entry.id not in replaced and entry.content["value"] is not None}
    shown = {head.id for side in current(entries) for head in side.heads}
    assert standing == shown
    assert sides_from_json(sides_to_json(current(entries))) == current(entries)


@given(st.dictionaries(st.sampled_from(["yes", "no", "partly", "other"]), st.integers(0, 30), max_size=4))
def test_hidden_counts_cannot_be_worked_out(people: dict) -> None:
    asked = sum(people.values())
    shown = hide_small(Total("PI02", asked, people, {}))
    if asked < 5:
        assert shown is None
        return
    hidden = [key for key, count in shown.people.items() if count is None]
    assert all(not 0 < (count or 0) < 5 for count in shown.people.values())
    others = [key for key in people if key not in hidden and people[key]]
    assert len(hidden) != 1 or not others
