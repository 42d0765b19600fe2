"""Put a backup in place of nothing, or of a state that is kept aside."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from monitoring.accounts import operations as accounts
from monitoring.app import open_home
from monitoring.audit import operations as audit
from monitoring.cli.backup.contents import MEDIA, PUBLIC, BackupEvent
from monitoring.cli.backup.examination import Examined
from monitoring.core import clock, installation
from monitoring.core.archive import places, tables
from monitoring.core.config import Settings, mark_home
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from monitoring.core.errors import Misconfigured
from monitoring.migrations import upgrade_within
from visits.sheets.operations.watermarks import raise_watermarks


@dataclass(frozen=True)
class Place:
    """An installation that a backup is to be put into."""

    settings: Settings
    database: Database

    @classmethod
    def of(cls, settings: Settings) -> "Place":
        """By the settings."""
        return cls(settings, open_home(settings))

    @property
    def file(self) -> Path | None:
        """The database's file; on PostgreSQL there is none."""
        url = self.database.engine.url
        return Path(url.database or "") if url.get_backend_name() == "sqlite" else None

    @property
    def has_keys(self) -> bool:
        """Whether its key store holds keys: then it is newer than any copy, and stays."""
        return safe.store.count() > 0

    def what_is_here(self) -> list[str]:
        """What would have to go aside, in words."""
        found = ["a database"] if self._has_database() else []
        return found + [f"files in {folder}" for folder in (self.settings.media, self.settings.public) if _has_files(folder)]

    def _has_database(self) -> bool:
        if self.file is not None:
            return self.file.exists()
        with self.database.engine.connect() as connection:
            return bool(places.tables_of(connection))


def _has_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*"))


def begin_anew(found: Examined) -> None:
    """Let the copy begin an epoch of its own: what it holds counts as backed up, everybody signs in again, it is on record.

    The file was examined just now, and this epoch begins with exactly what it holds: so its numbers are the watermarks.
    """
    with tables.opened(found.database) as database, database.writing() as session, session.begin():
        installation.begin_epoch(session, found.manifest.made_at)
        raise_watermarks(session, found.told.held)
        accounts.end_all_sessions(session)
        audit.record(session, None, BackupEvent.RESTORED, None)


def put_in_place(place: Place, found: Examined) -> list[str]:
    """Put an examined backup in place; where the old state is kept, if there was one. Raises Misconfigured."""
    settings = place.settings
    mark_home(settings.home, found.told.kind)
    aside = settings.home / f"before-restore-{clock.now():%Y%m%d-%H%M%S-%f}"
    if place.file is not None:
        places.close_file(place.file)
    for folder in (settings.media, settings.public):
        places.keep_aside(folder, aside)
    pairs = [(found.folder / MEDIA, settings.media, MEDIA), (found.folder / PUBLIC, settings.public, PUBLIC)]
    for new, folder, _name in pairs:
        places.add_files(new, folder)
    has_keys = place.has_keys
    if not has_keys:
        _put_keys(place, found, None)
    schema = _put_database(place, found, aside)
    for new, folder, name in pairs:
        places.align_files(new, folder)
        places.remove_others(_below(name, found), folder)
    if has_keys:
        _put_keys(place, found, aside)
    return [str(aside)] * aside.exists() + [f"the schema {schema} of the database"] * (schema is not None)


def _below(name: str, found: Examined) -> frozenset[str]:
    members = found.manifest.members
    return frozenset(member.removeprefix(f"{name}/") for member in members if member.startswith(f"{name}/"))


def _put_keys(place: Place, found: Examined, aside: Path | None) -> None:
    if found.key_store.exists():
        places.swap_file(found.key_store, place.settings.key_store_file, aside)


def _put_database(place: Place, found: Examined, aside: Path) -> str | None:
    """The one step that decides whether the old state holds or the new; the schema to which old tables went."""
    if place.file is not None:
        places.swap_file(found.database, place.file, aside)
        return None
    schema = aside.name.replace("-", "_")
    try:
        with place.database.engine.begin() as connection:
            old = bool(places.tables_of(connection))
            if old:
                places.move_tables(connection, schema)
            upgrade_within(connection)
            tables.fill(found.database, connection)
            return schema if old else None
    except OperationalError as error:
        raise Misconfigured(f"{places.IN_USE} The database says: {error.orig}") from error
