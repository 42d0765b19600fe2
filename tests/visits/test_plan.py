"""A planned visit exists for its team and its coordinators only."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from monitoring.core.errors import Forbidden, Invalid, NotFound
from monitoring.desk import operations as desk
from tests.factories import PEOPLE, World
from tests.field import draft, plan, seen_by
from visits.plan import operations
from visits.plan.queries import visit_for, visits_for
from visits.plan.rules import LETTERS, CancelReason, from_json, letters_for, quarter

MAY_KNOW = {"national", "regional", "lead", "member", "doctor"}


def test_only_team_and_coordinators_know_of_a_planned_visit(session: Session, world: World) -> None:
    visit = plan(session, world)
    for name in PEOPLE:
        actor = world.actor(name)
        if name in MAY_KNOW:
            assert visit_for(session, actor, visit.id).id == visit.id
            assert [seen.id for seen in visits_for(session, actor)] == [visit.id]
        else:
            assert visits_for(session, actor) == []
            with pytest.raises(NotFound):
                visit_for(session, actor, visit.id)


def test_the_row_of_a_planned_visit_says_nothing(session: Session, world: World) -> None:
    visit = plan(session, world)
    plain = (
        visit.facility_id,
        visit.region_code,
        visit.kind,
        visit.announced,
        visit.starts_on,
        visit.lead_id,
        visit.public_number,
    )
    assert plain == (None,) * len(plain)
    assert visit.members == []
    assert b"custody" not in visit._plan


def test_a_plan_needs_a_second_member(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as caught:
        plan(session, world, team=())
    assert "team" in caught.value.fields


@pytest.mark.parametrize("name", ["outsider", "kg_monitor"])
def test_a_stranger_cannot_lead(session: Session, world: World, name: str) -> None:
    if name == "outsider":
        plan(session, world, lead_id=world.outsider.id)
        return
    with pytest.raises(Invalid) as caught:
        plan(session, world, lead_id=world.people[name].id)
    assert "lead_id" in caught.value.fields


def test_dates_must_fit(session: Session, world: World) -> None:
    today = date(2026, 11, 24)
    for ends in (today - timedelta(days=1), today + timedelta(days=61)):
        with pytest.raises(Invalid) as caught:
            plan(session, world, starts_on=today, ends_on=ends)
        assert "ends_on" in caught.value.fields


def test_a_regional_coordinator_plans_in_the_own_region_only(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        desk.plan_visit(session, world.actor("other_regional"), draft(world, session), None)
    with pytest.raises(NotFound):
        desk.plan_visit(session, world.actor("kg_national"), draft(world, session), None)


def test_the_same_plan_sent_twice_is_one_visit(session: Session, world: World) -> None:
    first = plan(session, world)
    again = desk.plan_visit(session, world.actor("regional"), draft(world, session), first.id)
    assert again is first


def test_only_the_lead_marks_the_return_and_then_it_has_a_number(session: Session, world: World) -> None:
    visit = plan(session, world)
    for name in ("member", "regional", "national"):
        with pytest.raises(Forbidden):
            operations.mark_returned(session, world.actor(name), seen_by(session, world, visit, name))
    operations.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    assert visit.public_number == 1
    assert visit.facility_id == world.places["isolator"].id
    assert {member.letter for member in visit.members} == {"A", "B", "C"} or len(visit.members) == 0
    assert world.places["isolator"].last_visit_on == visit.ends_on
    with pytest.raises(Forbidden):
        operations.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))


def test_numbers_have_no_gap_for_a_planned_or_cancelled_visit(session: Session, world: World) -> None:
    cancelled, planned, made = (plan(session, world) for _ in range(3))
    operations.cancel_visit(session, world.actor("regional"), seen_by(session, world, cancelled, "regional"), CancelReason.TEAM)
    operations.mark_returned(session, world.actor("lead"), seen_by(session, world, made, "lead"))
    assert (cancelled.public_number, planned.public_number, made.public_number) == (None, None, 1)
    assert cancelled.cancelled_quarter == quarter(from_json(cancelled.plan).starts_on)


def test_a_plan_survives_its_json(session: Session, world: World) -> None:
    stored = from_json(plan(session, world).plan)
    assert from_json(stored.to_json()) == stored


@given(st.lists(st.uuids(), min_size=1, max_size=40, unique=True), st.integers(min_value=0, max_value=40))
def test_letters_never_collide_and_stay(team: list, kept: int) -> None:
    before = letters_for(team)
    after = letters_for(team[:kept] + team[kept:][::-1], before)
    assert len({letter for _person, letter in before}) == len(team)
    assert dict(before) == dict(after)
    assert before[0][1] == LETTERS[0]
