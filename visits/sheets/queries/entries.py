"""Entries: their content opened, their order, who made them."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitoring.accounts.queries import person_names
from monitoring.core.crypto import safe, seal, unseal
from visits.plan.queries import SeenVisit
from visits.sheets.models import Entry, Sheet
from visits.sheets.rules import OPENED, TALLY, EntryState, Head, SheetKind


def seal_content(entry_id: UUID, content: Mapping[str, Any], sheet_key: bytes | None = None) -> bytes:
    """Encrypt what an entry says: under the keyring, and of an interview under the key of its sheet in the key store."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if sheet_key is not None:
        return seal(sheet_key, plain, _context(entry_id).encode())
    return safe.keyring.encrypt(plain, _context(entry_id))


def seal_kept(entry_id: UUID, kept: Mapping[str, Any]) -> bytes:
    """Encrypt once more what a tablet sealed, for as long as it waits for a decision."""
    return safe.keyring.encrypt(json.dumps(kept).encode(), f"{_context(entry_id)}|kept")


def open_kept(entry_id: UUID, sealed: bytes) -> dict[str, Any]:
    """What a tablet sent, as it came. Raises CannotOpen."""
    found: dict[str, Any] = json.loads(safe.keyring.decrypt(sealed, f"{_context(entry_id)}|kept"))
    return found


def _context(entry_id: UUID) -> str:
    return f"entries|content|{entry_id}"


def _open(entry_id: UUID, sealed: bytes, sheet_key: bytes | None) -> dict[str, Any]:
    if sheet_key is not None:
        plain = unseal(sheet_key, sealed, _context(entry_id).encode())
    else:
        plain = safe.keyring.decrypt(sealed, _context(entry_id))
    found: dict[str, Any] = json.loads(plain)
    return found


def _sheet_keys(session: Session, sheet_ids: Collection[UUID]) -> dict[UUID, bytes]:
    query = select(Sheet.id).where(Sheet.id.in_(sheet_ids), Sheet.per == SheetKind.INTERVIEW)
    return {sheet_id: safe.store.existing_key(sheet_id) for sheet_id in session.scalars(query)}


def read_heads(
    session: Session, sheet_ids: set[UUID], questions: Collection[str] | None = None, up_to: int | None = None
) -> dict[tuple[UUID, str], list[Head]]:
    """The stored entries of the sheets by sheet and question, all or those up to a running number of the visit.

    Raises CannotOpen when an interview's key is gone.
    """
    columns = select(Entry.id, Entry.sheet_id, Entry.question, Entry.author_id, Entry.bases, Entry.sealed_content)
    query = columns.where(Entry.sheet_id.in_(sheet_ids), Entry.state == EntryState.STORED).order_by(Entry.id)
    if questions is not None:
        query = query.where(Entry.question.in_(questions))
    if up_to is not None:
        query = query.where(Entry.seq <= up_to)
    rows = session.execute(query).all()
    keys = _sheet_keys(session, {row.sheet_id for row in rows}) if rows else {}
    found: dict[tuple[UUID, str], list[Head]] = defaultdict(list)
    for row in rows:
        content = _open(row.id, row.sealed_content, keys.get(row.sheet_id))
        found[row.sheet_id, row.question].append(Head(row.id, row.author_id, tuple(map(UUID, row.bases)), content))
    return found


@dataclass(frozen=True)
class EntryView:
    """One entry as colleagues see it."""

    id: UUID
    sheet_id: UUID
    question: str
    bases: tuple[UUID, ...]
    author_id: UUID
    author: str
    device_time: str
    seq: int
    content: dict[str, Any]
    received_at: str
    opened: dict[str, Any] | None
    """What a sheet was opened as, in the entry that opened it."""

    def to_json(self) -> dict[str, Any]:
        """What the tablet reads."""
        told = {
            "id": str(self.id),
            "sheet": str(self.sheet_id),
            "question": self.question,
            "bases": [str(base) for base in self.bases],
            "author": str(self.author_id),
            "author_name": self.author,
            "device_time": self.device_time,
            "received_at": self.received_at,
            "seq": self.seq,
            "content": self.content,
        }
        return told | {"opened": self.opened} if self.opened else told


def entries_after(session: Session, seen: SeenVisit, seq: int, most: int = 1000) -> list[EntryView]:
    """What came after a running number, in the order in which it came; interviews and who was interviewed are left out."""
    interviews = select(Sheet.id).where(Sheet.visit_id == seen.id, Sheet.per == SheetKind.INTERVIEW)
    query = (
        select(Entry)
        .where(Entry.visit_id == seen.id, Entry.seq > seq, Entry.state == EntryState.STORED)
        .where(Entry.sheet_id.not_in(interviews), Entry.question.not_like(f"{TALLY}%"))
        .order_by(Entry.seq)
        .limit(most)
    )
    rows = list(session.scalars(query))
    names = person_names(session, (row.author_id for row in rows))
    opened = _opened(session, {row.sheet_id for row in rows if row.question == OPENED})
    return [_view(row, names, opened.get(row.sheet_id) if row.question == OPENED else None) for row in rows]


def _opened(session: Session, sheet_ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """What sheets were opened as: their form's version and their label."""
    query = select(Sheet.id, Sheet.checklist_version_id, Sheet.label).where(Sheet.id.in_(sheet_ids))
    rows = session.execute(query).all()
    return {row.id: {"version": str(row.checklist_version_id), "label": row.label, "about": None} for row in rows}


def _view(row: Entry, names: dict[UUID, str], opened: dict[str, Any] | None) -> EntryView:
    return EntryView(
        id=row.id,
        sheet_id=row.sheet_id,
        question=row.question,
        bases=tuple(map(UUID, row.bases)),
        author_id=row.author_id,
        author=names.get(row.author_id, ""),
        device_time=row.device_time,
        seq=row.seq or 0,
        content=_open(row.id, row.sealed_content, None),
        received_at=row.received_at.isoformat(timespec="seconds"),
        opened=opened,
    )


def entry_count(session: Session, seen: SeenVisit) -> int:
    """How many entries of a visit count."""
    query = select(func.count()).where(Entry.visit_id == seen.id, Entry.state == EntryState.STORED)
    return session.scalar(query) or 0
