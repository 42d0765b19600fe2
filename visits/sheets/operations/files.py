"""Take in sealed files: opened, checked and made anew before the transaction, kept as they came."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.errors import DomainError
from monitoring.core.i18n import Message
from monitoring.media import operations as media
from monitoring.media import queries as pictures
from monitoring.media.operations import Kept, Shown
from visits.plan.models import Visit
from visits.plan.queries import plan_of
from visits.sheets.adapters import CannotOpen, unseal
from visits.sheets.models import Device, Sheet, WaitingFile
from visits.sheets.operations.devices import held
from visits.sheets.operations.receiving import NO_PHOTOS, why_not
from visits.sheets.operations.sealed import Opener
from visits.sheets.queries.devices import Sender
from visits.sheets.queries.waiting import load_of
from visits.sheets.rules import (
    CANNOT_OPEN,
    EntryProblem,
    Envelope,
    Outcome,
    QuarantineReason,
    SheetEvent,
    SheetKind,
    Slower,
    associated,
    check_pace,
)


@dataclass(frozen=True)
class FileReceipt:
    """What became of a file. `sha256` is that of what was read back from storage."""

    outcome: Outcome
    sha256: str = ""
    seq: int | None = None
    number: int | None = None
    message: Message | None = None


class SentFile:
    """A sealed file on its way; what is slow happens once, when it is first asked for."""

    def __init__(self, sender: Sender, folder: Path, envelope: Envelope, sealed: bytes, kept: Kept | None = None) -> None:
        self.sender, self.folder, self.envelope, self.sealed, self._kept = sender, folder, envelope, sealed, kept
        self.sha256 = hashlib.sha256(sealed).hexdigest()

    @cached_property
    def key(self) -> bytes:
        """The envelope's key. Raises EntryProblem."""
        return Opener(self.sender).key(self.envelope)

    @cached_property
    def plain(self) -> bytes:
        """The file itself. Raises EntryProblem."""
        place = self.envelope
        text = associated(place.id, "media", place.visit, place.sheet, place.device, "")
        try:
            return unseal(self.key, self.sealed, text)
        except CannotOpen as error:
            raise EntryProblem(CANNOT_OPEN) from error

    @cached_property
    def kept(self) -> Kept:
        """What was sent, in storage. Raises OSError when it cannot be read back as it was written."""
        found = self._kept or media.keep(self.folder, self.sealed)
        if found.sha256 != self.sha256:
            raise OSError("a file that was just written reads differently")
        return found

    @cached_property
    def shown(self) -> Shown:
        """What may be shown of it. Raises Invalid, TooLarge."""
        return media.make_shown(self.folder, self.plain)

    def prepare(self, *, show: bool) -> None:
        """Do what is slow, before the transaction. Raises DomainError."""
        _done = (self.plain, self.shown if show else None, self.kept)


def look_at(session: Session, sent: SentFile) -> FileReceipt | None:
    """Before the transaction: do what is slow, or say at once what becomes of the file. Raises Slower."""
    device = session.get_one(Device, sent.sender.device_id)
    known = _known(session, sent)
    if known is not None:
        return known
    try:
        reason = _why_waiting(session, sent, sent.sender.stopped(device, clock.now()))
        if reason is not None:
            check_pace(*load_of(session, device.id), brought=1)
        sent.prepare(show=reason is None)
    except Slower:
        raise
    except DomainError as problem:
        return FileReceipt(Outcome.REFUSED, message=problem.message)
    return None


def receive_file(session: Session, sent: SentFile) -> FileReceipt:
    """Take in a file that was looked at."""
    device = held(session, sent.sender.device_id)
    known = _known(session, sent)
    if known is not None:
        return known
    try:
        reason = _why_waiting(session, sent, sent.sender.stopped(device, clock.now()))
        if reason is None:
            return store_file(session, sent)
    except DomainError as problem:
        return FileReceipt(Outcome.REFUSED, message=problem.message)
    return _put_aside(session, sent, device, reason)


def _known(session: Session, sent: SentFile) -> FileReceipt | None:
    """The same receipt again, if the same bytes came before and still lie in storage."""
    stored = pictures.file_of(session, sent.envelope.sheet, sent.sha256)
    if stored is not None and media.sha256_in_storage(sent.folder, stored.original_name) == sent.sha256:
        return FileReceipt(Outcome.DUPLICATE, sent.sha256, seq=stored.seq)
    waiting = _waiting(session, sent)
    if waiting is not None and media.sha256_in_storage(sent.folder, waiting.name) == sent.sha256:
        return FileReceipt(Outcome.DUPLICATE, sent.sha256, number=waiting.number)
    return None


def _waiting(session: Session, sent: SentFile) -> WaitingFile | None:
    query = select(WaitingFile).where(WaitingFile.device_id == sent.sender.device_id, WaitingFile.sha256 == sent.sha256)
    return session.scalars(query).first()


def _why_waiting(session: Session, sent: SentFile, stopped: QuarantineReason | None) -> QuarantineReason | None:
    """Why a file must wait for a person; None: it need not. Raises EntryProblem for a photo of an interview."""
    if stopped is not None:
        return stopped
    visit = session.get(Visit, sent.envelope.visit)
    if visit is None:
        return QuarantineReason.NO_VISIT
    reason = why_not(sent.sender.actor, visit, plan_of(visit))
    return reason or why_not_sheet(session, sent.envelope)


def why_not_sheet(session: Session, envelope: Envelope) -> QuarantineReason | None:
    """Why a file cannot lie beside its sheet for now. Raises EntryProblem for a photo of an interview."""
    sheet = session.get(Sheet, envelope.sheet)
    if sheet is None or sheet.visit_id != envelope.visit:
        return QuarantineReason.NO_SHEET
    if sheet.per == SheetKind.INTERVIEW:
        raise EntryProblem(NO_PHOTOS)
    return None


def store_file(session: Session, sent: SentFile) -> FileReceipt:
    """Note a file beside its sheet, under the visit's next running number: a backup that goes further holds it."""
    key = base64.b64encode(sent.key).decode()
    query = update(Visit).where(Visit.id == sent.envelope.visit).values(last_seq=Visit.last_seq + 1).returning(Visit.last_seq)
    # The visit before the trail, as entries do it: otherwise a photo and a batch could wait for each other.
    seq = session.execute(query, execution_options={"synchronize_session": False}).scalar_one()
    media.store_picture(session, sent.sender.actor, sent.envelope.sheet, sent.kept, sent.shown, key=key, seq=seq)
    return FileReceipt(Outcome.STORED, sent.kept.sha256, seq=seq)


def _put_aside(session: Session, sent: SentFile, device: Device, reason: QuarantineReason) -> FileReceipt:
    row, place = _waiting(session, sent), sent.envelope
    if row is None:
        device.last_quarantined += 1
        row = WaitingFile(device_id=device.id, sha256=sent.sha256, number=device.last_quarantined, received_at=clock.now())
    row.visit_id, row.sheet_id, row.envelope_id, row.wrapped = place.visit, place.sheet, place.id, place.wrapped
    row.bytes_received, row.name, row.reason = sent.kept.bytes_received, sent.kept.name, str(reason)
    session.add(row)
    session.flush()
    audit.record(session, sent.sender.actor, SheetEvent.FILE_RECEIVED, device)
    return FileReceipt(Outcome.QUARANTINED, sent.kept.sha256, number=row.number)
