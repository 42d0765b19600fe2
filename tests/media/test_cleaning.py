"""What comes out of a photo: upright, small, without a word of the camera; and what is no photo is told so."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from monitoring.core.errors import Invalid, TooLarge
from monitoring.media.adapters import clean
from monitoring.media.rules import FORMATS, LARGEST_BYTES, MOST_PIXELS, SHOWN_PIXELS
from tests.media.pictures import WORDS, bomb, other, photo

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NO_PICTURES = {
    "nothing": b"",
    "text": b"This is a text and not a photo (invented).",
    "svg": SVG,
    "page": b"<!doctype html><script>alert(1)</script>",
    "gif": other("GIF"),
    "bmp": other("BMP"),
    "tiff": other("TIFF"),
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj",
    "zip": b"PK\x03\x04" + bytes(60),
    "only the first bytes of a JPEG": b"\xff\xd8\xff\xe0",
    "half a JPEG": photo()[: len(photo()) // 2],
    "half a PNG": photo("PNG")[: len(photo("PNG")) // 2],
    "half a WebP": photo("WEBP")[: len(photo("WEBP")) // 2],
    "half a HEIC": photo("HEIF")[: len(photo("HEIF")) // 2],
}


def _shown(received: bytes) -> Image.Image:
    return Image.open(BytesIO(clean(received).jpeg))


@pytest.mark.parametrize("kind", FORMATS)
def test_the_formats_of_cameras_are_taken_and_become_jpeg(kind: str) -> None:
    cleaned = clean(photo(kind))
    assert (cleaned.width, cleaned.height, cleaned.kind) == (300, 200, kind.lower())
    assert Image.open(BytesIO(cleaned.jpeg)).format == "JPEG"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_stands_upright_however_the_camera_was_held(kind: str, orientation: int) -> None:
    shown = _shown(photo(kind, orientation=orientation))
    assert shown.size == (300, 200)
    red, _green, blue = shown.getpixel((150, 20))
    assert red > blue
    red, _green, blue = shown.getpixel((150, 180))
    assert blue > red


@pytest.mark.parametrize("kind", FORMATS)
def test_position_and_words_of_the_camera_are_gone(kind: str) -> None:
    received = photo(kind)
    with Image.open(BytesIO(received)) as before:
        assert before.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    cleaned = clean(received).jpeg
    shown = Image.open(BytesIO(cleaned))
    assert dict(shown.getexif()) == {}
    assert WORDS.encode() not in cleaned
    assert b"Exif" not in cleaned
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_words_hidden_in_a_png_are_gone() -> None:
    told = PngInfo()
    told.add_text("Comment", WORDS)
    written = BytesIO()
    Image.new("RGB", (30, 30)).save(written, "PNG", pnginfo=told)
    assert WORDS.encode() in written.getvalue()
    assert WORDS.encode() not in clean(written.getvalue()).jpeg


@pytest.mark.parametrize("size", [(4000, 3000), (1000, 5000)])
def test_a_large_photo_becomes_small_and_keeps_its_shape(size: tuple[int, int]) -> None:
    width, height = _shown(photo(size=size)).size
    assert max(width, height) == SHOWN_PIXELS
    assert abs(width / height - size[0] / size[1]) < 0.01


def test_a_small_photo_is_not_blown_up() -> None:
    assert _shown(photo(size=(40, 30))).size == (40, 30)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_without_colour_or_with_holes_are_taken(mode: str) -> None:
    written = BytesIO()
    Image.new(mode, (30, 20)).save(written, "PNG")
    assert _shown(written.getvalue()).size == (30, 20)


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_told_so_and_what_to_do(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean(NO_PICTURES[name])
    assert "JPEG, PNG, WebP or HEIC" in str(caught.value)


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (10_000, 6_001), (1, 60_000_001)])
def test_a_picture_that_unpacks_to_far_too_much_is_refused_before_it_does(width: int, height: int) -> None:
    assert width * height > MOST_PIXELS
    with pytest.raises(TooLarge) as caught:
        clean(bomb(width, height))
    assert "too many pixels" in str(caught.value)


def test_one_byte_too_many_is_too_many() -> None:
    with pytest.raises(TooLarge) as caught:
        clean(photo() + bytes(LARGEST_BYTES))
    assert "20 MB" in str(caught.value)


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=60, deadline=None)
@given(places=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_photo_is_shown_or_told_but_never_an_accident(kind: str, places: list[tuple[float, int]]) -> None:
    damaged = bytearray(photo(kind))
    for place, byte in places:
        damaged[int(place * min(len(damaged), 600))] = byte
    assert _outcome(bytes(damaged)) in {"shown", "told"}


def _outcome(received: bytes) -> str:
    try:
        clean(received)
    except (Invalid, TooLarge):
        return "told"
    return "shown"


def test_a_damaged_note_about_how_the_camera_was_held_does_not_lose_the_photo() -> None:
    damaged = photo().replace(b"Exif\0\0MM", b"Exif\0\0XX", 1).replace(b"Exif\0\0II", b"Exif\0\0XX", 1)
    assert damaged != photo()
    assert _shown(damaged).size == (300, 200)
