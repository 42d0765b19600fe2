"""Databases as tests compare them."""

from typing import Any

from alembic import command
from sqlalchemy import select

from monitoring.core.db import Base, Database
from monitoring.migrations import alembic_config


def stamp(database: Database) -> None:
    """Mark a database whose tables the tests made as one that was migrated."""
    config = alembic_config()
    with database.engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.stamp(config, "head")


def everything(database: Database, *, but: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Every row of every table, as typed values, in an order of its own."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in but
        }
