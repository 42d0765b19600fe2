"""A coordinator plans on the screen: forms are proposed, mistakes keep what was typed, a double click is one visit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitoring.core import clock
from tests.factories import World
from tests.field import HIGH, Tablet, draft, plan, returned_visit, seen_by, sheet_of
from tests.pages import Page
from visits.plan.models import Visit
from visits.plan.rules import from_json
from visits.sheets.queries import answer_for, visit_sheet

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NEW = "/desk/visits/new"
PROPOSED = ["ACCESS", "ROOM", "INTERVIEW", "POLICE"]


@pytest.fixture
def coordinator(as_, world: World):
    return as_(world.regional)


def _typed(world: World, **changes: object) -> dict[str, object]:
    day = clock.now().date() + timedelta(days=5)
    return {
        "kind": "periodic",
        "announced": ["no"],
        "starts_on": day.isoformat(),
        "ends_on": day.isoformat(),
        "objective": "Look at the first hours (invented).",
        "lead_id": str(world.lead.id),
        "team": [str(world.member.id), str(world.doctor.id)],
        **changes,
    }


def _filled(browser, world: World, **changes: object) -> dict[str, object]:
    page = Page(browser.get(f"{NEW}?place={world.places['isolator'].id}"))
    return page.filled(**_typed(world, **changes))


def _planned(session: Session) -> int:
    found = session.scalar(select(func.count()).select_from(Visit)) or 0
    session.commit()  # a writing session holds the lock as long as it reads
    return found


def _same(kept: dict[str, object], sent: dict[str, object]) -> bool:
    """Whether a form still holds what was sent; boxes and buttons tick in the form's order."""
    return {name: _ticked(kept.get(name, "")) for name in sent} == {name: _ticked(value) for name, value in sent.items()}


