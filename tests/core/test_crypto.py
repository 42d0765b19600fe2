"""Keys: made once, kept where only their owner reads them, changed without losing what they opened, destroyed for good."""

import base64
import json
import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitoring.core import crypto
from monitoring.core.crypto import CannotOpen, Keyring, KeyStore, Safe, new_keyring, read_keyring, safe, write_keyring
from monitoring.core.errors import Misconfigured
from tests.factories import World
from tests.field import plan
from visits.plan.models import Visit

PLAIN = b"The cell is cold (invented)."
KEYRING = new_keyring()


def _with_second_key(keyring: Keyring) -> Keyring:
    return replace(keyring, keys={**keyring.keys, 2: new_keyring().keys[1]}, current=2)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_what_was_sealed_opens_in_its_place_only(plain: bytes, place: str) -> None:
    sealed = KEYRING.encrypt(plain, place)
    assert KEYRING.decrypt(sealed, place) == plain
    with pytest.raises(CannotOpen):
        KEYRING.decrypt(sealed, f"{place}|")


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_anywhere_does_not_open(at: int, by: int) -> None:
    sealed = bytearray(KEYRING.encrypt(PLAIN, "here"))
    sealed[at % len(sealed)] ^= by
    with pytest.raises(CannotOpen):
        KEYRING.decrypt(bytes(sealed), "here")


@pytest.mark.parametrize("length", range(34))
def test_what_is_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(CannotOpen):
        KEYRING.decrypt(KEYRING.encrypt(PLAIN, "here")[:length], "here")


def test_the_same_text_is_never_sealed_the_same_way_twice() -> None:
    assert len({KEYRING.encrypt(PLAIN, "here") for _number in range(1000)}) == 1000


def test_a_new_key_opens_what_the_old_one_sealed_and_seals_what_the_old_one_cannot_open() -> None:
    old_value = KEYRING.encrypt(PLAIN, "here")
    newer = _with_second_key(KEYRING)
    assert newer.decrypt(old_value, "here") == PLAIN
    new_value = newer.encrypt(PLAIN, "here")
    assert (new_value[:5], newer.decrypt(new_value, "here")) == (b"\x01\0\0\0\x02", PLAIN)
    with pytest.raises(CannotOpen):
        KEYRING.decrypt(new_value, "here")


def test_another_installation_opens_nothing() -> None:
    with pytest.raises(CannotOpen):
        new_keyring().decrypt(KEYRING.encrypt(PLAIN, "here"), "here")


def test_keys_for_different_purposes_differ() -> None:
    assert len({KEYRING.derive(purpose) for purpose in ("cookies", "throttle", "recovery codes", "passphrases")}) == 4
    assert KEYRING.derive("cookies") == KEYRING.derive("cookies")


def test_a_value_moved_to_another_row_or_column_does_not_open(session: Session, world: World) -> None:
    first, second = plan(session, world), plan(session, world)
    session.commit()
    sealed = session.execute(select(Visit._plan).where(Visit.id == first.id)).scalar_one()
    assert b"isolator" not in sealed
    session.execute(update(Visit).where(Visit.id == second.id).values(_plan=sealed))
    session.commit()
    session.expire_all()
    with pytest.raises(CannotOpen):
        session.get_one(Visit, second.id).plan  # noqa: B018  (reading it is what fails)
    assert session.get_one(Visit, first.id).plan["facility_id"] == str(world.places["isolator"].id)
    with pytest.raises(CannotOpen):
        safe.keyring.decrypt(sealed, f"visits|note|{first.id}")


# The file of the keyring.


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keyring.json"


def test_the_keyring_survives_its_file_and_only_its_owner_reads_it(file: Path) -> None:
    keyring = _with_second_key(KEYRING)
    write_keyring(file, keyring)
    assert read_keyring(file) == keyring
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_keyring_is_never_overwritten(file: Path) -> None:
    write_keyring(file, KEYRING)
    with pytest.raises(FileExistsError):
        write_keyring(file, new_keyring())
    assert read_keyring(file) == KEYRING


def test_new_keyrings_never_repeat() -> None:
    made = [new_keyring() for _number in range(50)]
    assert len({key for ring in made for key in (*ring.keys.values(), ring.audit_key, ring.secret_key)}) == 150


def test_a_missing_keyring_says_what_to_do(file: Path) -> None:
    with pytest.raises(Misconfigured, match="Run 'monitoring init' for a new installation, or put the saved keyring back"):
        read_keyring(file)


def _written(file: Path, **changes: object) -> Path:
    write_keyring(file, KEYRING)
    data = json.loads(file.read_text()) | changes
    file.chmod(0o600)
    file.write_text(json.dumps({name: value for name, value in data.items() if value is not ...}))
    return file


