"""What the build makes for the tablet: its files, and its texts, collected from the sources and translated by the catalogues."""

import json
import re
from pathlib import Path

from monitoring.core.catalogues import TRANSLATED, complete
from monitoring.core.errors import Misconfigured
from monitoring.core.i18n import SOURCE_LANGUAGE

SOURCES = Path(__file__).parent
BUILT = SOURCES.parent / "static" / "build"
_TEXT = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')


def built_assets() -> dict[str, str]:
    """The names of the built files, which carry a hash of their content; read anew each time.

    Raises Misconfigured before the build.
    """
    try:
        found: dict[str, str] = json.loads((BUILT / "assets.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Misconfigured("The tablet's files are not built yet. Run 'make build'.") from error
    return found


def client_texts() -> list[str]:
    """Every sentence that the client shows, in the source language."""
    found = {
        json.loads(f'"{text}"')
        for path in sorted(SOURCES.rglob("*.ts"))
        for text in _TEXT.findall(path.read_text(encoding="utf-8"))
    }
    return sorted(found)


def write_strings(translations: Path, out: Path) -> None:
    """Write texts.<language>.json; a sentence without translation is left out, and the client shows the original."""
    texts = client_texts()
    (out / f"texts.{SOURCE_LANGUAGE}.json").write_text("{}", encoding="utf-8")
    for language in TRANSLATED:
        known = {str(message.id): message.string for message in complete(translations, language)}
        found = {text: known[text] for text in texts if known.get(text)}
        (out / f"texts.{language}.json").write_text(json.dumps(found, ensure_ascii=False, sort_keys=True), encoding="utf-8")