def _ticked(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


@on_sqlite
def test_the_forms_are_proposed_from_the_kind_of_place(coordinator, world: World) -> None:
    fields = Page(coordinator.get(f"{NEW}?place={world.places['isolator'].id}")).fields()
    assert set(fields["checklist_codes"]) == set(PROPOSED)
    assert fields["facility_id"] == str(world.places["isolator"].id)
    assert set(Page(coordinator.get(NEW)).fields()["checklist_codes"]) == {"ACCESS", "ROOM", "INTERVIEW"}


@on_sqlite
def test_proposing_the_forms_loses_nothing_of_what_was_typed(coordinator, world: World, session: Session) -> None:
    sent = Page(coordinator.get(NEW)).filled(**_typed(world, facility_id=str(world.places["isolator"].id)))
    page = Page(coordinator.post(NEW, data={**sent, "propose": "1"}))
    assert page.status == 200
    assert set(page.fields()["checklist_codes"]) == set(PROPOSED)
    assert _same(page.filled(), {**sent, "checklist_codes": PROPOSED})
    assert _planned(session) == 0


@on_sqlite
def test_a_visit_is_planned_with_the_forms_that_were_chosen(coordinator, world: World, session: Session) -> None:
    answer = coordinator.post(NEW, data=_filled(coordinator, world, checklist_codes=["ACCESS", "POLICE"]))
    page = Page(coordinator.get(answer.headers["Location"]))
    assert "Look at the first hours (invented)." in page.main
    assert "unannounced" in page.main
    stored = from_json(session.scalars(select(Visit)).one().plan)
    assert (set(stored.versions), [letter for _person, letter in stored.members]) == ({"ACCESS", "POLICE"}, ["A", "B", "C"])


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "wrong", "says"),
    [
        ({"facility_id": ""}, "facility_id", "Choose the place."),
        ({"kind": ""}, "kind", "Choose the kind of visit."),
        ({"starts_on": "soon"}, "starts_on", "as a date"),
        ({"ends_on": ""}, "ends_on", "as a date"),
        ({"ends_on": "2020-01-01"}, "ends_on", "lies before the first"),
        ({"ends_on": "2099-01-01"}, "ends_on", "at most two months"),
        ({"objective": " \n "}, "objective", "one sentence"),
        ({"lead_id": ""}, "lead_id", "Choose who leads"),
        ({"team": []}, "team", "nobody visits alone"),
        ({"checklist_codes": []}, "checklist_codes", "at least one form"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(
    coordinator, world: World, changes: dict, wrong: str, says: str
) -> None:
    sent = _filled(coordinator, world, **changes)
    page = Page(coordinator.post(NEW, data=sent))
    assert page.status == 422
    assert list(page.errors()) == [wrong]
    assert says in page.errors()[wrong]
    assert _same(page.filled(), sent)


@on_sqlite
def test_somebody_elses_place_or_people_cannot_be_chosen(coordinator, world: World, session: Session) -> None:
    for changes in ({"facility_id": str(world.places["colony"].id)}, {"lead_id": str(world.kg_monitor.id)}, {"team": ["nobody"]}):
        page = Page(coordinator.post(NEW, data=_filled(coordinator, world, **changes)))
        assert (page.status, list(page.errors())) == (422, list(changes))
    assert _planned(session) == 0


def test_a_double_click_plans_one_visit(as_, world: World, session: Session) -> None:
    browsers = [as_(world.regional) for _click in range(2)]
    sent = _filled(browsers[0], world)
    with ThreadPoolExecutor(2) as clicks:
        answers = list(clicks.map(lambda browser: browser.post(NEW, data=sent), browsers))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert _planned(session) == 1


@on_sqlite
def test_a_form_whose_hidden_id_was_damaged_is_taken_all_the_same(coordinator, world: World, session: Session) -> None:
    assert coordinator.post(NEW, data=_filled(coordinator, world, new_id="damaged")).status_code == 302
    assert _planned(session) == 1


@on_sqlite
def test_a_plan_is_changed_and_a_stale_change_overwrites_nobody(as_, session: Session, world: World) -> None:
    visit = plan(session, world)
    session.commit()
    address, first, second = f"/desk/visits/{visit.id}/plan", as_(world.regional), as_(world.national)
    stale = Page(second.get(address)).filled(objective="My own long objective (invented)")
    changed = Page(first.get(address)).filled(objective="Changed first (invented)", team=[str(world.outsider.id)])
    assert first.post(address, data=changed).status_code == 302
    page = Page(second.post(address, data=stale))
    assert page.status == 409
    assert "Somebody else changed this plan" in page.main
    assert "My own long objective (invented)" in page.main
    after = from_json(session.scalars(select(Visit).execution_options(populate_existing=True)).one().plan)
    assert after.objective == "Changed first (invented)"
    assert dict(after.members) == {world.lead.id: "A", world.outsider.id: "D"}


@on_sqlite
def test_a_plan_stays_as_it_was_once_the_team_is_back(as_, session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    session.commit()
    browser = as_(world.regional)
    sent = _filled(browser, world) | {"version": str(visit.version)}
    page = Page(browser.post(f"/desk/visits/{visit.id}/plan", data=sent))
    assert page.status == 403
    assert "can no longer be changed" in page.main
    assert Page(browser.post(f"/desk/visits/{visit.id}/cancel", data={"reason": "team"})).status == 403


@on_sqlite
def test_the_lead_says_that_the_team_is_back_and_a_second_click_is_told_so(as_, session: Session, world: World) -> None:
    visit = plan(session, world)
    session.commit()
    lead, address = as_(world.lead), f"/desk/visits/{visit.id}/returned"
    assert "The team has returned" in Page(lead.get(f"/desk/visits/{visit.id}")).buttons()
    assert "The team has returned" not in Page(as_(world.member).get(f"/desk/visits/{visit.id}")).buttons()
    assert Page(as_(world.member).post(address)).status == 403
    assert lead.post(address).status_code == 302
    page = Page(lead.get(f"/desk/visits/{visit.id}"))
    assert "No. 1" in page.main
    assert "The team has returned" not in page.buttons()
    assert "over or cancelled" in Page(lead.post(address)).main


def _decision(page: Page, number: int) -> dict[str, object]:
    """The form under one of the answers that stand side by side, as its button sends it."""
    form = page.soup.select(".conflict form")[number]
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    return {**fields, "side": str(number)}


@on_sqlite
def test_two_answers_stand_side_by_side_until_somebody_of_the_team_decides(as_, session: Session, world: World) -> None:
    visit = plan(session, world)
    police = sheet_of(session, visit, "POLICE")
    for name, value in (("lead", "yes"), ("member", "no")):
        Tablet(session, world.actor(name), visit).answer(police, HIGH, value)
    session.commit()
    index, decide = f"/desk/visits/{visit.id}/sheets", f"/desk/visits/{visit.id}/sheets/{police.id}/decide"
    browser = as_(world.doctor)
    page = Page(browser.get(index))
    sides = page.soup.select(".sides > div")
    assert [("Lead (invented)" in side.text, "Member (invented)" in side.text) for side in sides] == [
        (False, True),
        (True, False),
    ]
    sent = _decision(page, 1)
    assert Page(as_(world.regional).get(index)).soup.select(".conflict form") == []
    assert Page(as_(world.regional).post(decide, data=sent)).status == 403
    for stale in ({**sent, "side": "7"}, {**sent, "entries": str(uuid4())}):
        assert browser.post(decide, data=stale).headers["Location"] == index
        page = Page(browser.get(index))
        assert "have changed meanwhile" in page.main
        assert len(page.soup.select(".sides > div")) == 2
    assert Page(browser.post(decide, data={**sent, "question": "NO99"})).status == 404
    assert browser.post(decide, data=sent).headers["Location"] == index
    page = Page(browser.get(index))
    assert (page.status, page.soup.select(".sides")) == (200, [])
    (side,) = answer_for(session, seen_by(session, world, visit, "doctor"), police.id, HIGH)
    assert (side.value, side.authors) == ("yes", (world.doctor.id,))


@on_sqlite
def test_what_the_head_said_and_what_was_refused_can_disagree_too_and_be_decided(as_, session: Session, world: World) -> None:
    visit = plan(session, world)
    own = visit_sheet(session, seen_by(session, world, visit, "lead")).id
    event = f"access.c.{uuid4()}"
    for name, present, access in (("lead", "14", "refused"), ("member", "15", "delayed")):
        tablet = Tablet(session, world.actor(name), visit)
        tablet.answer(own, "v.present", present)
        tablet.answer(own, event, access)
    session.commit()
    index, lead = f"/desk/visits/{visit.id}/sheets", as_(world.lead)
    assert "2" in Page(lead.get("/desk/")).one(f'main a[href="{index}"]').parent.text
    for left in (2, 1):
        page = Page(lead.get(index))
        conflicts = page.soup.select(".conflict")
        assert len(conflicts) == left
        assert all("Lead (invented)" in part.text and "Member (invented)" in part.text for part in conflicts)
        assert lead.post(f"{index}/{own}/decide", data=_decision(page, 0)).headers["Location"] == index
    assert Page(lead.get(index)).soup.select(".conflict") == []
    assert Page(lead.get("/desk/")).soup.select(f'main a[href="{index}"]') == []


@on_sqlite
def test_an_answer_to_a_question_that_is_not_asked_waits_for_nobody(as_, session: Session, world: World) -> None:
    """What home counts is what can be decided."""
    visit = plan(session, world)
    lead, member = (Tablet(session, world.actor(name), visit) for name in ("lead", "member"))
    room = lead.open("ROOM", "A-01")
    lead.answer(room, "RM01", "kitchen")
    for tablet, value in ((lead, "9"), (member, "12")):
        tablet.answer(room, "RM07", value)
    session.commit()
    index, browser = f"/desk/visits/{visit.id}/sheets", as_(world.lead)
    shown = len(Page(browser.get(index)).soup.select(".conflict"))
    assert len(Page(browser.get("/desk/")).soup.select(f'main a[href="{index}"]')) == shown == 0


@on_sqlite
def test_the_list_of_visits_is_paged(as_, session: Session, world: World) -> None:
    for number in range(52):
        plan(session, world, objective=f"Number {number} (invented)")
    session.commit()
    browser = as_(world.national)
    first = Page(browser.get("/desk/visits"))
    second = Page(browser.get(first.links()["Next page"]))
    assert (len(first.rows()), len(second.rows())) == (50, 2)
    assert browser.get("/desk/visits?page=99999999999999999999").status_code == 200


def test_a_draft_names_its_team_once(session: Session, world: World) -> None:
    visit = plan(session, world, team=(world.lead.id, world.member.id, world.member.id))
    assert [person for person, _letter in from_json(visit.plan).members] == [world.lead.id, world.member.id]
    assert draft(world, session).announced is False