def _key(content: bytes) -> str:
    return base64.b64encode(content).decode()


GUESSABLE = {
    "short": os.urandom(16),
    "empty": b"",
    "zeros": bytes(32),
    "a word over and over": (b"change-me" * 4)[:32],
    "typed": b"correct horse battery staple 123",
    "long": os.urandom(33),
}


@pytest.mark.parametrize("name", GUESSABLE)
@pytest.mark.parametrize("place", ["keys", "audit_key", "secret_key"])
def test_a_key_that_is_short_or_guessable_is_refused(file: Path, place: str, name: str) -> None:
    weak = _key(GUESSABLE[name])
    _written(file, **{place: {"1": weak} if place == "keys" else weak})
    with pytest.raises(Misconfigured, match="short or guessable"):
        read_keyring(file)


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": ...}, {"keys": []}, {"keys": {}}, {"keys": {"one": _key(os.urandom(32))}}, {"current": 7}, {"current": "x"},
        {"current": None}, {"audit_key": "not base64!"}, {"secret_key": None},
    ],
)  # fmt: skip
def test_a_damaged_keyring_says_what_to_do(file: Path, changes: dict[str, object]) -> None:
    _written(file, **changes)
    with pytest.raises(Misconfigured, match=r"damaged\. Put the saved copy back"):
        read_keyring(file)


@pytest.mark.parametrize("content", ["", "{", "[]", "7", '"text"', "null"])
def test_a_file_that_is_no_keyring_says_what_to_do(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(Misconfigured, match=r"damaged\. Put the saved copy back"):
        read_keyring(file)


def test_nothing_runs_before_the_keys_were_read() -> None:
    for read in (lambda: Safe().keyring, lambda: Safe().store):
        with pytest.raises(Misconfigured):
            read()


# The store of data keys.


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "data_keys.sqlite3", KEYRING)


def test_each_subject_has_one_key_of_its_own(store: KeyStore) -> None:
    first, second = uuid4(), uuid4()
    assert store.key_for(first) == store.key_for(first) == store.existing_key(first)
    assert store.key_for(second) != store.key_for(first)


def test_two_who_ask_at_once_get_the_same_key(store: KeyStore) -> None:
    subject = uuid4()
    with ThreadPoolExecutor(8) as at_once:
        assert len(set(at_once.map(store.key_for, [subject] * 32))) == 1


def test_a_key_that_was_never_made_opens_nothing(store: KeyStore) -> None:
    with pytest.raises(CannotOpen):
        store.existing_key(uuid4())


def test_a_destroyed_key_is_gone_for_good(store: KeyStore, tmp_path: Path) -> None:
    subject, other = uuid4(), uuid4()
    key, kept = store.key_for(subject), store.key_for(other)
    sealed = crypto.seal(key, PLAIN, b"here")
    wrapped = _wrapped(tmp_path, subject)
    store.destroy(subject)
    with pytest.raises(CannotOpen):
        store.existing_key(subject)
    assert store.existing_key(other) == kept
    assert not any(wrapped in path.read_bytes() for path in tmp_path.iterdir())
    with pytest.raises(CannotOpen):
        crypto.unseal(store.key_for(subject), sealed, b"here")


def _wrapped(folder: Path, subject: object) -> bytes:
    connection = sqlite3.connect(folder / "data_keys.sqlite3")
    try:
        return bytes(connection.execute("SELECT wrapped FROM data_keys WHERE id = ?", (str(subject),)).fetchone()[0])
    finally:
        connection.close()


def test_data_keys_lie_wrapped_and_cannot_change_places(store: KeyStore, tmp_path: Path) -> None:
    subject, other = uuid4(), uuid4()
    key = store.key_for(subject)
    store.key_for(other)
    assert key not in (tmp_path / "data_keys.sqlite3").read_bytes()
    connection = sqlite3.connect(tmp_path / "data_keys.sqlite3")
    with connection:
        connection.execute("UPDATE data_keys SET wrapped = ? WHERE id = ?", (_wrapped(tmp_path, subject), str(other)))
    connection.close()
    with pytest.raises(CannotOpen):
        store.existing_key(other)


def test_data_keys_open_after_the_master_key_changed(store: KeyStore, tmp_path: Path) -> None:
    subject = uuid4()
    key = store.key_for(subject)
    assert KeyStore(tmp_path / "data_keys.sqlite3", _with_second_key(KEYRING)).existing_key(subject) == key


def test_without_the_keyring_the_store_opens_nothing(store: KeyStore, tmp_path: Path) -> None:
    subject = uuid4()
    store.key_for(subject)
    with pytest.raises(CannotOpen):
        KeyStore(tmp_path / "data_keys.sqlite3", new_keyring()).existing_key(subject)
