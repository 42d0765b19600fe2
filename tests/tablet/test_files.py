"""Photos come sealed: they are opened, checked and made anew; what came is kept as it came and never served."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Lock
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.media.models import MediaFile
from tests.factories import World
from tests.field import Tablet, sheet_of
from tests.sealing import Wire
from visits.plan.models import Visit
from visits.sheets.models import Device, Entry, Sheet, WaitingFile


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture with something in it that the camera wrote."""
    exif = Image.Exif()
    exif[0x010E] = "a very particular place"
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, exif=exif)
    return written.getvalue()


@pytest.fixture
def police(session: Session, visit: Visit) -> Sheet:
    return sheet_of(session, visit, "POLICE")


def rows(session: Session, model: type) -> list:
    session.rollback()
    return list(session.scalars(select(model).execution_options(populate_existing=True)))


def everything(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_a_photo_is_kept_sealed_and_shown_clean(
    session: Session, world: World, as_, settings, visit: Visit, police: Sheet, lead: Tablet, wire: Wire
) -> None:
    name, sealed, headers = lead.sealer.file(visit.id, police.id, picture())
    answer = wire.put_file(name, sealed, headers)
    assert answer == {"epoch": answer["epoch"], "nonce": "n-2", "sha256": name, "outcome": "stored", "seq": 1}
    (row,) = rows(session, MediaFile)
    assert (row.sha256, row.bytes_received, row.stored_by, row.seq) == (name, len(sealed), world.lead.id, 1)
    kept = safe.keyring.decrypt(
        (settings.media / row.original_name[:2] / row.original_name).read_bytes(), f"media|{row.original_name}"
    )
    assert kept == sealed
    assert row.key not in str(row._key)
    assert all(b"particular" not in content and content[:2] != b"\xff\xd8" for content in everything(settings.media))
    session.commit()
    for address in (
        f"/tablet/api/media/{name}?visit={visit.id}&sheet={police.id}",
        f"/desk/visits/{visit.id}/sheets/{police.id}/photos/{name}",
    ):
        shown = as_(world.member).get(address)
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
        assert b"particular" not in shown.get_data()
        assert Image.open(BytesIO(shown.get_data())).size == (40, 30)


def test_the_same_photo_again_is_a_duplicate(session: Session, visit: Visit, police: Sheet, lead: Tablet, wire: Wire) -> None:
    sent = lead.sealer.file(visit.id, police.id, picture())
    first, again = wire.put_file(*sent), wire.put_file(*sent)
    assert again == first | {"outcome": "duplicate"}
    assert len(rows(session, MediaFile)) == 1


def test_a_file_has_a_number_of_the_visit_so_that_a_watermark_holds_for_it(
    session: Session, visit: Visit, police: Sheet, lead: Tablet, wire: Wire
) -> None:
    before = wire.put_entries(lead.sealer.batch(lead.entry(police.id, "PC21", "no")))["receipts"][0]["seq"]
    between = wire.put_file(*lead.sealer.file(visit.id, police.id, picture()))["seq"]
    after = wire.put_entries(lead.sealer.batch(lead.entry(police.id, "PC23", "no")))["receipts"][0]["seq"]
    assert (before, between, after) == (1, 2, 3)


def test_a_photo_that_was_lost_in_storage_is_taken_again(
    session: Session, settings, visit: Visit, police: Sheet, lead: Tablet, wire: Wire, as_, world: World
) -> None:
    sent = lead.sealer.file(visit.id, police.id, picture())
    wire.put_file(*sent)
    for path in settings.media.rglob("*"):
        if path.is_file():
            path.unlink()
    assert wire.put_file(*sent)["outcome"] == "stored"
    assert len(rows(session, MediaFile)) == 1
    shown = as_(world.lead).get(f"/tablet/api/media/{sent[0]}?visit={visit.id}&sheet={police.id}")
    assert shown.status_code == 200


@pytest.mark.parametrize("cut", [lambda sealed: sealed[:-1], lambda sealed: sealed[: len(sealed) // 2], lambda _sealed: b""])
def test_a_photo_that_did_not_arrive_whole_is_sent_again(
    session: Session, visit: Visit, police: Sheet, lead: Tablet, wire: Wire, cut: Callable
) -> None:
    name, sealed, headers = lead.sealer.file(visit.id, police.id, picture())
    answer = wire.put(f"media/{name}", headers, data=cut(sealed))
    assert (answer.status_code, answer.json["code"]) == (422, "damaged")
    assert rows(session, MediaFile) == []


def test_what_is_no_picture_is_refused_and_leaves_nothing(
    session: Session, settings, visit: Visit, police: Sheet, lead: Tablet, wire: Wire
) -> None:
    for content in (b"", b"GIF89a", b"%PDF-1.7", picture()[:200], b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        answer = wire.put_file(*lead.sealer.file(visit.id, police.id, content))
        assert (answer["outcome"], answer["sha256"], answer["seq"]) == ("refused", "", None)
        assert answer["message"]
    assert (rows(session, MediaFile), everything(settings.media)) == ([], [])


def test_a_file_moved_to_another_sheet_or_sealed_for_another_device_is_refused(
    session: Session, visit: Visit, police: Sheet, lead: Tablet, wire: Wire, tablet
) -> None:
    name, sealed, headers = lead.sealer.file(visit.id, police.id, picture())
    access = sheet_of(session, visit, "ACCESS").id
    assert wire.put_file(name, sealed, headers | {"X-Sheet": str(access)})["outcome"] == "refused"
    assert wire.put_file(name, sealed, headers | {"X-Envelope": str(uuid4())})["outcome"] == "refused"
    assert wire.put_file(name, sealed, headers | {"X-Wrapped": ""})["outcome"] == "refused"
    other = tablet("member")
    assert wire.put_file(*other.sealer.file(visit.id, police.id, picture()))["outcome"] == "refused"
    assert rows(session, MediaFile) == []


@pytest.mark.parametrize("header", ["X-Visit", "X-Sheet", "X-Envelope"])
def test_a_file_without_its_envelope_is_refused(visit: Visit, police: Sheet, lead: Tablet, wire: Wire, header: str) -> None:
    name, sealed, headers = lead.sealer.file(visit.id, police.id, picture())
    headers.pop(header)
    assert wire.put(f"media/{name}", headers, data=sealed).status_code == 422


def test_there_are_no_photos_in_interviews(session: Session, settings, visit: Visit, lead: Tablet, wire: Wire) -> None:
    interview = lead.open("INTERVIEW", "A-01")
    answer = wire.put_file(*lead.sealer.file(visit.id, interview, picture()))
    assert (answer["outcome"], answer["message"]) == ("refused", "There are no photos in private interviews.")
    assert (rows(session, MediaFile), rows(session, WaitingFile), everything(settings.media)) == ([], [], [])


def test_what_is_refused_is_said_in_the_language_of_the_tablet(visit: Visit, lead: Tablet, wire: Wire) -> None:
    name, sealed, headers = lead.sealer.file(visit.id, lead.open("INTERVIEW", "A-01"), picture())
    answer = wire.put_file(name, sealed, headers | {"Accept-Language": "ru"})
    assert answer["message"] == "В беседах наедине снимков не бывает."


@pytest.mark.parametrize("why", ["not_in_team", "no_sheet", "no_visit", "device_revoked"])
def test_a_photo_that_cannot_count_yet_waits_sealed(
    session: Session, settings, visit: Visit, police: Sheet, tablet, client, why: str
) -> None:
    sender = tablet("outsider" if why == "not_in_team" else "lead")
    if why == "device_revoked":
        session.get_one(Device, sender.device.id).revoked_at = clock.now()
    place = (uuid4() if why == "no_visit" else visit.id, uuid4() if why == "no_sheet" else police.id)
    name, sealed, headers = sender.sealer.file(*place, picture())
    first, again = (sender.wire(client).put_file(name, sealed, headers) for _time in range(2))
    assert (first["outcome"], first["seq"], first["number"], first["sha256"]) == ("quarantined", None, 1, name)
    assert again == first | {"outcome": "duplicate"}
    (row,) = rows(session, WaitingFile)
    assert (row.reason, row.sha256, row.number, row.bytes_received) == (why, name, 1, len(sealed))
    assert rows(session, MediaFile) == []
    assert hashlib.sha256(sealed).hexdigest() == name
    assert len(everything(settings.media)) == 1


def test_entries_and_files_of_a_device_are_counted_together(
    session: Session, visit: Visit, police: Sheet, tablet, client
) -> None:
    other = tablet("outsider")
    wire = other.wire(client)
    numbers = [wire.put_entries(other.sealer.batch(other.entry(police.id, "PC21", "no")))["receipts"][0]["number"]]
    numbers.append(wire.put_file(*other.sealer.file(visit.id, police.id, picture()))["number"])
    numbers.append(wire.put_entries(other.sealer.batch(other.entry(police.id, "PC23", "no")))["receipts"][0]["number"])
    assert numbers == [1, 2, 3]


def test_the_sheets_page_says_which_photos_are_missing_until_they_come(
    session: Session, world: World, as_, visit: Visit, police: Sheet, lead: Tablet, wire: Wire
) -> None:
    name, sealed, headers = lead.sealer.file(visit.id, police.id, picture())
    lead.answer(police, "PC21", "no", content={"photos": [name]})
    page = f"/desk/visits/{visit.id}/sheets"
    assert "1 photo missing" in as_(world.regional).get(page).text
    wire.put_file(name, sealed, headers)
    assert "photo missing" not in as_(world.regional).get(page).text


def test_a_stranger_can_bring_only_so_many_files(
    session: Session, visit: Visit, police: Sheet, tablet, client, monkeypatch
) -> None:
    monkeypatch.setattr("visits.sheets.rules.devices.MOST_IN_WINDOW", 1)
    other = tablet("outsider")
    wire = other.wire(client)
    assert wire.put_file(*other.sealer.file(visit.id, police.id, picture()))["outcome"] == "quarantined"
    name, sealed, headers = other.sealer.file(visit.id, police.id, picture("PNG"))
    answer = wire.put(f"media/{name}", headers, data=sealed)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert len(rows(session, WaitingFile)) == 1


def test_photos_and_entries_of_several_tablets_come_at_once(app, session: Session, visit: Visit, police: Sheet, tablet) -> None:
    tablets, place, sheet = [tablet(name) for name in ("lead", "member", "doctor")], visit.id, police.id
    session.commit()

    def send(number: int) -> str:
        sender = tablets[number % 3]
        wire = sender.wire(app.test_client(), before=lambda: None)
        if number % 2:
            return str(wire.put_file(*sender.sealer.file(place, sheet, picture(size=(10 + number, 20))))["outcome"])
        with lock:
            batch = sender.sealer.batch(sender.entry(sheet, "PC21", "no"))
        return str(wire.put_entries(batch)["receipts"][0]["outcome"])

    lock = Lock()
    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(send, range(18))) == {"stored"}
    session.refresh(visit)
    numbers = [row.seq for row in session.scalars(select(Entry))] + [row.seq for row in session.scalars(select(MediaFile))]
    assert sorted(numbers) == list(range(1, 19))
    assert visit.last_seq == 18
