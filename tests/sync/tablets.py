"""A tablet as docs/sync.md describes it, in Python: what lies on its disk, what only its memory knows, and how it sends.

It seals for real, checks the MAC of every answer, and lets a sealed copy go only when the watermark has passed it.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.sealing import Json, Sealer
from tests.sync.wires import Answer, Request, Unreachable, Wire

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BATCH = 200
TRIES = 3
"""An entry that the server minds is tried so often, then it waits here for a person."""
ABOUT_THE_BATCH = frozenset({400, 413, 415, 422})
LATER = 429


class Stranger(Exception):
    """Somebody else answered in the server's place."""


class Refused(Exception):
    """The server answered, and said no."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Secrets:
    """What enrolment told."""

    id: str
    token: str
    mac_key: str


@dataclass
class Outgoing:
    """A sealed entry or a sealed file that waits, or that a verified backup does not hold yet."""

    id: str
    sealed: Json | bytes
    envelope: Json
    sha256: str
    fate: str = "waiting"
    seq: int | None = None
    """The visit's running number (stored), or the device's (quarantined)."""
    tries: int = 0
    message: str = ""


@dataclass
class Disk:
    """What survives the end of the process."""

    outbox: dict[str, Outgoing] = field(default_factory=dict)
    files: dict[str, Outgoing] = field(default_factory=dict)
    copies: dict[str, Json] = field(default_factory=dict)
    """Readable entries: what colleagues wrote, and one's own; never those of interviews."""
    epoch: str | None = None
    counter: int = 1
    seq: int = 0
    """How far colleagues' entries were fetched."""


