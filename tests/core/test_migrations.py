"""A database made step by step is the one that the models describe, on both engines, with what guards the trail."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monitoring.audit import operations
from monitoring.audit.rules import Event
from monitoring.core.db import Base, Database
from monitoring.migrations import is_current, upgrade


@pytest.fixture
def empty(database: Database, tmp_path) -> Iterator[Database]:
    """A database with nothing in it."""
    if database.engine.dialect.name == "sqlite":
        yield Database(f"sqlite:///{tmp_path}/empty with a space.sqlite3")
        return
    name = f"empty_{uuid4().hex}"
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = Database(database.engine.url.set(database=name).render_as_string(hide_password=False))
    yield made
    made.engine.dispose()


def test_the_steps_lead_to_what_the_models_say(empty: Database) -> None:
    assert not is_current(empty)
    upgrade(empty)
    assert is_current(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_taking_the_steps_again_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    operations.record_now(empty, None, _Probe.HAPPENED, "", None)
    upgrade(empty)
    with empty.reading() as reading:
        assert reading.execute(text("SELECT count(*) FROM audit_rows")).scalar_one() == 1


class _Probe(Event):
    HAPPENED = "probe.happened"


@pytest.mark.parametrize("statement", ["UPDATE audit_rows SET count = 7", "DELETE FROM audit_rows"])
def test_the_trail_is_guarded_in_a_database_made_by_steps(empty: Database, statement: str) -> None:
    upgrade(empty)
    operations.record_now(empty, None, _Probe.HAPPENED, "", None)
    with empty.writing() as session, pytest.raises(DBAPIError, match="audit trail is never"):
        session.execute(text(statement))
