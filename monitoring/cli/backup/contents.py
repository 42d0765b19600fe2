"""What goes into a backup, and what the rooms say of it in the manifest."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from sqlalchemy.orm import Session

from monitoring.audit import queries as audit
from monitoring.audit.rules import Event
from monitoring.core import installation
from monitoring.core.archive import tables
from monitoring.core.config import Settings
from monitoring.core.crypto import safe
from monitoring.core.errors import Misconfigured
from monitoring.media import queries as media
from monitoring.media.adapters import relative_place
from monitoring.migrations import newest_revision
from monitoring.reports.operations.publishing import pdf_file
from monitoring.reports.queries import publications
from visits.sheets.queries.watermarks import Held, held, waiting_names

DATABASE, MEDIA, PUBLIC = "database.sqlite3", "media", "public"
KEY_STORE = "data_keys.sqlite3"
KEY_STORE_FILE = "key-store.age"
UNFINISHED = ".part"


class BackupEvent(Event):
    """What happens to the whole."""

    MADE = "backup.made"
    VERIFIED = "backup.verified"
    RESTORED = "backup.restored"


@dataclass(frozen=True)
class Told:
    """What a manifest tells of the database in it."""

    kind: str
    epoch: str
    revision: str
    audit_number: int
    audit_mac: str
    rows: dict[str, int]
    visits: dict[str, int]
    devices: dict[str, int]

    @classmethod
    def of(cls, copy: Path, settings: Settings) -> Self:
        """What there is to tell of a copy."""
        with tables.opened(copy) as database, database.reading() as session:
            number, mac = audit.head(session)
            marks = held(session)
            found = cls(
                kind="demonstration" if settings.demonstration else "installation",
                epoch=installation.epoch(session),
                revision=newest_revision(),
                audit_number=number,
                audit_mac=mac,
                rows={},
                visits={str(visit): seq for visit, seq in marks.visits.items()},
                devices={str(device): last for device, last in marks.devices.items()},
            )
        return cls(**{**asdict(found), "rows": tables.counts(copy)})

    @classmethod
    def read(cls, told: Any) -> Self:
        """From the manifest, whose MAC was right."""
        return cls(**told)

    def to_json(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)

    @property
    def held(self) -> Held:
        """How far the backup goes."""
        return Held(
            {UUID(visit): seq for visit, seq in self.visits.items()},
            {UUID(device): last for device, last in self.devices.items()},
        )


def manifest_key() -> bytes:
    """Only this installation makes a manifest that it takes for its own."""
    return safe.keyring.derive("backup manifests")


def referenced(session: Session) -> set[str]:
    """The members that rows of the database name."""
    files = {f"{MEDIA}/{relative_place(name)}" for name in media.stored_names(session) | waiting_names(session)}
    pages = {str(pdf_file(Path(PUBLIC), row)) for row in publications(session) if row.pdf_sha256 is not None}
    return files | pages


def files_of(settings: Settings) -> dict[str, Path]:
    """Every file that people handed in or may read, by its name in the backup."""
    found = {}
    for name, folder in ((MEDIA, settings.media), (PUBLIC, settings.public)):
        for path in _files(folder):
            found[f"{name}/{path.relative_to(folder).as_posix()}"] = path
    return found


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != UNFINISHED)


def check_all_there(needed: set[str], there: set[str]) -> None:
    """Raises Misconfigured when a file that the database names is not there."""
    missing = sorted(needed - there)
    if missing:
        raise Misconfigured(
            f"{len(missing)} files that the database names are not there, the first: {missing[0]}. "
            "No backup was made. Run it again; if it says the same, put them back from an older backup."
        )
