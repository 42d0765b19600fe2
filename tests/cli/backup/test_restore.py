"""Restoring: everything as it was, in either kind of database, whole or not at all, and in an epoch of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import pytest
from sqlalchemy import func, inspect, select, text

from monitoring.accounts.adapters.sessions import open_row
from monitoring.accounts.models import WebSession
from monitoring.audit.models import AuditRow
from monitoring.audit.queries import verify
from monitoring.core import installation
from monitoring.core.archive import places, tables
from monitoring.core.crypto import CannotOpen, new_keyring, safe, write_keyring
from monitoring.core.db import Database
from monitoring.core.occupancy import staying_in
from monitoring.media.adapters import load
from tests.cli.backup.conftest import Home
from tests.cli.backup.stamps import everything
from tests.cli.backup.test_backup import add_picture, add_somebody
from tests.cli.backup.test_watermark import Fieldwork, fieldwork
from tests.databases import POSTGRES_PROGRAMS
from tests.factories import World

__all__ = ["fieldwork"]

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
CHANGED_BY_RESTORING = ("installation", "audit_rows", "audit_head", "web_sessions", "visits", "devices")


@pytest.fixture
def blank_postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a PostgreSQL database without a table."""
    if not POSTGRES_PROGRAMS:
        pytest.skip("no PostgreSQL here")
    with request.getfixturevalue("postgres_maker").fresh() as fresh:
        with fresh.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        yield fresh.engine.url.render_as_string(hide_password=False)


@only_sqlite
def test_from_sqlite_to_postgresql_and_back_every_row_is_equal(
    home: Home, empty_home: Home, blank_postgres: str, database: Database, fieldwork: Fieldwork, tmp_path: Path
) -> None:
    add_picture(home, database)
    fieldwork.goes_on(7, 2)
    there = Home(empty_home.folder, empty_home.keys, blank_postgres)
    code, said = there.run("restore", home.made())
    assert code == 0, said
    assert everything(there.database, but=CHANGED_BY_RESTORING) == everything(database, but=CHANGED_BY_RESTORING)
    back = Home(tmp_path / "third", there.keys, f"sqlite:///{tmp_path / 'third' / 'back.sqlite3'}")
    (there.keys / "data_keys.sqlite3").unlink()
    file = there.made("from_postgresql.age")
    code, said = back.run("restore", file)
    assert code == 0, said
    assert everything(back.database, but=CHANGED_BY_RESTORING) == everything(database, but=CHANGED_BY_RESTORING)
    for again in (there, back):
        assert again.run("load")[0] == 0
        add_somebody(again.database)
        with again.database.reading() as session:
            assert verify(session, safe.keyring.audit_key).intact


def test_restoring_begins_an_epoch_with_the_backup_as_its_first_verified_one(
    home: Home, empty_home: Home, database: Database, fieldwork: Fieldwork, world: World
) -> None:
    open_row(database, world.lead.id, {})
    fieldwork.goes_on(7, 2)
    file = home.made()
    code, said = empty_home.run("restore", file)
    assert code == 0, said
    with database.reading() as before, empty_home.database.reading() as session:
        old, new = installation.current(before), installation.current(session)
        assert new.epoch != old.epoch
        assert None not in {new.restored_at, new.verified_at}
        assert f"{new.backed_up_at:%Y-%m-%d %H:%M}" in said
        assert verify(session, safe.keyring.audit_key).intact
        assert session.scalars(select(AuditRow).order_by(AuditRow.number.desc())).first().event == "backup.restored"
        assert session.scalar(select(func.count()).where(WebSession.revoked_at.is_(None))) == 0
    assert Fieldwork(empty_home.database, fieldwork.visit, fieldwork.device).marks == (7, 2)
    assert "backup" not in empty_home.run("doctor")[1]


@only_sqlite
def test_pictures_and_published_files_come_back(home: Home, empty_home: Home, database: Database) -> None:
    picture = add_picture(home, database)
    page = home.folder / "public" / "KZ" / "a-report.pdf"
    page.parent.mkdir(parents=True)
    page.write_bytes(b"%PDF invented")
    assert empty_home.run("restore", home.made())[0] == 0
    assert load(empty_home.settings.media, picture.served_name) == b"invented 1"
    assert (empty_home.folder / "public" / "KZ" / "a-report.pdf").read_bytes() == b"%PDF invented"
    assert not list(empty_home.folder.glob("before-restore-*"))


