"""What the entries to one question add up to: the sides that no other entry replaces.

Nothing here looks at a clock or at the order in which entries came: the same entries always give the same
sides. Order comes from `bases` alone: each entry names those that its author saw and replaced.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from checklists.rules import Value


@dataclass(frozen=True)
class Head:
    """An entry that nobody replaced: who said it, and what."""

    id: UUID
    author: UUID
    bases: tuple[UUID, ...]
    content: Mapping[str, Any]

    @property
    def value(self) -> Value | None:
        """The answer in its canonical form."""
        return value_of(self.content)


@dataclass(frozen=True)
class Side:
    """Equal answers of one or several people."""

    value: Value
    heads: tuple[Head, ...]

    @property
    def authors(self) -> tuple[UUID, ...]:
        """Who said so."""
        return tuple(dict.fromkeys(head.author for head in self.heads))

    @property
    def notes(self) -> tuple[str, ...]:
        """What they wrote about it."""
        return tuple(head.content["note"] for head in self.heads if head.content.get("note"))

    @property
    def sources(self) -> tuple[str, ...]:
        """Where it comes from, over all who said so."""
        return tuple(sorted({source for head in self.heads for source in head.content.get("sources", ())}))

    @property
    def photos(self) -> tuple[str, ...]:
        """The photos, over all who said so."""
        return tuple(dict.fromkeys(photo for head in self.heads for photo in head.content.get("photos", ())))

    @property
    def reason(self) -> str | None:
        """Why it was not assessed."""
        return next((head.content["reason"] for head in self.heads if head.content.get("reason")), None)


def value_of(content: Mapping[str, Any]) -> Value | None:
    """The value of a stored content."""
    value = content.get("value")
    return tuple(value) if isinstance(value, list) else value


def current(entries: Collection[Head]) -> tuple[Side, ...]:
    """The sides of one question on one sheet; none when nothing stands. An answer taken back is no side."""
    replaced = {base for entry in entries for base in entry.bases if base != entry.id}
    heads = [entry for entry in entries if entry.id not in replaced] or list(entries)
    by_value: dict[Value, list[Head]] = {}
    for head in sorted(heads, key=lambda entry: str(entry.id)):
        if head.value is not None:
            by_value.setdefault(head.value, []).append(head)
    in_order = sorted(by_value, key=_order) if len(by_value) > 1 else by_value
    return tuple(Side(value, tuple(by_value[value])) for value in in_order)


def _order(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)


def values_of(sides: Iterable[Side]) -> tuple[Value, ...]:
    """The values of several sides."""
    return tuple(side.value for side in sides)


def sides_to_json(sides: Iterable[Side]) -> list[dict[str, Any]]:
    """What the table of answers keeps, encrypted."""
    return [
        {
            "heads": [
                {"id": str(h.id), "author": str(h.author), "bases": list(map(str, h.bases)), "content": h.content}
                for h in s.heads
            ]
        }
        for s in sides
    ]


def sides_from_json(data: Iterable[Mapping[str, Any]]) -> tuple[Side, ...]:
    """Sides from their stored form."""
    found = []
    for side in data:
        heads = tuple(Head(UUID(h["id"]), UUID(h["author"]), tuple(map(UUID, h["bases"])), h["content"]) for h in side["heads"])
        value = heads[0].value
        if value is not None:
            found.append(Side(value, heads))
    return tuple(found)
