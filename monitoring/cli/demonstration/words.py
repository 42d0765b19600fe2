"""What the people of the demonstration write, in two languages."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sentence:
    """The text of a finding or of a recommendation."""

    key: str
    demand: str
    texts: dict[str, str]


@cache
def findings() -> dict[str, Sentence]:
    """What was found, by question."""
    rows = _rows("words.csv")
    return {row["question"]: Sentence(row["question"], row["recommendation"], _texts(row, "finding")) for row in rows}


@cache
def demands() -> tuple[Sentence, ...]:
    """What an authority is to do; each answers the findings that name it."""
    rows = _rows("demands.csv")
    return tuple(Sentence(row["recommendation"], row["recommendation"], _texts(row, "text")) for row in rows)


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _texts(row: dict[str, str], column: str) -> dict[str, str]:
    return {language: row[f"{column}_{language}"] for language in ("en", "ru")}
