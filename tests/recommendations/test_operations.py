"""What a visit asks of an authority: written by its lead, from confirmed findings, until the report is approved."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilities import queries as facilities
from monitoring.audit.models import AuditRow
from monitoring.core import clock
from monitoring.core.errors import Forbidden, Invalid, NotFound
from monitoring.recommendations import operations, queries
from monitoring.recommendations.operations import RecommendationFacts
from monitoring.recommendations.rules import Level, Priority
from monitoring.reports import operations as reports
from monitoring.reports.queries import report_for
from tests.factories import PEOPLE, World
from tests.field import CRITICAL, HIGH, confirm_all, facts, returned_visit, say, seen_by
from visits.findings import operations as findings
from visits.findings.queries import findings_of_visit
from visits.findings.rules import FindingKind

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def visit(session: Session, world: World):
    found = returned_visit(session, world)
    confirm_all(session, world, found)
    return found


@pytest.fixture
def asked(session: Session, world: World, visit) -> RecommendationFacts:
    high = _finding(session, world, visit, HIGH)
    return RecommendationFacts(
        text="Let people call a lawyer at once (invented).",
        authority_id=world.places["isolator"].authority_id,
        addressee="Head of the isolator (invented)",
        level=Level.PLACE,
        priority=Priority.HIGH,
        due_on=clock.now().date() + timedelta(days=30),
        findings=frozenset({high.id}),
    )


def _finding(session: Session, world: World, visit, question: str):
    found = findings_of_visit(session, seen_by(session, world, visit, "lead"))
    return next(finding for finding in found if finding.question == question)


def _write(session: Session, world: World, visit, asked: RecommendationFacts, name: str = "lead", **changes):
    seen = seen_by(session, world, visit, name)
    return operations.write(session, world.actor(name), seen, replace(asked, **changes))


def test_it_is_written_numbered_and_answers_its_findings(session: Session, world: World, visit, asked) -> None:
    first, second = _write(session, world, visit, asked), _write(session, world, visit, asked, text="  And a second (invented). ")
    assert [(found.number, found.state, found.theme, found.country) for found in (first, second)] == [
        (1, "draft", "lawyer", "KZ"),
        (2, "draft", "lawyer", "KZ"),
    ]
    assert second.text == "And a second (invented)."
    assert (first.written_by, first.addressee) == (world.lead.id, "Head of the isolator (invented)")
    high = _finding(session, world, visit, HIGH).id
    assert queries.by_finding(session, [high]) == {high: [first, second]}
    events = session.scalars(select(AuditRow.event).where(AuditRow.subject_id == first.id)).all()
    assert events == ["recommendations.written"]


@on_sqlite
def test_the_same_form_sent_twice_is_one_recommendation(session: Session, world: World, visit, asked) -> None:
    seen, made = seen_by(session, world, visit, "lead"), uuid4()
    first = operations.write(session, world.actor("lead"), seen, asked, made)
    assert operations.write(session, world.actor("lead"), seen, asked, made) is first


@on_sqlite
def test_only_the_lead_writes_changes_and_removes(session: Session, world: World, visit, asked) -> None:
    written = _write(session, world, visit, asked)
    for name in ("member", "doctor", "regional", "national"):
        seen, actor = seen_by(session, world, visit, name), world.actor(name)
        for act in (
            lambda seen=seen, actor=actor: operations.write(session, actor, seen, asked),
            lambda seen=seen, actor=actor: operations.change(session, actor, seen, written, asked),
            lambda seen=seen, actor=actor: operations.remove(session, actor, seen, written),
        ):
            with pytest.raises(Forbidden):
                act()
    assert written.number == 1


def test_whoever_does_not_see_the_visit_sees_none_of_its_recommendations(session: Session, world: World, visit, asked) -> None:
    written = _write(session, world, visit, asked)
    for name in PEOPLE:
        actor = world.actor(name)
        if name in {"lead", "member", "doctor", "regional", "national"}:
            assert queries.recommendation_for(session, actor, written.id).recommendation is written
            assert [row.recommendation for row in queries.listing(session, actor)] == [written]
        else:
            assert queries.listing(session, actor) == []
            with pytest.raises(NotFound):
                queries.recommendation_for(session, actor, written.id)


@on_sqlite
def test_what_is_wrong_is_said_by_field(session: Session, world: World, visit, asked) -> None:
    abroad = facilities.authorities(session, "KG")[0].id
    for change, field in (
        ({"text": "  "}, "text"),
        ({"authority_id": uuid4()}, "authority_id"),
        ({"authority_id": abroad}, "authority_id"),
        ({"due_on": clock.today("Asia/Almaty")}, "due_on"),
        ({"findings": frozenset()}, "findings"),
        ({"findings": asked.findings | {uuid4()}}, "findings"),
    ):
        with pytest.raises(Invalid) as caught:
            _write(session, world, visit, asked, **change)
        assert list(caught.value.fields) == [field]
    assert queries.listing(session, world.actor("lead")) == []


@on_sqlite
def test_a_finding_that_is_dropped_or_not_decided_cannot_be_answered(session: Session, world: World, asked) -> None:
    other = returned_visit(session, world)
    seen = seen_by(session, world, other, "lead")
    high, critical = _finding(session, world, other, HIGH), _finding(session, world, other, CRITICAL)
    for finding in (high, critical):
        with pytest.raises(Invalid):
            _write(session, world, other, asked, findings=frozenset({finding.id}))
    findings.drop(session, world.actor("lead"), seen, high, "Measured wrongly (invented)")
    with pytest.raises(Invalid):
        _write(session, world, other, asked, findings=frozenset({high.id}))
    findings.confirm(session, world.actor("lead"), seen, critical, facts(critical))
    assert critical.state == "waits_for_second"
    assert _write(session, world, other, asked, findings=frozenset({critical.id})).number == 1


@on_sqlite
def test_good_practice_asks_for_nothing(session: Session, world: World, visit, asked) -> None:
    seen = seen_by(session, world, visit, "lead")
    sheet = next(row.sheet_id for row in _finding(session, world, visit, HIGH).evidence)
    praised = findings.make_by_hand(session, world.actor("lead"), seen, sheet, "PC23", FindingKind.GOOD_PRACTICE)
    findings.confirm(session, world.actor("lead"), seen, praised, facts(praised))
    with pytest.raises(Invalid) as caught:
        _write(session, world, visit, asked, findings=frozenset({praised.id}))
    assert list(caught.value.fields) == ["findings"]


def test_a_change_keeps_the_number_and_moves_the_findings(session: Session, world: World, visit, asked) -> None:
    written, seen = _write(session, world, visit, asked), seen_by(session, world, visit, "lead")
    critical = _finding(session, world, visit, CRITICAL)
    both = replace(asked, findings=asked.findings | {critical.id}, level=Level.LAW, addressee=" ")
    operations.change(session, world.actor("lead"), seen, written, both)
    assert {row.finding_id for row in written.findings} == both.findings
    operations.change(session, world.actor("lead"), seen, written, replace(both, findings=frozenset({critical.id})))
    session.expire(written)
    assert [row.finding_id for row in written.findings] == [critical.id]
    assert (written.number, written.level, written.addressee) == (1, "law", "")


@on_sqlite
def test_a_removed_one_leaves_no_trace_but_in_the_trail(session: Session, world: World, visit, asked) -> None:
    written = _write(session, world, visit, asked)
    operations.remove(session, world.actor("lead"), seen_by(session, world, visit, "lead"), written)
    assert queries.listing(session, world.actor("lead")) == []
    assert session.scalars(select(AuditRow).where(AuditRow.event == "recommendations.removed")).one().subject_id == written.id


@on_sqlite
def test_once_the_report_is_approved_nothing_changes_and_once_published_it_waits_for_a_reply(
    session: Session, world: World, visit, asked
) -> None:
    written, seen = _write(session, world, visit, asked), seen_by(session, world, visit, "lead")
    report = reports.draft(session, world.actor("lead"), seen, "en", say)
    reports.send_to_review(session, world.actor("lead"), report_for(session, world.actor("lead"), report.id))
    reports.approve(session, world.actor("reviewer"), report_for(session, world.actor("reviewer"), report.id), say)
    for act in (
        lambda: operations.write(session, world.actor("lead"), seen, asked),
        lambda: operations.change(session, world.actor("lead"), seen, written, asked),
        lambda: operations.remove(session, world.actor("lead"), seen, written),
    ):
        with pytest.raises(Forbidden):
            act()
    reports.publish(session, world.actor("publisher"), report_for(session, world.actor("publisher"), report.id))
    assert written.state == "published"


def test_the_nearest_deadline_comes_first(session: Session, world: World, visit, asked) -> None:
    today = clock.now().date()
    late, soon = (_write(session, world, visit, asked, due_on=today + timedelta(days=days)) for days in (90, 3))
    assert [row.recommendation for row in queries.listing(session, world.actor("national"))] == [soon, late]
    assert queries.recommendations_of_visit(session, seen_by(session, world, visit, "lead")) == [late, soon]
