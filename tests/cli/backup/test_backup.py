"""Backups of a working server, and what `verify` says of whole and of damaged ones."""

import base64
import io
import json
import os
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from uuid import uuid4

import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import func, select

from monitoring.accounts import operations as accounts
from monitoring.accounts.models import Person
from monitoring.accounts.operations import NewPerson
from monitoring.accounts.rules import Country, Role
from monitoring.audit.models import AuditRow
from monitoring.cli.backup.contents import DATABASE, manifest_key
from monitoring.core import clock
from monitoring.core.archive.keys import read_identities
from monitoring.core.archive.parcels import MAC, MANIFEST, Manifest, pack, unpack
from monitoring.core.archive.streams import sealing
from monitoring.core.archive.tables import opened
from monitoring.core.db import Database
from monitoring.core.installation import current
from monitoring.media.adapters import relative_place, store
from monitoring.media.models import MediaFile
from tests.cli.backup.conftest import Home
from tests.cli.backup.stamps import everything

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
WRITERS = 4


def add_somebody(database: Database) -> None:
    """Two tables in one transaction: a person, and the row of the trail that says so."""
    new = NewPerson(f"{uuid4().hex}@example.org", "Somebody (invented)", Country.KZ, frozenset({Role.MONITOR}))
    with database.writing() as session, session.begin():
        accounts.add_person(session, None, new, "not a passphrase")


def add_picture(home: Home, database: Database) -> MediaFile:
    """A file that people handed in, and its row."""
    names = [store(home.settings.media, f"invented {n}".encode()) for n in range(2)]
    row = MediaFile(
        subject_id=uuid4(), sha256="0" * 64, kind="jpeg", bytes_received=1, width=1, height=1, stored_by=uuid4(),
        stored_at=clock.now(), original_name=names[0], served_name=names[1],
    )  # fmt: skip
    with database.writing() as session, session.begin():
        session.add(row)
    return row


def test_a_backup_made_while_four_people_write_is_of_one_moment(home: Home, database: Database) -> None:
    add_somebody(database)
    enough, started = Event(), [Event() for _ in range(WRITERS)]

    def write(mine: Event) -> int:
        written = 0
        while not enough.is_set():
            add_somebody(database)
            mine.set()
            written += 1
        return written

    with ThreadPoolExecutor(WRITERS) as people:
        working = [people.submit(write, mine) for mine in started]
        try:
            assert all(mine.wait(60) for mine in started)
            file = home.made()
        finally:
            enough.set()
        written = sum(done.result() for done in working)
    code, said = home.run("verify", file)
    assert code == 0, said
    folder = home.folder.parent / "opened"
    unpack(file, read_identities(home.keys / "backup_identity.txt"), folder, manifest_key())
    with opened(folder / DATABASE) as copy, copy.reading() as session:
        added = session.scalar(select(func.count()).where(AuditRow.event == "accounts.person_added"))
        there = session.scalar(select(func.count()).where(Person.name == "Somebody (invented)"))
    assert WRITERS < added == there <= written + 1


@only_sqlite
def test_any_age_tool_and_any_tar_opens_it_and_no_key_of_the_keyring_is_inside(home: Home, database: Database) -> None:
    picture = add_picture(home, database)
    (home.folder / "public" / "KZ").mkdir(parents=True)
    (home.folder / "public" / "KZ" / "a-report.pdf").write_bytes(b"%PDF invented")
    file = home.made()
    sealed = file.read_bytes()
    plain = pyrage.decrypt(sealed, read_identities(home.keys / "backup_identity.txt"))
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        names = tar.getnames()
        told = json.load(tar.extractfile(MANIFEST))
    assert set(names) == {
        DATABASE, MANIFEST, MAC, "public/KZ/a-report.pdf",
        *(f"media/{relative_place(name)}" for name in (picture.original_name, picture.served_name)),
    }  # fmt: skip
    assert {"epoch", "revision", "rows", "visits", "devices", "audit_number", "audit_mac"} <= told["told"].keys()
    keyring = json.loads((home.keys / "keyring.json").read_text())
    for secret in (keyring["audit_key"], keyring["secret_key"], *keyring["keys"].values()):
        for form in (secret.encode(), base64.b64decode(secret)):
            assert form not in plain
    assert b"example.org" in plain
    assert b"example.org" not in sealed


