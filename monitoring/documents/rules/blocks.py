"""A document as a list of blocks of plain text: the one form from which page and PDF are made."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    FACTS = "facts"
    FINDING = "finding"
    RECOMMENDATION = "recommendation"


@dataclass(frozen=True)
class Block:
    """One block. `level` is for headings (2 or 3), `pairs` are names and values below the text, `severity` is for findings.

    `ref` names what the block was made from (a finding's or recommendation's id), so that it can be followed back.
    """

    kind: BlockKind
    text: str = ""
    level: int = 2
    pairs: tuple[tuple[str, str], ...] = ()
    severity: str = ""
    ref: str = ""

    def to_json(self) -> dict[str, Any]:
        """What is stored."""
        return {
            "kind": str(self.kind),
            "text": self.text,
            "level": self.level,
            "pairs": [list(pair) for pair in self.pairs],
            "severity": self.severity,
            "ref": self.ref,
        }


@dataclass(frozen=True)
class Document:
    """A whole document in one language."""

    title: str
    subtitle: str
    author: str
    language: str
    blocks: tuple[Block, ...]

    def to_json(self) -> dict[str, Any]:
        """What is stored, and what the typesetter reads."""
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "author": self.author,
            "language": self.language,
            "blocks": [block.to_json() for block in self.blocks],
        }


def digest(document: Document) -> str:
    """The same for the same document: what somebody read, so that they approve that and nothing else."""
    return hashlib.sha256(json.dumps(document.to_json(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def from_json(data: Mapping[str, Any]) -> Document:
    """A document from its stored form."""
    return Document(data["title"], data["subtitle"], data["author"], data["language"], tuple(_block(b) for b in data["blocks"]))


def _block(data: Mapping[str, Any]) -> Block:
    return Block(
        kind=BlockKind(data["kind"]),
        text=data["text"],
        level=data["level"],
        pairs=tuple((name, value) for name, value in data["pairs"]),
        severity=data["severity"],
        ref=data["ref"],
    )


def texts_of(document: Document) -> Iterator[str]:
    """Every text that a reader sees."""
    yield document.title
    yield document.subtitle
    for block in document.blocks:
        yield block.text
        for _name, value in block.pairs:
            yield value