class Tablet:
    """One person with one tablet, on one visit."""

    def __init__(self, secrets: Secrets, visit: str, recipient: str, epoch: str | None = None) -> None:
        self.secrets, self.visit = secrets, visit
        self.sealer = Sealer(recipient, secrets.id)  # type: ignore[arg-type]  # an id is only written down
        self.disk = Disk(epoch=epoch)
        self.clock = NOON
        self.awaited: str | None = None
        self.interviews: dict[str, dict[str, str]] = {}
        """Interviews that are open: their newest entries by question. Only the memory knows them."""
        self.let_go: Callable[[Outgoing], None] = lambda _passed: None

    def enrolled_anew(self, secrets: Secrets) -> None:
        """The same device with another token: the server had forgotten it."""
        assert secrets.id == self.secrets.id
        self.secrets = secrets

    def kill(self) -> None:
        """The process ends: keys, open interviews and the request on its way are gone."""
        self.lock()
        self.awaited = None

    def lock(self) -> None:
        """The keys are forgotten; what is opened next gets an envelope of its own."""
        self.sealer.close()
        self.interviews.clear()

    # ---- recording

    def record(self, sheet: str, question: str, content: Json, bases: Iterable[str] = (), **more: Any) -> Json:
        """Seal a change and lay it on the disk; what was said."""
        said: Json = {
            "id": str(uuid4()),
            "visit": self.visit,
            "sheet": sheet,
            "question": question,
            "content": content,
            "bases": list(bases),
            "device": self.secrets.id,
            "counter": self.disk.counter,
            "device_time": self.clock.isoformat(),
            **more,
        }
        sealed = self.sealer.entry(said)
        assert isinstance(sealed, dict)
        sha256 = hashlib.sha256(base64.b64decode(sealed["sealed"])).hexdigest()
        self.disk.outbox[said["id"]] = Outgoing(said["id"], sealed, self.sealer.envelopes[sealed["envelope"]], sha256)
        self.disk.counter += 1
        self.clock += timedelta(seconds=1)
        return said

    def answer(self, sheet: str, question: str, value: object, **more: Any) -> Json:
        """Answer a question: the entry replaces what is seen of it here."""
        content = {"value": value, "note": "", "sources": ["observation"], **more}
        said = self.record(sheet, question, content, self.heads(sheet, question))
        self.disk.copies[said["id"]] = said
        return said

    def open(self, sheet: str, version: str, label: str, *, interview: bool = False) -> Json:
        """Open a room or an interview."""
        opened = {"version": version, "label": label, "about": None}
        if interview:
            self.interviews[sheet] = {}
        return self.record(sheet, "sheet.opened", {"value": None}, opened=opened)

    def confide(self, sheet: str, question: str, value: object) -> Json:
        """Answer a question of an open interview: nothing of it stays readable here."""
        before = self.interviews[sheet].get(question)
        said = self.record(sheet, question, {"value": value, "sources": ["detainee"]}, [before] if before else [])
        self.interviews[sheet][question] = said["id"]
        return said

    def photograph(self, sheet: str, picture: bytes) -> str:
        """Keep a photo, sealed; its name."""
        name, sealed, headers = self.sealer.file(self.visit, sheet, picture)  # type: ignore[arg-type]  # ids as texts
        envelope = self.sealer.envelopes[headers["X-Envelope"]]
        self.disk.files[name] = Outgoing(name, sealed, envelope, name)
        return name

    def heads(self, sheet: str, question: str) -> list[str]:
        """What nobody replaced, as far as it is known here."""
        here = [said for said in self.disk.copies.values() if (said["sheet"], said["question"]) == (sheet, question)]
        replaced = {base for said in here for base in said["bases"]}
        return [said["id"] for said in here if said["id"] not in replaced]

    # ---- sending

    @property
    def waiting(self) -> list[Outgoing]:
        """Entries that wait, in the order in which they were made."""
        return [out for out in self.disk.outbox.values() if out.fate == "waiting"]

    @property
    def waiting_files(self) -> list[Outgoing]:
        return [out for out in self.disk.files.values() if out.fate == "waiting"]

    def batch(self, entries: Iterable[Outgoing], *also: object) -> Request:
        """A request with entries; an empty one asks for epoch and watermarks."""
        found, nonce = list(entries), uuid4().hex
        envelopes = {out.envelope["id"]: out.envelope for out in found}
        said = {
            "nonce": nonce,
            "epoch": self.disk.epoch or "",
            "envelopes": list(envelopes.values()),
            "entries": [*(out.sealed for out in found), *also],
        }
        headers = {**self._authorization(), "Content-Type": "application/json"}
        self.awaited = nonce
        return Request("entries", headers, json.dumps(said).encode(), nonce, tuple(out.id for out in found))

    def file(self, out: Outgoing) -> Request:
        """A request with a file."""
        assert isinstance(out.sealed, bytes)
        nonce, envelope = uuid4().hex, out.envelope
        place = {"Visit": "visit", "Sheet": "sheet", "Envelope": "id", "Wrapped": "wrapped"}
        headers = {f"X-{name}": envelope[key] for name, key in place.items()}
        self.awaited = nonce
        return Request(f"media/{out.id}", {**self._authorization(), **headers, "X-Nonce": nonce}, out.sealed, nonce)

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Device {self.secrets.id}:{self.secrets.token}"}

    def take(self, request: Request, answer: Answer) -> None:
        """What became of a request. Raises Stranger, Refused, Unreachable; nothing changes then."""
        if answer.status >= 500 or _json(answer.body).get("code") == "damaged":
            raise Unreachable
        told = self._trusted(request, answer)
        if answer.status != 200:
            raise Refused(answer.status)
        self.awaited = None
        if "receipts" in told:
            for receipt in told["receipts"]:
                self._note(self.disk.outbox.get(receipt["id"]), receipt)
            self._follow(told["epoch"], told["watermarks"])
        else:
            self._note(self.disk.files.get(request.path.removeprefix("media/")), told)

    def _trusted(self, request: Request, answer: Answer) -> Json:
        """What stands in an answer, if the server gave it to this request."""
        expected = hmac.new(base64.b64decode(self.secrets.mac_key), answer.body, hashlib.sha256).hexdigest()
        if answer.status != 200:
            code = _json(answer.body).get("code")
            if code is None:
                raise Stranger
            return {}
        if not hmac.compare_digest(answer.headers.get("X-Receipt") or "", expected):
            raise Stranger
        told = _json(answer.body)
        if told.get("nonce") != request.nonce or self.awaited != request.nonce:
            raise Stranger
        return told

    def _note(self, out: Outgoing | None, receipt: Json) -> None:
        if out is None or (receipt["outcome"] != "refused" and receipt["sha256"] != out.sha256):
            return
        number = receipt.get("number")
        out.fate = receipt["outcome"] if number is None else "quarantined"
        out.fate = "stored" if out.fate == "duplicate" else out.fate
        out.seq = receipt["seq"] if number is None else number
        out.message = receipt.get("message", "")

    def _follow(self, epoch: str, marks: dict[str, int]) -> None:
        """In another epoch offer everything again; numbers of one epoch are never compared with those of another."""
        if self.disk.epoch not in {None, epoch}:
            for out in (*self.disk.outbox.values(), *self.disk.files.values()):
                out.fate, out.seq, out.tries = "waiting", None, 0
            self.disk.seq = 0
        else:
            self._drop_passed(self.disk.outbox, marks)
            self._drop_passed(self.disk.files, marks)
        self.disk.epoch = epoch

    def _drop_passed(self, here: dict[str, Outgoing], marks: dict[str, int]) -> None:
        for out in list(here.values()):
            mark = marks.get("quarantine" if out.fate == "quarantined" else self.visit, 0)
            if out.fate in {"stored", "quarantined"} and out.seq is not None and out.seq <= mark:
                self.let_go(here.pop(out.id))

    # ---- a whole round, as the product's own client goes about it

    def send(self, wire: Wire) -> None:
        """Send everything that waits, and learn how far the backups go. Raises what stops it; the rest stays and waits."""
        self._send(wire, [])
        while self.waiting:
            self._send(wire, self.waiting[:BATCH])
        for out in self.waiting_files:
            self._send_file(wire, out)

    def _send(self, wire: Wire, entries: list[Outgoing]) -> None:
        """If the server takes none of a batch, find the entry that it minds."""
        try:
            request = self.batch(entries)
            self.take(request, wire(request))
        except Refused as refused:
            if refused.status not in ABOUT_THE_BATCH or not entries:
                raise
            if len(entries) == 1:
                _mind(entries[0])
                return
            half = len(entries) // 2
            self._send(wire, entries[:half])
            self._send(wire, entries[half:])

    def _send_file(self, wire: Wire, out: Outgoing) -> None:
        try:
            request = self.file(out)
            self.take(request, wire(request))
        except Refused as refused:
            if refused.status not in ABOUT_THE_BATCH:
                raise
            _mind(out)

    def stubborn(self, wire: Wire, most: int = 200) -> int:
        """Try again and again, like a tablet in a bad network; how many rounds failed."""
        for failed in range(most):
            try:
                self.send(wire)
            except (Unreachable, Stranger):
                continue
            if not self.waiting and not self.waiting_files:
                return failed
        raise AssertionError(f"{len(self.waiting)} entries still wait after {most} rounds")

    def damaged(self, out: Outgoing) -> Json:
        """The entry as it must never arrive: one letter of its seal changed."""
        assert isinstance(out.sealed, dict)
        text = out.sealed["sealed"]
        return {**out.sealed, "id": str(uuid4()), "sealed": text[:20] + ("A" if text[20] != "A" else "B") + text[21:]}

    def spoil(self, entry: str) -> None:
        """Something on the disk is not what it was."""
        out = self.disk.outbox[entry]
        self.disk.outbox[entry] = replace(out, sealed=self.damaged(out) | {"id": entry})


def _mind(out: Outgoing) -> None:
    out.tries += 1
    if out.tries >= TRIES:
        out.fate = "parked"


def _json(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