@only_sqlite
def test_only_its_owner_reads_it_and_nothing_unfinished_stays(home: Home) -> None:
    file = home.made()
    assert sorted(path.name for path in file.parent.iterdir()) == ["backup.age", "key-store.age"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}
    assert not list(home.folder.glob("unfinished-*"))


@only_sqlite
def test_what_a_killed_backup_left_behind_is_gone_with_the_next(home: Home) -> None:
    left = home.folder / "unfinished-killed"
    left.mkdir()
    (left / DATABASE).write_bytes(b"invented")
    (home.folder.parent / "elsewhere").mkdir()
    (home.folder.parent / "elsewhere" / "backup.age.part").write_bytes(b"invented")
    file = home.backed_up()
    assert not left.exists()
    assert not file.with_name("backup.age.part").exists()


@only_sqlite
def test_a_backup_that_exists_is_overwritten_only_when_asked(home: Home) -> None:
    file = home.made()
    before = file.read_bytes()
    code, said = home.run("backup", file)
    assert (code, file.read_bytes()) == (2, before)
    assert "--force" in said
    assert home.run("backup", file, "--force")[0] == 0
    assert file.read_bytes() != before


@only_sqlite
def test_a_missing_picture_stops_the_backup_and_the_one_before_stays(home: Home, database: Database) -> None:
    picture = add_picture(home, database)
    file = home.made()
    before = {path.name: path.read_bytes() for path in file.parent.iterdir()}
    place = relative_place(picture.original_name)
    (home.settings.media / place).unlink()
    code, said = home.run("backup", file, "--force")
    assert code == 2
    assert place in said
    assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == before


@only_sqlite
def test_without_a_place_to_write_it_says_so(home: Home) -> None:
    code, said = home.run("backup", home.folder / "no" / "such" / "folder.age")
    assert code == 2
    assert "could not be written" in said


def test_a_full_disk_is_noticed_while_sealing() -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="No space left"),
        sealing(full, _somebody()) as stream,
    ):
        stream.write(os.urandom(1 << 20))


@only_sqlite
def test_an_institution_keeps_the_private_half_elsewhere(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = home.folder.parent / "stick.txt"
    other = x25519.Identity.generate()
    identity.write_text(f"# kept by the institution\n{other}\n")
    (home.keys / "backup_identity.txt").unlink()
    assert home.run("backup", home.folder.parent / "x.age")[0] == 2
    monkeypatch.setenv("MONITORING_BACKUP_RECIPIENT", str(other.to_public()))
    file = home.made()
    assert home.run("verify", file)[0] == 2
    assert home.run("verify", file, "--identity", identity)[0] == 0
    monkeypatch.setenv("MONITORING_BACKUP_RECIPIENT", "age1nonsense")
    code, said = home.run("backup", home.folder.parent / "x.age")
    assert code == 2
    assert "MONITORING_BACKUP_RECIPIENT" in said


def _somebody() -> x25519.Recipient:
    return x25519.Identity.generate().to_public()


def flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1000])


def write_nonsense(file: Path) -> None:
    file.write_bytes(b"This is not a backup (invented).\n" * 100)


def take_nothing_but_the_name(file: Path) -> None:
    file.write_bytes(b"")


@only_sqlite
@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (flip_a_byte, "changed or cut off"),
        (cut_off, "changed or cut off"),
        (write_nonsense, "not a sealed file"),
        (take_nothing_but_the_name, "not a sealed file"),
    ],
)
def test_a_damaged_file_is_not_trusted(home: Home, harm: Callable[[Path], None], sentence: str) -> None:
    file = home.made()
    harm(file)
    code, said = home.run("verify", file)
    assert code == 1
    assert sentence in said
    assert "can be trusted" not in said


