"""Photos on their way: from the tablet, to the office, and what no browser may make of them."""

import hashlib
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person
from monitoring.media.rules import LARGEST_BYTES
from tests.factories import World
from tests.field import plan, sheet_of
from tests.media.pictures import bomb, other, photo

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
As = Callable[[Person], FlaskClient]


class Place:
    """A visit and a sheet to which photos belong."""

    def __init__(self, visit: UUID, sheet: UUID) -> None:
        self.visit, self.sheet = visit, sheet

    def address(self, content: bytes) -> str:
        return f"/tablet/api/media/{hashlib.sha256(content).hexdigest()}?visit={self.visit}&sheet={self.sheet}"

    def desk(self, content: bytes) -> str:
        return f"/desk/visits/{self.visit}/sheets/{self.sheet}/photos/{hashlib.sha256(content).hexdigest()}"


@pytest.fixture
def place(session: Session, world: World) -> Place:
    visit = plan(session, world)
    sheet = sheet_of(session, visit, "POLICE").id
    session.commit()
    return Place(visit.id, sheet)


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_a_photo_goes_from_the_tablet_to_the_office(as_: As, world: World, place: Place, kind: str) -> None:
    content = photo(kind)
    lead = as_(world.lead)
    answer = lead.put(place.address(content), data=content)
    assert (answer.status_code, answer.json["stored"]) == (200, True)
    for address in (place.address(content), place.desk(content)):
        shown = lead.get(address)
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
        assert shown.data.startswith(b"\xff\xd8")
        assert shown.data != content


def test_a_photo_is_never_taken_for_a_page_and_kept_by_no_browser(as_: As, world: World, place: Place) -> None:
    content = photo()
    lead = as_(world.lead)
    lead.put(place.address(content), data=content)
    for address in (place.address(content), place.desk(content)):
        headers = lead.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Disposition"] == "inline; filename=photo.jpg"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "not a picture"),
        (b"a text named .jpg", 422, "not a picture"),
        (other("GIF"), 422, "not a picture"),
        (photo()[:200], 422, "not a picture"),
        (bomb(50_000, 50_000), 413, "too many pixels"),
        (bytes(LARGEST_BYTES + 1), 413, "20 MB"),
    ],
    ids=["nothing", "svg", "text", "gif", "cut off", "bomb", "a byte too many"],
)
def test_what_is_no_photo_gets_a_sentence_and_is_not_kept(
    as_: As, world: World, place: Place, settings, content: bytes, status: int, said: str
) -> None:
    lead = as_(world.lead)
    answer = lead.put(place.address(content), data=content, content_type="image/jpeg")
    assert (answer.status_code, said in answer.json["message"]) == (status, True)
    assert lead.get(place.address(content)).status_code == 404
    assert not settings.media.exists() or list(settings.media.rglob("*")) == []


def test_a_whole_request_too_large_gets_a_sentence_too(as_: As, world: World, place: Place) -> None:
    content = bytes(22_000_000)
    answer = as_(world.lead).put(place.address(content), data=content, content_type="image/jpeg")
    assert (answer.status_code, "MB" in answer.json["message"]) == (413, True)


def test_a_photo_under_a_wrong_sum_is_asked_for_again(as_: As, world: World, place: Place) -> None:
    answer = as_(world.lead).put(place.address(photo()), data=photo()[:-1])
    assert (answer.status_code, "sent again" in answer.json["message"]) == (422, True)


@pytest.mark.parametrize("name", ["outsider", "national", "kg_monitor", "analyst"])
def test_who_is_not_in_the_team_brings_and_reads_no_photo(as_: As, world: World, place: Place, name: str) -> None:
    content = photo()
    as_(world.lead).put(place.address(content), data=content)
    stranger = as_(world.people[name])
    assert stranger.put(place.address(content), data=content).status_code == 404
    assert stranger.get(place.address(content)).status_code == 404
    assert stranger.get(place.desk(content)).status_code == (200 if name == "national" else 404)


def test_a_photo_of_one_sheet_is_not_read_through_another(as_: As, world: World, place: Place, session: Session) -> None:
    content = photo()
    lead = as_(world.lead)
    lead.put(place.address(content), data=content)
    other_visit = plan(session, world)
    elsewhere = Place(other_visit.id, sheet_of(session, other_visit, "POLICE").id)
    session.commit()
    assert lead.get(elsewhere.address(content)).status_code == 404
    assert lead.get(Place(place.visit, elsewhere.sheet).address(content)).status_code == 404


@pytest.mark.parametrize(
    "address", ["/tablet/api/media/..%2f..%2fkeyring.json", "/media/", "/static/../media", "/keys/keyring.json"]
)
def test_no_address_leads_to_the_files(as_: As, world: World, address: str) -> None:
    assert as_(world.lead).get(address).status_code in {404, 422}
