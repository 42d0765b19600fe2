"""Say in plain words what is missing or misconfigured."""

import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta

import click
from sqlalchemy import exists, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person, PersonRole
from monitoring.accounts.rules import Role
from monitoring.app import open_home
from monitoring.audit import queries as audit
from monitoring.core import clock, installation, templating
from monitoring.core.archive.keys import recipient
from monitoring.core.catalogues import TRANSLATED
from monitoring.core.certificates import Certificates, ends_at
from monitoring.core.config import Settings, settings_from_environment
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from monitoring.core.errors import Misconfigured
from monitoring.core.jobs import Job
from monitoring.migrations import is_current
from monitoring.tablet.adapters import BUILT, built_assets

SPACE_NEEDED = 500_000_000
USUAL_TRIES = 3
LONGEST_WITHOUT_BACKUP = timedelta(hours=48)
RENEW_IN_TIME = timedelta(days=14)
HOW_TO_BACK_UP = "Run 'monitoring backup FILE' and then 'monitoring verify FILE', every day."
USUAL_WAIT = timedelta(minutes=10)


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
    yield from _keys(settings)
    yield from _database(open_home(settings), settings)
    if not settings.on_loopback and not settings.secure_cookies:
        yield "It listens beyond this machine but its address is not https. Set MONITORING_BASE_URL to an https address."


def _keys(settings: Settings) -> Iterator[str]:
    if not settings.demonstration:
        try:
            recipient(settings)
        except Misconfigured as error:
            yield str(error)
    for secret in (settings.backup_identity_file, Certificates(settings.keys).authority_key):
        if secret.exists() and stat.S_IMODE(secret.stat().st_mode) & 0o077:
            yield f"Other users of this machine can read {secret}. Run: chmod 400 '{secret}'"
    certificate = Certificates(settings.keys).server
    if certificate.exists() and ends_at(certificate) - clock.now() < RENEW_IN_TIME:
        yield f"The server's own certificate ends on {ends_at(certificate):%Y-%m-%d}. Start 'monitoring serve --tls' anew."


def _files(settings: Settings) -> Iterator[str]:
    for file, mode in ((settings.keyring_file, "400"), (settings.key_store_file, "600")):
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield f"Other users of this machine can read {file}. Run: chmod {mode} '{file}'"
    if shutil.disk_usage(settings.home).free < SPACE_NEEDED:
        yield "Less than 500 MB are free on the disk of the home folder. Make room, or photos will be refused."
    yield from _built_files()


def _built_files() -> Iterator[str]:
    try:
        hashed = [name for kind, name in built_assets().items() if kind != "version"]
    except Misconfigured as error:
        yield str(error)
        return
    catalogues = [templating.TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo" for language in TRANSLATED]
    for file in (*(BUILT / name for name in (*hashed, "sw.js", "fonts.css", "fonts")), *catalogues):
        if not file.exists():
            yield f"The built file {file} is missing. Run 'make build'."


def _database(database: Database, settings: Settings) -> Iterator[str]:
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
        if not settings.demonstration:
            yield from _backups(session)
        yield from _people(session)
        yield from _jobs(session)


def _backups(session: Session) -> Iterator[str]:
    made_at = installation.current(session).backed_up_at
    if made_at is None:
        yield f"No backup was verified yet: what lies here only can be lost. {HOW_TO_BACK_UP}"
    elif clock.now() - made_at > LONGEST_WITHOUT_BACKUP:
        yield f"The newest verified backup is of {made_at:%Y-%m-%d %H:%M} UTC, more than 48 hours ago. {HOW_TO_BACK_UP}"


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
