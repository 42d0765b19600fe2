"""A planned visit that is not announced exists for its team and its coordinators, and for nobody else: not even as a change."""

import json
import re
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.admin.queries import trail
from monitoring.audit.models import AuditRow
from monitoring.audit.queries import verify
from monitoring.core.crypto import safe
from monitoring.core.db import Base, Database
from monitoring.core.errors import Forbidden, NotFound
from monitoring.desk import operations as desk
from monitoring.recommendations import operations as recommendations
from monitoring.recommendations.operations import RecommendationFacts
from monitoring.recommendations.rules import Level, Priority
from tests.factories import PEOPLE, World
from tests.field import CRITICAL, HIGH, Tablet, confirm_all, draft, plan, seen_by, sheet_of
from tests.pages import Page
from visits.findings.queries import findings_of_visit
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.plan.queries import visit_for
from visits.plan.rules import CancelReason

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

MAY_KNOW = frozenset({"national", "regional", "lead", "member", "doctor"})
STRANGERS = sorted(set(PEOPLE) - MAY_KNOW)
DAY = date(2031, 5, 17)
OBJECTIVE = "Ask about the zanzibar canary in the north wing (invented)."
CANARIES = ("zanzibar", "2031-05-17", "20310517", "17 May 2031", "1937779200")
"""The objective, and the day in every form in which it could be written."""

PAGES = (
    "/desk/", "/desk/places", "/desk/places?due=never", "/desk/places?due=overdue", "/desk/places?search=isolator",
    "/desk/visits", "/desk/visits/new", "/desk/findings", "/desk/findings?state=draft", "/desk/recommendations",
    "/desk/coalition", "/desk/coalition/SH-1a", "/desk/reports", "/desk/admin/people", "/tablet/api/visits",
)  # fmt: skip
PUBLIC = ("/en/", "/en/reports", "/en/recommendations", "/en/recommendations/SH-1a", "/tablet/", "/healthz")


def _field_work(session: Session, world: World, visit_id: UUID | None = None) -> Visit:
    """A visit is planned, and its team is already at work: answers, a room, an interview, a confirmed finding."""
    wanted = draft(world, session, starts_on=DAY, ends_on=DAY, objective=OBJECTIVE)
    visit = desk.plan_visit(session, world.actor("regional"), wanted, visit_id)
    lead, police = Tablet(session, world.actor("lead"), visit), sheet_of(session, visit, "POLICE")
    lead.answer(police, HIGH, "no", note="zanzibar again (invented)")
    lead.answer(police, CRITICAL, "after_24_h")
    lead.answer(lead.open("ROOM", "A-01"), "RM02", "zanzibar cell")
    lead.answer(lead.open("INTERVIEW", "A-02"), "PI02", "no", note="zanzibar said so (invented)")
    for finding in confirm_all(session, world, visit):
        finding.text = "The zanzibar canary was seen (invented)."
    session.flush()
    return visit


def _cells(database: Database) -> list[tuple[str, str]]:
    """Every value of every table, as text."""
    found = []
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for column, value in zip(table.columns, row, strict=True):
                    if isinstance(value, bytes | memoryview):
                        found.append((f"{table.name}.{column.name}", bytes(value).decode("latin-1")))
                    else:
                        text = json.dumps(value, default=str, ensure_ascii=False)
                        found.append((f"{table.name}.{column.name}", text))
    return found


def _where(database: Database, *texts: str) -> set[str]:
    return {name for name, cell in _cells(database) if any(text.lower() in cell.lower() for text in texts)}


