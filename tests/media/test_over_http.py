"""Photos on their way: from the tablet, to the office, and what no browser may make of them."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person
from monitoring.core.config import Settings
from monitoring.media.rules import LARGEST_BYTES
from tests.factories import World
from tests.field import Tablet, plan, sheet_of
from tests.media.pictures import bomb, other, photo
from tests.sealing import Json
from visits.plan.models import Visit

pytestmark = [pytest.mark.parametrize("database", ["sqlite"], indirect=True), pytest.mark.usefixtures("app")]
As = Callable[[Person], FlaskClient]


class Place:
    """A tablet of the lead, and the sheet to which its photos belong."""

    def __init__(self, session: Session, world: World, visit: Visit, client: FlaskClient) -> None:
        self.visit, self.sheet = visit.id, sheet_of(session, visit, "POLICE").id
        self.tablet = Tablet(session, world.actor("lead"), visit)
        session.commit()
        self._wire = self.tablet.wire(client)

    def bring(self, content: bytes) -> tuple[str, Json]:
        """Send a photo sealed; its name and the answer."""
        name, sealed, headers = self.tablet.sealer.file(self.visit, self.sheet, content)
        return name, self._wire.put_file(name, sealed, headers)

    def at_the_tablet(self, name: str, visit: UUID | None = None, sheet: UUID | None = None) -> str:
        return f"/tablet/api/media/{name}?visit={visit or self.visit}&sheet={sheet or self.sheet}"

    def at_the_desk(self, name: str) -> str:
        return f"/desk/visits/{self.visit}/sheets/{self.sheet}/photos/{name}"


@pytest.fixture
def place(session: Session, world: World, client: FlaskClient) -> Place:
    return Place(session, world, plan(session, world), client)


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_a_photo_goes_from_the_tablet_to_the_office(as_: As, world: World, place: Place, kind: str) -> None:
    name, answer = place.bring(photo(kind))
    assert answer["outcome"] == "stored"
    for address in (place.at_the_tablet(name), place.at_the_desk(name)):
        shown = as_(world.lead).get(address)
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
        assert shown.data.startswith(b"\xff\xd8")
        assert shown.data != photo(kind)


def test_a_photo_is_never_taken_for_a_page_and_kept_by_no_browser(as_: As, world: World, place: Place) -> None:
    name, _answer = place.bring(photo())
    for address in (place.at_the_tablet(name), place.at_the_desk(name)):
        headers = as_(world.lead).get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Disposition"] == "inline; filename=photo.jpg"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"a text named .jpg", "not a picture"),
        (other("GIF"), "not a picture"),
        (photo()[:200], "not a picture"),
        (bomb(50_000, 50_000), "too many pixels"),
    ],
    ids=["nothing", "svg", "text", "gif", "cut off", "bomb"],
)
def test_what_is_no_photo_gets_a_sentence_and_is_not_kept(
    as_: As, world: World, place: Place, settings: Settings, content: bytes, said: str
) -> None:
    name, answer = place.bring(content)
    assert (answer["outcome"], said in answer["message"]) == ("refused", True)
    assert as_(world.lead).get(place.at_the_tablet(name)).status_code == 404
    assert not [path for path in settings.media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [LARGEST_BYTES + 1, 22_000_000])
def test_a_photo_that_is_too_large_gets_a_sentence_too(place: Place, client: FlaskClient, size: int) -> None:
    name, sealed, headers = place.tablet.sealer.file(place.visit, place.sheet, bytes(size))
    answer = place.tablet.wire(client).put(f"media/{name}", headers, data=sealed)
    assert (answer.status_code, "MB" in answer.json["message"]) == (413, True)


@pytest.mark.parametrize("name", ["outsider", "national", "kg_monitor", "analyst"])
def test_who_is_not_in_the_team_reads_no_photo(as_: As, world: World, place: Place, name: str) -> None:
    photo_name, _answer = place.bring(photo())
    stranger = as_(world.people[name])
    assert stranger.get(place.at_the_tablet(photo_name)).status_code == 404
    assert stranger.get(place.at_the_desk(photo_name)).status_code == (200 if name == "national" else 404)


def test_a_photo_of_one_sheet_is_not_read_through_another(as_: As, world: World, place: Place, session: Session) -> None:
    name, _answer = place.bring(photo())
    other_visit = plan(session, world)
    elsewhere = sheet_of(session, other_visit, "POLICE").id
    session.commit()
    lead = as_(world.lead)
    assert lead.get(place.at_the_tablet(name, other_visit.id, elsewhere)).status_code == 404
    assert lead.get(place.at_the_tablet(name, None, elsewhere)).status_code == 404
    assert lead.get(place.at_the_tablet(name)).status_code == 200


@pytest.mark.parametrize(
    "address", ["/tablet/api/media/..%2f..%2fkeyring.json", "/media/", "/static/../media", "/keys/keyring.json"]
)
def test_no_address_leads_to_the_files(as_: As, world: World, address: str) -> None:
    assert as_(world.lead).get(address).status_code in {404, 422}
