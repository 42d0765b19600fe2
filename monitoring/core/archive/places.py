"""Putting what a backup holds into place, so that an interruption leaves the old state or the new one, never half of each.

Files that people handed in have random names and never change: new ones are laid beside the old ones first. Then the
database takes its place in one step. Only after that are files put right that differ or belong to nothing any more; the
old state was linked into a folder of its own before.
"""

import filecmp
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from monitoring.core.archive.streams import sync_folder
from monitoring.core.archive.tables import HISTORY
from monitoring.core.db import Base
from monitoring.core.errors import Misconfigured

BESIDE = ("-wal", "-shm")
IN_USE = "The database is in use. Stop the server and the worker, then run this again; nothing was changed."


def keep_aside(thing: Path, aside: Path) -> None:
    """Let a file or a folder also stand in `aside`, without moving it."""
    if thing.is_dir():
        shutil.copytree(thing, aside / thing.name, copy_function=_link)
    elif thing.exists():
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        _link(thing, aside / thing.name)


def _link(source: Path | str, target: Path | str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk without links
        shutil.copy2(source, target)


def add_files(new: Path, folder: Path) -> None:
    """Lay the files of `new` that `folder` does not have into it."""
    for file in _files(new):
        place = folder / file.relative_to(new)
        if not place.exists():
            _move(file, place)


def align_files(new: Path, folder: Path) -> None:
    """Replace the files of `folder` that still differ from those left in `new`."""
    for file in _files(new):
        place = folder / file.relative_to(new)
        if not filecmp.cmp(file, place, shallow=False):
            _move(file, place)


def remove_others(names: frozenset[str], folder: Path) -> None:
    """Take out of a folder what is not named; it stands aside."""
    for file in _files(folder):
        if str(file.relative_to(folder)) not in names:
            file.unlink()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _move(file: Path, place: Path) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.replace(place)
    sync_folder(place.parent)


def close_file(path: Path) -> None:
    """Make a SQLite database that nobody uses one file. Raises Misconfigured while somebody does."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=2)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    except sqlite3.OperationalError as error:
        raise Misconfigured(IN_USE) from error
    except sqlite3.DatabaseError:
        return  # it is damaged: that is why a backup is restored


def swap_file(new: Path, path: Path, aside: Path | None) -> None:
    """Put a SQLite file in another's place, in one step; the other stands in `aside` then, `new` where it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ready = path.with_name(f"{path.name}.part")
    shutil.copyfile(new, ready)
    ready.chmod(0o600)
    with ready.open("rb") as file:
        os.fsync(file.fileno())
    for ending in ("", *BESIDE):
        if aside is not None:
            keep_aside(path.with_name(path.name + ending), aside)
    for ending in BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)
    ready.replace(path)
    sync_folder(path.parent)


def tables_of(connection: Connection) -> list[str]:
    """Which of our tables there are."""
    ours = {table.name for table in Base.metadata.sorted_tables} | {HISTORY}
    return sorted(ours & set(inspect(connection).get_table_names()))


def move_tables(connection: Connection, schema: str) -> None:
    """Move our tables on PostgreSQL, and the functions of their triggers, into a schema of their own."""
    tables = tables_of(connection)
    connection.execute(text("SET LOCAL lock_timeout = '30s'"))
    connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    functions = connection.execute(_FUNCTIONS, {"tables": tables}).scalars().all()
    for table in tables:
        connection.execute(text(f'ALTER TABLE "{table}" SET SCHEMA "{schema}"'))
    for function in functions:
        connection.execute(text(f'ALTER FUNCTION {function} SET SCHEMA "{schema}"'))


_FUNCTIONS = text(
    """SELECT DISTINCT t.tgfoid::regprocedure::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:tables)"""
)
