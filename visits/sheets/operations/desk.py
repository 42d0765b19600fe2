"""Answers written in the office: entries like any other, made on the person's own desk device."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.core import clock
from monitoring.core.errors import Forbidden, Invalid, NotFound
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor
from visits.plan.queries import SeenVisit
from visits.sheets.models import Device
from visits.sheets.operations.making import add_device
from visits.sheets.operations.receiving import BatchResult, receive
from visits.sheets.queries.sheets import sheet_for
from visits.sheets.queries.views import answer_for
from visits.sheets.rules import Outcome, SheetKind

DESK = "desk"


def write_at_desk(
    session: Session,
    actor: Actor,
    seen: SeenVisit,
    sheet_id: UUID,
    question: str,
    content: dict[str, Any],
    bases: tuple[UUID, ...],
) -> BatchResult:
    """Write an answer from the office; it replaces the entries that the writer saw. Raises Forbidden, Invalid, NotFound."""
    sheet = sheet_for(session, seen, sheet_id)
    if sheet.per == SheetKind.INTERVIEW:
        raise NotFound
    if not seen.in_team:
        raise Forbidden(N_("Only the team of the visit may answer its questions."))
    device = _desk_device(session, actor)
    entry = {
        "id": str(uuid4()),
        "visit": str(seen.id),
        "sheet": str(sheet_id),
        "question": question,
        "content": content,
        "bases": [str(base) for base in bases],
        "device": str(device.id),
        "counter": device.last_counter + 1,
        "device_time": clock.now().isoformat(),
    }
    result = receive(session, actor, device.id, [entry])
    receipt = result.receipts[0]
    if receipt.outcome is not Outcome.STORED:
        raise Invalid(receipt.message or N_("This answer cannot be taken. Open the page anew and try again."))
    return result


def _desk_device(session: Session, actor: Actor) -> Device:
    query = select(Device).where(Device.person_id == actor.person_id, Device.label == DESK, Device.revoked_at.is_(None))
    query = query.where(Device.token_hash.is_(None))
    return session.scalars(query.with_for_update()).first() or add_device(session, actor, DESK)


def decide_conflict(
    session: Session,
    actor: Actor,
    seen: SeenVisit,
    sheet_id: UUID,
    question: str,
    number: int,
    looked_at: frozenset[str] | None = None,
) -> BatchResult:
    """Let one of several sides stand: an entry that replaces all of them.

    `looked_at` are the ids of the entries that the person saw side by side. Raises Invalid when they changed meanwhile.
    """
    sides = answer_for(session, seen, sheet_id, question)
    bases = tuple(head.id for side in sides for head in side.heads)
    if not 0 <= number < len(sides) or (looked_at is not None and looked_at != set(map(str, bases))):
        raise Invalid(N_("The answers have changed meanwhile. Look at them once more."))
    return write_at_desk(session, actor, seen, sheet_id, question, dict(sides[number].heads[0].content), bases)
