"""Whole databases, copied: out of a running one into a file, and out of such a file into an empty one.

SQLite gives its pages, PostgreSQL its rows as one moment saw them; both end up in the same kind of file.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, Insert, Select, Table, Text, bindparam, cast, insert, select
from sqlalchemy.schema import AddConstraint, DropConstraint

from monitoring.core.archive.streams import Damaged
from monitoring.core.db import Base, Database

ROWS_AT_ONCE = 200
HISTORY = "alembic_version"
"""The table of the schema's history: not among the rooms' tables, and made by whoever makes the schema."""

MakeSchema = Callable[[Database], None]


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """A copy in a file, as a database; afterwards it is one file again."""
    database = Database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.engine.dispose()
        _fold(path)


def snapshot(database: Database, path: Path, make_schema: MakeSchema) -> None:
    """Copy the whole database, as one moment saw it, into a new SQLite file; nobody who writes has to wait."""
    if database.engine.dialect.name == "sqlite":
        _copy_pages(database, path)
        return
    with opened(path) as copy:
        make_schema(copy)
        with database.engine.connect() as plain, _unchecked(copy) as target:
            source = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with source.begin():
                copy_rows(source, target)


def _copy_pages(database: Database, path: Path) -> None:
    assert database.engine.url.database is not None
    copy_file(Path(database.engine.url.database), path)


def copy_file(source: Path, path: Path) -> None:
    """Copy an SQLite file that others write to, as one moment saw it."""
    with closing(sqlite3.connect(source)) as running, closing(sqlite3.connect(path)) as copy:
        running.backup(copy)
    _fold(path)


def _fold(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _unchecked(copy: Database) -> Iterator[Connection]:
    """A writing connection to a new SQLite file that takes rows in any order."""
    with copy.engine.execution_options(write=True).connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]  # sqlite3's
        with connection.begin():
            yield connection


def fill(source: Path, target: Connection) -> None:
    """Copy a file's rows into a schema on PostgreSQL that is there and empty, in the caller's transaction."""
    keys = [key for table in Base.metadata.sorted_tables for key in table.foreign_key_constraints]
    for key in keys:
        target.execute(DropConstraint(key))
    with opened(source) as copy, copy.engine.connect() as rows:
        copy_rows(rows, target)
    for key in keys:
        target.execute(AddConstraint(key))


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy the rows of every room's tables, typed; JSON goes over as the text that it is."""
    for table in Base.metadata.sorted_tables:
        writing = _writing(table, target)
        found = source.execute(_reading(table), execution_options={"yield_per": ROWS_AT_ONCE})
        for rows in found.mappings().partitions():
            target.execute(writing, [{f"p_{name}": value for name, value in row.items()} for row in rows])


def _reading(table: Table) -> Select[Any]:
    return select(*(cast(c, Text).label(c.name) if isinstance(c.type, JSON) else c for c in table.columns))


def _writing(table: Table, target: Connection) -> Insert:
    typed = target.dialect.name != "sqlite"
    values: dict[str, Any] = {}
    for column in table.columns:
        is_json = isinstance(column.type, JSON)
        given = bindparam(f"p_{column.name}", type_=Text() if is_json else column.type)
        values[column.name] = cast(given, column.type) if is_json and typed else given
    return insert(table).values(values)


def counts(path: Path) -> dict[str, int]:
    """How many rows each table of a file holds."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def check(path: Path) -> None:
    """Ask SQLite itself whether a file is whole and every row that another names is there. Raises Damaged."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            said = [text for (text,) in connection.execute("PRAGMA integrity_check")]
            if said != ["ok"]:
                raise Damaged(f"the database in it is damaged: {said[0]}")
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
            if orphans is not None:
                raise Damaged(f"a row of {orphans[0]} names a row of {orphans[2]} that is not there")
    except sqlite3.DatabaseError as error:
        raise Damaged(f"the database in it cannot be read: {error}") from error
