"""What cannot count yet is kept sealed, numbered, and decided by the lead; nobody reads it for that."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts.models import PersonRole
from monitoring.audit.models import AuditRow
from monitoring.core import clock
from monitoring.core.errors import Forbidden, NotFound
from monitoring.desk import operations as desk
from monitoring.desk.queries import agenda
from tests.factories import World
from tests.field import Tablet, plan, seen_by, sheet_of
from visits.findings.queries import findings_of_visit
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.plan.rules import CancelReason
from visits.sheets import operations, queries
from visits.sheets.models import Entry, Sheet
from visits.sheets.operations import Group
from visits.sheets.rules import QuarantineReason


@pytest.fixture
def visit(session: Session, world: World) -> Visit:
    return plan(session, world)


@pytest.fixture
def tablet(session: Session, world: World, visit: Visit) -> Callable[[str], Tablet]:
    return lambda name: Tablet(session, world.actor(name), visit)


@pytest.fixture
def police(session: Session, visit: Visit) -> UUID:
    return sheet_of(session, visit, "POLICE").id


def _gone(person, _tablet: Tablet, _session: Session) -> None:
    person.active = False


def _no_monitor(person, _tablet: Tablet, session: Session) -> None:
    person.roles = [PersonRole(person_id=person.id, name="analyst")]
    session.flush()


def _revoked(_person, tablet: Tablet, _session: Session) -> None:
    tablet.device.revoked_at = clock.now()


def _silent(_person, tablet: Tablet, _session: Session) -> None:
    tablet.device.seen_at = clock.now() - timedelta(days=31)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (_gone, QuarantineReason.PERSON_INACTIVE),
        (_no_monitor, QuarantineReason.NO_FIELD_ROLE),
        (_revoked, QuarantineReason.DEVICE_REVOKED),
        (_silent, QuarantineReason.DEVICE_SILENT),
    ],
)
def test_what_comes_when_the_sender_does_not_count_any_more_waits(
    session: Session, world: World, visit: Visit, tablet, police: UUID, happens: Callable, reason: QuarantineReason
) -> None:
    member = tablet("member")
    member.answer(police, "PC21", "yes")
    happens(world.member, member, session)
    session.flush()
    receipts = member.send(member.entry(police, "PC23", "no"), member.entry(police, "PC28", "no")).receipts
    assert [(r.outcome, r.seq, r.number) for r in receipts] == [("quarantined", None, 1), ("quarantined", None, 2)]
    (group,) = queries.waiting_groups(session, seen_by(session, world, visit, "lead"))
    assert (group.reason, group.entries, group.files, group.person, group.label) == (
        reason, 2, 0, world.member.name, "test tablet",
    )  # fmt: skip
    assert queries.entry_count(session, seen_by(session, world, visit, "lead")) == 1


def test_a_month_less_a_day_is_no_silence(session: Session, visit: Visit, tablet, police: UUID) -> None:
    member = tablet("member")
    member.device.seen_at = clock.now() - timedelta(days=29)
    assert member.send(member.entry(police, "PC23", "no")).receipts[0].outcome == "stored"


def _nowhere(tablet: Tablet, police: UUID) -> dict:
    return tablet.entry(police, "PC21", "no") | {"visit": str(uuid4())}


@pytest.mark.parametrize(
    ("name", "entry", "reason"),
    [
        ("outsider", lambda tablet, police: tablet.entry(police, "PC21", "no"), "not_in_team"),
        ("regional", lambda tablet, police: tablet.entry(police, "PC21", "no"), "not_in_team"),
        ("kg_monitor", lambda tablet, police: tablet.entry(police, "PC21", "no"), "not_in_team"),
        ("lead", lambda tablet, _police: tablet.entry(uuid4(), "PC21", "no"), "no_sheet"),
        ("lead", lambda tablet, police: tablet.entry(police, "NO99", "no"), "no_question"),
        ("lead", _nowhere, "no_visit"),
    ],
)
def test_every_other_reason_to_wait(session: Session, visit: Visit, tablet, police: UUID, name: str, entry, reason: str) -> None:
    sent = tablet(name)
    assert sent.send(entry(sent, police)).receipts[0].outcome == "quarantined"
    assert session.scalars(select(Entry.quarantine_reason)).all() == [reason]


@pytest.mark.parametrize("how", ["cancelled", "approved"])
def test_what_comes_after_the_visit_waits(session: Session, world: World, visit: Visit, tablet, police: UUID, how: str) -> None:
    member = tablet("member")
    if how == "cancelled":
        plans.cancel_visit(session, world.actor("regional"), seen_by(session, world, visit, "regional"), CancelReason.ACCESS)
    else:
        visit.report_approved_at = clock.now()
    assert member.send(member.entry(police, "PC21", "no")).receipts[0].outcome == "quarantined"
    assert session.scalars(select(Entry.quarantine_reason)).all() == ["visit_over"]


def test_an_interview_of_somebody_else_waits_under_its_reason(session: Session, visit: Visit, tablet) -> None:
    sheet, member = tablet("lead").open("INTERVIEW", "A-01"), tablet("member")
    assert member.send(member.entry(sheet, "PI02", "yes")).receipts[0].outcome == "quarantined"
    assert session.scalars(select(Entry.quarantine_reason).where(Entry.quarantine_reason.is_not(None))).all() == ["not_yours"]


def test_what_waits_shows_neither_question_nor_words(session: Session, visit: Visit, tablet, police: UUID) -> None:
    other = tablet("outsider")
    other.send(other.entry(police, "PC21", "no", note="a very particular sentence"))
    (row,) = session.scalars(select(Entry))
    assert (row.question, row.bases, row.device_time, row.seq) == ("", [], "", None)
    assert b"particular" not in row.sealed_content
    assert b"PC21" not in row.sealed_content


def test_the_same_again_waits_once_under_the_same_number(session: Session, visit: Visit, tablet, police: UUID) -> None:
    other = tablet("outsider")
    entry = other.entry(police, "PC21", "no")
    first, again = other.send(entry).receipts[0], other.send(entry, entry).receipts
    assert (first.outcome, first.number) == ("quarantined", 1)
    assert [(r.outcome, r.number, r.sha256) for r in again] == [("duplicate", 1, first.sha256)] * 2
    assert other.device.last_quarantined == 1


def _group(session: Session, world: World, visit: Visit) -> Group:
    (found,) = queries.waiting_groups(session, seen_by(session, world, visit, "lead"))
    return Group(found.device_id, found.reason, found.up_to)


def _take_in(session: Session, world: World, visit: Visit) -> operations.Decided:
    seen = seen_by(session, world, visit, "lead")
    return desk.take_in_waiting(session, world.actor("lead"), seen, _group(session, world, visit), [])


def test_the_lead_takes_in_what_waits_in_the_order_in_which_it_was_made(
    session: Session, world: World, visit: Visit, tablet, police: UUID
) -> None:
    other, room = tablet("outsider"), uuid4()
    first = other.entry(police, "PC21", "yes")
    replaced = other.entry(police, "PC21", "no", bases=(first["id"],))
    version = visit.plan["versions"]["ROOM"]
    opened = other.entry(room, "sheet.opened", None, opened={"version": version, "label": "Z-01"})
    inside = other.entry(room, "RM01", "cell")
    for entry in (inside, replaced, opened, first):
        assert other.send(entry).receipts[0].outcome == "quarantined"
    decided = _take_in(session, world, visit)
    assert (decided.entries, decided.files, decided.left) == (4, 0, 0)
    seen = seen_by(session, world, visit, "lead")
    (side,) = queries.answer_for(session, seen, police, "PC21")
    assert (side.value, side.authors) == ("no", (world.outsider.id,))
    assert [row.sheet.label for row in queries.sheets_of(session, seen) if row.sheet.per == "room"] == ["Z-01"]
    rows = list(session.scalars(select(Entry).order_by(Entry.counter).execution_options(populate_existing=True)))
    assert [(row.seq, row.state, row.decided_by, row.question) for row in rows] == [
        (1, "stored", world.lead.id, "PC21"),
        (2, "stored", world.lead.id, "PC21"),
        (3, "stored", world.lead.id, "sheet.opened"),
        (4, "stored", world.lead.id, "RM01"),
    ]
    assert [finding.rule_question for finding in findings_of_visit(session, seen)] == ["POLICE:PC21"]
    assert queries.waiting_groups(session, seen) == []


def test_what_was_taken_in_can_be_rebuilt_and_comes_again_as_a_duplicate(
    session: Session, world: World, visit: Visit, tablet, police: UUID
) -> None:
    other = tablet("outsider")
    entry = other.entry(police, "PC21", "no")
    other.send(entry)
    _take_in(session, world, visit)
    seen = seen_by(session, world, visit, "lead")
    before = [(side.value, side.authors) for side in queries.answer_for(session, seen, police, "PC21")]
    operations.rebuild(session, visit, seen.plan)
    assert [(side.value, side.authors) for side in queries.answer_for(session, seen, police, "PC21")] == before
    receipt = other.send(entry).receipts[0]
    assert (receipt.outcome, receipt.seq, receipt.number) == ("duplicate", 1, None)


def test_the_right_to_send_comes_back_and_what_waited_goes_on_waiting(
    session: Session, world: World, visit: Visit, tablet, police: UUID
) -> None:
    member = tablet("member")
    member.device.revoked_at = clock.now()
    member.send(member.entry(police, "PC21", "no"))
    member.device.revoked_at = None
    assert member.send(member.entry(police, "PC23", "no")).receipts[0].seq == 1
    assert _take_in(session, world, visit).entries == 1
    assert queries.entry_count(session, seen_by(session, world, visit, "lead")) == 2


def test_what_fits_nowhere_stays_and_is_told(session: Session, world: World, visit: Visit, tablet, police: UUID) -> None:
    lead = tablet("lead")
    lead.device.revoked_at = clock.now()
    lead.send(lead.entry(police, "PC21", "no"), lead.entry(police, "NO99", "no"), lead.entry(uuid4(), "PC21", "no"))
    decided = _take_in(session, world, visit)
    assert (decided.entries, decided.left) == (1, 2)
    (group,) = queries.waiting_groups(session, seen_by(session, world, visit, "lead"))
    assert (group.entries, group.reason) == (2, "device_revoked")


def test_what_is_left_out_stays_sealed_and_comes_again_as_a_duplicate(
    session: Session, world: World, visit: Visit, tablet, police: UUID
) -> None:
    other = tablet("outsider")
    entry = other.entry(police, "PC21", "no")
    other.send(entry)
    before = session.scalars(select(Entry.sealed_content)).one()
    seen = seen_by(session, world, visit, "lead")
    decided = operations.leave_out(session, world.actor("lead"), seen, _group(session, world, visit))
    assert (decided.entries, queries.waiting_groups(session, seen)) == (1, [])
    (row,) = session.scalars(select(Entry).execution_options(populate_existing=True))
    assert (row.state, row.decided_by, row.seq, row.sealed_content) == ("left_out", world.lead.id, None, before)
    assert (other.send(entry).receipts[0].outcome, other.send(entry).receipts[0].number) == ("duplicate", 1)
    assert queries.entry_count(session, seen) == 0


def test_only_what_the_lead_saw_is_decided(session: Session, world: World, visit: Visit, tablet, police: UUID) -> None:
    other = tablet("outsider")
    other.send(other.entry(police, "PC21", "no"))
    group = _group(session, world, visit)
    other.send(other.entry(police, "PC23", "no"))
    operations.leave_out(session, world.actor("lead"), seen_by(session, world, visit, "lead"), group)
    (left,) = queries.waiting_groups(session, seen_by(session, world, visit, "lead"))
    assert (left.entries, left.up_to) == (1, 2)


@pytest.mark.parametrize("name", ["member", "doctor", "regional", "national"])
def test_nobody_but_the_lead_decides(session: Session, world: World, visit: Visit, tablet, police: UUID, name: str) -> None:
    other = tablet("outsider")
    other.send(other.entry(police, "PC21", "no"))
    group, seen = _group(session, world, visit), seen_by(session, world, visit, name)
    for decide in (operations.take_in_waiting, operations.leave_out):
        with pytest.raises(Forbidden):
            decide(session, world.actor(name), seen, group)
    with pytest.raises(Forbidden):
        operations.ready_files(session, world.actor(name), seen, group, Path("nowhere"))
    assert len(queries.waiting_groups(session, seen_by(session, world, visit, "lead"))) == 1


def test_a_device_that_does_not_exist_is_not_found(session: Session, world: World, visit: Visit) -> None:
    group = Group(uuid4(), QuarantineReason.NOT_IN_TEAM, 10)
    for decide in (operations.take_in_waiting, operations.leave_out):
        with pytest.raises(NotFound):
            decide(session, world.actor("lead"), seen_by(session, world, visit, "lead"), group)


def test_decisions_are_on_record_without_content(session: Session, world: World, visit: Visit, tablet, police: UUID) -> None:
    other = tablet("outsider")
    other.send(other.entry(police, "PC21", "no"), other.entry(police, "PC23", "no"))
    _take_in(session, world, visit)
    other.send(other.entry(police, "PC28", "no"))
    operations.leave_out(session, world.actor("lead"), seen_by(session, world, visit, "lead"), _group(session, world, visit))
    query = select(AuditRow).where(AuditRow.event.in_(["sheets.taken_in", "sheets.left_out"])).order_by(AuditRow.number)
    rows = [(row.event, row.person_id, row.subject_id, row.count) for row in session.scalars(query)]
    assert rows == [("sheets.taken_in", world.lead.id, visit.id, 2), ("sheets.left_out", world.lead.id, visit.id, 1)]


def test_a_raw_interview_that_was_taken_in_belongs_to_its_author(session: Session, world: World, visit: Visit, tablet) -> None:
    member, sheet = tablet("member"), uuid4()
    member.device.seen_at = clock.now() - timedelta(days=40)
    version = visit.plan["versions"]["INTERVIEW"]
    opened = member.entry(sheet, "sheet.opened", None, opened={"version": version, "label": "B-01"})
    member.send(opened, member.entry(sheet, "PI02", "yes"), member.entry(sheet, "sheet.closed", "yes"))
    assert _take_in(session, world, visit).entries == 3
    assert session.get_one(Sheet, sheet).opened_by == world.member.id
    assert queries.interview_totals(session, seen_by(session, world, visit, "lead"))["PI02"].people == {"yes": 1}
    assert queries.entries_after(session, seen_by(session, world, visit, "doctor"), 0) == []


def test_counts_are_told_to_lead_and_coordinators_only(
    session: Session, world: World, visit: Visit, tablet, police: UUID
) -> None:
    other = tablet("outsider")
    other.send(other.entry(police, "PC21", "no"))
    for name, told in (("lead", {visit.id: 1}), ("regional", {visit.id: 1}), ("national", {visit.id: 1}), ("member", {})):
        assert queries.waiting_for(session, [seen_by(session, world, visit, name)]) == told


def test_the_national_coordinator_knows_how_much_came_for_unknown_visits(
    session: Session, world: World, visit: Visit, tablet
) -> None:
    today, place = clock.now().date(), sheet_of(session, visit, "POLICE").id
    for name in ("lead", "kg_monitor"):
        sent = tablet(name)
        sent.send(*(sent.entry(place, "PC21", "no") | {"visit": str(uuid4())} for _number in range(2)))

    def told(name: str) -> list[str]:
        found = agenda(session, world.actor(name), today, "en")
        return [task.text.in_source_language() for task in found if "not known here" in task.text]

    assert told("national") == ["Sent by tablets for visits that are not known here, and kept sealed: 2."]
    assert [told(name) for name in ("regional", "lead", "admin", "tj_national")] == [[], [], [], []]
    assert len(told("kg_national")) == 1


def test_the_lead_finds_what_waits_on_the_first_page(session: Session, world: World, visit: Visit, tablet, police: UUID) -> None:
    other = tablet("outsider")
    other.send(other.entry(police, "PC21", "no"))
    today = clock.now().date()
    found = {
        name: [t.endpoint for t in agenda(session, world.actor(name), today, "en")] for name in ("lead", "member", "regional")
    }
    assert ["desk.waiting" in endpoints for endpoints in found.values()] == [True, False, False]
