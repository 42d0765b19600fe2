"""The database's history, step by step, and the one call that brings a database up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from monitoring.core.db import Database
from monitoring.core.errors import Misconfigured

HERE = Path(__file__).parent


def alembic_config() -> Config:
    """Alembic's settings, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config


def upgrade(database: Database) -> None:
    """Bring the schema up to date, all steps in one transaction. Raises Misconfigured when rows miss others that they name."""
    with database.engine.execution_options(write=True).connect() as connection, _checked_at_the_end(connection):
        upgrade_within(connection)


@contextmanager
def _checked_at_the_end(connection: Connection) -> Iterator[None]:
    """A transaction. SQLite changes a table by making it anew, so it checks what rows name only when all is done."""
    lite: Any = connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
    if lite is not None:
        lite.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
            if lite is not None and lite.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise Misconfigured("Rows of the database name others that are not there. Restore a backup; nothing was changed.")
    finally:
        if lite is not None:
            lite.execute("PRAGMA foreign_keys=ON")


def upgrade_within(connection: Connection) -> None:
    """Bring the schema up to date in the caller's transaction."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def newest_revision() -> str:
    """The step that this release expects."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None
    return head


def is_known(revision: str) -> bool:
    """Whether this release can bring a schema of that step up to date."""
    return revision in {step.revision for step in ScriptDirectory.from_config(alembic_config()).walk_revisions()}


def is_current(database: Database) -> bool:
    """Whether the schema is the one this release expects."""
    with database.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_heads()
    return set(have) == {newest_revision()}
