"""What a tablet brings: entries, then the draft findings that follow from them."""

import secrets
from uuid import UUID

from sqlalchemy.orm import Session

from monitoring.core.errors import Invalid, TooLarge
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor
from visits.findings.operations import follow_answers
from visits.sheets.operations import BatchResult, receive
from visits.sheets.rules import LARGEST_BATCH

EPOCH = secrets.token_hex(8)
"""Changes when the server starts: a tablet that sees a new one asks for everything again."""


def take_in(session: Session, actor: Actor, device_id: UUID, entries: object) -> BatchResult:
    """Take in a batch of entries. Raises Invalid, TooLarge, NotFound."""
    if not isinstance(entries, list):
        raise Invalid(N_("The tablet sent something that cannot be read. Reload the page on the tablet; nothing is lost."))
    if len(entries) > LARGEST_BATCH:
        raise TooLarge(N_("At most %(most)s entries at once."), most=LARGEST_BATCH)
    result = receive(session, actor, device_id, entries)
    for visit, plan in result.touched:
        follow_answers(session, visit, plan)
    return result
