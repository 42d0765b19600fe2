"""Read and check the audit trail."""

from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from monitoring.audit.models import AuditHead, AuditRow
from monitoring.audit.rules import START, Link, head_mac, link_mac
from monitoring.core.permissions import Actor

BATCH = 1000


@dataclass(frozen=True)
class Verdict:
    """Whether the chain is whole, how long it is, and where it breaks first."""

    intact: bool
    rows: int
    broken_at: int | None = None


def rows(actor: Actor) -> Select[AuditRow]:
    """The trail of the actor's country, and what belongs to none (wrong tries of unknown people), newest first."""
    own = or_(AuditRow.country == actor.country, AuditRow.country.is_(None))
    return select(AuditRow).where(own).order_by(AuditRow.number.desc())


def verify(session: Session, key: bytes) -> Verdict:
    """Walk the whole chain: a changed, missing or moved row shows."""
    previous, expected = START, 0
    for row in session.scalars(select(AuditRow).order_by(AuditRow.number)).yield_per(BATCH):
        expected += 1
        mac = link_mac(key, previous, _link(row))
        if row.number != expected or mac != row.mac:
            return Verdict(intact=False, rows=expected, broken_at=expected)
        previous = head_mac(key, mac)
    head = session.scalars(select(AuditHead)).first()
    whole = (head is None and expected == 0) or (head is not None and head.number == expected and head.mac == previous)
    return Verdict(intact=whole, rows=expected, broken_at=None if whole else expected + 1)


def head(session: Session) -> tuple[int, str]:
    """The newest link of the chain: its number, and its MAC in hexadecimal."""
    row = session.scalars(select(AuditRow).order_by(AuditRow.number.desc()).limit(1)).first()
    return (row.number, row.mac.hex()) if row is not None else (0, START.hex())


def passes_through(session: Session, number: int, mac: str) -> bool:
    """Whether a link that was the newest once is still part of the chain: whether this history goes on from there."""
    if number == 0:
        return True
    row = session.get(AuditRow, number)
    return row is not None and row.mac.hex() == mac


def _link(row: AuditRow) -> Link:
    return Link(row.number, row.at, row.person_id, row.event, row.subject_type, row.subject_id, row.country, row.count)
