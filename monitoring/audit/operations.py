"""Add to the audit trail."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.audit.models import AuditHead, AuditRow
from monitoring.audit.rules import START, Event, Link, link_mac
from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.db import Database, Identified
from monitoring.core.permissions import Actor

HEAD = 1


def record(session: Session, actor: Actor | None, event: Event, subject: Identified | None, *, count: int = 1) -> None:
    """Add one row in the caller's transaction; `count` says how many things one step touched."""
    kind = subject.__tablename__ if subject is not None else ""
    _add(session, actor, event, kind, subject.id if subject is not None else None, count)


def record_now(database: Database, actor: Actor | None, event: Event, subject_type: str, subject_id: UUID | None) -> None:
    """Add one row in a short transaction of its own: for reads, which must be on record before content is sent."""
    with database.writing() as session, session.begin():
        _add(session, actor, event, subject_type, subject_id, 1)


def _add(session: Session, actor: Actor | None, event: Event, kind: str, subject_id: UUID | None, count: int) -> None:
    head = session.scalars(select(AuditHead).where(AuditHead.id == HEAD).with_for_update()).first()
    if head is None:
        head = AuditHead(id=HEAD, number=0, mac=START)
        session.add(head)
    number, at = head.number + 1, clock.now()
    person = actor.person_id if actor else None
    country = actor.country if actor else None
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
    head.number, head.mac = number, mac
    session.flush()
