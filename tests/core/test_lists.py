"""Pages of lists, languages, and word lists that may be loaded as often as one likes."""

from pathlib import Path

import pytest
from flask_babel import ngettext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring import app as composition
from monitoring.accounts.models import Person
from monitoring.core.db import Base
from monitoring.core.i18n import LANGUAGES, N_, Message, text_in, understood
from monitoring.core.pagination import page_of, paginate
from monitoring.core.word_lists import items, load_rows, read_rows
from monitoring.standards.models import Theme
from tests.factories import PEOPLE, World


def test_a_list_is_read_page_by_page(session: Session, world: World) -> None:
    query = select(Person).order_by(Person.email)
    pages = [paginate(session, query, number, size=7) for number in (1, 2, 3)]
    assert [person.email for page in pages for person in page.rows] == sorted(f"{name}@example.org" for name in PEOPLE)
    assert [(page.has_previous, page.has_next) for page in pages] == [(False, True), (True, True), (True, False)]
    assert {(page.total, page.pages) for page in pages} == {(len(PEOPLE), 3)}


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (4, 3), (10**30, 3)])
def test_a_page_that_is_not_there_gives_the_nearest(session: Session, world: World, asked: int, given: int) -> None:
    assert paginate(session, select(Person).order_by(Person.email), asked, size=7).number == given


def test_an_empty_list_has_one_empty_page(session: Session, world: World) -> None:
    page = paginate(session, select(Person).where(Person.country == "XX").order_by(Person.email), 1)
    assert (page.rows, page.number, page.pages, page.total, page.has_next) == ([], 1, 1, 0, False)


@given(st.lists(st.integers(), max_size=40), st.integers(min_value=1, max_value=9))
def test_pages_in_memory_hold_every_row_once(rows: list[int], size: int) -> None:
    pages = page_of(rows, 1, size).pages
    assert [row for number in range(1, pages + 1) for row in page_of(rows, number, size).rows] == rows


def test_readers_of_kazakh_kyrgyz_and_tajik_read_russian_before_english() -> None:
    assert {language: understood(language) for language in LANGUAGES} == {
        "en": ("en",),
        "ru": ("ru", "en"),
        "kk": ("kk", "ru", "en"),
        "ky": ("ky", "ru", "en"),
        "tg": ("tg", "ru", "en"),
    }


@pytest.mark.parametrize(
    ("texts", "language", "read"),
    [
        ({"en": "cell", "ru": "камера"}, "tg", "камера"),
        ({"en": "cell", "ru": ""}, "ru", "cell"),
        ({"kk": "камера"}, "en", "камера"),
        ({"en": "cell", "kk": "ұяшық"}, "kk", "ұяшық"),
        ({}, "en", ""),
    ],
)
def test_a_text_is_read_in_the_best_language_there_is(texts: dict[str, str], language: str, read: str) -> None:
    assert text_in(texts, language) == read


def test_a_marked_text_keeps_its_values_until_it_is_shown() -> None:
    told = N_("Wait %(minutes)s minutes.").having(minutes=20)
    assert (str(told), told.in_source_language()) == ("Wait %(minutes)s minutes.", "Wait 20 minutes.")
    assert told.having(minutes=5).in_source_language() == "Wait 5 minutes."
    assert Message("100 % sure").in_source_language() == "100 % sure"


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 открытый сеанс"), (3, "3 открытых сеанса"), (5, "5 открытых сеансов"), (21, "21 открытый")]
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_russian_counts_as_russians_do(app, number: int, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "ru"}):
        assert ngettext("%(num)s open session", "%(num)s open sessions", number).startswith(said)


def _content(session: Session) -> dict[str, list[tuple]]:
    session.expire_all()
    skipped = {"people", "person_roles", "mechanisms", "facilities", "web_sessions"}
    tables = [table for table in Base.metadata.sorted_tables if table.name not in skipped]
    return {table.name: sorted(map(repr, session.execute(table.select()))) for table in tables}


def test_loading_the_built_in_lists_again_changes_nothing(session: Session, world: World) -> None:
    before = _content(session)
    lines = composition.load_word_lists(session)
    session.commit()
    assert _content(session) == before
    assert lines
    for line in lines:
        assert " 0 new" in line
        assert "0 changed" in line or line.startswith("regions")


def test_a_list_brings_its_own_rows_in_line_and_leaves_the_others(session: Session, world: World) -> None:
    theme = session.scalars(select(Theme)).first()
    key = {column.name: getattr(theme, column.name) for column in Theme.__table__.primary_key}
    own = {"titles": {"en": "Another title (invented)"}}
    others = len(session.scalars(select(Theme)).all())
    assert str(load_rows(session, Theme, [{**key, **own}])).endswith("0 new, 1 changed, 0 unchanged")
    assert str(load_rows(session, Theme, [{**key, **own}])).endswith("0 new, 0 changed, 1 unchanged")
    assert len(session.scalars(select(Theme)).all()) == others


def test_a_csv_is_read_with_its_letters_and_without_stray_spaces(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("key,title\na, Ұйғыр \nb,\n", encoding="utf-8")
    assert read_rows(file) == [{"key": "a", "title": "Ұйғыр"}, {"key": "b", "title": ""}]


@pytest.mark.parametrize(("text", "found"), [("a; b", ["a", "b"]), ("a,b;;c", ["a", "b", "c"]), ("", []), (" ; ", [])])
def test_several_items_stand_in_one_field(text: str, found: list[str]) -> None:
    assert items(text) == found
