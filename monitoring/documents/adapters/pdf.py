"""PDF through typst: tagged, PDF/UA-1. Texts travel as JSON, so that nothing in them is ever read as code."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import typst

from monitoring.documents.rules import Document

TEMPLATE = Path(__file__).parents[1] / "data" / "document.typ"
FONTS = Path(__file__).parents[2] / "static" / "build" / "fonts"


def to_pdf(document: Document, words: Mapping[str, str], at: datetime, fonts: Path = FONTS) -> bytes:
    """Typeset a document. `words` are the words that the page itself adds: severities, "Finding", "Recommendation"."""
    return typst.compile(
        TEMPLATE,
        font_paths=[fonts],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"document": json.dumps(document.to_json()), "words": json.dumps(dict(words))},
        timestamp=int(at.timestamp()),
    )
