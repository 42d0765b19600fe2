"""A position is read however it is pasted; what cannot be one is said so, never read as something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.adapters import NOT_READ, OUT_OF_RANGE, kilometres, read_position
from facilities.rules import EXTENTS, lies_in
from monitoring.core.errors import Invalid

ALMATY = (43.238, 76.945)
TO_THE_SECOND = (43.238056, 76.945)

DECIMAL = [
    "43.238, 76.945",
    "43.238,76.945",
    "43.238 76.945",
    "43.238\t76.945",
    "43.238; 76.945",
    "43.238 / 76.945",
    "(43.23800, 76.94500)",
    "[43.238, 76.945]",
    "+43.238 +76.945",
    "43.238°, 76.945°",
    "43.238N 76.945E",
    "43.238° N, 76.945° E",
    "N 43.238 E 76.945",
    "E 76.945, N 43.238",
    "43,238 76,945",
    "43,238, 76,945",
    "43,238; 76,945",
    "43,238,76,945",
    "43,238 с.ш. 76,945 в.д.",
    "43,238° с. ш., 76,945° в. д.",
    "43.238 С, 76.945 В",
    "широта 43.238, долгота 76.945",
    "lat: 43.238 lon: 76.945",
    "Longitude 76.945, latitude 43.238",
    "43.238, 76.945, 820 m",
    "geo:43.238,76.945",
    "https://www.google.com/maps/@43.238,76.945,15z",
    "https://www.google.com/maps/place/X/@43.2,76.9,17z/data=!3m1!3d43.238!4d76.945",
    "https://maps.google.com/?q=43.238,76.945",
    "https://www.google.com/maps?q=43.238%2C76.945",
    "https://yandex.ru/maps/?ll=76.945%2C43.238&z=15",
    "https://www.openstreetmap.org/#map=15/43.238/76.945",
]
SEXAGESIMAL = [
    "43°14'17\"N 76°56'42\"E",
    "43°14'17.0\"N 76°56'42.0\"E",
    "43°14'17''N, 76°56'42''E",
    "43° 14' 17\" N, 76° 56' 42\" E",
    "43º14’17”N, 76º56’42”E",
    "43°14′17″ с. ш. 76°56′42″ в. д.",
    "43° 14' 17\" северной широты, 76° 56' 42\" восточной долготы",
    "С43°14'17\" В76°56'42\"",
    "43°14'17\"С 76°56'42\"В",
    "с.ш. 43°14'17\" в.д. 76°56'42\"",
    "N43°14'17\" E76°56'42\"",
    "76°56'42\"E 43°14'17\"N",
    "43 14 17 N 76 56 42 E",
    "43 14 17, 76 56 42",
    "43°14'17\" 76°56'42\"",
]
UNREADABLE = [
    "somewhere", "", "43", "43.238", "1,2,3,", "43.238, 76.945 Almaty", "43.238, 76.945, 5", "N 43, S 76", "E 43, E 76", "N, E",
    "43.238N", "nan, nan", "1e3, 7", "43.5 30, 76", "43°14'17\"N and more", "N43 E76 W3", "7" * 2000,
]  # fmt: skip
IMPOSSIBLE = ["95, 76", "43.238, 200", "43°60'00\"N 76°56'42\"E", "43°14'77\"N 76°56'42\"E", "-91 0", "181E 43N"]


@pytest.mark.parametrize("text", DECIMAL)
def test_degrees_are_read(text: str) -> None:
    assert read_position(text) == ALMATY


@pytest.mark.parametrize("text", SEXAGESIMAL)
def test_minutes_and_seconds_are_read(text: str) -> None:
    assert read_position(text) == TO_THE_SECOND


def test_minutes_with_decimals_are_read() -> None:
    for text in ("43°14.283'N 76°56.7'E", "43 14.283 N 76 56.7 E", "43 14.283, 76 56.7", "43°14,283' с.ш. 76°56,7' в.д."):
        assert read_position(text) == (43.23805, 76.945)


def test_south_and_west_are_negative() -> None:
    assert (
        read_position("33.9 S, 18.4 W") == read_position("-33.9, -18.4") == read_position("ю.ш. 33,9 з.д. 18,4") == (-33.9, -18.4)
    )


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_position_is_said_so(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_position(text)
    assert caught.value.fields == {"position": NOT_READ}


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_what_is_on_no_map_is_said_so(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_position(text)
    assert caught.value.fields == {"position": OUT_OF_RANGE}


places = st.tuples(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000)).map(
    lambda place: (place[0] / 1_000_000, place[1] / 1_000_000)
)
NOTATIONS = {
    "point": "{0:.6f}, {1:.6f}",
    "space": "{0:.6f} {1:.6f}",
    "semicolon": "{0:.6f};{1:.6f}",
    "link": "https://www.google.com/maps/@{0:.6f},{1:.6f},12z",
    "lonlat link": "https://yandex.ru/maps/?ll={1:.6f}%2C{0:.6f}",
}


@given(places, st.sampled_from(sorted(NOTATIONS)))
def test_every_place_on_earth_is_read_as_it_was_written(place: tuple[float, float], notation: str) -> None:
    assert read_position(NOTATIONS[notation].format(*place)) == place


@given(places)
def test_a_decimal_comma_is_read_like_a_point(place: tuple[float, float]) -> None:
    text = "{:.6f} {:.6f}".format(*place)
    assert read_position(text.replace(".", ",")) == read_position(text)


def _in_seconds(degrees: float, letters: str) -> str:
    seconds = round(abs(degrees) * 3600)
    return f"{seconds // 3600}°{seconds % 3600 // 60}'{seconds % 60}\"{letters[degrees < 0]}"


@given(places, st.sampled_from(["NSEW", "СЮВЗ"]))
def test_seconds_come_back_to_the_second(place: tuple[float, float], letters: str) -> None:
    text = f"{_in_seconds(place[0], letters[:2])} {_in_seconds(place[1], letters[2:])}"
    found = read_position(text)
    assert all(abs(a - b) <= 0.5 / 3600 + 1e-6 for a, b in zip(found, place, strict=True))


@given(st.text(alphabet="0123456789 .,;/°'\"NSEWСВс.ш-+в.д", max_size=40))
def test_whatever_is_pasted_is_a_position_or_a_sentence(text: str) -> None:
    try:
        found = read_position(text)
    except Invalid as error:
        found = str(error.fields["position"])
    assert found in {NOT_READ, OUT_OF_RANGE} or (abs(found[0]) <= 90 and abs(found[1]) <= 180)


def test_distances_are_measured_on_the_ellipsoid() -> None:
    almaty, bishkek = (43.238, 76.945), (42.875, 74.604)
    assert kilometres(almaty, bishkek) == pytest.approx(194.6, abs=0.5)
    assert kilometres(almaty, almaty) == 0


def test_the_three_offices_lie_in_their_countries_and_swapped_they_lie_nowhere() -> None:
    for country, office in {"KZ": (43.238, 76.945), "KG": (42.875, 74.604), "TJ": (38.560, 68.774)}.items():
        assert lies_in(country, *office)
        assert not any(lies_in(other, *reversed(office)) for other in EXTENTS)
