"""The texts of the tablet client: collected from its sources, translated by the catalogues, one file a language."""

import json
import re
from pathlib import Path

from babel.messages.pofile import read_po

from monitoring.core.i18n import LANGUAGES

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
    for language in LANGUAGES:
        catalogue = translations / language / "LC_MESSAGES" / "messages.po"
        known = {}
        if catalogue.exists():
            with catalogue.open("rb") as file:
                known = {str(message.id): message.string for message in read_po(file, locale=language) if not message.fuzzy}
        found = {text: known[text] for text in texts if known.get(text)}
        (out / f"texts.{language}.json").write_text(json.dumps(found, ensure_ascii=False, sort_keys=True), encoding="utf-8")
