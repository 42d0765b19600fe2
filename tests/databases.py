"""Fresh databases for tests: SQLite files copied from a template, PostgreSQL databases cloned from one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, text

from monitoring.core.db import Database

POSTGRES_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
ENGINES = ["sqlite", "postgresql"] if POSTGRES_PROGRAMS else ["sqlite"]

Fill = Callable[[Database], None]


class SqliteMaker:
    """Copies a filled file for each test."""

    def __init__(self, folder: Path, fill: Fill) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite3"
        database = Database(f"sqlite:///{self._template}")
        fill(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.engine.dispose()

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        path = self._folder / f"{uuid4().hex}.sqlite3"
        shutil.copyfile(self._template, path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.engine.dispose()
        for leftover in self._folder.glob(f"{path.name}*"):
            leftover.unlink()


class PostgresMaker:
    """Runs a server of its own in a temporary folder and clones a filled database for each test."""

    def __init__(self, fill: Fill, *, durable: bool = False) -> None:
        self._programs = POSTGRES_PROGRAMS[-1]
        self._folder = Path(tempfile.mkdtemp(prefix="monitoring-pg-"))
        as_root = os.geteuid() == 0
        self._owner: dict[str, Any] = {"user": "postgres", "extra_groups": []} if as_root else {}
        if as_root:
            shutil.chown(self._folder, "postgres")
        data = str(self._folder / "data")
        self._run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", data)
        fsync = "on" if durable else "off"
        options = f"-k {self._folder} -c listen_addresses='' -c fsync={fsync} -c max_connections=60"
        self._run("pg_ctl", "-D", data, "-w", "-o", options, "-l", str(self._folder / "log"), "start")
        self._admin = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        self._sql("CREATE DATABASE template_of_tests")
        database = Database(self._url("template_of_tests"))
        fill(database)
        database.engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._owner)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def _sql(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        name = f"test_{uuid4().hex}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE template_of_tests")
        database = Database(self._url(name))
        yield database
        database.engine.dispose()
        self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        self._admin.dispose()
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)
