"""Draft, review, approved, published: who takes which step, and that no step can be skipped or half done."""

from uuid import uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from monitoring.accounts.models import PersonRole
from monitoring.accounts.rules import Role
from monitoring.audit.models import AuditRow
from monitoring.core.errors import Forbidden, Invalid, NotFound
from monitoring.documents.rules import digest
from monitoring.reports import operations
from monitoring.reports.models import Publication
from monitoring.reports.queries import document_of, report_for, reports_for
from tests.factories import PEOPLE, World
from tests.field import HIGH, facts, plan, returned_visit, say, seen_by
from visits.findings import operations as findings
from visits.plan import operations as plans

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TEAM = {"lead", "member", "doctor"}
COORDINATORS = {"national", "regional"}


def _also(world: World, name: str, role: Role) -> None:
    world.people[name].roles.append(PersonRole(person_id=world.people[name].id, name=role))


@on_sqlite
def test_only_the_lead_begins_and_only_once_the_team_is_back(session: Session, world: World) -> None:
    visit = plan(session, world)
    with pytest.raises(Forbidden):
        operations.draft(session, world.actor("lead"), seen_by(session, world, visit, "lead"), "en", say)
    plans.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    for name in ("member", "regional", "national"):
        with pytest.raises(Forbidden):
            operations.draft(session, world.actor(name), seen_by(session, world, visit, name), "en", say)
    first, again = (
        operations.draft(session, world.actor("lead"), seen_by(session, world, visit, "lead"), "en", say) for _click in range(2)
    )
    assert first is again


def test_the_whole_way_is_on_record(story) -> None:
    report = story.begin()
    story.send(report)
    story.send_back(report)
    story.write(report, name="member", closing="Shorter now (invented).")
    story.send(report)
    story.approve(report)
    story.publish(report)
    assert [(step.state, step.person_id == story.world.reviewer.id) for step in report.steps] == [
        ("draft", False), ("review", False), ("draft", True), ("review", False), ("approved", True), ("published", False),
    ]  # fmt: skip
    assert [step.remark for step in report.steps if step.remark] == ["Shorter, please (invented)."]
    events = story.session.scalars(select(AuditRow.event).where(AuditRow.subject_id == report.id).order_by(AuditRow.number)).all()
    assert [name.removeprefix("reports.") for name in events] == [
        "drafted", "sent_to_review", "sent_back", "changed", "sent_to_review", "approved", "published",
    ]  # fmt: skip


def _steps(story, report) -> dict:
    """Every step as it would be taken by the right person."""
    return {
        "write": lambda: story.write(report, closing="x"),
        "send": lambda: story.send(report),
        "back": lambda: story.send_back(report),
        "approve": lambda: story.approve(report),
        "publish": lambda: story.publish(report),
        "accept": lambda: story.accept(report, "publisher", "key"),
    }


ALLOWED = {
    "draft": {"write", "send"},
    "review": {"back", "approve"},
    "approved": {"back", "publish", "accept"},
    "published": set(),
}


def test_no_step_can_be_taken_out_of_its_turn(story) -> None:
    report = story.begin()
    for state, allowed in ALLOWED.items():
        assert report.state == state
        for name, take in _steps(story, report).items():
            if name not in allowed:
                with pytest.raises((Forbidden, NotFound)):
                    take()
        assert report.state == state
        {"draft": story.send, "review": story.approve, "approved": story.publish}.get(state, lambda _report: None)(report)
    assert len(story.session.scalars(select(Publication)).all()) == 1


@on_sqlite
def test_each_step_belongs_to_its_person(story) -> None:
    report = story.begin()
    for name in sorted((TEAM | COORDINATORS) - {"lead"}):
        with pytest.raises(Forbidden):
            operations.send_to_review(story.session, story.actor(name), story.seen(name, report))
    story.send(report)
    for name in sorted(TEAM | COORDINATORS):
        with pytest.raises(Forbidden):
            story.approve(report, name)
        with pytest.raises(Forbidden):
            story.send_back(report, name)
    story.approve(report)
    for name in ("lead", "national", "regional", "reviewer"):
        with pytest.raises(Forbidden):
            story.publish(report, name)
    with pytest.raises(Forbidden):
        story.accept(report, "reviewer", "key")


@on_sqlite
def test_nobody_approves_a_text_they_wrote_in(story) -> None:
    report = story.begin()
    story.write(report, name="national", closing="One word of mine (invented).")
    for name in ("lead", "national"):
        _also(story.world, name, Role.REVIEWER)
    story.send(report)
    for name in ("lead", "national"):
        with pytest.raises(Forbidden):
            story.approve(report, name)
        with pytest.raises(Forbidden):
            story.send_back(report, name)
    story.approve(report)


@on_sqlite
def test_whoever_decided_a_finding_wrote_in_the_report_too(story) -> None:
    """The lead of the visit may have been another when the finding was confirmed."""
    finding = story.findings()[HIGH]
    finding.decided_by = story.world.astana_monitor.id
    story.recommendation.written_by = story.world.outsider.id
    report = story.begin()
    story.send(report)
    for name in ("astana_monitor", "outsider"):
        _also(story.world, name, Role.REVIEWER)
        with pytest.raises(Forbidden):
            story.approve(report, name)


