"""Work that is done later by the worker process: a table of jobs, one commit per job."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitoring.core import clock
from monitoring.core.db import Code, Identified, Moment, SessionMaker

log = logging.getLogger("monitoring")

Handler = Callable[[Session, Mapping[str, Any]], None]
Handlers = Mapping[str, Handler]

LONGEST_PAUSE = timedelta(hours=1)
CLAIMED_FOR = timedelta(minutes=10)


class Job(Identified):
    """Something to do; it is tried until it succeeds, with growing pauses."""

    __tablename__ = "jobs"

    name: Mapped[Code]
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[Moment] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[Moment | None]
    done_at: Mapped[Moment | None] = mapped_column(index=True)
    last_error: Mapped[str] = mapped_column(default="")


def enqueue(session: Session, name: str, /, **payload: object) -> None:
    """Put a job on the table, in the caller's transaction. Values must be what JSON can hold."""
    session.add(Job(name=name, payload=payload, due_at=clock.now(), tries=0, last_error=""))


def run_due(sessions: SessionMaker, handlers: Handlers) -> int:
    """Do every job that is due, each in a transaction of its own; how many were done."""
    done = 0
    while (job_id := _claim(sessions)) is not None:
        done += _run(sessions, handlers, job_id)
    return done


def _claim(sessions: SessionMaker) -> UUID | None:
    now = clock.now()
    with sessions() as session, session.begin():
        free = or_(Job.claimed_until.is_(None), Job.claimed_until < now)
        waiting = select(Job).where(Job.done_at.is_(None), Job.due_at <= now, free).order_by(Job.due_at)
        job = session.scalars(waiting.limit(1).with_for_update(skip_locked=True)).first()
        if job is None:
            return None
        job.claimed_until, job.tries = now + CLAIMED_FOR, job.tries + 1
        return job.id


def _run(sessions: SessionMaker, handlers: Handlers, job_id: UUID) -> int:
    try:
        with sessions() as session, session.begin():
            job = session.get_one(Job, job_id)
            handlers[job.name](session, job.payload)
            job.done_at, job.last_error, job.claimed_until = clock.now(), "", None
    except Exception as error:  # whatever a job does wrong, the worker goes on with the next
        log.error("job %s failed: %s; it will be tried again", job_id, type(error).__name__, exc_info=error)  # noqa: TRY400
        _put_back(sessions, job_id, type(error).__name__)
        return 0
    except BaseException:  # the worker was asked to stop: the job is free again at once
        _put_back(sessions, job_id, "stopped")
        raise
    return 1


def _put_back(sessions: SessionMaker, job_id: UUID, error: str) -> None:
    with sessions() as session, session.begin():
        job = session.get_one(Job, job_id)
        pause = min(timedelta(seconds=2**job.tries), LONGEST_PAUSE)
        job.due_at, job.claimed_until, job.last_error = clock.now() + pause, None, error
