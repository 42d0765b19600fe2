"""Nothing is published while something that looks like personal data is open. All numbers are invented."""

import pytest
from sqlalchemy import select

from monitoring.accounts.models import PersonRole
from monitoring.accounts.rules import Role
from monitoring.core.errors import Forbidden, Invalid
from monitoring.documents.rules import from_json
from monitoring.reports.models import PersonalDataDecision, Publication
from monitoring.reports.queries import document_of, hits_of
from tests.field import HIGH, facts, say, seen_by
from visits.findings import operations as findings

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

HITS = {
    "national_number": "His number is 910315301234 (invented).",
    "telephone": "Call +7 701 000 00 00 (invented).",
    "email": "Write to a.person@example.org.",
    "birth_date": "Born on 15.03.1991 (invented).",
}
PHONE = HITS["telephone"]


def _keys(report) -> list[str]:
    return [hit.key for hit in hits_of(from_json(report.content["document"]))]


def _refused(story, report) -> None:
    with pytest.raises(Invalid):
        story.publish(report)
    assert report.state == "approved"
    assert story.session.scalars(select(Publication)).all() == []


FIELDS = ("title", "summary", "access", "practice", "closing")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_kind_is_seen_in_every_text(story) -> None:
    report, seen = story.begin(), seen_by(story.session, story.world, story.visit, "lead")
    plain = {**dict.fromkeys(FIELDS, "Nothing of the kind (invented)."), "title": "A report (invented)"}
    for field in FIELDS:
        for kind, text in HITS.items():
            story.write(report, **{**plain, field: text})
            found = hits_of(document_of(story.session, seen, report, say))
            assert [str(hit.kind) for hit in found] == [kind], field


@on_sqlite
def test_one_place_is_enough_to_stop_publication(story) -> None:
    report = story.approved(practice=HITS["birth_date"])
    assert len(_keys(report)) == 1
    _refused(story, report)


@on_sqlite
def test_findings_and_recommendations_are_read_too(story) -> None:
    seen, finding = seen_by(story.session, story.world, story.visit, "lead"), story.findings()[HIGH]
    findings.edit(story.session, story.actor("lead"), seen, finding, facts(finding, text=PHONE))
    story.recommendation.addressee = "a.person@example.org"
    report = story.approved()
    assert sorted(str(hit.kind) for hit in hits_of(from_json(report.content["document"]))) == ["email", "telephone"]
    _refused(story, report)


def test_publisher_and_coordinator_both_accept_with_a_reason(story) -> None:
    report = story.approved(closing=PHONE)
    (key,) = _keys(report)
    for name in ("publisher", "regional"):
        _refused(story, report)
        with pytest.raises(Invalid):
            story.accept(report, name, key, "  ")
        story.accept(report, name, key)
    assert story.publish(report).title
    kept = story.session.scalars(select(PersonalDataDecision)).all()
    assert {(row.role, row.person_id) for row in kept} == {
        ("publisher", story.world.publisher.id),
        ("coordinator", story.world.regional.id),
    }
    assert all(b"invented" not in row._reason for row in kept)


@on_sqlite
def test_one_role_twice_is_not_two(story) -> None:
    report = story.approved(closing=PHONE)
    (key,) = _keys(report)
    for name in ("regional", "national", "regional"):
        story.accept(report, name, key)
    _refused(story, report)
    assert len(story.session.scalars(select(PersonalDataDecision)).all()) == 1


@on_sqlite
def test_one_person_with_both_roles_is_not_two(story) -> None:
    publisher = story.world.publisher
    publisher.roles.append(PersonRole(person_id=publisher.id, name=Role.NATIONAL_COORDINATOR))
    report = story.approved(closing=PHONE)
    (key,) = _keys(report)
    for _time in range(2):
        story.accept(report, "publisher", key)
    _refused(story, report)


@on_sqlite
def test_every_hit_is_decided_by_itself(story) -> None:
    report = story.approved(closing=f"{PHONE}\n{HITS['email']}")
    first, second = _keys(report)
    for name in ("publisher", "regional"):
        story.accept(report, name, first)
    _refused(story, report)
    for name in ("publisher", "regional"):
        story.accept(report, name, second)
    assert story.publish(report).title


def test_a_changed_text_is_open_again(story) -> None:
    report = story.approved(closing=PHONE)
    for name in ("publisher", "regional"):
        story.accept(report, name, _keys(report)[0])
    story.send_back(report, "publisher")
    story.write(report, closing=f"The man in cell 3 said: {PHONE}")
    story.send(report)
    story.approve(report)
    _refused(story, report)


@on_sqlite
def test_a_number_that_was_taken_out_is_no_longer_in_the_way(story) -> None:
    report = story.approved(closing=PHONE)
    story.accept(report, "publisher", _keys(report)[0])
    story.send_back(report, "publisher")
    story.write(report, closing="No number any more (invented).")
    story.send(report)
    story.approve(report)
    assert story.publish(report).title


@on_sqlite
def test_what_does_not_stand_in_the_text_cannot_be_accepted(story) -> None:
    report = story.approved(closing=PHONE)
    with pytest.raises(Invalid):
        story.accept(report, "publisher", "0" * 64)
    assert story.session.scalars(select(PersonalDataDecision)).all() == []


@on_sqlite
def test_it_is_decided_between_approval_and_publication_by_those_two_only(story) -> None:
    report = story.begin()
    story.write(report, closing=PHONE)
    with pytest.raises(Forbidden):
        story.accept(report, "regional", "key")
    story.send(report)
    story.approve(report)
    for name in ("lead", "reviewer"):
        with pytest.raises(Forbidden):
            story.accept(report, name, _keys(report)[0])
