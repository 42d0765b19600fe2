"""The built-in forms: whole, readable, and pointing only at things that exist."""

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.adapters import LibraryError, read_library
from checklists.rules import (
    ChecklistDefinition,
    QuestionType,
    RuleError,
    canonical,
    parse_problems,
    parse_relevant,
    print_problems,
    print_relevant,
)
from checklists.rules.values import ValueProblem

ROOT = Path(__file__).resolve().parents[2]
FORMS = {form.code: form for form in read_library()}
COUNTS = {"ACCESS": (45, 15), "ROOM": (26, 7), "INTERVIEW": (67, 14), "POLICE": (73, 14), "SIZO": (75, 14)}


def _codes(path: str, column: str) -> set[str]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


def test_there_are_ten_forms_with_615_questions() -> None:
    assert len(FORMS) == 10
    assert sum(len(form.questions) for form in FORMS.values()) == 615


@pytest.mark.parametrize("code", COUNTS)
def test_counts_are_those_of_the_field(code: str) -> None:
    form = FORMS[code]
    assert (len(form.questions), sum(q.key for q in form.questions.values())) == COUNTS[code]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_rule_is_printed_as_it_was_read(form: ChecklistDefinition) -> None:
    for question in form.questions.values():
        assert parse_relevant(print_relevant(question.relevant)) == question.relevant
        assert parse_problems(print_problems(question.problems, question.code), question.code) == question.problems


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_everything_that_a_form_names_exists(form: ChecklistDefinition) -> None:
    themes = _codes("monitoring/standards/data/themes.csv", "code")
    standards = _codes("monitoring/standards/data/provisions.csv", "code")
    calls = _codes("monitoring/coalition/data/recommendations.csv", "code")
    for question in form.questions.values():
        assert question.theme in themes, question.code
        assert set(question.standards) <= standards, question.code
        assert set(question.recommendations) <= calls, question.code


def test_a_mistake_in_a_form_is_named_by_file_and_line(tmp_path: Path) -> None:
    library = ROOT / "checklists" / "library"
    (tmp_path / "index.csv").write_text("file,code,title,per,facility_kinds\none,ONE,One,visit,*\n")
    lines = (library / "common_access.csv").read_text().splitlines()[:2]
    (tmp_path / "one.csv").write_text("\n".join([lines[0], lines[1].replace(",,,,observation", ",,,X =,observation")]))
    with pytest.raises(LibraryError, match=r"one\.csv, line 2, question AC01"):
        read_library(tmp_path)


@given(st.text(max_size=12))
def test_no_text_makes_a_parser_fail_otherwise_than_by_its_own_error(text: str) -> None:
    for parse in (parse_relevant, lambda found: parse_problems(found, "A")):
        with suppress(RuleError):
            parse(text)


@given(st.decimals(min_value=-10_000, max_value=10_000, places=3))
def test_a_number_has_one_form(number) -> None:
    form = canonical(QuestionType.NUMBER, str(number))
    assert canonical(QuestionType.NUMBER, form) == form
    assert canonical(QuestionType.NUMBER, str(number).replace(".", ",")) == form
    assert float(form) == float(number)


@pytest.mark.parametrize("raw", ["two", "1e99", "--1", "NaN", "Infinity"])
def test_what_is_no_number_is_not_taken(raw: str) -> None:
    with pytest.raises(ValueProblem):
        canonical(QuestionType.NUMBER, raw)
