"""The database's history, step by step, and the one call that brings a database up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitoring.core.db import Database

HERE = Path(__file__).parent


def alembic_config() -> Config:
    """Alembic's settings, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config


def upgrade(database: Database) -> None:
    """Bring the schema up to date, all steps in one transaction."""
    config = alembic_config()
    with database.engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the schema is the one this release expects."""
    with database.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_heads()
    return set(have) == set(ScriptDirectory.from_config(alembic_config()).get_heads())
