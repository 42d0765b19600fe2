"""A database with made-up people and places, and an application on it, outside of any test."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

from flask import Flask
from waitress import create_server

from monitoring import app as composition
from monitoring.accounts.adapters.sessions import MARK, open_row
from monitoring.accounts.models import Person
from monitoring.core.config import Settings, read_settings
from monitoring.core.crypto import KeyStore, new_keyring, safe, write_keyring
from monitoring.core.db import Base, Database
from tests.databases import PostgresMaker, SqliteMaker
from tests.factories import make_world

STARTS_WITHIN = 60
"""Seconds."""


@dataclass(frozen=True)
class Home:
    """One installation for measuring."""

    engine: str
    database: Database
    app: Flask

    def session_of(self, person: Person) -> str:
        """The cookie of somebody who has just signed in."""
        key, now = person.fs_uniquifier, time.time()
        row = {"_user_id": key, "_fresh": True, "fs_cc": "set", "fs_paa": now, "identity": person.email}
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
    server.task_dispatcher.shutdown()
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
        shutil.rmtree(folder, ignore_errors=True)


def _home(engine: str, folder: Path, database: Database) -> Home:
    plain = read_settings({"MONITORING_HOME": str(folder / engine), "MONITORING_KEYS": str(folder)})
    settings = replace(plain, database_url=database.engine.url.render_as_string(hide_password=False))
    app = composition.create_app(settings, database=database)
    app.config.update(WTF_CSRF_ENABLED=False)
    return Home(engine, database, app)


@contextmanager
def demonstration() -> Iterator[Home]:
    """The demonstration in a home of its own, made by the command, and forgotten afterwards."""
    with tempfile.TemporaryDirectory(prefix="monitoring-bench-") as folder:
        environment = {**os.environ, "MONITORING_HOME": folder}
        environment.pop("MONITORING_DATABASE", None)
        command = [sys.executable, "-m", "monitoring.cli", "demo"]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        settings = read_settings({"MONITORING_HOME": folder})
        database = Database(settings.database_url)
        yield Home("SQLite", database, composition.create_app(settings, database))
        database.engine.dispose()


@contextmanager
def serving(home: Home) -> Iterator[str]:
    """The command `monitoring serve` on a home, in a process of its own; the address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    settings: Settings = home.app.config["SETTINGS"]
    environment = {**os.environ, "MONITORING_HOME": str(settings.home), "HOST": "127.0.0.1", "PORT": str(port)}
    environment.pop("MONITORING_DATABASE", None)
    command = [sys.executable, "-m", "monitoring.cli", "serve"]
    with (settings.home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise RuntimeError("the server did not start")
