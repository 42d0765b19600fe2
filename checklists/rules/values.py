"""The canonical form of answers: two answers are equal exactly if they are equal in this form."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from decimal import Decimal, InvalidOperation

from checklists.rules.kinds import NOT_ASSESSED, YES_NO_KEYS, QuestionType
from monitoring.core.errors import DomainError
from monitoring.core.i18n import N_

Value = str | tuple[str, ...]

LONGEST_TEXT = 20_000
LARGEST_NUMBER = Decimal(10) ** 12
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


class ValueProblem(DomainError):
    """An answer that this question cannot take."""

    status = 422
    code = "value"


def canonical(kind: QuestionType, raw: object, keys: Collection[str] = ()) -> Value | None:
    """The canonical form of an answer; None is "taken back". Raises ValueProblem."""
    if raw is None or raw in ("", [], ()):
        return None
    if raw == NOT_ASSESSED:
        return NOT_ASSESSED
    if kind is QuestionType.MULTI:
        return _multi(raw, keys)
    if not isinstance(raw, str):
        raise ValueProblem(N_("This answer is not a text."))
    if kind is QuestionType.YES_NO_PARTLY:
        return _one_of(raw, YES_NO_KEYS)
    if kind is QuestionType.CHOICE:
        return _one_of(raw, keys)
    return _WRITTEN[kind](raw)


def _one_of(raw: str, keys: Collection[str]) -> str:
    if raw not in keys:
        raise ValueProblem(N_("'%(answer)s' is not one of the answers to this question."), answer=raw[:40])
    return raw


def _multi(raw: object, keys: Collection[str]) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or not all(isinstance(key, str) for key in raw):
        raise ValueProblem(N_("This question takes a list of answers."))
    ticked = tuple(sorted({_one_of(key, keys) for key in raw}))
    alone = [key for key in ticked if excludes_others(key)]
    if alone and len(ticked) > 1:
        raise ValueProblem(N_("'%(answer)s' cannot stand together with another answer."), answer=alone[0])
    return ticked


def excludes_others(key: str) -> bool:
    """Whether ticking this choice clears the others: none, nothing, none_..."""
    return key in {"none", "nothing"} or key.startswith("none_")


def _number(raw: str) -> str:
    text = raw.strip().replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueProblem(N_("'%(answer)s' is not a number. Write it like 12 or 2.5."), answer=raw[:40]) from error
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        raise ValueProblem(N_("This number is too large."))
    plain = format(number.normalize(), "f")
    return "0" if plain in {"-0", "0"} else plain


def _time(raw: str) -> str:
    match = _TIME.fullmatch(raw.strip())
    if match is None:
        raise ValueProblem(N_("'%(answer)s' is not a time. Write it like 09:15."), answer=raw[:40])
    return f"{int(match[1]):02}:{match[2]}"


def _date(raw: str) -> str:
    try:
        return date.fromisoformat(raw.strip()).isoformat()
    except ValueError as error:
        raise ValueProblem(N_("'%(answer)s' is not a date. Write it like 2026-11-24."), answer=raw[:40]) from error


def _text(raw: str) -> str:
    text = unicodedata.normalize("NFC", raw).strip()
    if len(text) > LONGEST_TEXT:
        raise ValueProblem(N_("This text is too long: at most %(most)s characters."), most=LONGEST_TEXT)
    return text


_WRITTEN = {
    QuestionType.NUMBER: _number,
    QuestionType.TIME: _time,
    QuestionType.DATE: _date,
    QuestionType.TEXT: _text,
    QuestionType.PHOTO: _text,
}
