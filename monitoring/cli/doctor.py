"""Say in plain words what is missing or misconfigured."""

import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import exists, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person, PersonRole
from monitoring.accounts.rules import Role
from monitoring.app import open_home
from monitoring.audit import queries as audit
from monitoring.core import clock, templating
from monitoring.core.catalogues import TRANSLATED
from monitoring.core.config import Settings, settings_from_environment
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from monitoring.core.jobs import Job
from monitoring.migrations import is_current

SPACE_NEEDED = 500_000_000
USUAL_TRIES = 3
USUAL_WAIT = timedelta(minutes=10)
BUILT = Path(templating.HERE) / "static" / "build"


@click.command()
def doctor() -> None:
    """Check this installation; exit code 1 when something must be done."""
    problems = list(_problems(settings_from_environment()))
    for problem in problems:
        click.echo(f"- {problem}")
    if problems:
        click.echo(f"{len(problems)} to put right.")
        raise SystemExit(1)
    click.echo("All is well.")


def _problems(settings: Settings) -> Iterator[str]:
    if not settings.home.is_dir():
        yield f"The home folder {settings.home} does not exist. Run 'monitoring init', or set MONITORING_HOME."
        return
    if not settings.keyring_file.exists():
        yield f"There is no keyring at {settings.keyring_file}. Run 'monitoring init', or put the saved copy back."
        return
    yield from _files(settings)
    yield from _database(open_home(settings))
    if not settings.on_loopback and not settings.secure_cookies:
        yield "It listens beyond this machine but its address is not https. Set MONITORING_BASE_URL to an https address."


def _files(settings: Settings) -> Iterator[str]:
    for file, mode in ((settings.keyring_file, "400"), (settings.key_store_file, "600")):
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield f"Other users of this machine can read {file}. Run: chmod {mode} '{file}'"
    if shutil.disk_usage(settings.home).free < SPACE_NEEDED:
        yield "Less than 500 MB are free on the disk of the home folder. Make room, or photos will be refused."
    catalogues = [templating.TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo" for language in TRANSLATED]
    for file in (*(BUILT / name for name in ("tablet.js", "tablet.css", "fonts.css", "fonts")), *catalogues):
        if not file.exists():
            yield f"The built file {file} is missing. Run 'make build'."


def _database(database: Database) -> Iterator[str]:
    try:
        with database.reading() as session:
            session.execute(text("SELECT 1"))
    except DBAPIError:
        yield "The database cannot be opened. Check MONITORING_DATABASE, and that the server runs or the file is whole."
        return
    if not is_current(database):
        yield "The database is not up to date. Run 'monitoring load'."
        return
    with database.reading() as session:
        if not audit.verify(session, safe.keyring.audit_key).intact:
            yield "The audit trail was changed from outside: its chain is broken. Keep a copy and ask who had access."
        yield from _people(session)
        yield from _jobs(session)


def _people(session: Session) -> Iterator[str]:
    holds = exists().where(PersonRole.person_id == Person.id, PersonRole.name == Role.ADMIN)
    if session.scalars(select(Person.id).where(Person.active, holds)).first() is None:
        yield "Nobody can sign in as administrator. Run 'monitoring add-person'."


def _jobs(session: Session) -> Iterator[str]:
    waiting = select(Job.id).where(Job.done_at.is_(None))
    if session.scalars(waiting.where(Job.tries > USUAL_TRIES)).first() is not None:
        yield "Jobs failed several times. Run 'monitoring worker --once' and look at what it says."
    if session.scalars(waiting.where(Job.tries == 0, Job.due_at < clock.now() - USUAL_WAIT)).first() is not None:
        yield "Jobs wait and nobody does them. Run 'monitoring serve', or 'monitoring worker' beside another server."