def test_nothing_of_a_plan_can_be_read_in_any_column(session: Session, world: World, database: Database) -> None:
    visit = _field_work(session, world)
    session.commit()
    place = world.places["isolator"].id
    assert _where(database, *CANARIES) == set()
    assert _where(database, str(place), place.hex) == {"facilities.id"}
    idle = world.member.id
    everybody = {"people.id", "people.fs_uniquifier", "person_roles.person_id"}
    assert _where(database, str(idle), idle.hex) == everybody

    plans.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    session.commit()
    assert _where(database, str(place), place.hex) == {"facilities.id", "visits.facility_id"}
    assert _where(database, "2031-05-17") >= {"visits.starts_on", "facilities.last_visit_on"}
    assert _where(database, str(idle), idle.hex) == everybody | {"team_members.person_id"}
    assert _where(database, "zanzibar") == set()


@on_sqlite
def test_nothing_of_a_plan_can_be_read_in_the_files(session: Session, world: World, database: Database) -> None:
    _field_work(session, world)
    session.commit()
    path = Path(str(database.engine.url.database))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    assert world.lead.email.encode() in content
    assert not any(canary.encode() in content for canary in CANARIES)


def _shown(answer) -> str:
    """What a page says, without what changes with every request."""
    text = re.sub(r'(nonce|value|content)="[^"]{20,}"', "", answer.text)
    return f"{answer.status_code} {text}"


def _views(as_, client, world: World, visit_id: UUID) -> dict[tuple[str, str], str]:
    places = [f"/desk/places/{place.id}" for place in world.places.values()]
    own = [f"/desk/visits/{visit_id}{rest}" for rest in ("", "/team", "/plan", "/findings", "/sheets", "/report")]
    found = {("", address): _shown(client.get(address)) for address in PUBLIC}
    for name in STRANGERS:
        browser = as_(world.people[name])
        for address in (*PAGES, *places, *own, f"/tablet/api/visits/{visit_id}/pack"):
            found[name, address] = _shown(browser.get(address))
    return found


@on_sqlite
def test_no_page_of_a_stranger_changes_when_a_visit_is_planned_and_filled(
    session: Session, world: World, as_, client, database: Database
) -> None:
    visit_id = uuid4()
    before = _views(as_, client, world, visit_id)
    visit = _field_work(session, world, visit_id)
    session.commit()
    after = _views(as_, client, world, visit.id)
    assert sum(page.startswith("200") for page in before.values()) > len(STRANGERS) * 5
    assert [key for key, page in after.items() if page != before[key]] == []


@on_sqlite
def test_the_trail_on_the_screen_is_the_same_before_and_after(session: Session, world: World, as_) -> None:
    auditor = as_(world.auditor)
    before = _shown(auditor.get("/desk/admin/audit"))
    _field_work(session, world)
    session.commit()
    assert _shown(auditor.get("/desk/admin/audit")) == before


def test_the_trail_itself_keeps_every_step_and_is_whole(session: Session, world: World) -> None:
    visit = _field_work(session, world)
    events = set(session.scalars(select(AuditRow.event)))
    assert {"visits.planned", "sheets.entries_received", "findings.confirmed", "findings.seconded"} <= events
    assert verify(session, safe.keyring.audit_key).intact
    assert session.scalars(trail(world.actor("auditor"))).all() == []
    plans.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    assert {row.event for row in session.scalars(trail(world.actor("auditor")))} == events | {"visits.returned"}
    assert session.scalars(trail(world.actor("kg_national"))).all() == []


@on_sqlite
def test_team_and_coordinators_meet_it_everywhere(session: Session, world: World, as_) -> None:
    visit = _field_work(session, world)
    session.commit()
    place = f"/desk/places/{world.places['isolator'].id}"
    for name in sorted(MAY_KNOW):
        browser = as_(world.people[name])
        assert "Temporary detention isolator No. 9" in Page(browser.get("/desk/visits")).main
        assert f"/desk/visits/{visit.id}" in Page(browser.get(place)).addresses()
        assert "zanzibar" in browser.get(f"/desk/visits/{visit.id}").text
        assert "zanzibar canary was seen" in Page(browser.get("/desk/findings")).main
        assert "zanzibar canary was seen" in Page(browser.get("/desk/coalition/SH-1a")).main


