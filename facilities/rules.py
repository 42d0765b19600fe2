"""Plain rules of the register: searching that forgives, when a visit is due."""

import unicodedata
from datetime import date

from monitoring.audit.rules import Event


class FacilityEvent(Event):
    """What happens to the register."""

    ADDED = "facilities.added"
    CHANGED = "facilities.changed"


_TAILS = str.maketrans("ёәғқңөұүһіҷӣӯҳў", "еагкноууhиjиуху".replace("h", "х").replace("j", "ж"))
"""Letters with and without their tails are searched alike."""


def searchable(*texts: str | None) -> str:
    """Texts as they are searched: small letters, no tails and accents, words apart by one space."""
    joined = unicodedata.normalize("NFC", " ".join(text for text in texts if text)).lower().translate(_TAILS)
    bare = "".join(sign for sign in unicodedata.normalize("NFD", joined) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare).split())


EXTENTS = {
    "KZ": ((40.5, 55.5), (46.4, 87.4)),
    "KG": ((39.1, 43.3), (69.2, 80.3)),
    "TJ": ((36.6, 41.1), (67.3, 75.2)),
}
"""From south to north and from west to east, in degrees, a little wider than the country (read from a map)."""


def lies_in(country: str, latitude: float, longitude: float) -> bool:
    """Whether a position can be in the country; elsewhere nothing is known, so anything can."""
    (south, north), (west, east) = EXTENTS.get(country, ((-90.0, 90.0), (-180.0, 180.0)))
    return south <= latitude <= north and west <= longitude <= east


def next_due(last_visit: date | None, interval_months: int) -> date | None:
    """The day by which a place should be visited again; None where it was never visited (due at once)."""
    if last_visit is None:
        return None
    month = last_visit.month - 1 + interval_months
    year, month = last_visit.year + month // 12, month % 12 + 1
    return date(year, month, min(last_visit.day, _days(year, month)))


def _days(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days
