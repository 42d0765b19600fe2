"""What the worker of a tablet does, in Python: envelopes for sheets, entries and files sealed under them, receipts checked."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask.testing import FlaskClient
from pyrage import x25519
from werkzeug.test import TestResponse

OUTSIDE = ("id", "visit", "sheet", "device", "counter")
Json = dict[str, Any]


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Sealer:
    """One device, and the envelopes of the sheets that are open on it."""

    def __init__(self, recipient: str, device: UUID) -> None:
        self.recipient, self.device = x25519.Recipient.from_str(recipient), device
        self._open: dict[tuple[str, str], tuple[Json, bytes]] = {}
        self._sealed: dict[str, Json] = {}
        self.envelopes: dict[str, Json] = {}

    def close(self) -> None:
        """Forget the keys: whatever is opened next gets an envelope of its own."""
        self._open.clear()

    def envelope(self, visit: str, sheet: str, lie: Mapping[str, Any] | None = None) -> tuple[Json, bytes]:
        """The envelope of a sheet and its key; a lie stands inside."""
        if (visit, sheet) not in self._open:
            name, key = str(uuid4()), os.urandom(32)
            place = {"visit": visit, "sheet": sheet, "device": str(self.device)}
            inside = {"v": 1, "envelope": name, **place, "key": base64_of(key), **(lie or {})}
            wrapped = pyrage.encrypt(json.dumps(inside).encode(), [self.recipient])
            self._open[visit, sheet] = ({"id": name, **place, "wrapped": base64_of(wrapped)}, key)
            self.envelopes[name] = self._open[visit, sheet][0]
        return self._open[visit, sheet]

    def entry(self, plain: object) -> object:
        """A plain entry, sealed; the same one again is the same bytes. What is no entry stays as it is."""
        if not isinstance(plain, dict):
            return plain
        text = json.dumps(plain, sort_keys=True)
        if text not in self._sealed:
            envelope, key = self.envelope(str(plain["visit"]), str(plain["sheet"]))
            outside = {name: plain[name] for name in OUTSIDE}
            said = json.dumps({name: value for name, value in plain.items() if name not in OUTSIDE}).encode()
            sealed = seal(key, said, _text(envelope["id"], outside["id"], outside, str(outside["counter"])))
            self._sealed[text] = {"v": 1, "envelope": envelope["id"], **outside, "sealed": base64_of(sealed)}
        return self._sealed[text]

    def batch(self, *entries: object, nonce: str = "n-1", epoch: str = "") -> Json:
        """A whole request."""
        sealed = [self.entry(entry) for entry in entries]
        needed = {entry["envelope"] for entry in sealed if isinstance(entry, dict)}
        return {"nonce": nonce, "epoch": epoch, "envelopes": [self.envelopes[name] for name in needed], "entries": sealed}

    def file(self, visit: UUID, sheet: UUID, content: bytes) -> tuple[str, bytes, dict[str, str]]:
        """A sealed file: its name, its bytes, and the headers beside them."""
        envelope, key = self.envelope(str(visit), str(sheet))
        sealed = seal(key, content, _text(envelope["id"], "media", envelope, ""))
        headers = {
            "X-Visit": str(visit),
            "X-Sheet": str(sheet),
            "X-Envelope": envelope["id"],
            "X-Wrapped": envelope["wrapped"],
            "X-Nonce": "n-2",
        }
        return hashlib.sha256(sealed).hexdigest(), sealed, headers


def _text(envelope: str, thing: str, place: Mapping[str, Any], last: str) -> bytes:
    return f"1|{envelope}|{thing}|{place['visit']}|{place['sheet']}|{place['device']}|{last}".encode()


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


class Wire:
    """A tablet's way to the server: the token in a header, no cookie; an answer that is not the server's own fails."""

    def __init__(self, client: FlaskClient, device: str, token: str, mac_key: str, before: Callable[[], None]) -> None:
        self.client, self.mac_key, self._before = client, base64.b64decode(mac_key), before
        self.headers = {"Authorization": f"Device {device}:{token}"}

    def put(self, path: str, headers: Mapping[str, str] | None = None, **body: Any) -> TestResponse:
        """Any request; what the test prepared is committed first, the server has a session of its own."""
        self._before()
        return self.client.put(f"/tablet/api/{path}", headers={**self.headers, **(headers or {})}, **body)

    def put_entries(self, batch: Json) -> Json:
        return self.checked(self.put("entries", json=batch))

    def put_file(self, name: str, sealed: bytes, headers: Mapping[str, str]) -> Json:
        return self.checked(self.put(f"media/{name}", headers, data=sealed))

    def checked(self, answer: TestResponse) -> Json:
        """The answer, if its receipt is right."""
        assert answer.status_code == 200, (answer.status_code, answer.text)
        expected = hmac.new(self.mac_key, answer.get_data(), hashlib.sha256).hexdigest()
        assert hmac.compare_digest(answer.headers["X-Receipt"], expected)
        found: Json = answer.get_json()
        return found
