"""Keys and authenticated encryption: a keyring outside the database, and a store of data keys beside it.

A value is `version | key id (4 bytes) | nonce (12 bytes) | AES-256-GCM ciphertext`; what it belongs to
(table, column, row) is authenticated with it, so that a value moved to another row does not open.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyrage import x25519

from monitoring.core.errors import Misconfigured

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"
ASCII_END = 128
"""Random keys have bytes of this size and above; what somebody typed has none."""
_HEAD = 1 + 4


class CannotOpen(Exception):
    """The value was made with another key, for another place, or was changed."""


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypt with a random 96-bit nonce; `context` must be given again to open."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Decrypt what `seal` made. Raises CannotOpen."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


@dataclass(frozen=True)
class Keyring:
    """The master keys of an installation: the current one encrypts, all of them open."""

    keys: Mapping[int, bytes]
    current: int
    audit_key: bytes
    secret_key: bytes

    def encrypt(self, plain: bytes, context: str) -> bytes:
        """Seal under the current key; the key's number stands in the value."""
        head = VERSION + self.current.to_bytes(4)
        return head + seal(self.keys[self.current], plain, head + context.encode())

    def decrypt(self, value: bytes, context: str) -> bytes:
        """Open a value. Raises CannotOpen."""
        head, key = value[:_HEAD], self.keys.get(int.from_bytes(value[1:_HEAD]))
        if key is None:
            raise CannotOpen
        return unseal(key, value[_HEAD:], head + context.encode())

    def derive(self, purpose: str) -> bytes:
        """A key of its own for one purpose, made from the secret key."""
        return hmac.new(self.secret_key, purpose.encode(), hashlib.sha256).digest()


def new_keyring() -> Keyring:
    """Fresh random keys."""
    return Keyring({1: secrets.token_bytes(KEY_BYTES)}, 1, secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Write the keyring to a file that only its owner reads; an existing file is never overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(
        {
            "keys": {str(number): _encode(key) for number, key in keyring.keys.items()},
            "current": keyring.current,
            "audit_key": _encode(keyring.audit_key),
            "secret_key": _encode(keyring.secret_key),
        },
        indent=1,
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_keyring(path: Path) -> Keyring:
    """Read the keyring. Raises Misconfigured with what to do."""
    if not path.exists():
        raise Misconfigured(
            f"There is no keyring at {path}. Run 'monitoring init' for a new installation, or put the saved keyring back."
        )
    try:
        data = json.loads(path.read_text())
        keys = {int(number): _decode(key) for number, key in data["keys"].items()}
        keyring = Keyring(keys, int(data["current"]), _decode(data["audit_key"]), _decode(data["secret_key"]))
        keyring.keys[keyring.current]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Misconfigured(f"The keyring at {path} is damaged. Put the saved copy back.") from error
    except OSError as error:
        raise Misconfigured(
            f"The keyring at {path} cannot be read: {error.strerror}. Run this as the user who owns it."
        ) from error
    _refuse_weak(keyring, path)
    return keyring


def _refuse_weak(keyring: Keyring, path: Path) -> None:
    for key in (*keyring.keys.values(), keyring.audit_key, keyring.secret_key):
        typed = all(byte < ASCII_END for byte in key)
        if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 2 or typed:
            raise Misconfigured(f"A key in {path} is short or guessable. Run 'monitoring init' in a new home to make good ones.")


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _random_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


class KeyStore:
    """Data keys by the id of what they open, in a file beside the database; a destroyed key is gone for good.

    Each key is kept wrapped by the keyring. Writes happen in a transaction of their own, before the content
    they protect is committed: a key without content does no harm, content without a key would be lost.
    """

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path, self._keyring = path, keyring
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS data_keys (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL)")

    def key_for(self, subject: UUID, make: Callable[[], bytes] = _random_key) -> bytes:
        """The subject's key, made at the first call."""
        with self._connection() as connection:
            fresh = self._keyring.encrypt(make(), f"data_keys|{subject}")
            connection.execute("INSERT OR IGNORE INTO data_keys VALUES (?, ?)", (str(subject), fresh))
            return self._unwrap(connection, subject)

    def existing_key(self, subject: UUID) -> bytes:
        """The subject's key. Raises CannotOpen when it was destroyed or never made."""
        with self._connection() as connection:
            return self._unwrap(connection, subject)

    def destroy(self, subject: UUID) -> None:
        """Destroy the key: what it protected can no longer be read, here or in a backup."""
        with self._connection() as connection:
            connection.execute("DELETE FROM data_keys WHERE id = ?", (str(subject),))

    def count(self) -> int:
        """How many keys there are."""
        with self._connection() as connection:
            return int(connection.execute("SELECT count(*) FROM data_keys").fetchone()[0])

    def open_all(self) -> int:
        """Try every key; how many there are. Raises CannotOpen when one does not open."""
        with self._connection() as connection:
            subjects = [UUID(subject) for (subject,) in connection.execute("SELECT id FROM data_keys")]
            for subject in subjects:
                self._unwrap(connection, subject)
        return len(subjects)

    def _unwrap(self, connection: sqlite3.Connection, subject: UUID) -> bytes:
        row = connection.execute("SELECT wrapped FROM data_keys WHERE id = ?", (str(subject),)).fetchone()
        if row is None:
            raise CannotOpen
        return self._keyring.decrypt(row[0], f"data_keys|{subject}")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level="IMMEDIATE")
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
            with connection:
                yield connection
        finally:
            connection.close()


class Safe:
    """The keyring and the key store of the running process, put in place once by the composition root."""

    def __init__(self) -> None:
        self._keyring: Keyring | None = None
        self._store: KeyStore | None = None

    def unlock(self, keyring: Keyring, store: KeyStore) -> None:
        """Put the keys in place."""
        self._keyring, self._store = keyring, store

    @property
    def keyring(self) -> Keyring:
        """The keyring. Raises Misconfigured before `unlock`."""
        if self._keyring is None:
            raise Misconfigured("The keyring has not been read yet.")
        return self._keyring

    def identity(self, mechanism_id: UUID) -> x25519.Identity:
        """The private age key of a mechanism, made at the first call; tablets seal to its public half."""
        text = self.store.key_for(mechanism_id, lambda: str(x25519.Identity.generate()).encode())
        return x25519.Identity.from_str(text.decode())

    @property
    def store(self) -> KeyStore:
        """The key store. Raises Misconfigured before `unlock`."""
        if self._store is None:
            raise Misconfigured("The key store has not been opened yet.")
        return self._store


safe = Safe()
