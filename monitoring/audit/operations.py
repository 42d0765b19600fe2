"""Add to the audit trail."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from monitoring.audit.models import AuditHead, AuditRow
from monitoring.audit.rules import START, Event, Link, head_mac, link_mac
from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.db import Database, Identified
from monitoring.core.permissions import Actor

HEAD = 1


def record(session: Session, actor: Actor | None, event: Event, subject: Identified | None, *, count: int = 1) -> None:
    """Add one row in the caller's transaction; `count` says how many things one step touched."""
    if subject is None:
        _add(session, actor, event, ("", None, None), count)
    else:
        _add(session, actor, event, (subject.__tablename__, subject.id, getattr(subject, "country", None)), count)


def record_now(
    database: Database,
    actor: Actor | None,
    event: Event,
    subject_type: str,
    subject_id: UUID | None,
    *,
    country: str | None = None,
) -> None:
    """Add one row in a short transaction of its own: for reads, which must be on record before content is sent."""
    with database.writing() as session, session.begin():
        _add(session, actor, event, (subject_type, subject_id, country), 1)


def _add(session: Session, actor: Actor | None, event: Event, subject: tuple[str, UUID | None, str | None], count: int) -> None:
    """Where nobody acts (a command, somebody unknown), the country is that of the subject."""
    head = _locked_head(session)
    number, at = head.number + 1, clock.now()
    kind, subject_id, subject_country = subject
    person = actor.person_id if actor else None
    country = actor.country if actor else subject_country
    link = Link(number, at, person, str(event), kind, subject_id, country, count)
    mac = link_mac(safe.keyring.audit_key, head.mac, link)
    session.add(
        AuditRow(
            number=number,
            at=at,
            person_id=person,
            event=str(event),
            subject_type=kind,
            subject_id=subject_id,
            country=country,
            count=count,
            mac=mac,
        )
    )
    head.number, head.mac = number, head_mac(safe.keyring.audit_key, mac)
    session.flush()


def _locked_head(session: Session) -> AuditHead:
    """The newest link as the database has it now, held until the commit; whoever adds the very first row makes it."""
    query = select(AuditHead).where(AuditHead.id == HEAD).with_for_update().execution_options(populate_existing=True)
    head = session.scalars(query).first()
    if head is None:
        with suppress(IntegrityError), session.begin_nested():
            session.add(AuditHead(id=HEAD, number=0, mac=START))
        head = session.scalars(query).one()
    return head
