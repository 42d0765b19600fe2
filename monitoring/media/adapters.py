"""Pictures through Pillow, and files encrypted in a folder outside the web root."""

import os
import secrets
import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from monitoring.core.crypto import safe
from monitoring.core.errors import Invalid, TooLarge
from monitoring.core.i18n import N_
from monitoring.media.rules import FORMATS, LARGEST_BYTES, MOST_PIXELS, SHOWN_PIXELS

register_heif_opener()
Image.MAX_IMAGE_PIXELS = MOST_PIXELS

NO_PICTURE = N_("This file is not a picture that can be read. Take the photo again, or choose a JPEG, PNG, WebP or HEIC file.")
TOO_MANY_PIXELS = N_("This photo has too many pixels. Take it again with a smaller size.")
DAMAGED = (OSError, EOFError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, RuntimeError, struct.error)
"""What decoders raise over bytes that are not what they seem; UnidentifiedImageError is an OSError."""
QUALITY = 82


@dataclass(frozen=True)
class Cleaned:
    """A picture made anew: upright, small, without anything that the camera wrote into it."""

    jpeg: bytes
    width: int
    height: int
    kind: str


def clean(received: bytes) -> Cleaned:
    """Decode, turn upright, make small, and write anew. Raises Invalid or TooLarge."""
    if len(received) > LARGEST_BYTES:
        raise TooLarge(N_("This photo is larger than 20 MB. Take it again with a smaller size."))
    try:
        with Image.open(BytesIO(received), formats=FORMATS) as picture:
            kind = str(picture.format)
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge(TOO_MANY_PIXELS)
            upright = _upright(picture).convert("RGB")
    except Image.DecompressionBombError as error:
        raise TooLarge(TOO_MANY_PIXELS) from error
    except DAMAGED as error:
        raise Invalid(NO_PICTURE) from error
    upright.thumbnail((SHOWN_PIXELS, SHOWN_PIXELS))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    written = BytesIO()
    bare.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Cleaned(written.getvalue(), bare.width, bare.height, kind.lower())


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held; a camera's damaged note about that is no reason to lose the photo."""
    try:
        return ImageOps.exif_transpose(picture)
    except DAMAGED:
        return picture


def store(folder: Path, content: bytes) -> str:
    """Write a file encrypted under a random name; the name."""
    name = secrets.token_hex(20)
    place = _place(folder, name)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = place.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(safe.keyring.encrypt(content, f"media|{name}"))
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(place)
    _keep_name(place.parent)
    return name


def load(folder: Path, name: str) -> bytes:
    """Read a file. Raises CannotOpen when it was changed, OSError when it is gone."""
    return safe.keyring.decrypt(_place(folder, name).read_bytes(), f"media|{name}")


def relative_place(name: str) -> str:
    """Where a file lies below the folder of files."""
    return f"{name[:2]}/{name}"


def _keep_name(folder: Path) -> None:
    """Put the folder itself on the disk: without it a power cut could lose the name of a file that is already there."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _place(folder: Path, name: str) -> Path:
    return folder / relative_place(name)
