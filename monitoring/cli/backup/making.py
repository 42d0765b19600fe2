"""Make a backup of a running installation."""

from datetime import datetime
from pathlib import Path

from monitoring.app import open_home
from monitoring.audit import operations as audit
from monitoring.cli.backup.contents import (
    DATABASE,
    KEY_STORE,
    KEY_STORE_FILE,
    BackupEvent,
    Told,
    check_all_there,
    files_of,
    manifest_key,
    referenced,
)
from monitoring.core import clock
from monitoring.core.archive import tables
from monitoring.core.archive.keys import recipient
from monitoring.core.archive.parcels import Manifest, pack
from monitoring.core.archive.scratch import scratch
from monitoring.core.config import Settings
from monitoring.core.errors import Misconfigured
from monitoring.migrations import is_current, upgrade


def make(settings: Settings, file: Path) -> Manifest:
    """Write the backup and, beside it, the key store: first the database's moment, then keys and files, which only grow.

    Raises Misconfigured, OSError.
    """
    sealed_to, made_at = recipient(settings), clock.now()
    with scratch(settings.home) as folder:
        copy, keys = folder / DATABASE, folder / KEY_STORE
        _copy_database(settings, copy)
        tables.copy_file(settings.key_store_file, keys)
        with tables.opened(copy) as frozen, frozen.reading() as session:
            needed = referenced(session)
        members = {DATABASE: copy, **files_of(settings)}
        told = Told.of(copy, settings)
        with pack(file, sealed_to, members.items(), made_at, told.to_json(), manifest_key()) as manifest:
            check_all_there(needed, set(manifest.members))
            _pack_keys(file.with_name(KEY_STORE_FILE), settings, keys, made_at)
    return manifest


def _copy_database(settings: Settings, copy: Path) -> None:
    database = open_home(settings)
    try:
        if not is_current(database):
            raise Misconfigured("The database is not up to date. Run 'monitoring load' first, or use the release that made it.")
        audit.record_now(database, None, BackupEvent.MADE, "", None)
        tables.snapshot(database, copy, upgrade)
    finally:
        database.engine.dispose()


def _pack_keys(file: Path, settings: Settings, keys: Path, made_at: datetime) -> None:
    """The newest generation takes the place of the one before, so that backups forget a key that was destroyed."""
    with pack(file, recipient(settings), [(KEY_STORE, keys)], made_at, {}, manifest_key()):
        pass
