"""The three commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from pyrage import x25519
from sqlalchemy.exc import DatabaseError

from monitoring.app import unlock
from monitoring.audit import operations as audit
from monitoring.audit import queries as trail
from monitoring.cli.backup.contents import KEY_STORE_FILE, BackupEvent
from monitoring.cli.backup.examination import Examined, Source, examine
from monitoring.cli.backup.making import make
from monitoring.cli.backup.restoring import Place, begin_anew, put_in_place
from monitoring.core import installation
from monitoring.core.archive.keys import read_identities
from monitoring.core.archive.scratch import scratch
from monitoring.core.archive.streams import Damaged
from monitoring.core.config import Settings, settings_from_environment
from monitoring.core.errors import Misconfigured
from monitoring.core.occupancy import alone_in
from monitoring.migrations import is_current
from visits.sheets.operations.watermarks import raise_watermarks

FILE = click.argument("file", type=click.Path(path_type=Path, resolve_path=True))
IDENTITY = click.option(
    "--identity", type=click.Path(path_type=Path), help="The private backup key, if it does not lie in the keys' folder."
)
KEYS = click.option(
    "--key-store", type=click.Path(path_type=Path), help=f"The sealed key store, if it is not {KEY_STORE_FILE} beside FILE."
)


@click.command()
@FILE
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def backup(file: Path, *, force: bool) -> None:
    """Write everything into one sealed FILE; the server goes on working."""
    settings = settings_from_environment()
    if file.name == KEY_STORE_FILE:
        raise Misconfigured(f"{KEY_STORE_FILE} is the name of the sealed key store. Give the backup another name.")
    if file.exists() and not force:
        raise Misconfigured(f"{file} exists already. Give another name, or --force to overwrite it.")
    with _plain_words("The backup could not be written"):
        manifest = make(settings, file)
    click.echo(f"{file}: {len(manifest.members)} members, {file.stat().st_size / 1e6:.1f} MB, sealed.")
    click.echo(f"{file.with_name(KEY_STORE_FILE)}: the newest key store. Keep both together, away from this machine.")
    click.echo(f"Whether it can be trusted is not known before: monitoring verify '{file}'")


@click.command()
@FILE
@IDENTITY
@KEYS
def verify(file: Path, identity: Path | None, key_store: Path | None) -> None:
    """Open FILE in a scratch folder and try everything; exit code 1 when it cannot be trusted."""
    settings = settings_from_environment()
    unlock(settings)
    source = Source(_present(file), key_store or file.with_name(KEY_STORE_FILE), _identities(settings, identity))
    with _plain_words("The backup could not be opened"), scratch(settings.home) as folder:
        found = _examined(source, folder)
    click.echo(f"{file.name} can be trusted.")
    click.echo(_note(settings, found))


@click.command()
@FILE
@IDENTITY
@KEYS
@click.option("--replace", is_flag=True, help="Keep what is here aside and put the backup in its place.")
def restore(file: Path, identity: Path | None, key_store: Path | None, *, replace: bool) -> None:
    """Put FILE in place: into an empty home, or with --replace."""
    settings = settings_from_environment()
    unlock(settings)
    identities = _identities(settings, identity)
    with alone_in(settings.home):
        place = Place.of(settings)
        _refuse_to_overwrite(place, replace=replace)
        beside = None if place.has_keys else file.with_name(KEY_STORE_FILE)
        source = Source(_present(file), key_store or beside, identities)
        with _plain_words("The backup could not be restored"), scratch(settings.home) as folder:
            found = _examined(source, folder)
            begin_anew(found)
            kept = put_in_place(place, found)
    _tell(found, kept, source)


def _present(file: Path) -> Path:
    if not file.is_file():
        raise Misconfigured(f"There is no file {file}.")
    return file


def _identities(settings: Settings, identity: Path | None) -> list[x25519.Identity]:
    return read_identities(identity or settings.backup_identity_file)


def _examined(source: Source, folder: Path) -> Examined:
    try:
        return examine(source, folder, _say)
    except Damaged as error:
        click.echo(f"{source.file.name} cannot be trusted: {error}.")
        raise SystemExit(1) from error


def _say(what: str, result: str) -> None:
    click.echo(f"  {what:<12} {result}")


@contextmanager
def _plain_words(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        raise Misconfigured(f"{what}: {error.strerror or error}{place}.") from error


def _refuse_to_overwrite(place: Place, *, replace: bool) -> None:
    here = place.what_is_here()
    if here and not replace:
        raise Misconfigured(
            f"{place.settings.home} already holds {' and '.join(here)}. Give --replace to keep that aside and put the backup "
            "in its place, or set MONITORING_HOME to another folder."
        )


def _note(settings: Settings, found: Examined) -> str:
    """Write down in the running installation how far its newest verified backup goes; what was done, in a sentence."""
    place = Place.of(settings)
    if place.file is not None and not place.file.exists():
        return "There is no database here to note that in."
    try:
        if not is_current(place.database):
            return "The database here is not up to date, so that is not noted in it. Run 'monitoring load'."
        with place.database.writing() as session, session.begin():
            told = found.told
            same = installation.epoch(session) == told.epoch and trail.passes_through(session, told.audit_number, told.audit_mac)
            if not same:
                return "It is of another time than the database here: what tablets must keep stays as it is."
            raise_watermarks(session, told.held)
            installation.note_verified(session, found.manifest.made_at)
            audit.record(session, None, BackupEvent.VERIFIED, None)
    except DatabaseError:
        return "The database here cannot be opened, so that is not noted in it."
    finally:
        place.database.engine.dispose()
    return "Noted: tablets may let go of what it holds."


def _tell(found: Examined, kept: list[str], source: Source) -> None:
    made_at = f"{found.manifest.made_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"Restored as it was on {made_at}. Tablets offer again what came later; everybody signs in anew.")
    click.echo(f"What was changed at the desk after {made_at} is gone: look again at who was let go and which tablets were lost.")
    if source.key_store is None:
        click.echo("The key store that was here stays: it is newer than any copy, and what it forgot stays forgotten.")
    if kept:
        click.echo(f"What was here before is kept in {' and in '.join(kept)}.")
    click.echo("Now: monitoring load, monitoring doctor, monitoring serve.")
