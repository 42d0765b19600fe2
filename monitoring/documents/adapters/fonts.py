"""Noto Sans for documents and pages, built from pinned packages."""

import re
import shutil
from pathlib import Path

import fontpkg_noto_sans
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

PACKAGE = Path(__file__).parents[3] / "node_modules" / "@fontsource" / "noto-sans"
SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
"""All of them are needed for Kazakh, Kyrgyz and Tajik."""
WEIGHTS = {400: "Regular", 700: "Bold"}
_FACE = re.compile(r"url\(\./files/(noto-sans-([a-z-]+)-\d+-normal\.woff2)\).*?unicode-range: ([^;]+);", re.DOTALL)


def build_fonts(folder: Path) -> None:
    """Write the static fonts for PDF, the subsets for pages, and fonts.css beside the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    variable = Path(fontpkg_noto_sans.__file__).parent / "files" / "NotoSans[wdth,wght].ttf"
    for weight, name in WEIGHTS.items():
        font = instantiateVariableFont(TTFont(variable), {"wght": weight, "wdth": 100}, updateFontNames=True)
        font.save(folder / f"NotoSans-{name}.ttf")
    faces = [face for weight in WEIGHTS for face in _faces(folder, weight)]
    (folder.parent / "fonts.css").write_text("\n".join(faces) + "\n")


def _faces(folder: Path, weight: int) -> list[str]:
    found = []
    for file, subset, letters in _FACE.findall((PACKAGE / f"{weight}.css").read_text()):
        if subset in SUBSETS:
            shutil.copyfile(PACKAGE / "files" / file, folder / file)
            found.append(
                f'@font-face {{ font-family: "Noto Sans"; font-weight: {weight}; font-display: swap; '
                f'src: url("fonts/{file}") format("woff2"); unicode-range: {letters}; }}'
            )
    return found