def test_what_is_here_is_never_overwritten_unasked_and_kept_when_asked(home: Home, database: Database) -> None:
    kept = add_picture(home, database)
    file = home.made()
    later = add_picture(home, database)
    add_somebody(database)
    later_state = everything(database)
    database.engine.dispose()
    code, said = home.run("restore", file)
    assert (code, "--replace" in said) == (2, True)
    assert everything(database) == later_state
    database.engine.dispose()
    code, said = home.run("restore", file, "--replace")
    assert code == 0, said
    assert len(everything(home.database)["people"]) == len(later_state["people"]) - 1
    assert load(home.settings.media, kept.served_name) == b"invented 1"
    assert not (home.settings.media / later.served_name[:2] / later.served_name).exists()
    (aside,) = home.folder.glob("before-restore-*")
    assert load(aside / "media", later.served_name) == b"invented 1"
    assert str(aside) in said
    assert _rows_kept_aside(home, aside) == len(later_state["people"])


def _rows_kept_aside(home: Home, aside: Path) -> int:
    if home.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(aside / Path(home.database_url).name)) as connection:
            return int(connection.execute("SELECT count(*) FROM people").fetchone()[0])
    with home.database.engine.connect() as connection:
        schema = aside.name.replace("-", "_")
        assert "people" in inspect(connection).get_table_names(schema)
        return int(connection.execute(text(f'SELECT count(*) FROM "{schema}".people')).scalar_one())


class Interrupted(BaseException):
    """The power went."""


def break_off(*_arguments: object) -> None:
    raise Interrupted


