"""Load the built-in coalition recommendations."""

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from monitoring.coalition.models import CoalitionRecommendation, CoalitionState
from monitoring.coalition.rules import CallState
from monitoring.core.word_lists import LoadReport, items, load_rows, read_rows

DATA = Path(__file__).parent / "data"


def load(session: Session) -> list[LoadReport]:
    """Bring the calls and their states in line with the built-in data; a call without a note is active."""
    rows = read_rows(DATA / "recommendations.csv")
    noted = {(row["code"], row["country"]): row for row in read_rows(DATA / "states.csv")}
    calls = [_call(position, row) for position, row in enumerate(rows)]
    states = [_state(row["code"], country, noted.get((row["code"], country))) for row in rows for country in row["scope"].split()]
    return [load_rows(session, CoalitionRecommendation, calls), load_rows(session, CoalitionState, states)]


def _call(position: int, row: dict[str, str]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "parent_code": row["parent"] or None,
        "titles": {"en": row["title"], "ru": row["title_ru"]},
        "meaning": {"en": row["meaning"], "ru": row["meaning_ru"]},
        "own_reading": row["reading"] == "yes",
        "scope": row["scope"].split(),
        "addressees": items(row["addressees"]),
        "themes": items(row["themes"]),
        "adopted_on": date.fromisoformat(row["adopted"]),
        "source": row["source"],
        "position": position,
    }


def _state(code: str, country: str, noted: dict[str, str] | None) -> dict[str, Any]:
    found = noted or {"state": CallState.ACTIVE, "since": "", "checked": "", "note": "", "note_ru": "", "source": ""}
    note = {"en": found["note"], "ru": found["note_ru"]} if found["note"] else {}
    return {
        "code": code,
        "country": country,
        "state": str(CallState(found["state"])),
        "since": found["since"],
        "checked": found["checked"] == "yes",
        "note": note,
        "source": found["source"],
    }
