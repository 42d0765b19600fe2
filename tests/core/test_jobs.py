"""Jobs: done once each, tried again when they fail, one failure stopping no other."""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person
from monitoring.core import clock, jobs
from monitoring.core.db import Database
from monitoring.core.jobs import CLAIMED_FOR, LONGEST_PAUSE, Job, enqueue, run_due
from tests.factories import World


def _put(session: Session, *names: str) -> None:
    for name in names:
        enqueue(session, "mark", name=name)
    session.commit()


def _all(database: Database) -> list[Job]:
    with database.reading() as reading:
        return list(reading.scalars(select(Job).order_by(Job.due_at, Job.id)))


def _mark(session: Session, payload: Mapping[str, Any]) -> None:
    session.execute(update(Person).where(Person.email == "lead@example.org").values(name=payload["name"]))


def test_a_job_is_done_with_what_was_put_down_for_it(database: Database, session: Session, world: World) -> None:
    _put(session, "Done (invented)")
    assert run_due(database.writing, {"mark": _mark}) == 1
    assert run_due(database.writing, {"mark": _mark}) == 0
    job = _all(database)[0]
    assert (job.done_at is not None, job.tries, job.last_error, job.claimed_until) == (True, 1, "", None)
    with database.reading() as reading:
        assert reading.get_one(Person, world.lead.id).name == "Done (invented)"


def test_a_job_of_a_step_that_was_undone_is_never_done(database: Database, session: Session) -> None:
    enqueue(session, "mark", name="never")
    session.rollback()
    assert run_due(database.writing, {}) == 0


def test_a_failing_job_undoes_its_own_work_and_stops_no_other(
    database: Database, session: Session, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    _put(session, "bad (invented)", "good (invented)")
    told: list[str] = []

    def handle(at_work: Session, payload: Mapping[str, Any]) -> None:
        if payload["name"].startswith("bad"):
            _mark(at_work, payload)
            raise RuntimeError("no")
        told.append(payload["name"])

    with caplog.at_level(logging.ERROR, "monitoring"):
        assert run_due(database.writing, {"mark": handle}) == 1
    assert told == ["good (invented)"]
    bad = next(job for job in _all(database) if job.done_at is None)
    assert (bad.tries, bad.last_error, bad.claimed_until) == (1, "RuntimeError", None)
    assert bad.due_at > clock.now()
    assert "RuntimeError" in caplog.text
    with database.reading() as reading:
        assert reading.get_one(Person, world.lead.id).name == "Lead (invented)"


def test_a_job_that_nobody_knows_waits_with_a_reason(database: Database, session: Session) -> None:
    _put(session, "x")
    assert run_due(database.writing, {}) == 0
    assert _all(database)[0].last_error == "KeyError"


def test_pauses_grow_and_end_at_an_hour_and_then_it_works(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(session, "x")
    moment = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    pauses = []
    for _try in range(14):
        run_due(database.writing, {})
        pauses.append(_all(database)[0].due_at - moment[0])
        assert run_due(database.writing, {"mark": _mark}) == 0, "not before its time"
        moment[0] += pauses[-1] + timedelta(seconds=1)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=2), LONGEST_PAUSE)
    assert run_due(database.writing, {"mark": _mark}) == 1
    assert _all(database)[0].last_error == ""


def test_several_workers_do_each_job_once(database: Database, session: Session) -> None:
    _put(session, *(f"job {number}" for number in range(24)))
    told: list[str] = []

    def handle(_session: Session, payload: Mapping[str, Any]) -> None:
        told.append(payload["name"])

    with ThreadPoolExecutor(4) as workers:
        done = list(workers.map(lambda _n: run_due(database.writing, {"mark": handle}), range(4)))
    assert sum(done) == 24
    assert sorted(told) == sorted(f"job {number}" for number in range(24))


def test_a_job_whose_worker_died_is_taken_by_another_after_a_while(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(session, "x")
    assert jobs._claim(database.writing) is not None
    assert run_due(database.writing, {"mark": _mark}) == 0
    later = clock.now() + CLAIMED_FOR + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert run_due(database.writing, {"mark": _mark}) == 1


def test_a_worker_that_is_stopped_gives_its_job_back_at_once(database: Database, session: Session) -> None:
    _put(session, "x")

    def stopped(_session: Session, _payload: Mapping[str, Any]) -> None:
        raise SystemExit(0)

    with pytest.raises(SystemExit):
        run_due(database.writing, {"mark": stopped})
    job = _all(database)[0]
    assert (job.claimed_until, job.last_error, job.done_at) == (None, "stopped", None)


def test_each_job_is_a_commit_of_its_own(database: Database, session: Session, world: World) -> None:
    _put(session, "first (invented)", "second (invented)")
    seen: list[str] = []

    def handle(at_work: Session, payload: Mapping[str, Any]) -> None:
        with database.reading() as reading:
            seen.append(reading.get_one(Person, world.lead.id).name)
        _mark(at_work, payload)

    run_due(database.writing, {"mark": handle})
    assert seen == ["Lead (invented)", "first (invented)"]


def test_what_a_job_needs_must_be_plain(session: Session) -> None:
    enqueue(session, "mark", name=uuid4())
    with pytest.raises(Exception, match="not JSON serializable"):
        session.flush()
