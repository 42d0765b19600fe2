"""`doctor`: each thing that is missing or misconfigured is said in plain words, and the exit code tells a script."""

import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from monitoring.cli import doctor
from monitoring.core import clock
from monitoring.core.installation import note_verified
from monitoring.core.jobs import Job
from monitoring.tablet.adapters import built_assets
from tests.cli.conftest import Outcome, Shell

pytestmark = pytest.mark.xdist_group("cli")


@pytest.fixture
def installation(installation: Shell) -> Shell:
    """A backup of it was just verified (that this is asked for: tests/cli/backup)."""
    with installation.session() as session, session.begin():
        note_verified(session, clock.now())
    return installation


def _problem(shell: Shell) -> str:
    """The one thing that the doctor finds."""
    told: Outcome = shell.run("doctor")
    assert told.code == 1, told.said
    first, *rest = told.said.splitlines()
    assert rest == ["1 to put right."], told.said
    assert first.startswith("- ")
    assert first.endswith((".", "'"))
    return first


def test_a_healthy_installation_is_well(staffed: Shell) -> None:
    assert staffed.run("doctor") == Outcome(0, "All is well.\n")


def test_a_healthy_demonstration_is_well(demonstration: Shell) -> None:
    assert demonstration.run("doctor") == Outcome(0, "All is well.\n")


def test_no_home(shell: Shell) -> None:
    assert "does not exist. Run 'monitoring init', or set MONITORING_HOME" in _problem(shell)


def test_no_keyring(staffed: Shell) -> None:
    (staffed.home / "keys" / "keyring.json").unlink()
    assert "no keyring" in _problem(staffed)


def test_a_damaged_keyring(staffed: Shell) -> None:
    keyring = staffed.home / "keys" / "keyring.json"
    keyring.chmod(0o600)
    keyring.write_text("{")
    told = staffed.run("doctor")
    assert (told.code, "damaged. Put the saved copy back" in told.said) == (2, True)


@pytest.mark.parametrize(("name", "mode"), [("keyring.json", "400"), ("data_keys.sqlite3", "600")])
def test_keys_that_others_can_read(staffed: Shell, name: str, mode: str) -> None:
    (staffed.home / "keys" / name).chmod(0o644)
    said = _problem(staffed)
    assert "Other users of this machine can read" in said
    assert f"chmod {mode}" in said


def test_a_full_disk(staffed: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")(10, 9, 1)  # noqa: PYI024
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert "Less than 500 MB are free" in _problem(staffed)


def test_a_client_that_was_not_built(staffed: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(doctor.BUILT, tmp_path / "build")
    page = built_assets()["page"]
    (tmp_path / "build" / page).unlink()
    monkeypatch.setattr(doctor, "BUILT", tmp_path / "build")
    said = _problem(staffed)
    assert f"{page} is missing. Run 'make build'" in said


def test_a_database_that_is_not_there_or_from_before(staffed: Shell) -> None:
    (staffed.home / "monitoring.sqlite3").unlink()
    assert "not up to date. Run 'monitoring load'" in _problem(staffed)


def test_a_database_that_is_no_database(staffed: Shell) -> None:
    for path in staffed.home.glob("monitoring.sqlite3*"):
        path.unlink()
    (staffed.home / "monitoring.sqlite3").write_text("this is no database, " * 500)
    assert "cannot be opened" in _problem(staffed)


def test_a_database_server_that_does_not_run(staffed: Shell) -> None:
    staffed.settings["MONITORING_DATABASE"] = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    assert "Check MONITORING_DATABASE" in _problem(staffed)


def test_a_trail_that_was_changed_from_outside(staffed: Shell) -> None:
    with staffed.session() as session, session.begin():
        session.execute(text("DROP TRIGGER audit_rows_no_update"))
        session.execute(text("UPDATE audit_rows SET event = 'accounts.nothing'"))
    assert "its chain is broken" in _problem(staffed)


def test_nobody_who_administers(installation: Shell) -> None:
    assert "Nobody can sign in as administrator. Run 'monitoring add-person'" in _problem(installation)


@pytest.mark.parametrize(
    ("tries", "due", "said"), [(4, timedelta(hours=1), "failed several times"), (0, -timedelta(hours=1), "nobody does them")]
)
def test_jobs_that_nobody_gets_done(staffed: Shell, tries: int, due: timedelta, said: str) -> None:
    with staffed.session() as session, session.begin():
        session.add(Job(name="reports.pdf", payload={}, due_at=clock.now() + due, tries=tries, last_error="x"))
    assert said in _problem(staffed)


def test_jobs_that_are_on_their_way_are_no_problem(staffed: Shell) -> None:
    with staffed.session() as session, session.begin():
        session.add(Job(name="reports.pdf", payload={}, due_at=clock.now(), tries=0, last_error=""))
        session.add(Job(name="reports.pdf", payload={}, due_at=clock.now() + timedelta(minutes=1), tries=2, last_error="x"))
    assert staffed.run("doctor").code == 0


def test_open_to_others_without_tls(staffed: Shell) -> None:
    staffed.settings.update(HOST="0.0.0.0", MONITORING_BASE_URL="http://monitoring.example.org")
    assert "Set MONITORING_BASE_URL to an https address" in _problem(staffed)


def test_several_things_at_once_are_all_said(staffed: Shell) -> None:
    (staffed.home / "keys" / "keyring.json").chmod(0o444)
    (staffed.home / "monitoring.sqlite3").unlink()
    staffed.settings.update(HOST="0.0.0.0", MONITORING_BASE_URL="http://monitoring.example.org")
    told = staffed.run("doctor")
    assert (told.code, told.said.count("\n- "), "3 to put right." in told.said) == (1, 2, True)


def test_looking_changes_nothing(staffed: Shell) -> None:
    before = {path: path.read_bytes() for path in staffed.home.rglob("*") if path.is_file() and "-shm" not in path.name}
    staffed.run("doctor")
    after = {path: path.read_bytes() for path in staffed.home.rglob("*") if path.is_file() and "-shm" not in path.name}
    assert after == before
