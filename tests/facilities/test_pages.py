"""The register on the screen: searched, paged, added to; what was typed stays when something is wrong."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilities.models import Facility
from monitoring.core.pagination import PAGE_SIZE
from tests.factories import ALMATY, World, make_facility
from tests.pages import Page

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TYPED = {
    "name_en": "Special reception centre No. 5 (invented)",
    "name_ru": "Спецприёмник № 5 (вымышленный)",
    "kind_key": "special_reception_centre",
    "region_code": ALMATY,
    "address": "Abay 1",
    "position": "43°14'17\"N 76°56'42\"E",
    "capacity": "40",
    "official": ["y"],
    "notes": "The gate is on the left (invented).",
}


@pytest.fixture
def coordinator(as_, world: World):
    return as_(world.regional)


def _form(browser, **changes: object) -> dict[str, object]:
    page = Page(browser.get("/desk/places/new"))
    return page.filled(**{**TYPED, **changes})


@on_sqlite
def test_a_place_is_added_with_its_position_and_its_distance_from_the_office(coordinator) -> None:
    answer = coordinator.post("/desk/places/new", data=_form(coordinator, position="43,319 с.ш. 76,808 в.д."))
    page = Page(coordinator.get(answer.headers["Location"]))
    assert page.heading == TYPED["name_en"]
    assert "43.31900, 76.80800" in page.main
    assert "14 km as the crow flies" in page.main
    assert "Last visit never Next due at once" in page.main


@on_sqlite
def test_without_a_position_there_is_no_distance(coordinator) -> None:
    answer = coordinator.post("/desk/places/new", data=_form(coordinator, position=""))
    page = Page(coordinator.get(answer.headers["Location"]))
    assert "as the crow flies" not in page.main
    assert "Position" not in page.main


@on_sqlite
@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("name_en", "", "Write the name of the place."),
        ("name_en", "   ", "Write the name of the place."),
        ("name_en", "x" * 301, "300"),
        ("kind_key", "", "Choose what kind of place it is."),
        ("region_code", "", "Choose the region."),
        ("position", "somewhere near the river", "could not be read"),
        ("position", "95.5, 76.9", "There is no such position"),
        ("position", "76.945, 43.238", "seem to be swapped"),
        ("position", "55.75, 37.62", "outside the country"),
        ("capacity", "about forty", "Write a whole number, 0 or more."),
        ("capacity", "-3", "Write a whole number, 0 or more."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_everything_typed_stays(
    coordinator, field: str, typed: str, says: str
) -> None:
    sent = _form(coordinator, **{field: typed})
    page = Page(coordinator.post("/desk/places/new", data=sent))
    assert page.status == 422
    assert list(page.errors()) == [field]
    assert says in page.errors()[field]
    assert page.filled() == {**sent, field: typed}
    assert len(Page(coordinator.get("/desk/places")).rows()) == 2


@on_sqlite
def test_a_mended_form_is_taken(coordinator) -> None:
    page = Page(coordinator.post("/desk/places/new", data=_form(coordinator, position="76.945, 43.238")))
    answer = coordinator.post("/desk/places/new", data=page.filled(position="43.238, 76.945"))
    assert answer.status_code == 302


@on_sqlite
@pytest.mark.parametrize("damaged", ["", "not-an-id", None])
def test_a_form_whose_hidden_id_was_damaged_is_taken_all_the_same(coordinator, damaged: str | None) -> None:
    sent = _form(coordinator)
    del sent["new_id"]
    answer = coordinator.post("/desk/places/new", data=sent if damaged is None else {**sent, "new_id": damaged})
    assert answer.status_code == 302


@on_sqlite
def test_a_kind_that_does_not_exist_is_refused(coordinator) -> None:
    page = Page(coordinator.post("/desk/places/new", data=_form(coordinator, kind_key="castle")))
    assert (page.status, list(page.errors())) == (422, ["kind_key"])


@on_sqlite
def test_another_regions_place_cannot_be_added_and_what_was_typed_is_shown_again(coordinator) -> None:
    page = Page(coordinator.post("/desk/places/new", data=_form(coordinator, region_code="KZ-71")))
    assert page.status == 403
    assert "your own region only" in page.main
    assert TYPED["notes"] in page.main


def test_a_double_click_makes_one_place(as_, world: World, session: Session) -> None:
    browsers = [as_(world.regional) for _click in range(2)]
    sent = _form(browsers[0])
    with ThreadPoolExecutor(2) as clicks:
        answers = list(clicks.map(lambda browser: browser.post("/desk/places/new", data=sent), browsers))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert session.scalar(select(func.count()).select_from(Facility)) == len(world.places) + 1


@on_sqlite
def test_changing_a_place_shows_what_is_known_and_saves(coordinator, world: World) -> None:
    address = f"/desk/places/{world.places['isolator'].id}/edit"
    page = Page(coordinator.get(address))
    assert page.fields()["name_en"] == "Temporary detention isolator No. 9 (invented)"
    assert coordinator.post(address, data=page.filled(position="43.2 76.9", capacity="")).status_code == 302
    again = Page(coordinator.get(address)).fields()
    assert (again["position"], again["capacity"]) == ("43.2, 76.9", "")
    assert page.fields()["version"] != again["version"]


@on_sqlite
def test_a_stale_form_overwrites_nobody_and_shows_what_was_typed(as_, world: World) -> None:
    first, second = as_(world.regional), as_(world.national)
    address = f"/desk/places/{world.places['isolator'].id}/edit"
    stale = Page(second.get(address)).filled(notes="My long text (invented)")
    assert first.post(address, data=Page(first.get(address)).filled(notes="Mine first (invented)")).status_code == 302
    page = Page(second.post(address, data=stale))
    assert page.status == 409
    assert "Somebody else changed this place" in page.main
    assert "My long text (invented)" in page.main
    assert Page(first.get(address)).fields()["notes"] == "Mine first (invented)"


@on_sqlite
def test_the_list_is_searched_filtered_and_paged(coordinator, world: World, session: Session) -> None:
    for number in range(PAGE_SIZE + 5):
        session.add(
            make_facility(session, f"more {number}", "KZ", ALMATY, "police_station", f"Police station {number:03} (invented)", 4)
        )
    session.commit()
    first = Page(coordinator.get("/desk/places?search=station&kind=police_station"))
    assert len(first.rows()) == PAGE_SIZE
    assert f"{PAGE_SIZE + 5} places" in first.main
    assert first.fields()["search"] == "station"
    second = Page(coordinator.get(first.links()["Next page"]))
    assert len(second.rows()) == 5
    assert set(first.rows()).isdisjoint(second.rows())
    assert second.fields()["kind"] == "police_station"
    assert "Earlier page" in second.links()
    assert "Next page" not in second.links()


@on_sqlite
@pytest.mark.parametrize("query", ["page=0", "page=99999999999999999999", "page=x", "kind=castle", "due=?", "search=%25_%00"])
def test_a_strange_address_is_still_a_page(coordinator, query: str) -> None:
    assert coordinator.get(f"/desk/places?{query}").status_code == 200


@on_sqlite
def test_an_empty_search_says_how_to_go_on(coordinator) -> None:
    page = Page(coordinator.get("/desk/places?search=nothing+like+this"))
    assert "No place fits." in page.main
    assert page.links()["Show all places"] == "/desk/places"


@on_sqlite
def test_only_coordinators_are_offered_to_change_the_register(as_, world: World) -> None:
    offers = {"regional": True, "national": True, "other_regional": False, "lead": False, "reviewer": False}
    for name, offered in offers.items():
        browser = as_(world.people[name])
        assert ("Add a place" in Page(browser.get("/desk/places")).links()) is (offered or name == "other_regional")
        links = Page(browser.get(f"/desk/places/{world.places['isolator'].id}")).links()
        assert ("Change" in links, "Plan a visit" in links) == (offered, offered)


@on_sqlite
def test_a_missing_place_and_one_abroad_look_the_same(coordinator, world: World) -> None:
    answers = [coordinator.get(f"/desk/places/{place}") for place in (uuid4(), world.places["kg_isolator"].id)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert Page(answers[0]).main == Page(answers[1]).main
