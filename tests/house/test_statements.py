"""How many SQL statements each page of the office takes: fixed here, and the same however many rows there are."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from monitoring.recommendations import operations as recommendations
from monitoring.recommendations.models import Recommendation
from monitoring.recommendations.operations import RecommendationFacts
from monitoring.recommendations.rules import Level, Priority
from monitoring.reports import operations as reports
from tests.factories import ALMATY, World, make_facility
from tests.field import HIGH, Tablet, confirm_all, facts, plan, returned_visit, say, seen_by, sheet_of
from tests.stories import ASKED, DUE, make_story
from visits.findings import operations as findings
from visits.findings.queries import findings_of_visit
from visits.findings.rules import FindingKind
from visits.plan.models import Visit

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

Count = Callable[[], AbstractContextManager[list[str]]]

STATEMENTS = {
    # who looks, at which page: how many statements, with the one that begins the transaction and those of the sign-in
    ("lead", "/desk/"): 16,
    ("lead", "/desk/places"): 8,
    ("lead", "/desk/places/{place}"): 14,
    ("lead", "/desk/visits"): 9,
    ("lead", "/desk/visits/{told}"): 18,
    ("lead", "/desk/visits/{told}/team"): 18,
    ("lead", "/desk/visits/{told}/sheets"): 27,
    ("lead", "/desk/visits/{told}/sheets/{police}"): 25,
    ("lead", "/desk/visits/{told}/access"): 26,
    ("lead", "/desk/visits/{told}/interviews"): 23,
    ("lead", "/desk/visits/{told}/findings"): 23,
    ("lead", "/desk/visits/{open}/findings"): 21,
    ("lead", "/desk/findings"): 11,
    ("lead", "/desk/findings?state=draft"): 11,
    ("lead", "/desk/findings/{decided}"): 19,
    ("lead", "/desk/findings/{draft}"): 20,
    ("lead", "/desk/visits/{told}/recommendations"): 24,
    ("lead", "/desk/visits/{told}/recommendations/new"): 27,
    ("lead", "/desk/recommendations"): 9,
    ("lead", "/desk/recommendations/{asked}"): 16,
    ("lead", "/desk/coalition"): 6,
    ("lead", "/desk/coalition/SH-1a"): 14,
    ("lead", "/desk/reports"): 10,
    ("lead", "/desk/reports/{report}"): 43,
    ("lead", "/tablet/api/visits"): 13,
    ("lead", "/tablet/api/visits/{open}/pack"): 28,
    ("lead", "/tablet/api/visits/{open}/entries"): 11,
    ("national", "/desk/"): 20,
    ("national", "/desk/places/new"): 7,
    ("national", "/desk/places/{place}/edit"): 8,
    ("national", "/desk/visits"): 9,
    ("national", "/desk/visits/new"): 8,
    ("national", "/desk/visits/{ahead}/plan"): 10,
    ("national", "/desk/reports"): 10,
    ("reviewer", "/desk/reports"): 10,
    ("admin", "/desk/admin/people"): 6,
    ("admin", "/desk/admin/rights"): 4,
    ("auditor", "/desk/admin/audit"): 9,
    ("", "/en/"): 4,
    ("", "/en/reports"): 2,
    ("", "/en/recommendations"): 3,
    ("", "/en/recommendations/SH-1a"): 4,
}
QUESTIONS = ("PC04", "PC20", "PC21", "PC23", "PC28", "PC30", "PC49", "PC05", "PC10", "PC17")


def _write(session: Session, world: World, visit: Visit, **changes: object) -> Recommendation:
    seen = seen_by(session, world, visit, "lead")
    stand = [finding for finding in findings_of_visit(session, seen) if finding.state == "confirmed" and finding.severity]
    asked = RecommendationFacts(
        text=ASKED,
        authority_id=world.places["isolator"].authority_id,
        addressee="",
        level=Level.PLACE,
        priority=Priority.HIGH,
        due_on=DUE,
        findings=frozenset({stand[0].id}),
    )
    return recommendations.write(session, world.actor("lead"), seen, replace(asked, **changes))


def _furnish(session: Session, world: World) -> tuple[dict[str, UUID], Visit, Visit]:
    """A visit of which a report is being written, one with open findings and a disagreement, and one that lies ahead."""
    story = make_story(session, world, 1)
    report = story.begin()
    undecided, ahead = returned_visit(session, world), plan(session, world)
    Tablet(session, world.actor("member"), undecided).answer(sheet_of(session, undecided, "POLICE"), HIGH, "yes")
    _make(session, world, story.visit, HIGH)
    ids = {
        "place": world.places["isolator"].id,
        "told": story.visit.id,
        "open": undecided.id,
        "ahead": ahead.id,
        "police": sheet_of(session, story.visit, "POLICE").id,
        "decided": story.findings()[HIGH].id,
        "draft": findings_of_visit(session, seen_by(session, world, undecided, "lead"))[0].id,
        "asked": story.recommendation.id,
        "report": report.id,
    }
    session.commit()
    return ids, story.visit, undecided


def _ten_more(session: Session, world: World, told: Visit, undecided: Visit) -> None:
    """Ten more of everything: places, visits at every step, findings and recommendations of the same visits, sheets, entries."""
    member = Tablet(session, world.actor("member"), undecided)
    police = sheet_of(session, undecided, "POLICE")
    for number, question in enumerate(QUESTIONS):
        session.add(make_facility(session, f"more {number}", "KZ", ALMATY, "police_station", f"Station {number} (invented)", 3))
        plan(session, world)
        visit = returned_visit(session, world)
        confirm_all(session, world, visit)
        _write(session, world, visit)
        _write(session, world, told)
        reports.draft(session, world.actor("lead"), seen_by(session, world, visit, "lead"), "en", say)
        member.answer(police, question, "partly" if question != "PC20" else "after_24_h")
        member.answer(member.open("ROOM", f"B-{number:02}"), "RM01", "cell")
        _make(session, world, told, question)
    session.commit()


def _make(session: Session, world: World, visit: Visit, question: str) -> None:
    seen, sheet = seen_by(session, world, visit, "lead"), sheet_of(session, visit, "POLICE")
    for kind in (FindingKind.PROBLEM, FindingKind.GOOD_PRACTICE):
        made = findings.make_by_hand(session, world.actor("lead"), seen, sheet.id, question, kind)
        if kind is FindingKind.GOOD_PRACTICE and made.state == "draft":
            findings.confirm(session, world.actor("lead"), seen, made, facts(made))


@pytest.fixture
def measure(app: Flask, as_, world: World, count_sql: Count) -> Callable[[dict[str, UUID]], dict[tuple[str, str], int]]:
    browsers = {who: as_(world.people[who]) if who else app.test_client() for who, _address in STATEMENTS}

    def measured(ids: dict[str, UUID]) -> dict[tuple[str, str], int]:
        found = {}
        for who, address in STATEMENTS:
            browsers[who].get(address.format(**ids))  # the forms of a visit are read once by a process
            with count_sql() as statements:
                answer = browsers[who].get(address.format(**ids))
            assert answer.status_code == 200, (who, address)
            found[who, address] = len(statements)
        return found

    return measured


def test_each_page_takes_as_many_statements_as_the_table_says_however_many_rows_there_are(
    session: Session, world: World, measure
) -> None:
    ids, told, undecided = _furnish(session, world)
    assert measure(ids) == STATEMENTS
    _ten_more(session, world, told, undecided)
    assert measure(ids) == STATEMENTS
