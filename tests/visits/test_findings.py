"""Answers that are problems become drafts; people decide; a critical one takes two."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from checklists.rules import Severity
from monitoring.core.db import Database
from monitoring.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories import World
from tests.field import CRITICAL, HIGH, Tablet, confirm_all, facts, plan, problem_value, returned_visit, seen_by, sheet_of
from visits.findings import operations, queries
from visits.findings.rules import FindingKind, ProblemAnswer, ProblemTotal, confidence, proposals


def _findings(session: Session, world: World, visit) -> dict:
    return {f.question: f for f in queries.findings_of_visit(session, seen_by(session, world, visit, "lead"))}


def test_a_problem_becomes_a_draft_with_theme_severity_standards_and_calls(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    finding = _findings(session, world, visit)[HIGH]
    assert (finding.state, finding.severity, finding.theme) == ("draft", "high", "lawyer")
    assert finding.standards
    assert [(row.coalition_code, row.state) for row in finding.calls] == [("SH-1a", "suggested")]
    assert [(row.sheet_id, row.question) for row in finding.evidence] == [(sheet_of(session, visit, "POLICE").id, HIGH)]


def test_calls_of_other_countries_are_not_suggested(session: Session, world: World) -> None:
    visit = plan(session, world)
    Tablet(session, world.actor("lead"), visit).answer(sheet_of(session, visit, "POLICE"), "PC30", "no")
    assert [row.coalition_code for row in _findings(session, world, visit)["PC30"].calls] == ["SH-1b"]


def test_a_draft_follows_its_answer(session: Session, world: World) -> None:
    visit = plan(session, world)
    lead, police = Tablet(session, world.actor("lead"), visit), sheet_of(session, visit, "POLICE")
    first = lead.answer(police, HIGH, "no")
    second = lead.answer(police, HIGH, "partly", bases=(first,))
    assert _findings(session, world, visit)[HIGH].severity == "medium"
    third = lead.answer(police, HIGH, "yes", bases=(second,))
    assert _findings(session, world, visit) == {}
    lead.answer(police, HIGH, "no", bases=(third,))
    assert _findings(session, world, visit)[HIGH].state == "draft"


def test_a_confirmed_finding_stays_and_shows_that_its_answer_changed(session: Session, world: World) -> None:
    visit = plan(session, world)
    lead, police = Tablet(session, world.actor("lead"), visit), sheet_of(session, visit, "POLICE")
    first = lead.answer(police, HIGH, "no")
    confirm_all(session, world, visit)
    lead.answer(police, HIGH, "yes", bases=(first,))
    finding = _findings(session, world, visit)[HIGH]
    assert (finding.state, finding.answers_changed, finding.still_proposed) == ("confirmed", True, False)


def test_a_critical_finding_needs_a_second_member(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    seen, finding = seen_by(session, world, visit, "lead"), _findings(session, world, visit)[CRITICAL]
    operations.confirm(session, world.actor("lead"), seen, finding, facts(finding))
    assert finding.state == "waits_for_second"
    for name in ("lead", "regional"):
        with pytest.raises(Forbidden):
            operations.second(session, world.actor(name), seen_by(session, world, visit, name), finding)
    operations.second(session, world.actor("member"), seen_by(session, world, visit, "member"), finding)
    assert finding.state == "confirmed"
    operations.edit(session, world.actor("lead"), seen, finding, facts(finding, text="Worse than we thought (invented)."))
    assert finding.state == "waits_for_second"


@pytest.mark.parametrize("name", ["member", "regional", "national"])
def test_only_the_lead_decides(session: Session, world: World, name: str) -> None:
    visit = returned_visit(session, world)
    finding = _findings(session, world, visit)[HIGH]
    for act in (
        lambda seen: operations.confirm(session, world.actor(name), seen, finding, facts(finding)),
        lambda seen: operations.drop(session, world.actor(name), seen, finding, "no reason"),
    ):
        with pytest.raises(Forbidden):
            act(seen_by(session, world, visit, name))


@pytest.mark.parametrize("name", ["outsider", "other_regional", "reviewer", "publisher", "analyst", "kg_national", "admin"])
def test_a_finding_of_an_unseen_visit_does_not_exist(session: Session, world: World, name: str) -> None:
    visit = returned_visit(session, world)
    finding = _findings(session, world, visit)[HIGH]
    with pytest.raises(NotFound):
        queries.finding_for(session, world.actor(name), finding.id)
    assert queries.listing(session, world.actor(name)) == []
    assert queries.evidence_for_call(session, world.actor(name), "SH-1a") == []


def test_confirming_twice_says_so(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    finding, seen = _findings(session, world, visit)[HIGH], seen_by(session, world, visit, "lead")
    operations.confirm(session, world.actor("lead"), seen, finding, facts(finding))
    with pytest.raises(Conflict):
        operations.confirm(session, world.actor("lead"), seen, finding, facts(finding))


def test_what_is_wrong_is_said_by_field(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    finding, seen = _findings(session, world, visit)[HIGH], seen_by(session, world, visit, "lead")
    for change, field in (({"text": "  "}, "text"), ({"theme": "nothing"}, "theme"), ({"calls": frozenset({"TJ-3b"})}, "calls")):
        with pytest.raises(Invalid) as caught:
            operations.confirm(session, world.actor("lead"), seen, finding, facts(finding, **change))
        assert field in caught.value.fields


def test_dropping_needs_a_reason_and_can_be_undone(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    finding, seen = _findings(session, world, visit)[HIGH], seen_by(session, world, visit, "lead")
    with pytest.raises(Invalid):
        operations.drop(session, world.actor("lead"), seen, finding, " ")
    operations.drop(session, world.actor("lead"), seen, finding, "Measured wrongly (invented)")
    assert (finding.state, finding.reason) == ("dropped", "Measured wrongly (invented)")
    operations.take_up_again(session, world.actor("lead"), seen, finding)
    assert finding.state == "draft"


def test_a_finding_by_hand_takes_one_tap_and_a_double_tap_is_one(session: Session, world: World) -> None:
    visit = plan(session, world)
    police = sheet_of(session, visit, "POLICE")
    Tablet(session, world.actor("member"), visit).answer(police, HIGH, "yes")
    seen = seen_by(session, world, visit, "member")
    made = [
        operations.make_by_hand(session, world.actor("member"), seen, police.id, HIGH, FindingKind.GOOD_PRACTICE)
        for _ in range(2)
    ]
    assert made[0] is made[1]
    assert (made[0].kind, made[0].theme, made[0].severity) == ("good_practice", "lawyer", "")


def test_the_chain_leads_from_a_call_to_its_evidence(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    confirm_all(session, world, visit)
    found = queries.evidence_for_call(session, world.actor("national"), "SH-1a")
    assert {row.finding.question for row in found} == {HIGH, CRITICAL}
    made = queries.made_from(session, seen_by(session, world, visit, "lead"), sheet_of(session, visit, "POLICE").id)
    assert set(made) == {HIGH, CRITICAL}


def test_interviews_count_and_are_never_named(session: Session, world: World) -> None:
    visit = plan(session, world)
    lead = Tablet(session, world.actor("lead"), visit)
    for number in range(3):
        lead.answer(lead.open("INTERVIEW", f"A-{number:02}"), "PI02", "no")
    for finding in queries.findings_of_visit(session, seen_by(session, world, visit, "lead")):
        assert finding.evidence == []
        assert finding.interviews == 3


def test_problem_values_are_what_rules_call_problems(session: Session, world: World) -> None:
    assert problem_value(session, plan(session, world), HIGH, "high") == "no"


levels = st.sampled_from(list(Severity))
answers = st.builds(
    ProblemAnswer,
    checklist=st.just("POLICE"),
    question=st.sampled_from(["PC1", "PC2"]),
    sheet=st.uuids(),
    severity=levels,
    sources=st.tuples(st.sampled_from(["observation", "staff", "document"])),
    stated=st.just(()),
)
totals = st.builds(ProblemTotal, checklist=st.just("POLICE"), question=st.just("PC2"), severity=levels, people=st.integers(1, 9))


@given(st.lists(answers, max_size=6, unique_by=lambda a: a.sheet), st.lists(totals, max_size=3), st.randoms())
def test_proposals_do_not_depend_on_the_order(found: list, counted: list, chance) -> None:
    shuffled, recounted = found[:], counted[:]
    chance.shuffle(shuffled)
    chance.shuffle(recounted)
    made = proposals(found, counted)
    assert proposals(shuffled, recounted) == made
    for proposal in made.values():
        inside = [a.severity for a in found if a.question == proposal.question]
        inside += [t.severity for t in counted if t.question == proposal.question]
        assert proposal.severity.rank == max(level.rank for level in inside)


@given(st.sets(st.sampled_from(["observation", "staff", "detainee", "document"])), st.integers(0, 5))
def test_more_sources_never_make_a_finding_weaker(sources: set, interviews: int) -> None:
    order = ["single_source", "two_sources", "three_or_more", "documented"]
    for more in ("observation", "document"):
        assert order.index(confidence(sources | {more}, (), interviews)) >= order.index(confidence(sources, (), interviews))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_decision_and_a_batch_do_not_wait_for_each_other_in_a_circle(
    app: Flask, database: Database, session: Session, world: World
) -> None:
    visit = plan(session, world)
    tablet, police = Tablet(session, world.actor("member"), visit), sheet_of(session, visit, "POLICE").id
    first = tablet.answer(police, HIGH, "no")
    finding = _findings(session, world, visit)[HIGH]
    batch = tablet.sealer.batch(tablet.entry(police, HIGH, "partly", bases=(first,)))
    lead, member = world.actor("lead"), tablet.wire(app.test_client(), before=lambda: None)
    session.commit()
    with database.writing() as deciding, ThreadPoolExecutor(1) as threads:
        found = queries.finding_for(deciding, lead, finding.id, lock=True)
        found.finding.text = "It is being decided (invented)."
        deciding.flush()
        sent = threads.submit(member.put_entries, batch)
        _until_somebody_waits(database)
        operations.confirm(deciding, lead, found.seen, found.finding, facts(found.finding))
        deciding.commit()
        assert [receipt["outcome"] for receipt in sent.result()["receipts"]] == ["stored"]


def _until_somebody_waits(database: Database) -> None:
    query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    for _look in range(1000):
        with database.reading() as session:
            if session.scalar(query):
                return
        sleep(0.01)
    raise AssertionError("nobody waits")