@on_sqlite
def test_once_the_team_is_back_the_register_and_the_trail_tell_of_it(session: Session, world: World, as_) -> None:
    visit = _field_work(session, world)
    session.commit()
    auditor, outsider = as_(world.auditor), as_(world.outsider)
    place = f"/desk/places/{world.places['isolator'].id}"
    assert "Last visit never" in Page(outsider.get(place)).main
    assert Page(auditor.get("/desk/admin/audit")).rows() == []
    plans.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    session.commit()
    assert "Last visit 17 May 2031 Next due 17 May 2032" in Page(outsider.get(place)).main
    assert "17 May 2031" in Page(outsider.get("/desk/places")).main
    shown = Page(auditor.get("/desk/admin/audit")).rows()
    assert len(shown) > 8
    assert any("Regional (invented)" in row for row in shown)
    assert outsider.get(f"/desk/visits/{visit.id}").status_code == 404


@on_sqlite
def test_numbers_tell_of_no_visit_that_was_planned_or_cancelled(session: Session, world: World, as_) -> None:
    cancelled, _ahead, first, second = (plan(session, world) for _visit in range(4))
    plans.cancel_visit(session, world.actor("regional"), seen_by(session, world, cancelled, "regional"), CancelReason.TEAM)
    for visit in (first, second):
        plans.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    session.commit()
    rows = Page(as_(world.national).get("/desk/visits")).rows()
    assert len(rows) == 3
    assert sorted(found for row in rows for found in re.findall(r"No\. \d+,", row)) == ["No. 1,", "No. 2,"]


def test_a_cancelled_visit_exists_for_nobody_and_keeps_only_when_what_and_why(session: Session, world: World) -> None:
    visit = plan(session, world, starts_on=DAY, ends_on=DAY)
    plans.cancel_visit(session, world.actor("regional"), seen_by(session, world, visit, "regional"), CancelReason.ACCESS)
    for name in PEOPLE:
        with pytest.raises(NotFound):
            visit_for(session, world.actor(name), visit.id)
    assert (visit.cancelled_quarter, visit.kind, visit.cancelled_reason) == ("2031-Q2", "periodic", "access")
    assert (visit.facility_id, visit.region_code, visit.starts_on, visit.lead_id, visit.public_number) == (None,) * 5


@on_sqlite
def test_cancelling_is_one_step_however_often_it_is_clicked(session: Session, world: World, as_) -> None:
    visit = plan(session, world)
    session.commit()
    browser, address = as_(world.regional), f"/desk/visits/{visit.id}/cancel"
    sent = Page(browser.get(address)).filled(reason="security")
    answers = [browser.post(address, data=sent) for _click in range(2)]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, "/desk/visits")] * 2
    assert "isolator" not in Page(browser.get("/desk/visits")).main
    assert [browser.get(f"/desk/visits/{visit.id}{rest}").status_code for rest in ("", "/cancel", "/plan")] == [404] * 3
    assert as_(world.lead).get(f"/tablet/api/visits/{visit.id}/pack").status_code == 404
    assert as_(world.other_regional).post(address, data=sent).status_code == 404


def test_recommendations_are_plain_rows_so_there_are_none_before_the_return(session: Session, world: World) -> None:
    visit = _field_work(session, world)
    seen = seen_by(session, world, visit, "lead")
    facts = RecommendationFacts(
        text="Do it (invented).",
        authority_id=world.places["isolator"].authority_id,
        addressee="",
        level=Level.PLACE,
        priority=Priority.HIGH,
        due_on=DAY,
        findings=frozenset({findings_of_visit(session, seen)[0].id}),
    )
    with pytest.raises(Forbidden):
        recommendations.write(session, world.actor("lead"), seen, facts)
    plans.mark_returned(session, world.actor("lead"), seen)
    assert recommendations.write(session, world.actor("lead"), seen, facts).number == 1
