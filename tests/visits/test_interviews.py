"""Interviews that go on on a second sheet are one person; who was interviewed is counted apart from what was said."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from tests.factories import World
from tests.field import Tablet, plan, seen_by, sheet_of
from visits.plan.models import Visit
from visits.sheets import operations, queries
from visits.sheets.models import Sheet
from visits.sheets.rules import chain


@pytest.fixture
def visit(session: Session, world: World) -> Visit:
    return plan(session, world)


@pytest.fixture
def tablet(session: Session, world: World, visit: Visit) -> Callable[[str], Tablet]:
    return lambda name: Tablet(session, world.actor(name), visit)


@pytest.fixture
def visit_sheet(session: Session, world: World, visit: Visit) -> Sheet:
    return queries.visit_sheet(session, seen_by(session, world, visit, "lead"))


def totals(session: Session, world: World, visit: Visit) -> dict:
    found = queries.interview_totals(session, seen_by(session, world, visit, "lead"))
    return {code: (total.asked, total.people) for code, total in found.items()}


def test_joined_sheets_are_one_person_and_the_later_answer_stands(session: Session, world: World, visit: Visit, tablet) -> None:
    lead = tablet("lead")
    first = lead.open("INTERVIEW", "A-01")
    lead.answer(first, "PI02", "no")
    lead.answer(first, "PI03", "yes")
    second = lead.open("INTERVIEW", "A-02", joins=str(first))
    lead.answer(second, "PI02", "yes")
    third = lead.open("INTERVIEW", "A-03", joins=str(second))
    taken_back = lead.answer(third, "PI03", "no")
    lead.answer(third, "PI03", None, bases=(taken_back,))
    alone = lead.open("INTERVIEW", "A-04")
    lead.answer(alone, "PI02", "no")
    assert totals(session, world, visit)["PI02"] == (2, {"no": 1, "yes": 1})
    assert totals(session, world, visit)["PI03"] == (1, {"yes": 1})
    assert session.get_one(Sheet, third).joins == second


def test_totals_of_joined_sheets_can_be_rebuilt(session: Session, world: World, visit: Visit, tablet) -> None:
    lead = tablet("lead")
    first = lead.open("INTERVIEW", "A-01")
    lead.answer(first, "PI02", "no")
    lead.answer(lead.open("INTERVIEW", "A-02", joins=str(first)), "PI02", "yes")
    before = totals(session, world, visit)
    operations.rebuild(session, visit, seen_by(session, world, visit, "lead").plan)
    assert totals(session, world, visit) == before


def _opened(tablet: Tablet, form: str, joins: object) -> str:
    version = tablet.visit.plan["versions"][form]
    entry = tablet.entry(uuid4(), "sheet.opened", None, opened={"version": version, "label": "X-01", "joins": joins})
    return str(tablet.send(entry).receipts[0].outcome)


def test_nobody_goes_on_from_what_is_not_theirs(session: Session, visit: Visit, tablet) -> None:
    lead, member = tablet("lead"), tablet("member")
    mine, room = lead.open("INTERVIEW", "A-01"), lead.open("ROOM", "A-02")
    assert _opened(member, "INTERVIEW", str(mine)) == "refused"
    assert _opened(lead, "INTERVIEW", str(room)) == "refused"
    assert _opened(lead, "INTERVIEW", str(sheet_of(session, visit, "POLICE").id)) == "refused"
    assert _opened(lead, "ROOM", str(mine)) == "refused"
    assert _opened(lead, "INTERVIEW", "nothing") == "refused"
    assert _opened(lead, "INTERVIEW", str(uuid4())) == "quarantined"
    assert _opened(lead, "INTERVIEW", str(mine)) == "stored"


def test_a_chain_of_sheets_ends_even_when_somebody_bent_it() -> None:
    one, two, three = uuid4(), uuid4(), uuid4()
    assert chain({one: None, two: one, three: two}, three) == [three, two, one]
    assert chain({one: two, two: one}, one) == [one, two]
    assert chain({two: uuid4()}, two) == [two]


def test_photos_in_an_interview_are_refused(session: Session, visit: Visit, tablet) -> None:
    lead = tablet("lead")
    sheet = lead.open("INTERVIEW", "A-01")
    receipt = lead.send(lead.entry(sheet, "PI02", "yes", content={"photos": ["a" * 64]})).receipts[0]
    assert (receipt.outcome, receipt.message) == ("refused", "There are no photos in private interviews.")
    assert lead.send(lead.entry(sheet, "PI02", "yes")).receipts[0].outcome == "stored"


def _tally(tablet: Tablet, sheet: UUID, value: object, **more: object) -> str:
    return str(tablet.send(tablet.entry(sheet, f"tally.{uuid4()}", value, **more)).receipts[0].outcome)


def test_who_was_interviewed_is_counted_by_sex_age_and_status(
    session: Session, world: World, visit: Visit, tablet, visit_sheet: Sheet
) -> None:
    lead, member = tablet("lead"), tablet("member")
    for value in ("woman|25_59|remand", "man|25_59|remand", None, "man||", "||"):
        assert _tally(lead, visit_sheet.id, value) == "stored"
    assert _tally(member, visit_sheet.id, "man|14_17|suspect") == "stored"
    found = queries.interview_tally(session, seen_by(session, world, visit, "member"))
    assert {total.question: (total.asked, total.people) for total in found} == {
        "PI08": (4, {"woman": 1, "man": 3}),
        "PI09": (3, {"25_59": 2, "14_17": 1}),
        "PI10": (3, {"remand": 2, "suspect": 1}),
    }
    assert queries.interview_tally(session, seen_by(session, world, visit, "regional")) == []


def test_outside_the_team_small_counts_of_people_are_hidden(
    session: Session, world: World, visit: Visit, tablet, visit_sheet: Sheet
) -> None:
    lead = tablet("lead")
    for _number in range(6):
        _tally(lead, visit_sheet.id, "man|25_59|remand")
    _tally(lead, visit_sheet.id, "woman|14_17|remand")
    outside = {t.question: t.people for t in queries.interview_tally(session, seen_by(session, world, visit, "national"))}
    assert outside == {"PI08": {"man": None, "woman": None}, "PI09": {"25_59": None, "14_17": None}, "PI10": {"remand": 7}}


@pytest.mark.parametrize(
    "value", ["martian|25_59|remand", "woman|25_59", "woman|25_59|remand|x", "woman|30|", 5, ["woman||"], "yes"]
)
def test_a_tally_of_nothing_known_is_refused(session: Session, visit: Visit, tablet, visit_sheet: Sheet, value: object) -> None:
    assert _tally(tablet("lead"), visit_sheet.id, value) == "refused"


def test_a_tally_says_nothing_else_and_replaces_nothing(
    session: Session, world: World, visit: Visit, tablet, visit_sheet: Sheet
) -> None:
    lead = tablet("lead")
    fact = lead.answer(visit_sheet, "v.women", "3")
    question = f"tally.{uuid4()}"
    lead.answer(visit_sheet, question, "woman||", note="a name", bases=(fact,), content={"photos": ["a" * 64]})
    (side,) = queries.answer_for(session, seen_by(session, world, visit, "lead"), visit_sheet.id, question)
    assert (side.notes, side.photos, side.heads[0].bases, side.sources) == ((), (), (), ())
    assert queries.missing_photos(session, [visit.id])[visit.id] == {}


def test_a_tally_lies_on_the_visit_sheet_only(session: Session, visit: Visit, tablet) -> None:
    assert _tally(tablet("lead"), sheet_of(session, visit, "POLICE").id, "woman||") == "quarantined"


def test_without_the_form_for_interviews_there_is_no_tally(session: Session, world: World) -> None:
    made = plan(session, world, checklist_codes=("ACCESS", "POLICE"))
    lead = Tablet(session, world.actor("lead"), made)
    sheet = queries.visit_sheet(session, seen_by(session, world, made, "lead")).id
    assert [_tally(lead, sheet, value) for value in ("woman||", "||", None)] == ["refused", "stored", "stored"]
