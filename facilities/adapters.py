"""Positions: read in any usual notation and measured, through geopy."""

import re
from urllib.parse import unquote

from geopy.distance import geodesic
from geopy.point import Point

from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_, Message

Position = tuple[float, float]

_NUMBER = r"\d+(?:\.\d+)?"
_SIGNED = rf"[+-]?{_NUMBER}"
_SIGNS = str.maketrans(
    {"º": "°", "˚": "°", "’": "'", "′": "'", "`": "'", "″": '"', "”": '"', "“": '"', "−": "-", "–": "-", "\u00a0": " "}
)
_WORDS = (
    (r"с\.?\s*ш\.?|северной\s+широты|\bсевер\b", " N "),
    (r"ю\.?\s*ш\.?|южной\s+широты|\bюг\b", " S "),
    (r"в\.?\s*д\.?|восточной\s+долготы|\bвосток\b", " E "),
    (r"з\.?\s*д\.?|западной\s+долготы|\bзапад\b", " W "),
    (r"\b(?:latitude|lat|широта)\b\s*[:=]?", " N "),
    (r"\b(?:longitude|long|lon|lng|долгота)\b\s*[:=]?", " E "),
)
_LETTERS = str.maketrans({"С": "N", "Ю": "S", "В": "E", "З": "W", "с": "N", "ю": "S", "в": "E", "з": "W"})
"""Russian letters for the points of the compass; the first looks like a Latin C and means north."""
_LINKS = (
    rf"!3d(?P<lat>{_SIGNED})!4d(?P<lon>{_SIGNED})",
    rf"@(?P<lat>{_SIGNED}),(?P<lon>{_SIGNED})",
    rf"[?&](?:q|query|destination)=(?:loc:)?(?P<lat>{_SIGNED}),\s*(?P<lon>{_SIGNED})",
    rf"[?&]ll=(?P<lon>{_SIGNED}),(?P<lat>{_SIGNED})",
    rf"#map=\d+/(?P<lat>{_SIGNED})/(?P<lon>{_SIGNED})",
    rf"^geo:(?P<lat>{_SIGNED}),(?P<lon>{_SIGNED})",
)
"""Links of maps: two kinds of Google, a search, Yandex (longitude first), OpenStreetMap, a geo address."""
_HEIGHT = re.compile(rf"[,;\s]+{_NUMBER}\s*(?:m|м)\.?$")
_ONE = re.compile(rf"([NSEW]?)\s*([+-]?)\s*({_NUMBER})\s*°?\s*(?:({_NUMBER})\s*'?\s*(?:({_NUMBER})\s*(?:\"|'')?)?)?\s*([NSEW]?)")
_FULL_TURN = {"N": 90, "E": 180}
_PARTS = 60
"""Minutes in a degree, seconds in a minute."""

NOT_READ = N_("This position could not be read. Paste it like 43.238, 76.945 or 43°14'17\"N 76°56'42\"E.")
OUT_OF_RANGE = N_(
    "There is no such position. Latitude comes first and goes from -90 to 90, longitude from -180 to 180;"
    " minutes and seconds end at 59."
)


def read_position(text: str) -> Position:
    """Latitude and longitude in degrees from a pasted text. Raises Invalid with what to write."""
    plain = unquote(text.strip()).translate(_SIGNS)
    linked = next((found for found in (re.search(link, plain) for link in _LINKS) if found), None)
    parts = [f"N {linked['lat']}", f"E {linked['lon']}"] if linked else _halves(_plain(plain))
    found = dict(_degrees(part, default) for part, default in zip(parts, "NE", strict=True))
    if set(found) != {"N", "E"}:
        raise _wrong(NOT_READ)
    point = Point(found["N"], found["E"])
    return round(point.latitude, 6), round(point.longitude, 6)


def _wrong(message: Message) -> Invalid:
    return Invalid(message, {"position": message})


def _plain(text: str) -> str:
    """Latin letters for the points of the compass, points for decimal commas, no brackets, no height."""
    plain = text.strip("()[] ").replace("''", '"')
    for pattern, letter in _WORDS:
        plain = re.sub(pattern, letter, plain, flags=re.IGNORECASE)
    plain = plain.translate(_LETTERS).upper() if not re.search(r"[^\W\d_]{2}", plain) else plain
    plain = _HEIGHT.sub("", plain.replace("M", "m"))
    if "." in plain or re.fullmatch(r"[^,]*,[^,\s]*", plain.strip()):
        return plain.strip()
    plain = re.sub(r"^([^,]*\d,\d+),(\d+,\d[^,]*)$", r"\1; \2", plain)
    return re.sub(r"(\d),(\d)", r"\1.\2", plain).strip()


def _halves(plain: str) -> list[str]:
    """The two coordinates: parted by their letters, else by a sign between them, else by degree signs, else evenly."""
    patterns = (
        r"([NSEW][^NSEW]+)([NSEW][^NSEW]+)",
        r"([^NSEW]+[NSEW])([^NSEW]+[NSEW])",
        r"([^NSEW,;/]+)[,;/]([^NSEW,;/]+)",
        rf"([^NSEW,;/°]+°[^NSEW,;/°]*?)\s+({_SIGNED}\s*°[^NSEW,;/°]*)",
    )
    for pattern in patterns:
        found = re.fullmatch(pattern, plain)
        if found:
            return [part.strip(" ,;/\t") for part in found.groups()]
    numbers = plain.split()
    middle = len(numbers) // 2
    if not numbers or len(numbers) % 2 or not all(re.fullmatch(_SIGNED, number) for number in numbers):
        raise _wrong(NOT_READ)
    return [" ".join(numbers[:middle]), " ".join(numbers[middle:])]


def _degrees(part: str, default: str) -> tuple[str, float]:
    """Whether it is a latitude (N) or a longitude (E), and its degrees."""
    found = _ONE.fullmatch(part)
    if found is None or (found[1] and found[6]):
        raise _wrong(NOT_READ)
    letter = found[1] or found[6] or default
    axis = "N" if letter in "NS" else "E"
    minutes, seconds = float(found[4] or 0), float(found[5] or 0)
    if any("." in (found[number] or "") and found[number + 1] for number in (3, 4)):
        raise _wrong(NOT_READ)
    value = Point.parse_degrees(found[3], found[4] or 0, found[5] or 0, letter)
    if found[2] == "-":
        value = -value
    if abs(value) > _FULL_TURN[axis] or minutes >= _PARTS or seconds >= _PARTS:
        raise _wrong(OUT_OF_RANGE)
    return axis, float(value)


def kilometres(start: Position, end: Position) -> float:
    """The geodesic distance on the ellipsoid; roads are longer."""
    return float(geodesic(start, end).km)
