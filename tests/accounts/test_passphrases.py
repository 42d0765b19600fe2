"""Which passphrases people may choose, and what happens when they change one."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts.adapters.passphrases import well_known_words
from monitoring.accounts.models import Person, WebSession
from monitoring.accounts.rules import (
    SESSION_IDLE,
    SESSION_LONGEST,
    SHORTEST_PASSPHRASE,
    AccountEvent,
    is_easy_to_guess,
    proposed_passphrase,
)
from monitoring.audit.models import AuditRow
from tests.accounts.browser import Browser, Page, code_of
from tests.accounts.conftest import PASSPHRASE
from tests.factories import World

LEAD = "lead@example.org"
GOOD = "ключ от дома лежит под ковриком"
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "passphrase",
    [
        "passwordpassword", "P@ssw0rd12345678", "12345678901234", "qwertyuiopasdfgh", "1q2w3e4r5t6y7u8i", "йцукенгшщзхъфывап",
        "aaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "Kazakhstan-2026!!", "correct horse battery staple", "парольпароль1991",
        "Letmein-Letmein-1", "Detention Monitoring", "iloveyou12345678", "Lead-invented-1987", "               .", "x" * 10_000,
    ],
)  # fmt: skip
def test_what_everybody_tries_first_is_refused(passphrase: str) -> None:
    assert is_easy_to_guess(passphrase, (*well_known_words(), "Lead (invented)", "lead"))


@pytest.mark.parametrize(
    "passphrase",
    [
        PASSPHRASE,
        GOOD,
        "зелёный чайник поёт по вторникам",
        "үй кілті есіктің жанында",
        "tm9$Kq!v2Rzw7&Lp",
        "鳥は空を飛び魚は海を泳ぐのです",
    ],
)
def test_several_words_of_any_language_are_taken(passphrase: str) -> None:
    assert not is_easy_to_guess(passphrase, well_known_words())


@given(st.integers(min_value=4, max_value=8))
def test_what_we_propose_is_never_refused(words: int) -> None:
    passphrase = proposed_passphrase(words)
    assert len(passphrase) >= SHORTEST_PASSPHRASE
    assert not is_easy_to_guess(passphrase, well_known_words())


def test_proposals_do_not_repeat() -> None:
    assert len({proposed_passphrase() for _number in range(500)}) == 500


def test_fourteen_letters_a_quarter_of_an_hour_and_half_a_day() -> None:
    assert (14, timedelta(minutes=15), timedelta(hours=12)) == (SHORTEST_PASSPHRASE, SESSION_IDLE, SESSION_LONGEST)


@pytest.fixture
def lead(enter: Callable[[Person], Browser], lead_secret: str, world: World) -> Browser:
    """The lead, signed in."""
    return enter(world.lead)


def _change(somebody: Browser, new: str, again: str | None = None, old: str = PASSPHRASE) -> Page:
    somebody.open("/desk/me/passphrase")
    return somebody.send("new_password", password=old, new_password=new, new_password_confirm=again or new)


@sqlite
@pytest.mark.parametrize(
    ("new", "again", "old", "said"),
    [
        ("thirteen-char", None, PASSPHRASE, "14 to 128 letters"),
        (f"{GOOD} {GOOD[::-1]} " * 3, None, PASSPHRASE, "to 128 letters"),
        ("passwordpassword", None, PASSPHRASE, "easy to guess"),
        (GOOD, "another one altogether", PASSPHRASE, "not the same"),
        (GOOD, None, "not the right one at all", "not your passphrase"),
        (PASSPHRASE, None, PASSPHRASE, "that you have"),
    ],
)
def test_what_is_wrong_with_a_new_passphrase_is_said(lead: Browser, new: str, again: str | None, old: str, said: str) -> None:
    assert said in _change(lead, new, again, old).text
    assert new not in lead.page.answer.text


@sqlite
def test_a_long_passphrase_is_taken_whole_in_any_spelling_of_its_letters(
    lead: Browser, browser: Callable[[], Browser], lead_secret: str
) -> None:
    long = ("Ёлка зимой и летом одним цветом, а й и ё пишутся по-разному: 木 🌲, и ещё много слов о том, как ель растёт. " * 2)[
        :128
    ]
    assert "The passphrase is changed" in _change(lead, long).text
    cut = browser().first_step(LEAD, long[:72])
    assert "do not fit" in cut.text
    taken_apart = browser()
    taken_apart.first_step(LEAD, unicodedata.normalize("NFD", long))
    assert taken_apart.send("code", code=code_of(lead_secret, 1)).address == "/desk/"


@sqlite
def test_a_change_ends_all_other_sessions_and_is_on_record(
    lead: Browser, browser: Callable[[], Browser], lead_secret: str, session: Session
) -> None:
    elsewhere = browser()
    elsewhere.first_step(LEAD, PASSPHRASE)
    elsewhere.send("code", code=code_of(lead_secret, 1))
    held = lead.cookie()
    page = _change(lead, GOOD)
    assert "no longer are" in page.text
    assert lead.cookie() != held
    assert lead.open("/desk/").address == "/desk/"
    assert elsewhere.open("/desk/").address == "/sign-in"
    session.rollback()
    assert len(session.scalars(select(WebSession).where(WebSession.revoked_at.is_(None))).all()) == 1
    assert AccountEvent.PASSPHRASE_CHANGED in session.scalars(select(AuditRow.event)).all()


@sqlite
def test_passphrases_are_kept_as_argon2(lead_secret: str, world: World, session: Session) -> None:
    assert session.get_one(Person, world.lead.id).password.startswith("$argon2id$")
