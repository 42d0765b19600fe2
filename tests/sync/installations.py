"""A whole installation in a folder: the real application over its HTTP interface, its commands, and a clock that can be set."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from checklists import queries as checklists
from monitoring import app as composition
from monitoring.accounts.adapters.sessions import MARK, open_row
from monitoring.accounts.models import Person
from monitoring.core import clock
from monitoring.core.archive.keys import make_identity
from monitoring.core.config import mark_home
from monitoring.core.crypto import KeyStore, read_keyring, safe
from monitoring.core.db import Database
from tests.cli.backup.conftest import Home
from tests.cli.backup.stamps import stamp
from tests.factories import fixed_id, read_world
from tests.field import plan
from tests.sync.tablets import Secrets, Tablet
from tests.sync.wires import Wire, straight

TEAM = ("lead", "member", "doctor")


class Installation:
    """One server. What is asked of it goes through its own pages and interface; what is checked is read from its database."""

    def __init__(self, database: Database, folder: Path, keyring_file: Path) -> None:
        keys = folder / "keys"
        keys.mkdir(mode=0o700, parents=True)
        shutil.copy(keyring_file, keys)
        make_identity(keys / "backup_identity.txt")
        keyring = read_keyring(keys / "keyring.json")
        safe.unlock(keyring, KeyStore(keys / "data_keys.sqlite3", keyring))
        mark_home(folder / "home", "installation")
        stamp(database)
        self.home = Home(folder / "home", keys, database.engine.url.render_as_string(hide_password=False))
        self.database = database
        self.visit = self._plan()
        self._cookies: dict[str, str] = {}
        self.app = self._begin()

    def _plan(self) -> str:
        with self.database.writing() as session, session.begin():
            return str(plan(session, read_world(session)).id)

    def _begin(self) -> Flask:
        checklists._known.clear()
        app = composition.create_app(self.home.settings, database=self.database)
        app.config.update(PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
        return app

    def restart(self) -> None:
        """End the server, and begin it anew: nothing is left but what lies on its disk."""
        self.stop()
        self.database = Database(self.home.database_url)
        self.app = self._begin()

    def stop(self) -> None:
        self.database.engine.dispose()

    @property
    def wire(self) -> Wire:
        """A tablet's way to whatever application runs when it is used."""
        return straight(lambda: self.app)

    # ---- people in front of it

    def ask(self, name: str, method: str, address: str, **more: Any) -> TestResponse:
        """Ask as somebody who is signed in; a session that has ended is begun anew, once."""
        answer = self._ask(name, method, address, **more)
        if answer.status_code == 401 or "/sign-in" in answer.headers.get("Location", ""):
            self._cookies.pop(name, None)
            answer = self._ask(name, method, address, **more)
        return answer

    def forget_session(self, name: str) -> None:
        """Whatever is asked next is asked after a fresh sign-in."""
        self._cookies.pop(name, None)

    def _ask(self, name: str, method: str, address: str, **more: Any) -> TestResponse:
        if name not in self._cookies:
            self._cookies[name] = self._sign_in(name)
        browser = self.app.test_client()
        browser.set_cookie("session", self._cookies[name])
        return browser.open(address, method=method, **more)

    def _sign_in(self, name: str) -> str:
        person = fixed_id(name)
        data = {"_user_id": person.hex, "_fresh": True, "fs_cc": "set", "fs_paa": clock.now().timestamp(), "identity": name}
        return MARK + open_row(self.database, person, data)

    def read(self, name: str, path: str, **more: Any) -> Any:
        """What the tablet's interface tells somebody; None for what does not exist for them."""
        answer = self.ask(name, "GET", f"/tablet/api/{path}", **more)
        if answer.status_code in {401, 403, 404}:
            return None
        assert answer.status_code == 200, answer.text
        return json.loads(answer.get_data())

    def active(self, name: str) -> bool:
        """Whether somebody has access at all."""
        with self.database.reading() as session:
            return bool(session.scalar(select(Person.active).where(Person.id == fixed_id(name))))

    # ---- tablets

    def tablet(self, name: str) -> Tablet:
        """Enrol a tablet of somebody, as its setup does."""
        made = self.ask(name, "POST", "/tablet/api/device", json={"label": "tablet"}).get_json()
        return Tablet(_secrets(made), self.visit, self._recipient(name), made["epoch"])

    def enrol_again(self, name: str, tablet: Tablet) -> bool:
        """A tablet that the server forgot is enrolled under the id that its entries are sealed to; whether that was possible."""
        answer = self.ask(name, "POST", "/tablet/api/device", json={"label": "tablet", "id": tablet.secrets.id})
        if answer.status_code != 200:
            return False
        tablet.enrolled_anew(_secrets(answer.get_json()))
        return True

    def _recipient(self, name: str) -> str:
        with self.database.reading() as session:
            mechanism = session.scalars(select(Person.mechanism_id).where(Person.id == fixed_id(name))).one()
        assert mechanism is not None
        return str(safe.identity(mechanism).to_public())

    # ---- backups

    def restore(self, file: Path) -> None:
        """Put a backup in place of what is here; the server has to be stopped for that."""
        self.stop()
        code, said = self.home.run("restore", file, "--replace")
        assert code == 0, said
        self._cookies.clear()
        self.restart()


def _secrets(made: dict[str, Any]) -> Secrets:
    return Secrets(made["id"], made["token"], made["mac_key"])


@contextmanager
def installed(database: Database, folder: Path, keyring_file: Path) -> Iterator[Installation]:
    """An installation; the keys in use elsewhere are put back afterwards."""
    before = (safe.keyring, safe.store)
    made = Installation(database, folder, keyring_file)
    try:
        yield made
    finally:
        made.stop()
        safe.unlock(*before)


class Clock:
    """The server's clock, set forward and back."""

    def __init__(self) -> None:
        self._true, self.off = clock.now, timedelta()

    def now(self) -> datetime:
        return self._true() + self.off

    @contextmanager
    def hung_up(self) -> Iterator["Clock"]:
        """This clock in place of the true one."""
        clock.now = self.now
        try:
            yield self
        finally:
            clock.now = self._true


def as_uuid(text: str) -> UUID:
    return UUID(text)
