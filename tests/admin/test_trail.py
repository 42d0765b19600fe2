"""The auditor's page: who did what, whether the trail is whole, and nothing else."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person
from monitoring.accounts.rules import AccountEvent
from monitoring.audit.models import AuditRow
from tests.factories import World
from tests.field import plan

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
As = Callable[[Person], FlaskClient]


def _denied(session: Session) -> list[AuditRow]:
    session.rollback()
    return list(session.scalars(select(AuditRow).where(AuditRow.event == AccountEvent.DENIED).order_by(AuditRow.number)))


def test_the_auditor_reads_who_did_what(as_: As, world: World) -> None:
    as_(world.admin).post(f"/desk/admin/people/{world.lead.id}/sessions/end")
    page = as_(world.auditor).get("/desk/admin/audit").text
    assert "Admin (invented)" in page
    assert "ended sessions" in page
    assert "The trail is whole" in page


def test_a_trail_that_was_changed_from_outside_says_so(as_: As, world: World, session: Session) -> None:
    as_(world.admin).post(f"/desk/admin/people/{world.lead.id}/sessions/end")
    session.execute(text("DROP TRIGGER audit_rows_no_update"))
    session.execute(text("UPDATE audit_rows SET count = 7"))
    session.commit()
    assert "the chain breaks at row 1" in as_(world.auditor).get("/desk/admin/audit").text


def test_another_country_is_not_read(as_: As, world: World) -> None:
    as_(world.kg_monitor).get("/desk/admin/people")
    page = as_(world.auditor).get("/desk/admin/audit").text
    assert "Kg monitor" not in page
    assert "was refused something" not in page


def test_who_reaches_for_what_is_not_theirs_is_on_record(as_: As, world: World, session: Session) -> None:
    visit = plan(session, world)
    session.commit()
    outsider = as_(world.outsider)
    assert outsider.get(f"/desk/visits/{visit.id}").status_code == 404
    assert outsider.get("/desk/admin/people").status_code == 404
    assert outsider.post(f"/desk/visits/{visit.id}/returned").status_code == 404
    rows = _denied(session)
    assert [(row.person_id, row.subject_type, row.subject_id) for row in rows] == [
        (world.outsider.id, "desk.visit", visit.id),
        (world.outsider.id, "admin.people", None),
        (world.outsider.id, "desk.returned", visit.id),
    ]


def test_who_sees_but_may_not_is_on_record(as_: As, world: World, session: Session) -> None:
    visit = plan(session, world)
    session.commit()
    assert as_(world.member).post(f"/desk/visits/{visit.id}/returned").status_code == 403
    assert [row.subject_type for row in _denied(session)] == ["desk.returned"]


def test_an_attempt_at_a_visit_that_lies_ahead_tells_nobody_that_it_exists(as_: As, world: World, session: Session) -> None:
    visit = plan(session, world)
    session.commit()
    as_(world.outsider).get(f"/desk/visits/{visit.id}")
    page = as_(world.auditor).get("/desk/admin/audit").text
    assert "was refused something" not in page
    assert "Outsider" not in page


def test_a_mistyped_address_and_a_stranger_leave_no_row(as_: As, client: FlaskClient, world: World, session: Session) -> None:
    as_(world.lead).get("/desk/no-such-page")
    as_(world.lead).get("/static/no-such-file.css")
    client.get("/desk/admin/people")
    assert _denied(session) == []


def test_the_trail_has_pages(as_: As, world: World) -> None:
    lead, auditor = as_(world.lead), as_(world.auditor)
    for _time in range(51):
        lead.get("/desk/admin/people")
    assert auditor.get("/desk/admin/audit").text.count("<time") == 50
    assert auditor.get("/desk/admin/audit?page=2").text.count("<time") == 1
    assert auditor.get("/desk/admin/audit?page=99999999999999999999").status_code == 200
    assert auditor.get("/desk/admin/audit?page=x").status_code == 200
