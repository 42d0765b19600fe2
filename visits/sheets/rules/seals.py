"""What a tablet sends: envelopes and sealed entries, as they look from outside (docs/sync.md)."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from monitoring.core.i18n import N_
from visits.sheets.rules.entries import LARGEST_COUNTER, MALFORMED, EntryProblem, Said, parse_said

FORMAT = 1
LARGEST_WRAPPED = 2_000
LARGEST_SEALED = 400_000
"""Bytes; a note may be long, but nobody writes a book between two taps."""
PADDED_TO = 512
"""Bytes; what is said in an interview is filled up to a multiple of this before it is sealed."""
KEY_BYTES = 32
SEAL_BYTES = 28
"""How much longer a sealed thing is: nonce and tag."""
CANNOT_OPEN = N_("This entry cannot be opened with the keys of this server. It stays on the tablet.")
_HALF = re.compile(rb"\\u[dD][89abAB]")
"""How JSON writes the first half of a character that needs two; alone it is no text."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Envelope:
    """A key for the entries of one sheet from one opening to its closing, wrapped with age to the mechanism's public key."""

    id: UUID
    visit: UUID
    sheet: UUID
    device: UUID
    wrapped: bytes


@dataclass(frozen=True)
class SealedEntry:
    """An entry whose content only the mechanism's key opens: nonce and AES-256-GCM ciphertext."""

    id: UUID
    envelope: UUID
    visit: UUID
    sheet: UUID
    device: UUID
    counter: int
    sealed: bytes
    associated: bytes
    """What is authenticated with the content, so that an entry cannot be moved to another place."""

    def fits(self, envelope: Envelope | None) -> bool:
        """Whether the entry belongs into this envelope."""
        return envelope is not None and (self.visit, self.sheet, self.device) == (envelope.visit, envelope.sheet, envelope.device)


Id = UUID | str


def associated(envelope: Id, thing: str, visit: Id, sheet: Id, device: Id, last: object) -> bytes:
    """`1|envelope|entry|visit|sheet|device|counter`; for a file `media` stands for the entry and nothing for the counter."""
    return f"{FORMAT}|{envelope}|{thing}|{visit}|{sheet}|{device}|{last}".encode()


def parse_envelope(raw: object) -> Envelope:
    """An envelope from its JSON. Raises EntryProblem."""
    if not isinstance(raw, dict):
        raise EntryProblem(MALFORMED, what="envelope")
    return Envelope(
        id=_uuid(raw, "id"),
        visit=_uuid(raw, "visit"),
        sheet=_uuid(raw, "sheet"),
        device=_uuid(raw, "device"),
        wrapped=_bytes(raw, "wrapped", LARGEST_WRAPPED),
    )


def parse_sealed(raw: object) -> SealedEntry:
    """A sealed entry from its JSON. Raises EntryProblem."""
    if not isinstance(raw, dict) or raw.get("v") != FORMAT:
        raise EntryProblem(MALFORMED, what="v")
    counter = raw.get("counter")
    if not isinstance(counter, int) or isinstance(counter, bool) or not 0 < counter < LARGEST_COUNTER:
        raise EntryProblem(MALFORMED, what="counter")
    return SealedEntry(
        id=_uuid(raw, "id"),
        envelope=_uuid(raw, "envelope"),
        visit=_uuid(raw, "visit"),
        sheet=_uuid(raw, "sheet"),
        device=_uuid(raw, "device"),
        counter=counter,
        sealed=_bytes(raw, "sealed", LARGEST_SEALED),
        associated=associated(raw["envelope"], raw["id"], raw["visit"], raw["sheet"], raw["device"], counter),
    )


def _uuid(raw: Mapping[str, Any], name: str) -> UUID:
    value = raw.get(name)
    found = _read_uuid(value) if isinstance(value, str) else None
    if found is None:
        raise EntryProblem(MALFORMED, what=name)
    return found


@lru_cache(maxsize=1024)
def _read_uuid(text: str) -> UUID | None:
    """Most entries of a batch name the same envelope, visit, sheet and device."""
    return UUID(text) if _UUID.fullmatch(text) else None


def _bytes(raw: Mapping[str, Any], name: str, most: int) -> bytes:
    value = raw.get(name)
    if not isinstance(value, str) or len(value) > most * 4 // 3 + 4:
        raise EntryProblem(MALFORMED, what=name)
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise EntryProblem(MALFORMED, what=name) from error


def read_key(envelope: Envelope, payload: bytes) -> bytes:
    """The key inside an envelope, if the inside agrees with the outside. Raises EntryProblem."""
    said = _json(payload)
    outside = {"v": FORMAT} | {name: str(getattr(envelope, name)) for name in ("id", "visit", "sheet", "device")}
    outside["envelope"] = outside.pop("id")
    if not isinstance(said, dict) or {name: said.get(name) for name in outside} != outside:
        raise EntryProblem(CANNOT_OPEN)
    key = _bytes(said, "key", KEY_BYTES)
    if len(key) != KEY_BYTES:
        raise EntryProblem(CANNOT_OPEN)
    return key


def read_said(plain: bytes) -> Said:
    """What stands inside an opened entry. Raises EntryProblem."""
    return parse_said(_json(plain))


def _json(plain: bytes) -> Any:
    try:
        found = json.loads(plain)
        if _HALF.search(plain):
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise EntryProblem(MALFORMED, what="text") from error
    return found


def kept_form(envelope: Envelope, entry: SealedEntry) -> dict[str, Any]:
    """What quarantine keeps: the envelope and the entry as they came."""
    return {
        "envelope": {
            **{name: str(getattr(envelope, name)) for name in ("id", "visit", "sheet", "device")},
            "wrapped": base64.b64encode(envelope.wrapped).decode(),
        },
        "entry": {
            "v": FORMAT,
            **{name: str(getattr(entry, name)) for name in ("id", "envelope", "visit", "sheet", "device")},
            "counter": entry.counter,
            "sealed": base64.b64encode(entry.sealed).decode(),
        },
    }
