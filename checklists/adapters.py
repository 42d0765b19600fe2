"""Reads the built-in forms from their files; a mistake is named by file, line and column."""

import csv
from collections.abc import Iterator
from pathlib import Path

from checklists.rules import (
    ChecklistDefinition,
    Choice,
    Per,
    QuestionDefinition,
    QuestionType,
    RuleError,
    SectionDefinition,
    Severity,
    parse_problems,
    parse_relevant,
)

LIBRARY = Path(__file__).parent / "library"
TRANSLATED = ("ru",)

Row = dict[str, str]


class LibraryError(Exception):
    """A built-in form has a mistake."""


def read_library(folder: Path = LIBRARY) -> list[ChecklistDefinition]:
    """All built-in forms, in their order. Raises LibraryError."""
    return [_read_form(folder, row) for row in _rows(folder / "index.csv")]


def _rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: (text or "").strip() for name, text in row.items()} for row in csv.DictReader(file)]


def _read_form(folder: Path, index: Row) -> ChecklistDefinition:
    name = f"{index['file']}.csv"
    rows = _rows(folder / name)
    translated = {language: {r["code"]: r for r in _rows(folder / language / name)} for language in TRANSLATED}
    complete = {language: found for language, found in translated.items() if set(found) == {row["code"] for row in rows}}
    titles = {language: _titles(folder, language).get(index["file"], "") for language in TRANSLATED}
    questions = {row["code"]: _question(name, row, complete, line) for line, row in enumerate(rows, start=2)}
    definition = ChecklistDefinition(
        code=index["code"],
        per=Per(index["per"]),
        titles={"en": index["title"], **{language: title for language, title in titles.items() if title}},
        languages={"en": "original", **dict.fromkeys(complete, "unreviewed")},
        facility_kinds=tuple(_list(index["facility_kinds"])),
        sections=tuple(_sections(rows, complete)),
        questions=questions,
    )
    _check_references(name, definition)
    return definition


def _titles(folder: Path, language: str) -> dict[str, str]:
    return {row["file"]: row["title"] for row in _rows(folder / language / "index.csv")}


def _sections(rows: list[Row], translated: dict[str, dict[str, Row]]) -> Iterator[SectionDefinition]:
    by_title: dict[str, list[Row]] = {}
    for row in rows:
        by_title.setdefault(row["section"], []).append(row)
    for number, (title, members) in enumerate(by_title.items(), start=1):
        first = members[0]["code"]
        titles = {"en": title, **{language: found[first]["section"] for language, found in translated.items()}}
        yield SectionDefinition(f"s{number}", titles, tuple(row["code"] for row in members))


def _question(file: str, row: Row, translated: dict[str, dict[str, Row]], line: int) -> QuestionDefinition:
    try:
        return _read_question(row, {language: found[row["code"]] for language, found in translated.items()})
    except (RuleError, ValueError, KeyError) as error:
        raise LibraryError(f"{file}, line {line}, question {row.get('code')}: {error}") from error


def _read_question(row: Row, other: dict[str, Row]) -> QuestionDefinition:
    return QuestionDefinition(
        code=row["code"],
        type=QuestionType(row["type"]),
        section=row["section"],
        texts=_texts(row, other, "text"),
        helps=_texts(row, other, "help"),
        units=_texts(row, other, "unit"),
        choices=_choices(row, other),
        relevant=parse_relevant(row["relevant"]),
        relevant_text=row["relevant"],
        problems=parse_problems(row["problem_when"], row["code"]),
        problem_text=row["problem_when"],
        severity=Severity(row["severity"]) if row["severity"] else None,
        sources=tuple(_list(row["sources"])),
        standards=tuple(_list(row["standards"])),
        theme=row["theme"],
        recommendations=tuple(_list(row["recommendations"])),
        key=row["key"] == "yes",
    )


def _texts(row: Row, other: dict[str, Row], column: str) -> dict[str, str]:
    found = {"en": row[column], **{language: texts[column] for language, texts in other.items()}}
    return {language: text for language, text in found.items() if text}


def _choices(row: Row, other: dict[str, Row]) -> tuple[Choice, ...]:
    labels = {language: _pairs(texts["choices"]) for language, texts in {"en": row, **other}.items()}
    for language, pairs in labels.items():
        if list(pairs) != list(labels["en"]):
            raise ValueError(f"the choices in '{language}' are not those of the original")
    return tuple(Choice(key, {language: pairs[key] for language, pairs in labels.items()}) for key in labels["en"])


def _pairs(text: str) -> dict[str, str]:
    return {key.strip(): label.strip() for key, _sign, label in (item.partition("=") for item in text.split(";") if item.strip())}


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(";") if item.strip()]


def _check_references(file: str, definition: ChecklistDefinition) -> None:
    for code, question in definition.questions.items():
        unknown = question.depends_on - set(definition.questions)
        if unknown:
            raise LibraryError(f"{file}, question {code}: there is no question {', '.join(sorted(unknown))}")
