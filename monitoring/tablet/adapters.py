"""The texts of the tablet client: collected from its sources, translated by the catalogues, one file a language."""

import json
import re
from pathlib import Path

from monitoring.core.catalogues import TRANSLATED, complete
from monitoring.core.i18n import SOURCE_LANGUAGE

SOURCES = Path(__file__).parent
_TEXT = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')


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
