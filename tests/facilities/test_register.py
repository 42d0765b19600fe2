"""The register: who keeps it, how it is searched, what a place remembers."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from facilities import operations, queries
from facilities.operations import ELSEWHERE, SWAPPED, FacilityFacts
from facilities.queries import Filters
from facilities.rules import next_due, searchable
from monitoring.core.errors import Forbidden, Invalid, NotFound
from monitoring.core.pagination import paginate
from tests.factories import ALMATY, ASTANA, PEOPLE, World

TODAY = date(2026, 11, 24)


def _facts(**changes) -> FacilityFacts:
    values = {
        "names": {"en": "Special reception centre No. 5 (invented)", "ru": "Спецприёмник № 5 (вымышленный)", "kk": ""},
        "kind_key": "special_reception_centre",
        "region_code": ALMATY,
        "position": (43.3, 76.9),
    }
    return FacilityFacts(**(values | changes))


def _found(session: Session, world: World, name: str = "national", **filters: str) -> list[str]:
    query = queries.listing(world.actor(name), Filters(**filters), TODAY)
    return [place.names["en"].split(" (")[0] for place in session.scalars(query).unique()]


def test_a_place_is_added_and_found(session: Session, world: World) -> None:
    place = operations.add_facility(session, world.actor("regional"), _facts())
    assert queries.facility_for(session, world.actor("lead"), place.id) is place
    assert (place.country, place.mechanism_id, place.names.get("kk")) == ("KZ", world.regional.mechanism_id, None)
    assert place.last_visit_on is place.next_due_on is None


def test_the_same_form_sent_twice_is_one_place(session: Session, world: World) -> None:
    made = uuid4()
    first = operations.add_facility(session, world.actor("regional"), _facts(), made)
    assert operations.add_facility(session, world.actor("regional"), _facts(), made) is first


FOUND_BY = (
    "special", "SPECIAL reception", "ption", "no 5", "№ 5", "спецприемник", "СПЕЦПРИЁМНИК", "прием", "5 спец", "abay", "Абая 1",
)  # fmt: skip
NOT_FOUND_BY = ("special prison", "100%", "спецприёмник № 6", "' OR 1=1 --")


def test_search_forgives_case_order_and_parts_of_words(session: Session, world: World) -> None:
    operations.add_facility(session, world.actor("regional"), _facts(address="Abay str. / ул. Абая, 1"))
    for text in FOUND_BY:
        assert _found(session, world, search=text) == ["Special reception centre No. 5"], text


def test_search_finds_nothing_where_nothing_fits_and_signs_alone_narrow_nothing(session: Session, world: World) -> None:
    operations.add_facility(session, world.actor("regional"), _facts())
    for text in NOT_FOUND_BY:
        assert _found(session, world, search=text) == [], text
    assert len(_found(session, world, search="%_")) == 3


def test_kazakh_kyrgyz_and_tajik_letters_are_found_with_and_without_their_tails(session: Session, world: World) -> None:
    operations.add_facility(session, world.actor("national"), _facts(names={"en": "X (invented)", "kk": "Қызылорда түрмесі"}))
    for text in ("қызылорда", "кызылорда", "турмес", "ТҮРМЕСІ"):
        assert _found(session, world, search=text) == ["X"]


def test_what_is_searched_follows_what_is_written(session: Session, world: World) -> None:
    place = operations.add_facility(session, world.actor("regional"), _facts())
    operations.change_facility(session, world.actor("regional"), place, _facts(names={"en": "Renamed (invented)"}))
    assert _found(session, world, search="reception") == []
    assert _found(session, world, search="renamed") == ["Renamed"]


def test_filters_narrow_and_add_up(session: Session, world: World) -> None:
    place = operations.add_facility(session, world.actor("regional"), _facts())
    operations.note_visit(session, place.id, date(2020, 1, 31))
    isolator, colony, centre = (
        "Temporary detention isolator No. 9",
        "Correctional colony No. 99",
        "Special reception centre No. 5",
    )
    assert set(_found(session, world)) == {isolator, colony, centre}
    assert _found(session, world, kind="correctional_colony") == [colony]
    assert set(_found(session, world, region=ALMATY)) == {isolator, centre}
    assert _found(session, world, region=ALMATY, kind="correctional_colony") == []
    assert set(_found(session, world, due="never")) == {isolator, colony}
    assert set(_found(session, world, due="overdue")) == {isolator, colony, centre}
    operations.note_visit(session, place.id, TODAY)
    assert set(_found(session, world, due="overdue")) == {isolator, colony}


def test_never_visited_places_come_first_then_those_longest_due(session: Session, world: World) -> None:
    late, soon = (
        operations.add_facility(session, world.actor("national"), _facts(names={"en": name})) for name in ("Late", "Soon")
    )
    operations.note_visit(session, late.id, date(2019, 5, 1))
    operations.note_visit(session, soon.id, date(2025, 5, 1))
    assert _found(session, world)[2:] == ["Late", "Soon"]


def test_a_page_out_of_range_is_the_nearest_one(session: Session, world: World) -> None:
    for number in range(7):
        operations.add_facility(session, world.actor("national"), _facts(names={"en": f"Place {number} (invented)"}))
    query = queries.listing(world.actor("national"), Filters(search="place"), TODAY)
    pages = [paginate(session, query, number, size=3) for number in (1, 2, 3, 99, -4)]
    assert [(page.number, page.total, len(page.rows)) for page in pages] == [
        (1, 7, 3),
        (2, 7, 3),
        (3, 7, 1),
        (3, 7, 1),
        (1, 7, 3),
    ]
    shown = [place.id for page in pages[:3] for place in page.rows]
    assert len(set(shown)) == 7


def test_a_register_belongs_to_its_mechanism(session: Session, world: World) -> None:
    for actor in map(world.actor, PEOPLE):
        for place in world.places.values():
            if place.country == actor.country:
                assert queries.facility_for(session, actor, place.id) is place
            else:
                with pytest.raises(NotFound):
                    queries.facility_for(session, actor, place.id)
        assert {place.country for place in session.scalars(queries.listing(actor, Filters(), TODAY)).unique()} == {actor.country}


KEEPS = {"national": {ALMATY, ASTANA}, "regional": {ALMATY}, "other_regional": {ASTANA}}


def test_coordinators_keep_the_register_of_their_region(session: Session, world: World) -> None:
    for name, (country, _region, _roles) in PEOPLE.items():
        for region in (ALMATY, ASTANA) if country == "KZ" else ():
            if region in KEEPS.get(name, set()):
                assert operations.add_facility(session, world.actor(name), _facts(region_code=region)).region_code == region
            else:
                with pytest.raises(Forbidden):
                    operations.add_facility(session, world.actor(name), _facts(region_code=region))


def test_a_regional_coordinator_moves_no_place_into_or_out_of_another_region(session: Session, world: World) -> None:
    for place, region in (("isolator", ASTANA), ("colony", ALMATY)):
        with pytest.raises(Forbidden):
            operations.change_facility(session, world.actor("regional"), world.places[place], _facts(region_code=region))


OUTSIDE = {(76.9, 43.3): SWAPPED, (55.75, 37.62): ELSEWHERE, (-43.3, 76.9): ELSEWHERE}


def test_a_position_outside_the_country_is_asked_about(session: Session, world: World) -> None:
    actor, place = world.actor("regional"), world.places["isolator"]
    for position, message in OUTSIDE.items():
        with pytest.raises(Invalid) as caught:
            operations.add_facility(session, actor, _facts(position=position))
        assert caught.value.fields == {"position": message}
        with pytest.raises(Invalid):
            operations.change_facility(session, actor, place, _facts(position=position))
    assert place.names["en"].startswith("Temporary")


def test_what_is_invented_stays_marked_when_it_is_changed(session: Session, world: World) -> None:
    operations.change_facility(session, world.actor("regional"), world.places["isolator"], _facts())
    assert world.places["isolator"].invented


def test_an_older_visit_does_not_move_the_last_one_back(session: Session, world: World) -> None:
    place = world.places["isolator"]
    for on in (date(2026, 5, 31), date(2025, 1, 1)):
        operations.note_visit(session, place.id, on)
    assert (place.last_visit_on, place.next_due_on) == (date(2026, 5, 31), date(2027, 5, 31))


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 60))
def test_the_next_visit_is_due_on_the_same_day_some_months_later(last: date, months: int) -> None:
    due = next_due(last, months)
    assert due is not None
    assert (due.year * 12 + due.month) - (last.year * 12 + last.month) == months
    assert due.day == last.day or (due.day < last.day and date.fromordinal(due.toordinal() + 1).day == 1)
    assert next_due(None, months) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_searchable_text_is_words_parted_by_one_space(first: str, second: str) -> None:
    once = searchable(first, second)
    assert searchable(once) == once == " ".join(once.split())


@given(st.text(alphabet="abcxyzабвгеёийуқңәғөүұһіҷӣӯҳў 019-.№", max_size=40))
def test_capital_letters_are_searched_like_small_ones(text: str) -> None:
    assert searchable(text.upper()) == searchable(text)
