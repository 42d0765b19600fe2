"""What came from a tablet, checked: an entry is the whole state of one question on one sheet."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from checklists.rules import NOT_ASSESSED, QuestionDefinition, QuestionType, Reason, Source, Value, canonical
from monitoring.core.errors import DomainError
from monitoring.core.i18n import N_, Message
from visits.sheets.rules.tally import tally_value
from visits.sheets.rules.words import CLOSED, FACTS, OPENED, AccessAnswer, Confidence, access_item, is_tally

LONGEST_NOTE = 20_000
LONGEST_LABEL = 80
MOST_PHOTOS = 5
MOST_BASES = 50
LARGEST_COUNTER = 2**53
_SOURCES, _REASONS, _CONFIDENCE = frozenset(Source), frozenset(Reason), frozenset(Confidence)
W = TypeVar("W", bound=StrEnum)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,60}")


class EntryProblem(DomainError):
    """An entry that nobody can store."""

    status = 422
    code = "entry"


MALFORMED = N_("This entry is damaged: %(what)s.")


@dataclass(frozen=True)
class AccessFact:
    """When and by whom something under Art. 20 was given or refused, and on what ground."""

    at: str = ""
    who: str = ""
    ground: str = ""


@dataclass(frozen=True)
class EntryContent:
    """Value, and everything said about it. `value` is None when an answer was taken back."""

    value: Value | None = None
    reason: Reason | None = None
    note: str = ""
    sources: tuple[str, ...] = ()
    by_source: tuple[tuple[str, str], ...] = ()
    confidence: Confidence | None = None
    photos: tuple[str, ...] = ()
    access: AccessFact | None = None

    def to_json(self) -> dict[str, Any]:
        """What is stored, encrypted; the same for equal contents."""
        found: dict[str, Any] = {
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "reason": str(self.reason) if self.reason else None,
            "note": self.note,
            "sources": list(self.sources),
            "by_source": dict(self.by_source),
            "confidence": str(self.confidence) if self.confidence else None,
            "photos": list(self.photos),
        }
        if self.access:
            found["access"] = {"at": self.access.at, "who": self.access.who, "ground": self.access.ground}
        return found


@dataclass(frozen=True)
class Incoming:
    """One entry as it came; its content is checked once its question is known."""

    id: UUID
    visit: UUID
    sheet: UUID
    question: str
    bases: tuple[UUID, ...]
    device: UUID
    counter: int
    device_time: str
    content: Mapping[str, Any]
    opened: Mapping[str, Any] | None
    sha256: str
    kept: Callable[[], Mapping[str, Any]] | None = None
    """Gives the sealed form as it came, for quarantine; an entry written in the office has none."""


@dataclass(frozen=True)
class Said:
    """What stands inside an entry."""

    question: str
    bases: tuple[UUID, ...]
    device_time: str
    content: Mapping[str, Any]
    opened: Mapping[str, Any] | None


def parse_entry(raw: object) -> Incoming:
    """An entry from its JSON. Raises EntryProblem."""
    if not isinstance(raw, dict):
        raise EntryProblem(MALFORMED, what="not an object")
    return Incoming(
        id=_uuid(raw, "id"),
        visit=_uuid(raw, "visit"),
        sheet=_uuid(raw, "sheet"),
        device=_uuid(raw, "device"),
        counter=_counter(raw),
        sha256=_fingerprint(raw),
        **vars(parse_said(raw)),
    )


def parse_said(raw: object) -> Said:
    """The inside of an entry from its JSON. Raises EntryProblem."""
    content = raw.get("content") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(content, dict):
        raise EntryProblem(MALFORMED, what="content")
    question = _code(raw)
    bases = () if is_tally(question) else _list(raw, "bases", MOST_BASES)
    return Said(
        question=question,
        bases=tuple(sorted({as_uuid(base, "bases") for base in bases}, key=str)),
        device_time=_moment(raw),
        content=content,
        opened=raw["opened"] if isinstance(raw.get("opened"), dict) else None,
    )


def _fingerprint(raw: Mapping[str, Any]) -> str:
    plain = json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    try:
        return hashlib.sha256(plain.encode()).hexdigest()
    except UnicodeEncodeError as error:  # half of a character
        raise EntryProblem(MALFORMED, what="text") from error


def _uuid(raw: Mapping[str, Any], name: str) -> UUID:
    return as_uuid(raw.get(name), name)


_read_uuid = lru_cache(maxsize=1024)(UUID)
"""Most entries of a batch name the same visit, sheet and device."""


def as_uuid(value: object, name: str) -> UUID:
    """An id from its text. Raises EntryProblem."""
    try:
        return _read_uuid(str(value))
    except ValueError as error:
        raise EntryProblem(MALFORMED, what=name) from error


def _code(raw: Mapping[str, Any]) -> str:
    code = raw.get("question")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise EntryProblem(MALFORMED, what="question")
    return code


def _counter(raw: Mapping[str, Any]) -> int:
    counter = raw.get("counter")
    if not isinstance(counter, int) or isinstance(counter, bool) or not 0 < counter < LARGEST_COUNTER:
        raise EntryProblem(MALFORMED, what="counter")
    return counter


def _moment(raw: Mapping[str, Any]) -> str:
    text = raw.get("device_time")
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError as error:
        raise EntryProblem(MALFORMED, what="device_time") from error
    if moment is None or moment.tzinfo is None:
        raise EntryProblem(MALFORMED, what="device_time")
    return moment.isoformat(timespec="milliseconds")


def _list(raw: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = raw.get(name) or []
    if not isinstance(found, list) or len(found) > most:
        raise EntryProblem(MALFORMED, what=name)
    return found


def parse_content(raw: Mapping[str, Any], code: str, question: QuestionDefinition | None) -> EntryContent:
    """The canonical content of an entry to a question; `question` is None for reserved codes. Raises ValueProblem."""
    if question is None and is_tally(code):
        return EntryContent(value=tally_value(raw.get("value")))
    value = question.canonical(raw.get("value")) if question else _reserved(code, raw.get("value"))
    assessed = value != NOT_ASSESSED
    return EntryContent(
        value=value,
        reason=None if assessed else _one(raw, "reason", _REASONS, Reason),
        note=_text(raw, "note", LONGEST_NOTE),
        sources=_sources(raw),
        by_source=_by_source(raw, question),
        confidence=_one(raw, "confidence", _CONFIDENCE, Confidence),
        photos=_photos(raw),
        access=_access(raw) if assessed and question is None and access_item(code) else None,
    )


def _reserved(code: str, raw: object) -> Value | None:
    if code in FACTS:
        return canonical(QuestionType.NUMBER, raw)
    if access_item(code):
        return canonical(QuestionType.CHOICE, raw, tuple(map(str, AccessAnswer)))
    if code == CLOSED:
        return canonical(QuestionType.CHOICE, raw, ("yes",))
    if code == OPENED:
        return None
    raise EntryProblem(N_("There is no question %(code)s."), code=code)


def _text(raw: Mapping[str, Any], name: str, longest: int) -> str:
    found = canonical(QuestionType.TEXT, raw.get(name) or None)
    text = found if isinstance(found, str) else ""
    if len(text) > longest:
        raise EntryProblem(MALFORMED, what=name)
    return text


def _sources(raw: Mapping[str, Any]) -> tuple[str, ...]:
    found = _list(raw, "sources", len(_SOURCES))
    if not all(isinstance(key, str) and key in _SOURCES for key in found):
        raise EntryProblem(MALFORMED, what="sources")
    return tuple(sorted(set(found)))


def _one(raw: Mapping[str, Any], name: str, known: frozenset[W], words: type[W]) -> W | None:
    found = raw.get(name)
    if found in (None, ""):
        return None
    if not isinstance(found, str) or found not in known:
        raise EntryProblem(MALFORMED, what=name)
    return words(found)


def _by_source(raw: Mapping[str, Any], question: QuestionDefinition | None) -> tuple[tuple[str, str], ...]:
    found = raw.get("by_source") or {}
    if not found:
        return ()
    if not isinstance(found, dict) or not set(found) <= _SOURCES:
        raise EntryProblem(MALFORMED, what="by_source")
    said = ((key, question.canonical(value) if question else None) for key, value in sorted(found.items()))
    return tuple((key, value) for key, value in said if isinstance(value, str))


def _photos(raw: Mapping[str, Any]) -> tuple[str, ...]:
    found = _list(raw, "photos", MOST_PHOTOS)
    if not all(isinstance(photo, str) and _SHA256.fullmatch(photo) for photo in found):
        raise EntryProblem(MALFORMED, what="photos")
    return tuple(dict.fromkeys(found))


def _access(raw: Mapping[str, Any]) -> AccessFact:
    said = raw.get("access") or {}
    if not isinstance(said, dict):
        raise EntryProblem(MALFORMED, what="access")
    at = canonical(QuestionType.TIME, said.get("at"))
    return AccessFact(at=at if isinstance(at, str) else "", who=_text(said, "who", 200), ground=_text(said, "ground", 2000))


def unknown_question(code: str) -> Message:
    """What to say of a question that a form does not have."""
    return N_("There is no question %(code)s.").having(code=code)
