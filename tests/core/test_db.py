"""The database: moments with their zone, SQLite made safe on every connection, and no update lost between writers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from facilities.models import Facility
from monitoring.accounts.models import Mechanism, Person
from monitoring.core.db import Database
from monitoring.core.jobs import Job
from tests.factories import NOON, World, make_person

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ALMATY = timezone(timedelta(hours=5))


def _job(moment: datetime) -> Job:
    return Job(name="probe", payload={}, due_at=moment, tries=0, last_error="")


def test_a_moment_without_its_zone_is_refused(session: Session) -> None:
    session.add(_job(datetime(2026, 11, 24, 9, 12)))  # noqa: DTZ001  (that is the point)
    with pytest.raises(StatementError, match="needs its time zone"):
        session.flush()


def test_a_moment_comes_back_in_utc_whatever_its_zone_was(session: Session) -> None:
    job = _job(datetime(2026, 11, 24, 9, 12, 30, 123456, ALMATY))
    session.add(job)
    session.commit()
    session.expire_all()
    assert (job.due_at, job.due_at.tzinfo) == (datetime(2026, 11, 24, 4, 12, 30, 123456, UTC), UTC)


def test_moments_are_compared_across_zones(session: Session) -> None:
    session.add_all([_job(NOON), _job(NOON + timedelta(minutes=1))])
    session.flush()
    assert len(session.scalars(select(Job).where(Job.due_at <= NOON.astimezone(ALMATY))).all()) == 1


@sqlite
def test_every_connection_of_sqlite_is_safe(database: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30000}
    opened = [database.engine.connect() for _number in range(4)]
    for connection in opened:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        assert found == wanted
    for connection in opened:
        connection.close()


@sqlite
def test_what_was_deleted_is_not_left_in_the_file(database: Database, session: Session) -> None:
    canary = "canary-" + uuid4().hex
    job = Job(name=canary, payload={}, due_at=NOON, tries=0, last_error="")
    session.add(job)
    session.commit()
    session.delete(job)
    session.commit()
    raw = database.engine.raw_connection()
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    with open(database.engine.url.database, "rb") as file:  # noqa: PTH123
        assert canary.encode() not in file.read()


def test_what_hangs_together_is_kept_together(session: Session, world: World) -> None:
    session.add(
        Facility(id=uuid4(), country="KZ", mechanism_id=uuid4(), names={}, search_text="", kind_key="x", region_code="KZ-75")
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_id_is_given_before_the_flush_and_says_nothing() -> None:
    first, second = _job(NOON), _job(NOON)
    assert isinstance(first.id, UUID)
    assert first.id.version == 4
    assert first.id != second.id


def test_a_misspelt_column_is_an_error() -> None:
    with pytest.raises(TypeError, match="has no nmae"):
        Job(nmae="probe")


def _count(database: Database, mechanism: UUID, wait: Callable[[Session], Mechanism]) -> None:
    with database.writing() as session, session.begin():
        found = wait(session)
        found.last_visit_number = found.last_visit_number + 1


def test_eight_who_read_and_write_at_once_lose_no_update(database: Database, world: World) -> None:
    mechanism = world.mechanisms["KZ"].id

    def locked(session: Session) -> Mechanism:
        return session.scalars(select(Mechanism).where(Mechanism.id == mechanism).with_for_update()).one()

    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(lambda _number: _count(database, mechanism, locked), range(80)))
    with database.reading() as reading:
        assert reading.get_one(Mechanism, mechanism).last_visit_number == 80


@sqlite
def test_on_sqlite_no_update_is_lost_without_asking_for_a_lock(database: Database, world: World) -> None:
    mechanism = world.mechanisms["KZ"].id
    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(lambda _n: _count(database, mechanism, lambda s: s.get_one(Mechanism, mechanism)), range(80)))
    with database.reading() as reading:
        assert reading.get_one(Mechanism, mechanism).last_visit_number == 80


def test_who_reads_sees_the_last_commit_and_waits_for_nobody(database: Database, session: Session, world: World) -> None:
    world.lead.name = "Changed (invented)"
    session.flush()
    with database.reading() as reading:
        assert reading.get_one(Person, world.lead.id).name == "Lead (invented)"
    session.commit()
    with database.reading() as reading:
        assert reading.get_one(Person, world.lead.id).name == "Changed (invented)"


def test_an_error_of_the_database_does_not_repeat_what_was_written(session: Session, world: World) -> None:
    twin = make_person("lead", "KZ", None, set())
    twin.id, twin.name, twin.fs_uniquifier = uuid4(), "Secret name (invented)", "another"
    session.add(twin)
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    assert "Secret name" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://somebody@/nowhere", "postgresql+psycopg://somebody@/nowhere"])
def test_both_ways_to_write_a_postgresql_address_take_the_driver_that_is_installed(url: str) -> None:
    assert Database(url).engine.dialect.driver == "psycopg"


@sqlite
def test_a_text_that_looks_like_sql_stays_a_text(session: Session, world: World) -> None:
    world.lead.name = "x'); DROP TABLE people; -- (invented)"
    session.commit()
    session.expire_all()
    assert session.get_one(Person, world.lead.id).name.startswith("x'); DROP")
    assert session.execute(text("SELECT count(*) FROM people")).scalar_one() > 10
