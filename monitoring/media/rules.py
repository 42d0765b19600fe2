"""Limits of pictures."""

from monitoring.audit.rules import Event

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
"""The only formats that are decoded."""
LARGEST_BYTES = 20_000_000
MOST_PIXELS = 60_000_000
SHOWN_PIXELS = 1600
"""The longer side of what is shown."""


class MediaEvent(Event):
    """What happens to files."""

    STORED = "media.stored"