@only_sqlite
def test_a_wrong_key_opens_nothing(home: Home) -> None:
    file = home.made()
    other = home.folder.parent / "other.txt"
    other.write_text(f"{x25519.Identity.generate()}\n")
    code, said = home.run("verify", file, "--identity", other)
    assert code == 1
    assert "no key opens it" in said


@only_sqlite
def test_what_is_no_key_is_called_so(home: Home) -> None:
    file = home.made()
    for name, text in (("a.txt", "hello\n"), ("b.txt", "# nothing\n")):
        (home.folder.parent / name).write_text(text)
        assert home.run("verify", file, "--identity", home.folder.parent / name)[0] == 2
    assert home.run("verify", file, "--identity", home.folder.parent / "missing.txt")[0] == 2
    assert home.run("verify", file.with_name("missing.age"))[0] == 2


class Forger:
    """Opens a backup, changes what is in it, and seals it again; `fitting` makes the manifest say the same."""

    def __init__(self, home: Home) -> None:
        self.home, self.file = home, home.made()
        self.folder = home.folder.parent / "forged"
        self.key = manifest_key()
        identities = read_identities(home.keys / "backup_identity.txt")
        self.recipient = identities[0].to_public()
        self.manifest: Manifest = unpack(self.file, identities, self.folder, self.key)
        (self.folder / MANIFEST).unlink()
        (self.folder / MAC).unlink()

    def sql(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.folder / DATABASE)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def seal(self, *, fitting: bool = True) -> tuple[int, str]:
        """Seal it with a manifest that fits, or with the old one; what `verify` says."""
        self.file.unlink()
        members = [(path.relative_to(self.folder).as_posix(), path) for path in sorted(self.folder.rglob("*")) if path.is_file()]
        if fitting:
            with pack(self.file, self.recipient, members, self.manifest.made_at, self.manifest.told, self.key):
                pass
        else:
            self._seal_with_the_old_manifest(members)
        return self.home.run("verify", self.file)

    def _seal_with_the_old_manifest(self, members: list[tuple[str, Path]]) -> None:
        said = Manifest(self.manifest.made_at, self.manifest.members, self.manifest.told)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("monitoring.core.archive.parcels.Manifest", lambda *_: said)
            with pack(self.file, self.recipient, members, said.made_at, said.told, self.key):
                pass


@only_sqlite
def test_a_missing_an_added_and_a_changed_member_are_named(home: Home, database: Database) -> None:
    picture = add_picture(home, database)
    place = f"media/{relative_place(picture.original_name)}"
    forger = Forger(home)
    kept = (forger.folder / place).read_bytes()
    (forger.folder / place).write_bytes(kept + b"x")
    assert forger.seal(fitting=False) == (1, f"backup.age cannot be trusted: a member is not what was packed: {place}.\n")
    (forger.folder / place).unlink()
    assert forger.seal(fitting=False) == (1, f"backup.age cannot be trusted: a member is missing: {place}.\n")
    (forger.folder / place).write_bytes(kept)
    (forger.folder / "more.txt").write_text("invented")
    code, said = forger.seal(fitting=False)
    assert (code, "more.txt" in said) == (1, True)


@only_sqlite
def test_a_file_sealed_by_somebody_without_the_keyring_is_not_trusted(home: Home) -> None:
    forger = Forger(home)
    forger.key = b"a key that somebody made up"
    code, said = forger.seal()
    assert code == 1
    assert "another keyring" in said


@only_sqlite
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM sign_in_attempts", "number of rows is not what it was: sign_in_attempts"),
        ("DELETE FROM mechanisms", "names a row of mechanisms that is not there"),
    ],
)
def test_rows_that_are_gone_are_noticed(home: Home, database: Database, statement: str, sentence: str) -> None:
    with database.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("INSERT INTO sign_in_attempts VALUES ('invented', 1, 1)")
    forger = Forger(home)
    forger.sql(statement)
    code, said = forger.seal()
    assert code == 1
    assert sentence in said


@only_sqlite
def test_a_changed_audit_trail_and_a_shortened_one_are_noticed(home: Home, database: Database) -> None:
    add_somebody(database)
    forger = Forger(home)
    forger.sql("DROP TRIGGER audit_rows_no_update", "UPDATE audit_rows SET event = 'nothing.happened' WHERE number = 1")
    code, said = forger.seal()
    assert (code, "broken at row 1" in said) == (1, True)


