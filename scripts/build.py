"""Build what is not in git: the tablet client, the fonts of the documents, the compiled catalogues and the client's texts."""

import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from PIL import Image, ImageDraw

from monitoring.core.catalogues import TRANSLATED, complete
from monitoring.documents.adapters import build_fonts
from monitoring.tablet.adapters import write_strings

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "monitoring" / "static" / "build"
TRANSLATIONS = ROOT / "monitoring" / "translations"
PAPER, INK = "#fbfaf7", "#1b2733"
ICON_LINES = ((30, 75), (43, 75), (56, 75), (69, 55))
"""Height and end of each line, in hundredths of the icon's size."""


def compile_catalogues() -> None:
    """Compile every catalogue beside its source."""
    for language in TRANSLATED:
        with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo").open("wb") as file:
            write_mo(file, complete(TRANSLATIONS, language))


def draw_icons() -> None:
    """The icon of the installed app: a ruled page, nothing that tells what it is for."""
    for size in (192, 512):
        icon = Image.new("RGB", (size, size), PAPER)
        pen = ImageDraw.Draw(icon)
        for height, end in ICON_LINES:
            pen.line((size // 4, size * height // 100, size * end // 100, size * height // 100), fill=INK, width=size // 32)
        icon.save(BUILT / f"icon-{size}.png", optimize=True)


def main() -> int:
    """Build everything; the exit code says whether it worked."""
    BUILT.mkdir(parents=True, exist_ok=True)
    compile_catalogues()
    write_strings(TRANSLATIONS, BUILT)
    if not (BUILT / "fonts").is_dir():
        build_fonts(BUILT / "fonts")
    draw_icons()
    return subprocess.run(["node", "monitoring/tablet/client/build.mjs"], cwd=ROOT, check=False).returncode  # noqa: S607


if __name__ == "__main__":
    sys.exit(main())
