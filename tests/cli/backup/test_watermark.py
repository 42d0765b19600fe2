"""The watermark: up to where tablets may let their sealed copies go. Only a verified backup of this history raises it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from monitoring.audit.models import AuditRow
from monitoring.audit.queries import verify
from monitoring.core import clock, installation
from monitoring.core.crypto import safe
from monitoring.core.db import Database, table_of
from monitoring.core.installation import Installation
from tests.cli.backup.conftest import Home
from tests.cli.backup.test_backup import cut_off
from tests.factories import World
from tests.field import plan
from visits.plan.models import Visit
from visits.sheets.models import Device

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@dataclass
class Fieldwork:
    """A visit and a tablet, and how far they have come."""

    database: Database
    visit: Visit
    device: Device

    def goes_on(self, seq: int, quarantined: int) -> None:
        """More has come in."""
        with self.database.writing() as session, session.begin():
            visits, devices = table_of(Visit), table_of(Device)
            session.execute(update(visits).where(visits.c.id == self.visit.id).values(last_seq=seq))
            session.execute(update(devices).where(devices.c.id == self.device.id).values(last_quarantined=quarantined))

    @property
    def marks(self) -> tuple[int, int]:
        """The visit's watermark and the tablet's."""
        with self.database.reading() as session:
            visit, device = session.get_one(Visit, self.visit.id), session.get_one(Device, self.device.id)
            return visit.backed_up_seq, device.backed_up_quarantined

    @property
    def noted(self) -> datetime | None:
        """When the newest verified backup was made."""
        with self.database.reading() as session:
            return installation.current(session).backed_up_at


@pytest.fixture
def fieldwork(database: Database, session: Session, world: World) -> Fieldwork:
    visit = plan(session, world)
    device = Device(person_id=world.lead.id, label="invented", enrolled_at=clock.now(), last_counter=0)
    session.add(device)
    session.commit()
    return Fieldwork(database, visit, device)


def test_a_backup_raises_the_watermark_only_when_it_was_verified(home: Home, fieldwork: Fieldwork) -> None:
    fieldwork.goes_on(7, 2)
    file = home.made()
    assert (fieldwork.marks, fieldwork.noted) == ((0, 0), None)
    fieldwork.goes_on(9, 3)
    code, said = home.run("verify", file)
    assert (code, "Noted" in said) == (0, True)
    assert fieldwork.marks == (7, 2)
    assert fieldwork.noted is not None
    with fieldwork.database.reading() as session:
        assert session.query(AuditRow).order_by(AuditRow.number.desc()).first().event == "backup.verified"
        assert verify(session, safe.keyring.audit_key).intact


def test_an_older_backup_never_lowers_it(home: Home, fieldwork: Fieldwork) -> None:
    fieldwork.goes_on(7, 2)
    older = home.made("older.age")
    fieldwork.goes_on(9, 3)
    home.backed_up("newer.age")
    newest = fieldwork.noted
    assert home.run("verify", older)[0] == 0
    assert (fieldwork.marks, fieldwork.noted) == ((9, 3), newest)


@only_sqlite
def test_a_backup_that_cannot_be_trusted_raises_nothing(home: Home, fieldwork: Fieldwork) -> None:
    fieldwork.goes_on(7, 2)
    file = home.made()
    cut_off(file)
    assert home.run("verify", file)[0] == 1
    assert (fieldwork.marks, fieldwork.noted) == ((0, 0), None)


@only_sqlite
def test_a_backup_of_another_epoch_raises_nothing(home: Home, fieldwork: Fieldwork) -> None:
    fieldwork.goes_on(7, 2)
    file = home.made()
    with fieldwork.database.writing() as session, session.begin():
        session.get_one(Installation, installation.ONLY).epoch = installation.new_epoch()
    code, said = home.run("verify", file)
    assert (code, "of another time" in said) == (0, True)
    assert (fieldwork.marks, fieldwork.noted) == ((0, 0), None)


@only_sqlite
def test_a_database_that_was_put_back_by_other_means_is_recognised(home: Home, fieldwork: Fieldwork) -> None:
    """A machine's snapshot put back: the same epoch, but another history since. Its numbers mean other entries."""
    place = home.settings.database_url.removeprefix("sqlite:///")
    fieldwork.goes_on(3, 1)
    with closing(sqlite3.connect(place)) as running, closing(sqlite3.connect(":memory:")) as snapshot:
        running.backup(snapshot)
        fieldwork.goes_on(7, 2)
        backup = home.made()
        snapshot.backup(running)
    fieldwork.goes_on(8, 2)
    code, said = home.run("verify", backup)
    assert (code, "of another time" in said) == (0, True)
    assert (fieldwork.marks, fieldwork.noted) == ((0, 0), None)


@only_sqlite
def test_on_another_machine_there_is_nothing_to_note(home: Home, empty_home: Home, fieldwork: Fieldwork) -> None:
    fieldwork.goes_on(7, 2)
    file = home.made()
    code, said = empty_home.run("verify", file)
    assert (code, "no database here" in said) == (0, True)
    assert not (empty_home.folder / "monitoring.sqlite3").exists()
    assert fieldwork.marks == (0, 0)
