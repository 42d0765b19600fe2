"""A database with made-up people and places, and an application on it, outside of any test."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

from flask import Flask
from waitress import create_server

from monitoring import app as composition
from monitoring.accounts.adapters.sessions import MARK, open_row
from monitoring.accounts.models import Person
from monitoring.core.config import read_settings
from monitoring.core.crypto import KeyStore, new_keyring, safe, write_keyring
from monitoring.core.db import Base, Database
from tests.databases import PostgresMaker, SqliteMaker
from tests.factories import make_world


@dataclass(frozen=True)
class Home:
    """One installation for measuring."""

    engine: str
    database: Database
    app: Flask

    def session_of(self, person: Person) -> str:
        """The cookie of somebody who is signed in."""
        row = {"_user_id": person.fs_uniquifier, "_fresh": True, "fs_cc": "set", "identity": person.email}
        return MARK + open_row(self.database, person.id, row)


@contextmanager
def served(app: Flask) -> Iterator[HTTPConnection]:
    """The application behind a real server, and a connection to it that stays open."""
    server = create_server(app, host="127.0.0.1", port=0)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.effective_port)
    yield connection
    connection.close()
    server.close()


def _fill(database: Database) -> None:
    Base.metadata.create_all(database.engine)
    with database.writing() as session, session.begin():
        make_world(session)


@contextmanager
def homes() -> Iterator[list[Home]]:
    """The same installation on SQLite and on PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="monitoring-bench-"))
    keyring = new_keyring()
    write_keyring(folder / "keyring.json", keyring)
    safe.unlock(keyring, KeyStore(folder / "data_keys.sqlite3", keyring))
    postgres = PostgresMaker(_fill, durable=True)
    try:
        with SqliteMaker(folder, _fill).fresh() as sqlite, postgres.fresh() as server:
            yield [_home("SQLite", folder, sqlite), _home("PostgreSQL", folder, server)]
    finally:
        postgres.stop()


def _home(engine: str, folder: Path, database: Database) -> Home:
    plain = read_settings({"MONITORING_HOME": str(folder / engine), "MONITORING_KEYS": str(folder)})
    settings = replace(plain, database_url=database.engine.url.render_as_string(hide_password=False))
    app = composition.create_app(settings, database=database)
    app.config.update(WTF_CSRF_ENABLED=False)
    return Home(engine, database, app)
