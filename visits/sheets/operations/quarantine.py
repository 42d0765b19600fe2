"""What waits for the lead: taken in after all, or left out; nobody reads it for that."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person
from monitoring.accounts.permissions import actor_of
from monitoring.audit import operations as audit
from monitoring.core.errors import DomainError, NotFound
from monitoring.core.permissions import Actor
from monitoring.media import adapters as storage
from monitoring.media.operations import Kept
from visits.plan.models import Visit
from visits.plan.queries import SeenVisit
from visits.plan.rules import Plan
from visits.sheets.adapters import CannotOpen
from visits.sheets.models import Device, Entry, Sheet, WaitingFile
from visits.sheets.operations.devices import held
from visits.sheets.operations.files import SentFile, store_file, why_not_sheet
from visits.sheets.operations.receiving import Intake, Receipt
from visits.sheets.operations.sealed import Opener
from visits.sheets.permissions import check_may_decide
from visits.sheets.queries.devices import Sender
from visits.sheets.queries.entries import open_kept
from visits.sheets.queries.waiting import UNDECIDED_ENTRY, UNDECIDED_FILE
from visits.sheets.rules import EntryState, Envelope, Incoming, Outcome, QuarantineReason, SheetEvent


@dataclass(frozen=True)
class Group:
    """What one device brought for one reason, as far as the lead saw it."""

    device_id: UUID
    reason: QuarantineReason
    up_to: int


@dataclass(frozen=True)
class Decided:
    """How many entries and files were decided, and how many still wait because they fit nowhere."""

    entries: int
    files: int
    left: int = 0


def ready_files(session: Session, actor: Actor, seen: SeenVisit, group: Group, folder: Path) -> list[SentFile]:
    """Open and check the files of a group before the transaction. What is no picture is left for later."""
    check_may_decide(actor, seen)
    sender = _sender(session, group.device_id)
    ready = []
    for row in _files(session, seen, group):
        envelope = Envelope(row.envelope_id, row.visit_id, row.sheet_id, row.device_id, row.wrapped)
        try:
            kept = Kept(row.name, row.sha256, row.bytes_received)
            sent = SentFile(sender, folder, envelope, storage.load(folder, row.name), kept)
            sent.prepare(show=True)
        except (DomainError, CannotOpen, OSError):
            continue
        ready.append(sent)
    return ready


def take_in_waiting(session: Session, actor: Actor, seen: SeenVisit, group: Group, ready: Collection[SentFile] = ()) -> Decided:
    """Take in what waits, in the order in which it was made; what concerns only the standing of its author is no hindrance."""
    check_may_decide(actor, seen)
    device, sender = held(session, group.device_id), _sender(session, group.device_id)
    rows, opener = _entries(session, seen, group), Opener(sender)
    kept = [open_kept(row.id, row.sealed_content) for row in rows]
    for found in kept:
        opener.add(found["envelope"])
    intake = _Release(session, sender.actor, device, actor)
    intake.take([opener.open(found["entry"]) for found in kept])
    taken = sum(receipt.outcome is Outcome.STORED for receipt in intake.result.receipts)
    files = _take_in_files(session, _files(session, seen, group), ready)
    waiting = len(rows) - taken + len(_files(session, seen, group))
    if taken + files:
        audit.record(session, actor, SheetEvent.TAKEN_IN, seen.visit, count=taken + files)
    return Decided(taken, files, waiting)


def leave_out(session: Session, actor: Actor, seen: SeenVisit, group: Group) -> Decided:
    """Leave out what waits: it stays sealed and is no part of the visit."""
    check_may_decide(actor, seen)
    held(session, group.device_id)
    rows, files = _entries(session, seen, group), _files(session, seen, group)
    for row in rows:
        row.state, row.decided_by = EntryState.LEFT_OUT, actor.person_id
    for file in files:
        file.decided_by = actor.person_id
    session.flush()
    if rows or files:
        audit.record(session, actor, SheetEvent.LEFT_OUT, seen.visit, count=len(rows) + len(files))
    return Decided(len(rows), len(files))


class _Release(Intake):
    """An intake in which the standing of the author is no hindrance any more: the lead has decided."""

    def __init__(self, session: Session, author: Actor, device: Device, lead: Actor) -> None:
        super().__init__(session, author, device)
        self._lead = lead

    def _known(self, entries: list[Incoming]) -> dict[UUID | int, Any]:
        return {}

    def _stop(self, visit: Visit, plan: Plan) -> QuarantineReason | None:
        return None

    def _check_own(self, sheet: Sheet) -> None:
        pass

    def _put_aside(self, entry: Incoming, reason: QuarantineReason) -> Receipt:
        return Receipt(str(entry.id), Outcome.QUARANTINED, None, entry.sha256)

    def _save(self, rows: list[dict[str, Any]]) -> None:
        changed = ("id", "question", "bases", "device_time", "seq", "state", "sealed_content")
        decided = [{**{name: row[name] for name in changed}, "decided_by": self._lead.person_id} for row in rows]
        self._session.execute(update(Entry), decided)

    def _note(self, count: int) -> None:
        pass


def _sender(session: Session, device_id: UUID) -> Sender:
    device = session.get(Device, device_id)
    if device is None:
        raise NotFound
    person = session.get_one(Person, device.person_id)
    return Sender(device_id, actor_of(person), person.active)


def _entries(session: Session, seen: SeenVisit, group: Group) -> list[Entry]:
    here = (Entry.visit_id == seen.id, Entry.device_id == group.device_id, Entry.quarantine_reason == group.reason)
    query = select(Entry).where(*here, UNDECIDED_ENTRY, Entry.quarantine_number <= group.up_to)
    return list(session.scalars(query.order_by(Entry.counter)))


def _files(session: Session, seen: SeenVisit, group: Group) -> list[WaitingFile]:
    here = (WaitingFile.visit_id == seen.id, WaitingFile.device_id == group.device_id, WaitingFile.reason == group.reason)
    query = select(WaitingFile).where(*here, UNDECIDED_FILE, WaitingFile.number <= group.up_to)
    return list(session.scalars(query.order_by(WaitingFile.number)))


def _take_in_files(session: Session, rows: list[WaitingFile], ready: Collection[SentFile]) -> int:
    by_sha256, taken = {sent.sha256: sent for sent in ready}, 0
    for row in rows:
        sent = by_sha256.get(row.sha256)
        try:
            fits = sent is not None and why_not_sheet(session, sent.envelope) is None
        except DomainError:
            fits = False
        if sent is not None and fits:
            store_file(session, sent)
            session.delete(row)
            taken += 1
    session.flush()
    return taken
