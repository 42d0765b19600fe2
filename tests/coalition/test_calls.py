"""The 37 calls of the coalitions: loaded as they were adopted, with how they stand in each country and what changed since."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists.adapters import read_library
from monitoring.coalition import operations, queries
from monitoring.coalition.models import CoalitionRecommendation, CoalitionState
from monitoring.coalition.rules import CallState, in_scope
from monitoring.core.errors import NotFound
from monitoring.standards.queries import theme_titles
from tests.factories import PEOPLE, World
from tests.field import CRITICAL, HIGH, confirm_all, facts, returned_visit, seen_by
from tests.pages import Page
from visits.findings import operations as findings
from visits.findings.queries import evidence_for_call, findings_of_visit

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EVERYWHERE = {"KZ", "KG", "TJ"}


def _calls(session: Session) -> dict[str, CoalitionRecommendation]:
    return {call.code: call for call in queries.recommendations(session)}


@on_sqlite
def test_all_37_calls_are_there_with_their_parts_and_countries(session: Session) -> None:
    calls = _calls(session)
    assert len(calls) == 37
    assert Counter(code.split("-")[0] for code in calls) == {"SH": 11, "KZ": 7, "KG": 9, "TJ": 10}
    for code, call in calls.items():
        assert set(call.scope) == (EVERYWHERE if code.startswith("SH") else {code[:2]})
        assert call.parent_code == (code.rstrip("abcdef") if code[-1].isalpha() else None)
        assert call.adopted_on == date(2014, 11, 28)
        assert {"en", "ru"} <= set(call.titles)
        assert call.meaning["en"]
        assert call.meaning["ru"]
        assert call.addressees
        assert "newsletter" in call.source.lower()
    assert {code for code, call in calls.items() if call.own_reading} == {"SH-1e", "SH-2d"}
    assert {theme for call in calls.values() for theme in call.themes} <= set(theme_titles(session, "en"))


@on_sqlite
def test_each_call_stands_somewhere_in_each_of_its_countries(session: Session) -> None:
    for call in queries.recommendations(session):
        assert {state.country for state in call.states} == set(call.scope)
        assert all(CallState(state.state).label for state in call.states)


@on_sqlite
def test_what_changed_since_2014_is_noted_by_country(session: Session) -> None:
    states = {(row.code, row.country): row for row in session.scalars(select(CoalitionState))}
    achieved = {key for key, row in states.items() if row.state == CallState.ACHIEVED}
    assert achieved == {("KZ-1b", "KZ"), ("KZ-1c", "KZ")}
    assert [states["SH-1c", country].note["en"].split(" hours")[0][-2:] for country in ("KZ", "KG", "TJ")] == ["48", "48", "72"]
    assert states["KG-1", "KG"].state == CallState.SUPERSEDED
    for key in (
        ("KZ-1", "KZ"),
        ("KZ-1d", "KZ"),
        ("KZ-1f", "KZ"),
        ("KG-2", "KG"),
        ("KG-3a", "KG"),
        ("SH-2a", "KZ"),
        ("TJ-1", "TJ"),
        ("TJ-2", "TJ"),
        ("TJ-3b", "TJ"),
    ):
        assert states[key].note.get("en"), key
        assert states[key].note.get("ru"), key
    assert "ombudsman" in states["KG-2", "KG"].note["en"].lower()
    unsourced = [key for key, row in states.items() if row.checked and not row.source]
    assert unsourced == []


def test_loading_again_changes_nothing_and_mends_what_was_changed(session: Session) -> None:
    assert [(report.new, report.changed) for report in operations.load(session)] == [(0, 0), (0, 0)]
    queries.recommendation(session, "SH-1a").titles = {"en": "Something else"}
    assert [(report.new, report.changed) for report in operations.load(session)] == [(0, 1), (0, 0)]
    assert queries.recommendation(session, "SH-1a").titles["en"] == "Lawyer of choice from the first moment"


@on_sqlite
def test_every_call_that_a_question_names_exists_and_twelve_have_no_question(session: Session) -> None:
    named = {call for form in read_library() for question in form.questions.values() for call in question.recommendations}
    calls = set(_calls(session))
    assert named <= calls
    assert {"KG-2a", "KG-3c", "TJ-1a", "TJ-2a", "KZ-1", "KG-3", "SH-1", "TJ-2", "TJ-3"} <= calls - named


@on_sqlite
def test_a_country_sees_its_own_calls(session: Session) -> None:
    for country, count in (("KZ", 18), ("KG", 20), ("TJ", 21)):
        found = queries.recommendations_in_scope(session, country)
        assert len(found) == count == len(queries.titles_in_scope(session, country, "ru"))
        assert all(country in call.scope for call in found)
    assert in_scope(["SH-1a", "TJ-3b", "nothing"], queries.scopes(session), "KZ") == ("SH-1a",)
    with pytest.raises(NotFound):
        queries.recommendation(session, "XX-1")


def test_evidence_is_what_was_confirmed_and_linked_and_only_for_those_who_see_the_visit(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    assert evidence_for_call(session, world.actor("national"), "SH-1a") == []
    confirm_all(session, world, visit)
    for name in PEOPLE:
        found = {row.finding.question for row in evidence_for_call(session, world.actor(name), "SH-1a")}
        assert found == ({HIGH, CRITICAL} if name in {"national", "regional", "lead", "member", "doctor"} else set()), name
    seen = seen_by(session, world, visit, "lead")
    high = next(finding for finding in findings_of_visit(session, seen) if finding.question == HIGH)
    findings.edit(session, world.actor("lead"), seen, high, facts(high, calls=frozenset({"KZ-1e"})))
    assert {row.finding.question for row in evidence_for_call(session, world.actor("national"), "SH-1a")} == {CRITICAL}
    assert {row.finding.question for row in evidence_for_call(session, world.actor("national"), "KZ-1e")} == {HIGH}


@on_sqlite
def test_the_page_of_a_call_leads_to_finding_visit_and_place(session: Session, world: World, as_) -> None:
    visit = returned_visit(session, world)
    found = confirm_all(session, world, visit)
    session.commit()
    links = Page(as_(world.national).get("/desk/coalition/SH-1a")).addresses()
    assert {f"/desk/findings/{finding.id}" for finding in found} <= set(links)
    assert f"/desk/visits/{visit.id}" in links
    assert f"/desk/places/{world.places['isolator'].id}" in links
    for name in ("analyst", "reviewer", "outsider", "other_regional", "kg_national"):
        page = Page(as_(world.people[name]).get("/desk/coalition/SH-1a"))
        assert page.status == 200
        assert not any("/desk/findings/" in link or "/desk/visits/" in link for link in page.addresses()), name


@on_sqlite
def test_the_list_shows_the_calls_of_ones_own_country_and_how_they_stand(session: Session, world: World, as_) -> None:
    for name, country in (("national", "KZ"), ("kg_national", "KG"), ("tj_monitor", "TJ")):
        page = Page(as_(world.people[name]).get("/desk/coalition"))
        shown = [link.rsplit("/", 1)[-1] for link in page.addresses() if link.startswith("/desk/coalition/")]
        assert shown == [call.code for call in queries.recommendations_in_scope(session, country)]
        session.commit()
    assert "overtaken by events" in Page(as_(world.kg_national).get("/desk/coalition")).main


@on_sqlite
def test_what_is_our_own_reading_or_unchecked_is_said_so(world: World, client, as_) -> None:
    for address, browser in (("/en/recommendations/SH-1e", client), ("/desk/coalition/SH-1e", as_(world.national))):
        assert "our own reading" in Page(browser.get(address)).main.lower(), address
    assert "not checked against a source yet" in Page(client.get("/en/recommendations/KG-3b")).main


@on_sqlite
def test_nothing_is_left_over(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(CoalitionState)) == 11 * 3 + 7 + 9 + 10
