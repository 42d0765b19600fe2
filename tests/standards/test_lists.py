"""Themes and provisions: every question and call rests on one that exists."""

import pytest
from sqlalchemy.orm import Session

from checklists.adapters import read_library
from monitoring.standards import operations, queries
from tests.factories import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_sqlite
def test_there_are_25_themes_in_their_order_in_english_and_russian(session: Session) -> None:
    found = queries.themes(session)
    assert [theme.position for theme in found] == list(range(25))
    assert all({"en", "ru"} <= set(theme.titles) and {"en", "ru"} <= set(theme.holds) for theme in found)
    assert next(iter(queries.theme_titles(session, "ru"))) == "access"
    assert not queries.theme_titles(session, "ru")["lawyer"].isascii()
    assert queries.theme_titles(session, "kk") == queries.theme_titles(session, "ru")


@on_sqlite
def test_every_question_has_a_theme_and_provisions_that_exist(session: Session) -> None:
    themes, provisions = set(queries.theme_titles(session, "en")), {row.code for row in queries.all_provisions(session)}
    for form in read_library():
        for question in form.questions.values():
            assert question.theme in themes, question.code
            assert set(question.standards) <= provisions, question.code


@on_sqlite
def test_provisions_say_what_they_ask_and_whom_they_bind(session: Session, world: World) -> None:
    rows = queries.all_provisions(session)
    assert len(rows) > 100
    assert all(row.requirement["en"] and row.instrument and row.kind for row in rows)
    assert {country for row in rows for country in row.binds} <= {"KZ", "KG", "TJ"}
    optional_protocol = [row for row in rows if row.code.startswith("OP-")]
    assert optional_protocol
    assert all("TJ" not in row.binds for row in optional_protocol)
    assert rows[0].name == f"{rows[0].instrument}, {rows[0].provision}"


def test_looking_up_leaves_out_what_nobody_knows(session: Session) -> None:
    assert queries.provisions(session, []) == {}
    assert list(queries.provisions(session, ["OP-20c", "nothing"])) == ["OP-20c"]


@on_sqlite
def test_loading_again_changes_nothing(session: Session) -> None:
    assert [(report.new, report.changed) for report in operations.load(session)] == [(0, 0), (0, 0)]