@on_sqlite
def test_nobody_publishes_what_they_approved(story) -> None:
    _also(story.world, "reviewer", Role.PUBLISHER)
    _also(story.world, "publisher", Role.REVIEWER)
    report = story.begin()
    story.send(report)
    story.approve(report, "publisher")
    with pytest.raises(Forbidden):
        story.publish(report, "publisher")
    story.send_back(report, "reviewer")
    story.send(report)
    story.approve(report, "reviewer")
    with pytest.raises(Forbidden):
        story.publish(report, "reviewer")
    assert story.publish(report, "publisher").title


@on_sqlite
def test_the_publisher_sends_an_approved_report_back(story) -> None:
    report = story.begin()
    story.send(report)
    with pytest.raises(NotFound):
        story.send_back(report, "publisher")
    story.approve(report)
    assert story.visit.report_approved_at is not None
    story.send_back(report, "publisher", "A name stands in it (invented).")
    assert (report.state, story.visit.report_approved_at, report.content["document"]) == ("draft", None, None)
    assert story.seen("lead", report).report is report


@on_sqlite
def test_sending_back_needs_a_remark(story) -> None:
    report = story.begin()
    story.send(report)
    with pytest.raises(Invalid) as caught:
        story.send_back(report, remark="  ")
    assert list(caught.value.fields) == ["remark"]


@on_sqlite
def test_a_report_needs_its_title(story) -> None:
    report = story.begin()
    with pytest.raises(Invalid) as caught:
        story.write(report, title=" ")
    assert list(caught.value.fields) == ["title"]


@on_sqlite
def test_nothing_goes_to_review_while_a_finding_is_open(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    seen = seen_by(session, world, visit, "lead")
    report = operations.draft(session, world.actor("lead"), seen, "en", say)
    with pytest.raises(Invalid) as caught:
        operations.send_to_review(session, world.actor("lead"), report_for(session, world.actor("lead"), report.id))
    assert caught.value.message.values == {"count": 2}
    assert report.state == "draft"


@on_sqlite
def test_nothing_goes_to_review_while_a_recommendation_answers_nothing(story) -> None:
    report, seen = story.begin(), seen_by(story.session, story.world, story.visit, "lead")
    finding = story.findings()[HIGH]
    findings.drop(story.session, story.actor("lead"), seen, finding, "Measured wrongly (invented)")
    with pytest.raises(Invalid) as caught:
        story.send(report)
    assert caught.value.message.values == {"n": 1}


@on_sqlite
def test_what_was_approved_is_what_was_read(story) -> None:
    """The lead changes a finding while the reviewer reads."""
    report = story.begin()
    story.send(report)
    seen = seen_by(story.session, story.world, story.visit, "lead")
    read = digest(document_of(story.session, seen, report, say))
    finding = story.findings()[HIGH]
    findings.edit(story.session, story.actor("lead"), seen, finding, facts(finding, text="Quite another thing (invented)."))
    with pytest.raises(Invalid):
        story.approve(report, read=read)
    assert report.state == "review"
    story.approve(report, read=digest(document_of(story.session, seen, report, say)))
    assert "Quite another thing (invented)." in str(report.content["document"])


@on_sqlite
def test_a_finding_that_came_up_during_review_stops_the_approval(story) -> None:
    report, seen = story.begin(), seen_by(story.session, story.world, story.visit, "lead")
    story.send(report)
    finding = story.findings()[HIGH]
    findings.drop(story.session, story.actor("lead"), seen, finding, "Not sure (invented)")
    findings.take_up_again(story.session, story.actor("lead"), seen, finding)
    with pytest.raises(Invalid):
        story.approve(report)


SEES = {
    "draft": TEAM | COORDINATORS,
    "review": TEAM | COORDINATORS | {"reviewer"},
    "approved": {"lead"} | COORDINATORS | {"reviewer", "publisher"},
    "published": {"lead"} | COORDINATORS | {"reviewer", "publisher"},
}


def test_who_sees_a_report_follows_its_way(story) -> None:
    report = story.begin()
    for state, allowed in SEES.items():
        assert report.state == state
        for name in PEOPLE:
            actor = story.actor(name)
            listed = [row.report for row in reports_for(story.session, actor)]
            assert listed == ([report] if name in allowed else []), (state, name)
            if name in allowed:
                assert report_for(story.session, actor, report.id).report is report
            else:
                with pytest.raises(NotFound):
                    report_for(story.session, actor, report.id)
        {"draft": story.send, "review": story.approve, "approved": story.publish}.get(state, lambda _report: None)(report)


def test_no_step_commits_by_itself(story) -> None:
    """One request, one commit: at its end."""
    story.session.commit()
    commits = []
    event.listen(story.session, "before_commit", lambda _session: commits.append(1))
    story.approved(closing="Done (invented).")
    assert commits == []
    story.session.rollback()
    assert reports_for(story.session, story.actor("lead")) == []


@on_sqlite
def test_what_is_written_is_sealed(story) -> None:
    report = story.begin()
    story.write(report, closing="A very particular sentence (invented).")
    story.send(report)
    story.send_back(report, remark="A very particular remark (invented).")
    assert b"particular" not in report._content
    assert all(b"particular" not in (step._remark or b"") for step in report.steps)
    with pytest.raises(NotFound):
        report_for(story.session, story.actor("lead"), uuid4())
