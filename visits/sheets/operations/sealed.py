"""Take in what a tablet sealed: open envelopes and entries, then hand them to the intake that the office uses too."""

import hashlib
from collections.abc import Iterable
from functools import partial
from uuid import UUID

from pyrage import x25519
from sqlalchemy.orm import Session

from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.errors import DomainError
from monitoring.core.i18n import N_
from visits.sheets.adapters import CannotOpen, unseal, unwrap
from visits.sheets.operations.devices import held
from visits.sheets.operations.receiving import OTHER_DEVICE, BatchResult, Intake, Receipt
from visits.sheets.queries.devices import Sender
from visits.sheets.queries.waiting import load_of
from visits.sheets.rules import (
    CANNOT_OPEN,
    EntryProblem,
    Envelope,
    Incoming,
    Outcome,
    SealedEntry,
    check_pace,
    kept_form,
    parse_envelope,
    parse_sealed,
    read_key,
    read_said,
)

NO_ENVELOPE = N_("The envelope of this entry is missing, or it belongs to another sheet.")


def receive_sealed(session: Session, sender: Sender, raw_envelopes: Iterable[object], raw_entries: list[object]) -> BatchResult:
    """Take in the sealed entries of one device. Raises Slower when a device whose word does not count brings too much."""
    device = held(session, sender.device_id)
    stopped = sender.stopped(device, clock.now())
    if stopped is not None:
        check_pace(*load_of(session, device.id), brought=len(raw_entries))
    opener = Opener(sender, raw_envelopes)
    intake = Intake(session, sender.actor, device, stopped)
    intake.take([opener.open(raw) for raw in raw_entries])
    return intake.result


class Opener:
    """The envelopes of one batch, each opened once."""

    def __init__(self, sender: Sender, raw_envelopes: Iterable[object] = ()) -> None:
        self._sender = sender
        self._identity: x25519.Identity | None = None
        self._envelopes: dict[UUID, Envelope] = {}
        self._keys: dict[UUID, bytes | DomainError] = {}
        for raw in raw_envelopes:
            self.add(raw)

    def add(self, raw: object) -> None:
        """Know one more envelope, if it is one."""
        try:
            envelope = parse_envelope(raw)
        except DomainError:
            return  # the entries that need it are refused one by one
        self._envelopes[envelope.id] = envelope

    def open(self, raw: object) -> Incoming | Receipt:
        """An entry, or the receipt that says why it is refused."""
        name, sha256 = str(raw.get("id", ""))[:60] if isinstance(raw, dict) else "", ""
        try:
            entry = parse_sealed(raw)
            sha256 = hashlib.sha256(entry.sealed).hexdigest()
            return self._open(entry, sha256)
        except DomainError as problem:
            return Receipt(name, Outcome.REFUSED, None, sha256, problem.message)

    def _open(self, entry: SealedEntry, sha256: str) -> Incoming:
        if entry.device != self._sender.device_id:
            raise EntryProblem(OTHER_DEVICE)
        envelope = self._envelopes.get(entry.envelope)
        if envelope is None or not entry.fits(envelope):
            raise EntryProblem(NO_ENVELOPE)
        try:
            plain = unseal(self.key(envelope), entry.sealed, entry.associated)
        except CannotOpen as error:
            raise EntryProblem(CANNOT_OPEN) from error
        return Incoming(
            id=entry.id,
            visit=entry.visit,
            sheet=entry.sheet,
            device=entry.device,
            counter=entry.counter,
            sha256=sha256,
            kept=partial(kept_form, envelope, entry),
            **vars(read_said(plain)),
        )

    def key(self, envelope: Envelope) -> bytes:
        """The key inside an envelope. Raises EntryProblem."""
        if envelope.id not in self._keys:
            self._keys[envelope.id] = self._unwrap(envelope)
        found = self._keys[envelope.id]
        if isinstance(found, DomainError):
            raise found
        return found

    def _unwrap(self, envelope: Envelope) -> bytes | DomainError:
        mechanism = self._sender.actor.mechanism_id
        if mechanism is None:
            return EntryProblem(CANNOT_OPEN)
        if self._identity is None:
            self._identity = safe.identity(mechanism)
        try:
            return read_key(envelope, unwrap(self._identity, envelope.wrapped))
        except CannotOpen:
            return EntryProblem(CANNOT_OPEN)
        except DomainError as problem:
            return problem
