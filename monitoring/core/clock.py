"""The one place that asks what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment, UTC, with its zone."""
    return datetime.now(UTC)


def today(time_zone: str) -> date:
    """The calendar day at a place, by its IANA time zone."""
    return now().astimezone(ZoneInfo(time_zone)).date()
