"""Pictures as cameras and ill-wishers make them."""

import struct
import zlib
from io import BytesIO

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825
WORDS = "Taken by the phone of A. (invented)"
RED, BLUE = (200, 20, 20), (20, 20, 200)


def photo(kind: str = "JPEG", size: tuple[int, int] = (300, 200), orientation: int = 1) -> bytes:
    """A photo whose upper half is red and lower half blue when held upright, with a position in it."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0], size[1] // 2))
    image = _as_held(image, orientation)
    exif = Image.Exif()
    exif[ORIENTATION], exif[DESCRIPTION] = orientation, WORDS
    exif.get_ifd(GPS).update({1: "N", 2: tuple(map(IFDRational, (43, 14, 17))), 3: "E", 4: tuple(map(IFDRational, (76, 56, 42)))})
    return _saved(image, kind, exif=exif.tobytes())


def _as_held(image: Image.Image, orientation: int) -> Image.Image:
    """What lies on the sensor when the camera was held so."""
    turns = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    return image.transpose(turns[orientation]) if orientation in turns else image


def _saved(image: Image.Image, kind: str, **how: object) -> bytes:
    written = BytesIO()
    image.save(written, kind, **how)
    return written.getvalue()


def other(kind: str) -> bytes:
    """A picture in a format that is not taken."""
    return _saved(Image.new("RGB", (20, 20), RED), kind)


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is huge and holds nothing but zeros."""
    row = b"\0" * (1 + width // 8 + 1)
    data = zlib.compress(row * 10, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