def restore_until(home: Home, file: Path, where: ModuleType, name: str) -> None:
    """Restore, and let the power go where a step begins."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, break_off)
        with pytest.raises(Interrupted):
            home.run("restore", file, "--replace")


POINTS = {
    "sqlite": [(places, "add_files"), (places, "swap_file"), (places, "sync_folder")],
    "postgresql": [(places, "move_tables"), (tables, "fill"), (tables, "AddConstraint")],
}


@pytest.mark.parametrize("point", range(3))
def test_an_interrupted_restore_leaves_the_old_state(home: Home, database: Database, point: int) -> None:
    add_picture(home, database)
    file = home.made()
    later = add_picture(home, database)
    before = everything(database)
    database.engine.dispose()
    where, name = POINTS[database.engine.dialect.name][point]
    restore_until(home, file, where, name)
    assert everything(database) == before
    assert load(home.settings.media, later.served_name) == b"invented 1"
    database.engine.dispose()
    assert home.run("restore", file, "--replace")[0] == 0


@only_sqlite
def test_an_interruption_after_the_one_step_leaves_the_new_state_whole(home: Home, database: Database) -> None:
    kept = add_picture(home, database)
    file = home.made()
    later = add_picture(home, database)
    add_somebody(database)
    people = len(everything(database)["people"])
    database.engine.dispose()
    restore_until(home, file, places, "align_files")
    assert len(everything(home.database)["people"]) == people - 1
    assert load(home.settings.media, kept.served_name) == b"invented 1"
    (aside,) = home.folder.glob("before-restore-*")
    assert load(aside / "media", later.served_name) == b"invented 1"


@only_sqlite
def test_while_a_server_runs_nothing_is_restored(home: Home, database: Database) -> None:
    file = home.made()
    before = everything(database)
    with staying_in(home.folder):
        code, said = home.run("restore", file, "--replace")
        assert (code, "still runs" in said) == (2, True)
    with database.reading() as session:
        session.execute(text("SELECT 1"))
        code, said = home.run("restore", file, "--replace")
        assert (code, "in use" in said) == (2, True)
    assert everything(database) == before


@only_sqlite
def test_a_damaged_database_is_replaced_and_kept(home: Home, database: Database) -> None:
    add_somebody(database)
    file = home.made()
    whole = everything(database, but=CHANGED_BY_RESTORING)
    database.engine.dispose()
    place = Path(home.database_url.removeprefix("sqlite:///"))
    place.write_bytes(b"damaged" * 10_000)
    code, said = home.run("restore", file, "--replace")
    assert code == 0, said
    assert everything(home.database, but=CHANGED_BY_RESTORING) == whole
    (aside,) = home.folder.glob("before-restore-*")
    assert (aside / place.name).read_bytes() == b"damaged" * 10_000


@only_sqlite
def test_a_damaged_picture_is_put_right(home: Home, database: Database) -> None:
    picture = add_picture(home, database)
    file = home.made()
    (home.settings.media / picture.served_name[:2] / picture.served_name).write_bytes(b"damaged")
    database.engine.dispose()
    assert home.run("restore", file, "--replace")[0] == 0
    assert load(home.settings.media, picture.served_name) == b"invented 1"


@only_sqlite
def test_a_destroyed_key_stays_destroyed_in_every_backup(home: Home, empty_home: Home, database: Database) -> None:
    sheet, other = uuid4(), uuid4()
    key, _ = safe.store.key_for(sheet), safe.store.key_for(other)
    old = home.backed_up("old.age")
    safe.store.destroy(sheet)
    home.made("newer.age")
    code, said = empty_home.run("restore", old)
    assert code == 0, said
    assert len(safe.store.existing_key(other)) == len(key)
    with pytest.raises(CannotOpen):
        safe.store.existing_key(sheet)


@only_sqlite
def test_a_key_store_in_place_is_newer_than_any_copy(home: Home, database: Database) -> None:
    sheet, other, later = uuid4(), uuid4(), uuid4()
    for one in (sheet, other):
        safe.store.key_for(one)
    file = home.backed_up()
    safe.store.destroy(sheet)
    safe.store.key_for(later)
    database.engine.dispose()
    code, said = home.run("restore", file, "--replace")
    assert (code, "what it forgot stays forgotten" in said) == (0, True)
    assert safe.store.existing_key(later)
    with pytest.raises(CannotOpen):
        safe.store.existing_key(sheet)
    database.engine.dispose()
    assert home.run("restore", file, "--replace", "--key-store", file.with_name("key-store.age"))[0] == 0
    assert safe.store.existing_key(sheet)
    assert len(list(home.folder.glob("before-restore-*/data_keys.sqlite3"))) == 1


@only_sqlite
@pytest.mark.parametrize("missing", ["key-store.age", "keyring.json", "backup_identity.txt"])
def test_without_its_keys_nothing_is_restored(home: Home, empty_home: Home, missing: str) -> None:
    file = home.made()
    for place in (file.with_name(missing), empty_home.keys / missing):
        place.unlink(missing_ok=True)
    code, said = empty_home.run("restore", file)
    assert code != 0
    assert missing in said or "keyring" in said
    assert not (empty_home.folder / "monitoring.sqlite3").exists()


@only_sqlite
def test_another_installations_keyring_does_not_do(home: Home, tmp_path: Path) -> None:
    file = home.made()
    other = Home(tmp_path / "second", tmp_path / "second" / "keys", f"sqlite:///{tmp_path / 'second' / 'db.sqlite3'}")
    write_keyring(other.keys / "keyring.json", new_keyring())
    code, said = other.run("restore", file, "--identity", home.keys / "backup_identity.txt")
    assert (code, "another keyring" in said) == (1, True)


@only_sqlite
def test_an_installation_never_becomes_a_demonstration(home: Home, empty_home: Home) -> None:
    file = home.made()
    empty_home.folder.mkdir(parents=True)
    (empty_home.folder / "home.json").write_text('{"kind": "demonstration"}')
    code, said = empty_home.run("restore", file)
    assert (code, "can never become" in said) == (2, True)
    assert not (empty_home.folder / "monitoring.sqlite3").exists()


@only_sqlite
def test_a_new_installation_has_a_backup_key_that_only_its_owner_reads(tmp_path: Path, home: Home) -> None:
    fresh = Home(tmp_path / "fresh", tmp_path / "fresh" / "keys", f"sqlite:///{tmp_path / 'fresh' / 'db.sqlite3'}")
    code, said = fresh.run("init")
    identity = fresh.keys / "backup_identity.txt"
    assert (code, str(identity) in said, "another building" in said) == (0, True, True)
    assert identity.stat().st_mode & 0o777 == 0o400
    first = identity.read_text()
    assert fresh.run("init")[0] == 0
    assert identity.read_text() == first
    fresh.backed_up()
