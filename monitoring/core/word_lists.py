"""Load built-in word lists into their tables: what is new is added, what differs is changed, the rest is left."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from monitoring.core.db import Base


@dataclass(frozen=True)
class LoadReport:
    """What loading a list did."""

    name: str
    new: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        return f"{self.name}: {self.new} new, {self.changed} changed, {self.unchanged} unchanged"


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a built-in CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: (text or "").strip() for name, text in row.items()} for row in csv.DictReader(file)]


def items(text: str) -> list[str]:
    """The items of a field like `a; b`."""
    return [item.strip() for item in text.replace(",", ";").split(";") if item.strip()]


def load_rows(session: Session, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> LoadReport:
    """Bring a table in line with the rows, found by primary key; rows that only the table has are left alone."""
    keys = [column.name for column in inspect(model).primary_key]
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    for values in rows:
        found = session.get(model, tuple(values[key] for key in keys))
        counts[_bring_in_line(session, model, found, values)] += 1
    session.flush()
    return LoadReport(model.__tablename__, **counts)


def _bring_in_line(session: Session, model: type[Base], found: Base | None, values: Mapping[str, Any]) -> str:
    if found is None:
        session.add(model(**values))
        return "new"
    different = {name: value for name, value in values.items() if getattr(found, name) != value}
    for name, value in different.items():
        setattr(found, name, value)
    return "changed" if different else "unchanged"
