"""Files lie encrypted under names that say nothing, outside of what is served."""

import hashlib
import re
import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.audit.models import AuditRow
from monitoring.core.config import Settings
from monitoring.core.crypto import CannotOpen
from monitoring.core.errors import NotFound
from monitoring.core.templating import HERE
from monitoring.media import adapters, operations, queries
from monitoring.media.models import MediaFile
from monitoring.media.rules import MediaEvent
from tests.factories import World
from tests.media.pictures import WORDS, photo

RECEIVED = photo()
SHA256 = hashlib.sha256(RECEIVED).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def stored(session: Session, world: World, folder: Path) -> MediaFile:
    return _store(session, world, folder, uuid4())


def _store(session: Session, world: World, folder: Path, subject_id: UUID) -> MediaFile:
    """As it comes from a tablet that seals nothing: what is kept and what is shown are made of the same bytes."""
    kept, shown = operations.keep(folder, RECEIVED), operations.make_shown(folder, RECEIVED)
    return operations.store_picture(session, world.actor("lead"), subject_id, kept, shown, key="", seq=1)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_came_is_kept_as_it_came_and_what_is_shown_is_made_from_it(
    stored: MediaFile, session: Session, folder: Path
) -> None:
    assert adapters.load(folder, stored.original_name) == RECEIVED
    shown = queries.picture(session, folder, stored.subject_id, SHA256)
    assert shown == adapters.load(folder, stored.served_name)
    assert WORDS.encode() not in shown
    assert (stored.kind, stored.width, stored.height, stored.bytes_received) == ("jpeg", 300, 200, len(RECEIVED))


@pytest.mark.usefixtures("stored")
def test_nothing_on_the_disk_can_be_read_as_a_picture(folder: Path) -> None:
    files = _files(folder)
    assert len(files) == 2
    for path in files:
        content = path.read_bytes()
        assert not content.startswith((b"\xff\xd8", b"\x89PNG"))
        assert b"JFIF" not in content
        assert WORDS.encode() not in content


@pytest.mark.usefixtures("stored")
def test_names_are_random_and_others_of_the_machine_do_not_read_them(folder: Path) -> None:
    for path in _files(folder):
        assert re.fullmatch(r"[0-9a-f]{40}", path.name)
        assert SHA256[:8] not in path.name
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in folder.iterdir())


def test_the_folder_is_not_among_what_is_served(settings: Settings) -> None:
    assert not settings.media.is_relative_to(settings.public)
    assert not settings.media.is_relative_to(HERE)


def test_the_same_photo_a_second_time_is_the_same_row(stored: MediaFile, session: Session, world: World, folder: Path) -> None:
    before = stored.served_name
    again = _store(session, world, folder, stored.subject_id)
    assert again is stored
    assert again.served_name != before
    assert session.scalars(select(AuditRow.event)).all() == [MediaEvent.STORED] * 2


def test_the_same_photo_of_another_sheet_is_a_row_of_its_own(
    stored: MediaFile, session: Session, world: World, folder: Path
) -> None:
    assert _store(session, world, folder, uuid4()) is not stored


def test_a_photo_is_found_by_its_own_sheet_only(stored: MediaFile, session: Session, folder: Path) -> None:
    with pytest.raises(NotFound):
        queries.picture(session, folder, uuid4(), SHA256)


@pytest.mark.parametrize("name", ["../../keyring.json", "..%2f..%2fkeyring", "0" * 63, "G" * 64, "", "0" * 64 + "\n"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_name_leads_out_of_the_folder(stored: MediaFile, session: Session, folder: Path, name: str) -> None:
    with pytest.raises(NotFound):
        queries.picture(session, folder, stored.subject_id, name)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_that_was_changed_or_swapped_does_not_open(stored: MediaFile, folder: Path) -> None:
    original, served = (folder / name[:2] / name for name in (stored.original_name, stored.served_name))
    content = bytearray(served.read_bytes())
    served.write_bytes(original.read_bytes())
    with pytest.raises(CannotOpen):
        adapters.load(folder, stored.served_name)
    content[-1] ^= 1
    served.write_bytes(content)
    with pytest.raises(CannotOpen):
        adapters.load(folder, stored.served_name)


def test_what_was_damaged_or_has_gone_has_no_fingerprint(folder: Path) -> None:
    kept = operations.keep(folder, RECEIVED)
    assert kept.sha256 == operations.sha256_in_storage(folder, kept.name) == SHA256
    (file,) = _files(folder)
    file.write_bytes(file.read_bytes()[:-1])
    assert operations.sha256_in_storage(folder, kept.name) == ""
    file.unlink()
    assert operations.sha256_in_storage(folder, kept.name) == ""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_leaves_no_half_file_that_counts(
    session: Session, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adapters.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        _store(session, world, folder, uuid4())
    assert [path.suffix for path in _files(folder)] == [".part"]
    assert session.scalars(select(MediaFile)).all() == []
