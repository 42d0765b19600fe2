"""Home: what waits for a person, the most urgent first, each with its one action."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from facilities import operations as facilities
from monitoring.core import clock
from monitoring.desk.queries import agenda
from monitoring.reports import operations as reports
from monitoring.reports.queries import report_for
from tests.factories import World
from tests.field import HIGH, Tablet, confirm_all, facts, plan, returned_visit, say, seen_by, sheet_of
from tests.pages import Page
from visits.findings import operations as findings
from visits.findings.queries import findings_of_visit

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PLACE = "Temporary detention isolator No. 9 (invented)"


def _waits(session: Session, world: World, name: str, today: date | None = None) -> list[tuple[str, bool, dict[str, object]]]:
    """Where each sentence of somebody's home leads, whether it is urgent, and the figures in it."""
    tasks = agenda(session, world.actor(name), today or clock.now().date(), "en")
    assert all("%(" not in task.text.in_source_language() for task in tasks)
    return [(task.endpoint, task.urgent, dict(task.text.values)) for task in tasks]


@on_sqlite
def test_a_visit_is_named_as_its_day_comes_near(session: Session, world: World) -> None:
    day = date(2031, 5, 17)
    plan(session, world, starts_on=day, ends_on=day)
    for ahead, urgent, days in ((14, False, 14), (1, False, 1), (-2, True, 2)):
        found = _waits(session, world, "lead", day - timedelta(days=ahead))
        assert found == [("desk.visit", urgent, {"place": PLACE, "days": days})]
    assert [(where, urgent) for where, urgent, _values in _waits(session, world, "lead", day)] == [("desk.visit", True)]
    assert _waits(session, world, "lead", day - timedelta(days=15)) == []
    assert _waits(session, world, "outsider", day) == []


def test_what_is_urgent_stands_first(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    police = sheet_of(session, visit, "POLICE")
    Tablet(session, world.actor("member"), visit).answer(police, HIGH, "yes")
    seen = seen_by(session, world, visit, "lead")
    critical = next(finding for finding in findings_of_visit(session, seen) if finding.severity == "critical")
    findings.confirm(session, world.actor("lead"), seen, critical, facts(critical))
    one = {"count": 1, "place": PLACE}
    assert _waits(session, world, "doctor") == [("findings.board", True, one), ("sheets.index", True, one)]
    assert _waits(session, world, "lead")[-1] == ("findings.board", False, one)
    assert [where for where, _urgent, _values in _waits(session, world, "regional")] == []


@on_sqlite
def test_a_report_waits_for_the_one_whose_turn_it_is(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    confirm_all(session, world, visit)
    report = reports.draft(session, world.actor("lead"), seen_by(session, world, visit, "lead"), "en", say)

    def turns() -> list[str]:
        return [name for name in ("lead", "reviewer", "publisher") if _waits(session, world, name)]

    assert turns() == ["lead"]
    reports.send_to_review(session, world.actor("lead"), report_for(session, world.actor("lead"), report.id))
    assert turns() == ["reviewer"]
    reports.approve(session, world.actor("reviewer"), report_for(session, world.actor("reviewer"), report.id), say)
    assert turns() == ["publisher"]
    reports.publish(session, world.actor("publisher"), report_for(session, world.actor("publisher"), report.id))
    assert turns() == []


def test_coordinators_are_told_how_many_places_are_due_in_their_region(session: Session, world: World) -> None:
    today = date(2031, 5, 17)

    def counts(name: str) -> list[object]:
        return [values["count"] for where, _urgent, values in _waits(session, world, name, today) if where == "desk.places"]

    assert counts("national") == [2, 2]
    facilities.note_visit(session, world.places["colony"].id, today)
    assert (counts("national"), counts("regional"), counts("other_regional")) == ([1, 1], [1, 1], [])
    for name in ("lead", "reviewer", "admin", "auditor", "analyst"):
        assert _waits(session, world, name, today) == []


@on_sqlite
def test_every_sentence_leads_somewhere(session: Session, world: World, as_) -> None:
    visit = returned_visit(session, world)
    Tablet(session, world.actor("member"), visit).answer(sheet_of(session, visit, "POLICE"), HIGH, "yes")
    plan(session, world)
    reports.draft(session, world.actor("lead"), seen_by(session, world, visit, "lead"), "en", say)
    session.commit()
    for name in ("lead", "member", "regional", "national"):
        browser = as_(world.people[name])
        links = Page(browser.get("/desk/")).soup.select("main .agenda a")
        assert links
        assert {browser.get(str(link["href"])).status_code for link in links} == {200}


@on_sqlite
def test_an_empty_home_says_so(world: World, as_) -> None:
    page = Page(as_(world.auditor).get("/desk/"))
    assert "Nothing waits for you today." in page.main
