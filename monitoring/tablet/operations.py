"""What a tablet brings: entries and the draft findings that follow from them, files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from monitoring.core.db import Database
from monitoring.core.errors import Damaged, Invalid, TooLarge
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor
from monitoring.media.rules import LARGEST_BYTES
from visits.findings.operations import follow_answers
from visits.sheets import operations as sheets
from visits.sheets.operations import BatchResult, FileReceipt, SentFile, receive, receive_sealed
from visits.sheets.queries import Sender
from visits.sheets.rules import LARGEST_BATCH, SEAL_BYTES, parse_envelope

UNREADABLE = N_("The tablet sent something that cannot be read. Reload the page on the tablet; nothing is lost.")


def take_in_sealed(session: Session, sender: Sender, envelopes: object, entries: object) -> BatchResult:
    """Take in a sealed batch of a device. Raises Invalid, TooLarge, Slower."""
    if not isinstance(entries, list) or not isinstance(envelopes, list):
        raise Invalid(UNREADABLE)
    if max(len(entries), len(envelopes)) > LARGEST_BATCH:
        raise TooLarge(N_("At most %(most)s entries at once."), most=LARGEST_BATCH)
    return _with_findings(session, receive_sealed(session, sender, envelopes, entries))


def take_in(session: Session, actor: Actor, device_id: UUID, entries: Iterable[object]) -> BatchResult:
    """Take in entries that no tablet sealed: the demonstration tells its story with them. Raises NotFound."""
    return _with_findings(session, receive(session, actor, device_id, entries))


def _with_findings(session: Session, result: BatchResult) -> BatchResult:
    for visit, plan in result.touched:
        follow_answers(session, visit, plan)
    return result


def take_in_file(
    database: Database, session: Session, sender: Sender, folder: Path, sha256: str, place: Mapping[str, str], sealed: bytes
) -> FileReceipt:
    """Take in a sealed file; what is slow happens before the transaction. Raises Invalid, TooLarge, Slower."""
    if len(sealed) > LARGEST_BYTES + SEAL_BYTES:
        raise TooLarge(N_("This photo is larger than 20 MB. Take it again with a smaller size."))
    sent = SentFile(sender, folder, parse_envelope({**place, "device": str(sender.device_id)}), sealed)
    if sent.sha256 != sha256:
        raise Damaged(N_("The photo did not arrive whole. It will be sent again."))
    with database.reading() as reading:
        known = sheets.look_at(reading, sent)
    return known or sheets.receive_file(session, sent)
