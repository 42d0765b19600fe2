"""Positions: read in any usual notation and measured, through geopy."""

import re

from geopy.distance import geodesic
from geopy.point import Point

from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_

Position = tuple[float, float]

_HEMISPHERES = (
    (r"с\.?\s*ш\.?|северной\s+широты|\bсевер\b", "N"),
    (r"ю\.?\s*ш\.?|южной\s+широты|\bюг\b", "S"),
    (r"в\.?\s*д\.?|восточной\s+долготы|\bвосток\b", "E"),
    (r"з\.?\s*д\.?|западной\s+долготы|\bзапад\b", "W"),
)
_SIGNS = str.maketrans({"º": "°", "˚": "°", "’": "'", "′": "'", "`": "'", "″": '"', "”": '"', "“": '"', "−": "-", "\u00a0": " "})
_LETTER_FIRST = re.compile(r"^\s*([NS])\s*([^NSEW]+?)[\s,;]*([EW])\s*([^NSEW]+?)\s*$")
_BARE_SECONDS = re.compile(r"(\d+)\s+(\d+)\s+(\d+(?:\.\d+)?)\s*([NSEW])")
_BARE_MINUTES = re.compile(r"(?<![\d°'.])(\d+)\s+(\d+(?:\.\d+)?)\s*([NSEW])")

NOT_READ = N_("This position could not be read. Paste it like 43.238, 76.945 or 43°14'17\"N 76°56'42\"E.")


def read_position(text: str) -> Position:
    """Latitude and longitude in degrees from a pasted text. Raises Invalid with what to write."""
    plain = _in_geopy_notation(text)
    try:
        point = Point(plain)
    except ValueError as error:
        raise Invalid(NOT_READ, {"position": NOT_READ}) from error
    if len(re.findall(r"\d+(?:\.\d+)?", plain)) < 2:  # noqa: PLR2004  (a latitude alone is no position)
        raise Invalid(NOT_READ, {"position": NOT_READ})
    return round(point.latitude, 6), round(point.longitude, 6)


def _in_geopy_notation(text: str) -> str:
    plain = text.strip().translate(_SIGNS).replace("''", '"')
    for pattern, letter in _HEMISPHERES:
        plain = re.sub(pattern, letter, plain, flags=re.IGNORECASE)
    plain = re.sub(r"[nsew](?![a-z])", lambda found: found[0].upper(), plain)
    if len(re.findall(r"\d,\d", plain)) > 1 and "." not in plain:
        plain = re.sub(r"(\d),(\d)", r"\1.\2", plain)
    plain = _BARE_SECONDS.sub(r"\1°\2'\3\"\4", plain)
    plain = _BARE_MINUTES.sub(r"\1°\2'\3", plain)
    plain = re.sub(r"°(?=\s*\d)", "° ", plain).replace(";", " ")
    first = _LETTER_FIRST.match(plain)
    return f"{first[2]} {first[1]}, {first[4]} {first[3]}" if first else plain


def kilometres(start: Position, end: Position) -> float:
    """The geodesic distance on the ellipsoid; roads are longer."""
    return float(geodesic(start, end).km)
