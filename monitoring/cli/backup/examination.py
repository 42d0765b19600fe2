"""Open a backup and try everything about it that can be tried."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyrage import x25519

from monitoring.audit import queries as audit
from monitoring.cli.backup.contents import DATABASE, KEY_STORE, MEDIA, Told, manifest_key, referenced
from monitoring.core.archive import tables
from monitoring.core.archive.parcels import Manifest, unpack
from monitoring.core.archive.streams import Damaged
from monitoring.core.crypto import CannotOpen, KeyStore, safe
from monitoring.media.adapters import load
from monitoring.migrations import is_known, upgrade

Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Source:
    """A backup, the key store beside it (None where the one in place is to be used), and the keys that open both."""

    file: Path
    key_store: Path | None
    identities: Sequence[x25519.Identity]


@dataclass(frozen=True)
class Examined:
    """A backup that passed, opened in a folder; its database is up to date with this release."""

    folder: Path
    manifest: Manifest
    told: Told

    @property
    def database(self) -> Path:
        """The copy of the database."""
        return self.folder / DATABASE

    @property
    def key_store(self) -> Path:
        """The copy of the key store, if one was opened."""
        return self.folder / "keys" / KEY_STORE


def examine(source: Source, folder: Path, say: Say) -> Examined:
    """Open a backup into an empty folder and say a line about each thing that holds. Raises Damaged, OSError."""
    manifest = unpack(source.file, source.identities, folder, manifest_key())
    found = Examined(folder, manifest, Told.read(manifest.told))
    say("made", f"{manifest.made_at:%Y-%m-%d %H:%M} UTC, in epoch {found.told.epoch[:8]}")
    size = sum(member.size for member in manifest.members.values())
    say("members", f"{len(manifest.members)}, {size / 1e6:.1f} MB, each as it was packed")
    _try_database(found, say)
    _try_content(found, say)
    if source.key_store is not None:
        _try_keys(source, source.key_store, found, say)
    return found


def _try_database(found: Examined, say: Say) -> None:
    if not is_known(found.told.revision):
        raise Damaged(f"it was made by a newer release (schema {found.told.revision}). Install that release first")
    tables.check(found.database)
    say("database", f"whole, every reference leads somewhere, schema {found.told.revision}")
    rows = tables.counts(found.database)
    if rows != found.told.rows:
        wrong = sorted(name for name in rows.keys() | found.told.rows.keys() if rows.get(name) != found.told.rows.get(name))
        raise Damaged(f"the number of rows is not what it was: {', '.join(wrong)}")
    say("rows", f"{sum(rows.values())} in {len(rows)} tables, as counted then")


def _try_content(found: Examined, say: Say) -> None:
    with tables.opened(found.database) as database:
        upgrade(database)
        with database.reading() as session:
            verdict, head = audit.verify(session, safe.keyring.audit_key), audit.head(session)
            needed = referenced(session)
    if not verdict.intact:
        raise Damaged(f"its audit trail is broken at row {verdict.broken_at}")
    if head != (found.told.audit_number, found.told.audit_mac):
        raise Damaged("its audit trail does not end where it did")
    say("audit trail", f"{verdict.rows} rows, unbroken")
    missing = sorted(needed - found.manifest.members.keys())
    if missing:
        raise Damaged(f"a file that the database names is missing: {missing[0]}")
    say("files", f"{_open_files(found.folder / MEDIA, found.manifest.members)} handed in, all there, all open")


def _open_files(folder: Path, members: Iterable[str]) -> int:
    names = [name.rpartition("/")[2] for name in members if name.startswith(f"{MEDIA}/")]
    for name in names:
        try:
            load(folder, name)
        except CannotOpen as error:
            raise Damaged(f"a file does not open: {name}") from error
    return len(names)


def _try_keys(source: Source, file: Path, found: Examined, say: Say) -> None:
    """The key store has to be at least as new as the backup: then it holds every key that was not destroyed on purpose."""
    if not file.exists():
        raise Damaged(f"the key store is missing: there is no {file}. Without it no interview can be read")
    folder = found.key_store.parent
    folder.mkdir(mode=0o700)
    try:
        manifest = unpack(file, source.identities, folder, manifest_key())
        keys = KeyStore(found.key_store, safe.keyring).open_all()
    except (Damaged, CannotOpen) as error:
        raise Damaged(f"the key store {file} does not open: {error or 'a key was made with another keyring'}") from error
    if manifest.made_at < found.manifest.made_at:
        raise Damaged(f"the key store {file} is older than the backup. Use the newest one")
    say("key store", f"{keys} keys, all open")
