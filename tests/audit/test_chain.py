"""The trail: each row is chained to the last; whoever changes it from outside is seen; nothing of the content is in it."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from monitoring.accounts.rules import AccountEvent
from monitoring.audit import operations, queries
from monitoring.audit.models import AuditHead, AuditRow
from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from tests.databases import ENGINES
from tests.factories import PEOPLE, World
from tests.field import confirm_all, returned_visit

EVENT = AccountEvent.SIGNED_IN
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Disarm = Callable[[], None]


@pytest.fixture
def trail(session: Session, world: World) -> Session:
    """Five rows of four people."""
    for name in ("lead", "member", "admin", "lead", "kg_monitor"):
        operations.record(session, world.actor(name), EVENT, world.people[name])
    session.commit()
    return session


@pytest.fixture
def disarmed(trail: Session) -> Session:
    """Somebody owns the database and has taken the triggers away."""
    if trail.get_bind().dialect.name == "sqlite":
        trail.execute(text("DROP TRIGGER audit_rows_no_update"))
        trail.execute(text("DROP TRIGGER audit_rows_no_delete"))
    else:
        trail.execute(text("DROP TRIGGER audit_rows_no_change ON audit_rows"))
    trail.commit()
    return trail


def _verdict(session: Session) -> queries.Verdict:
    session.expire_all()
    return queries.verify(session, safe.keyring.audit_key)


def test_a_trail_that_nobody_touched_is_whole(trail: Session) -> None:
    assert _verdict(trail) == queries.Verdict(intact=True, rows=5)


def test_an_empty_trail_is_whole(session: Session) -> None:
    assert _verdict(session) == queries.Verdict(intact=True, rows=0)


@pytest.mark.parametrize("statement", ["UPDATE audit_rows SET count = 2", "DELETE FROM audit_rows WHERE number = 5"])
def test_the_database_itself_refuses_to_change_or_shorten_it(trail: Session, statement: str) -> None:
    with pytest.raises(DBAPIError, match="audit trail is never"):
        trail.execute(text(statement))
    trail.rollback()
    assert _verdict(trail).intact


@pytest.mark.parametrize("database", ENGINES[1:], indirect=True)
def test_postgresql_refuses_to_empty_it_too(trail: Session) -> None:
    with pytest.raises(DBAPIError, match="audit trail is never"):
        trail.execute(text("TRUNCATE audit_rows"))


@sqlite
@pytest.mark.parametrize(
    "change",
    [
        {"event": "accounts.signed_out"},
        {"count": 9},
        {"country": "TJ"},
        {"subject_type": "visits"},
        {"person_id": None},
        {"subject_id": None},
        {"at": clock.now() - timedelta(days=1)},
        {"mac": secrets.token_bytes(32)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_shows(disarmed: Session, change: dict[str, object]) -> None:
    disarmed.execute(update(AuditRow).where(AuditRow.number == 3).values(change))
    assert _verdict(disarmed) == queries.Verdict(intact=False, rows=3, broken_at=3)


@sqlite
@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_row_taken_out_shows(disarmed: Session, number: int) -> None:
    disarmed.execute(delete(AuditRow).where(AuditRow.number == number))
    assert _verdict(disarmed).intact is False


def test_a_row_taken_out_shows_when_the_rest_closes_ranks(disarmed: Session) -> None:
    disarmed.execute(delete(AuditRow).where(AuditRow.number == 3))
    for number in (4, 5):
        disarmed.execute(update(AuditRow).where(AuditRow.number == number).values(number=number - 1))
    assert _verdict(disarmed).broken_at == 3


def test_rows_that_changed_places_show(disarmed: Session) -> None:
    for old, new in ((1, 99), (4, 1), (99, 4)):
        disarmed.execute(update(AuditRow).where(AuditRow.number == old).values(number=new))
    assert _verdict(disarmed).broken_at == 1


def test_a_row_copied_from_elsewhere_shows(disarmed: Session) -> None:
    row = disarmed.get_one(AuditRow, 5)
    copied = {
        name: getattr(row, name) for name in ("at", "person_id", "event", "subject_type", "subject_id", "country", "count", "mac")
    }
    disarmed.add(AuditRow(number=6, **copied))
    disarmed.flush()
    assert _verdict(disarmed) == queries.Verdict(intact=False, rows=6, broken_at=6)


def test_the_end_cut_off_shows_even_if_the_head_is_set_back(disarmed: Session) -> None:
    disarmed.execute(delete(AuditRow).where(AuditRow.number > 3))
    assert _verdict(disarmed).broken_at == 4
    last = disarmed.get_one(AuditRow, 3)
    disarmed.execute(update(AuditHead).values(number=3, mac=last.mac))
    assert _verdict(disarmed).broken_at == 4


def test_a_trail_without_head_shows(disarmed: Session) -> None:
    disarmed.execute(delete(AuditHead))
    assert _verdict(disarmed).intact is False


def test_without_the_key_nobody_makes_a_row_that_fits(trail: Session) -> None:
    assert queries.verify(trail, secrets.token_bytes(32)) == queries.Verdict(intact=False, rows=1, broken_at=1)


def test_a_step_that_is_undone_leaves_no_row(trail: Session, world: World) -> None:
    operations.record(trail, world.actor("lead"), EVENT, world.lead)
    trail.rollback()
    assert _verdict(trail) == queries.Verdict(intact=True, rows=5)


def test_a_read_is_on_record_even_if_the_request_fails(trail: Session, database: Database, world: World) -> None:
    actor = world.actor("lead")
    trail.rollback()
    operations.record_now(database, actor, EVENT, "sheets", world.lead.id)
    trail.rollback()
    assert _verdict(trail) == queries.Verdict(intact=True, rows=6)


def test_a_session_that_saw_an_older_head_adds_to_the_newest(trail: Session, database: Database, world: World) -> None:
    lead = world.actor("lead")
    trail.commit()
    operations.record_now(database, lead, EVENT, "people", None)
    operations.record(trail, lead, EVENT, world.lead)
    trail.commit()
    assert _verdict(trail) == queries.Verdict(intact=True, rows=7)


@pytest.mark.parametrize("begun", [False, True], ids=["from the first row on", "on a trail already begun"])
def test_many_writers_at_once_keep_the_chain_whole(session: Session, database: Database, world: World, *, begun: bool) -> None:
    actors = [world.actor(name) for name in PEOPLE]
    session.rollback()
    if begun:
        operations.record_now(database, actors[0], EVENT, "people", None)

    def write(number: int) -> None:
        operations.record_now(database, actors[number % len(actors)], EVENT, "people", None)

    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(write, range(48)))
    assert _verdict(session) == queries.Verdict(intact=True, rows=48 + begun)


def test_the_trail_says_what_was_done_and_not_what_was_written(session: Session, world: World) -> None:
    visit = returned_visit(session, world)
    findings = confirm_all(session, world, visit)
    session.flush()
    rows = session.scalars(select(AuditRow)).all()
    events = {row.event for row in rows}
    assert {"visits.planned", "visits.returned", "findings.confirmed"} <= events
    told = " ".join(f"{row.event} {row.subject_type} {row.country}" for row in rows)
    for secret in ("first hours", "next day", "isolator", "Lead (invented)", findings[0].text):
        assert secret not in told
    assert {row.country for row in rows} == {"KZ"}


def test_only_columns_without_content_exist() -> None:
    assert set(AuditRow.__table__.columns.keys()) == {
        "number", "at", "person_id", "event", "subject_type", "subject_id", "country", "count", "mac",
    }  # fmt: skip


def test_each_country_reads_its_own_rows_and_what_belongs_to_none(trail: Session, database: Database, world: World) -> None:
    auditor, lead = world.actor("auditor"), world.lead.id
    trail.rollback()
    operations.record_now(database, None, AccountEvent.SIGN_IN_FAILED, "", None)
    operations.record_now(database, None, AccountEvent.SIGN_IN_FAILED, "people", lead, country="KG")
    numbers = [row.number for row in trail.scalars(queries.rows(auditor))]
    assert numbers == [6, 4, 3, 2, 1]
