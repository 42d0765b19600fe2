"""What every test may ask for: a database of its own, people of every role, an application, and clients signed in."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from monitoring import app as composition
from monitoring.accounts.adapters.sessions import MARK, open_row
from monitoring.accounts.models import Person
from monitoring.core.config import Settings, read_settings
from monitoring.core.crypto import KeyStore, new_keyring, safe, write_keyring
from monitoring.core.db import Base, Database
from tests.databases import ENGINES, PostgresMaker, SqliteMaker
from tests.factories import World, make_world, read_world
from tests.stories import Story, make_story

hypothesis.settings.register_profile("house", deadline=None)  # a loaded machine is no wrong answer
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", default=None, help="folder for the pictures of the walk")
    parser.addoption("--long", action="store_true", help="run the long tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out unless they were asked for; journeys share one served demonstration."""
    if not config.getoption("--long"):
        items[:] = [item for item in items if item.get_closest_marker("long") is None]
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("journeys"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests count and the seeds of their stories (`record_property("said", ...)`) stand at the end of every run."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    lines = [str(value) for report in reports for name, value in report.user_properties if name == "said"]
    if lines:
        terminalreporter.section("counts and seeds")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def keyring_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    keyring = new_keyring()
    write_keyring(folder / "keyring.json", keyring)
    safe.unlock(keyring, KeyStore(folder / "data_keys.sqlite3", keyring))
    return folder / "keyring.json"


def _fill(database: Database) -> None:
    Base.metadata.create_all(database.engine)
    with database.writing() as session, session.begin():
        make_world(session)


@pytest.fixture(scope="session")
def sqlite_maker(tmp_path_factory: pytest.TempPathFactory, keyring_file: Path) -> SqliteMaker:
    return SqliteMaker(tmp_path_factory.mktemp("sqlite"), _fill)


@pytest.fixture(scope="session")
def postgres_maker(keyring_file: Path) -> Iterator[PostgresMaker]:
    maker = PostgresMaker(_fill)
    yield maker
    maker.stop()


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of this test's own, with the world of made-up people and places in it."""
    maker = request.getfixturevalue("sqlite_maker" if request.param == "sqlite" else "postgres_maker")
    with maker.fresh() as fresh:
        yield fresh


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session; what it does not commit is gone at the end."""
    with database.writing() as opened:
        yield opened


@pytest.fixture
def world(session: Session) -> World:
    """Made-up mechanisms, people and places in three countries; nothing is held open while pages write."""
    found = read_world(session)
    session.commit()
    return found


@pytest.fixture
def settings(tmp_path: Path, keyring_file: Path, database: Database) -> Settings:
    """Settings of an installation in a folder of its own (not a demonstration)."""
    address = database.engine.url.render_as_string(hide_password=False)
    plain = read_settings({"MONITORING_HOME": str(tmp_path), "MONITORING_KEYS": str(keyring_file.parent)})
    return replace(plain, database_url=address)


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """The whole application on this test's database; forged requests are refused only where a test asks for it."""
    built = composition.create_app(settings, database=database)
    built.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    return built


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def as_(app: Flask, database: Database) -> Callable[[Person], FlaskClient]:
    """A browser in which a person is signed in."""

    def signed_in(person: Person) -> FlaskClient:
        browser = app.test_client()
        fresh = {
            "_user_id": person.fs_uniquifier,
            "_fresh": True,
            "fs_cc": "set",
            "fs_paa": time.time(),
            "identity": person.email,
        }
        browser.set_cookie("session", MARK + open_row(database, person.id, fresh))
        return browser

    return signed_in


@pytest.fixture
def count_sql(database: Database) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the SQL statements that run inside it."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_conn, _cursor, statement, _parameters, _context, _many) -> None:
            statements.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        yield statements
        event.remove(database.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def tell(session: Session, world: World) -> Callable[..., Story]:
    """Makes stories: visits that are over and decided, ready to be reported; `interviews` says how many people spoke."""
    return partial(make_story, session, world)


@pytest.fixture
def story(tell: Callable[..., Story]) -> Story:
    """One of them."""
    return tell()