@only_sqlite
def test_a_picture_that_is_gone_or_does_not_open_is_noticed(home: Home, database: Database) -> None:
    picture = add_picture(home, database)
    place = f"media/{relative_place(picture.original_name)}"
    forger = Forger(home)
    flip_a_byte(forger.folder / place)
    code, said = forger.seal()
    assert (code, "a file does not open" in said) == (1, True)
    (forger.folder / place).unlink()
    code, said = forger.seal()
    assert (code, f"a file that the database names is missing: {place}" in said) == (1, True)


@only_sqlite
def test_a_database_that_is_no_database_is_noticed(home: Home) -> None:
    forger = Forger(home)
    with (forger.folder / DATABASE).open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096 * 4))
    code, said = forger.seal()
    assert code == 1
    assert "the database in it" in said


@only_sqlite
def test_a_newer_release_is_named(home: Home) -> None:
    forger = Forger(home)
    forger.manifest = Manifest(forger.manifest.made_at, forger.manifest.members, {**forger.manifest.told, "revision": "9999"})
    code, said = forger.seal()
    assert (code, "newer release" in said) == (1, True)


@only_sqlite
def test_a_path_that_leads_out_is_refused(home: Home) -> None:
    forger = Forger(home)
    forger.file.unlink()
    escape = [("../../escaped.txt", forger.folder / DATABASE)]
    with pack(forger.file, forger.recipient, escape, forger.manifest.made_at, forger.manifest.told, forger.key):
        pass
    code, said = home.run("verify", forger.file)
    assert (code, "no backup holds" in said) == (1, True)
    assert not list(home.folder.parent.rglob("escaped.txt"))


@only_sqlite
def test_the_key_store_must_be_there_and_be_at_least_as_new(home: Home) -> None:
    older = home.made("older.age")
    keys = older.with_name("key-store.age")
    saved = keys.read_bytes()
    newer = home.made("newer.age")
    assert home.run("verify", older)[0] == 0
    keys.write_bytes(saved)
    code, said = home.run("verify", newer)
    assert (code, "is older than the backup" in said) == (1, True)
    flip_a_byte(keys)
    assert home.run("verify", newer)[0] == 1
    keys.unlink()
    code, said = home.run("verify", newer)
    assert (code, "the key store is missing" in said) == (1, True)
    elsewhere = home.folder.parent / "carried.age"
    home.run("backup", newer, "--force")
    keys.rename(elsewhere)
    assert home.run("verify", newer, "--key-store", elsewhere)[0] == 0


def test_a_verified_backup_equals_the_database_row_for_row(home: Home, database: Database) -> None:
    for _ in range(3):
        add_somebody(database)
    file = home.made()
    folder = home.folder.parent / "opened"
    unpack(file, read_identities(home.keys / "backup_identity.txt"), folder, manifest_key())
    with opened(folder / DATABASE) as copy:
        assert everything(copy) == everything(database)


@only_sqlite
def test_the_doctor_asks_for_a_verified_backup(home: Home, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No backup was verified yet" in home.run("doctor")[1]
    file = home.made()
    assert "No backup was verified yet" in home.run("doctor")[1]
    home.run("verify", file)
    assert "backup" not in home.run("doctor")[1]
    with database.reading() as session:
        made_at = current(session).backed_up_at
    monkeypatch.setattr(clock, "now", lambda: made_at + (made_at - made_at.replace(year=made_at.year - 1)))
    assert f"The newest verified backup is of {made_at:%Y-%m-%d %H:%M} UTC" in home.run("doctor")[1]


@only_sqlite
def test_the_doctor_asks_for_a_key_that_only_its_owner_reads(home: Home) -> None:
    identity = home.keys / "backup_identity.txt"
    identity.chmod(0o644)
    assert f"chmod 400 '{identity}'" in home.run("doctor")[1]
    identity.unlink()
    assert "There is no backup key yet" in home.run("doctor")[1]
