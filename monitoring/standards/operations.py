"""Load the built-in themes and provisions."""

from pathlib import Path

from sqlalchemy.orm import Session

from monitoring.core.word_lists import LoadReport, items, load_rows, read_rows
from monitoring.standards.models import Provision, Theme

DATA = Path(__file__).parent / "data"


def load(session: Session) -> list[LoadReport]:
    """Bring both lists in line with the built-in data."""
    themes = [
        {
            "code": row["code"],
            "titles": {"en": row["title"], "ru": row["title_ru"]},
            "holds": {"en": row["holds"], "ru": row["holds_ru"]},
            "position": position,
        }
        for position, row in enumerate(read_rows(DATA / "themes.csv"))
    ]
    provisions = [
        {
            "code": row["code"],
            "instrument": row["instrument"],
            "provision": row["provision"],
            "requirement": {"en": row["requirement"]} | ({"ru": row["requirement_ru"]} if row["requirement_ru"] else {}),
            "value": row["value"],
            "unit": row["unit"],
            "kind": row["kind"],
            "binds": items(row["binds"]),
        }
        for row in read_rows(DATA / "provisions.csv")
    ]
    return [load_rows(session, Theme, themes), load_rows(session, Provision, provisions)]
