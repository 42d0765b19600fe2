"""What in a text looks as if it named or identified a person: it proposes, people decide.

National numbers: Kazakhstan 12 digits that begin with a date (IIN), Kyrgyzstan 14 digits that begin with 1 or 2
and a date (PIN), Tajikistan 9 digits after the word for taxpayer number.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitoring.core.i18n import N_, Message


class HitKind(StrEnum):
    """What it looks like."""

    NATIONAL_NUMBER = "national_number"
    TELEPHONE = "telephone"
    EMAIL = "email"
    BIRTH_DATE = "birth_date"

    @property
    def label(self) -> Message:
        """The kind in words."""
        return _LABELS[self]


_LABELS = {
    HitKind.NATIONAL_NUMBER: N_("looks like a national identity number"),
    HitKind.TELEPHONE: N_("looks like a telephone number"),
    HitKind.EMAIL: N_("looks like an e-mail address"),
    HitKind.BIRTH_DATE: N_("looks like a date of birth"),
}


@dataclass(frozen=True)
class Hit:
    """One place in a text. `key` is the same wherever the same thing stands."""

    kind: HitKind
    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """What a decision about it is bound to."""
        plain = re.sub(r"[\s().\-\u00a0]", "", self.text).lower()
        return hashlib.sha256(f"{self.kind}|{plain}".encode()).hexdigest()


_GAP = r"[ \u00a0\-().]{0,3}"
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_DIGITS = re.compile(r"(?<![\d.,])\d(?:[ \u00a0-]?\d){11,13}(?![\d])")
_TAXPAYER = re.compile(r"(?:\b(?:ИНН|РМА|INN|TIN)\b\D{0,12})(\d{9})(?!\d)", re.IGNORECASE)
_TELEPHONE = re.compile(
    rf"(?<![\d+])(?:\+{_GAP}?(?:7|996|992|998|993){_GAP}|8{_GAP}(?=7)|0(?=[2-9]\d))"
    rf"(?:\d{_GAP}){{8,10}}(?<=\d)(?!\d)"
)
_DAY = r"(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,2}\s+\w{3,10}\s+(?:19|20)\d{2})"
_BORN = (
    r"(?:born(?:\s+on)?|date of birth|d\.?o\.?b\.?|родил(?:ся|ась|ись)|дата рождения|д\.\s?р\."
    r"|туған(?:\s+күні)?|туулган(?:\s+күнү)?|таваллуд\w*)"
)
_BEFORE = re.compile(rf"{_BORN}[\s:,—-]{{0,6}}({_DAY})", re.IGNORECASE)
_AFTER = re.compile(rf"({_DAY})\s*(?:года\s+рождения|г\.?\s?р\.?|ж\.\s?т\.)(?!\w)", re.IGNORECASE)


def find_personal_data(text: str) -> list[Hit]:
    """Everything in a text that a person should look at before it is published, in the text's order."""
    found: dict[tuple[int, int], Hit] = {}
    for hit in (*_national(text), *_plain(text, _EMAIL, HitKind.EMAIL), *_births(text), *_telephones(text)):
        if not any(start < hit.end and hit.start < end for start, end in found):
            found[hit.start, hit.end] = hit
    return [found[place] for place in sorted(found)]


def _plain(text: str, pattern: re.Pattern[str], kind: HitKind) -> Iterator[Hit]:
    for match in pattern.finditer(text):
        yield Hit(kind, match[0], match.start(), match.end())


def _births(text: str) -> Iterator[Hit]:
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(text):
            yield Hit(HitKind.BIRTH_DATE, match[1], match.start(1), match.end(1))


def _telephones(text: str) -> Iterator[Hit]:
    for match in _TELEPHONE.finditer(text):
        said = match[0].rstrip(" \u00a0-(.")
        yield Hit(HitKind.TELEPHONE, said, match.start(), match.start() + len(said))


def _national(text: str) -> Iterator[Hit]:
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _is_iin(digits) or _is_pin(digits):
            yield Hit(HitKind.NATIONAL_NUMBER, match[0], match.start(), match.end())
    for match in _TAXPAYER.finditer(text):
        yield Hit(HitKind.NATIONAL_NUMBER, match[1], match.start(1), match.end(1))


def _is_iin(digits: str) -> bool:
    return len(digits) == 12 and _is_day(digits[4:6], digits[2:4], digits[:2])  # noqa: PLR2004  (an IIN has 12 digits)


def _is_pin(digits: str) -> bool:
    return len(digits) == 14 and digits[0] in "12" and _is_day(digits[1:3], digits[3:5], digits[7:9])  # noqa: PLR2004


def _is_day(day: str, month: str, year: str) -> bool:
    try:
        date(2000 + int(year) % 4, int(month), int(day))
    except ValueError:
        return False
    return True
