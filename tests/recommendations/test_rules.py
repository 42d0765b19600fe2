"""Deadlines and priorities that are proposed: by country, and for torture at once."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.rules import Severity
from monitoring.recommendations.rules import Level, Priority, RecommendationState, proposed_deadline, proposed_priority

TODAY = date(2026, 1, 31)
severities = st.sampled_from(list(Severity))
answered = st.lists(st.tuples(st.sampled_from(["illtreat", "lawyer", "food"]), severities), max_size=5)


@pytest.mark.parametrize(
    ("country", "due"), [("KZ", date(2026, 3, 2)), ("TJ", date(2026, 3, 2)), ("KG", date(2026, 2, 28)), ("XX", date(2026, 2, 28))]
)
def test_each_country_has_its_time_for_a_reply(country: str, due: date) -> None:
    assert proposed_deadline(country, TODAY, [("lawyer", Severity.HIGH)]) == due
    assert proposed_deadline(country, TODAY, []) == due


@pytest.mark.parametrize("country", ["KZ", "KG", "TJ"])
def test_where_torture_was_found_it_is_a_day(country: str) -> None:
    found = [("food", Severity.LOW), ("illtreat", Severity.CRITICAL)]
    assert proposed_deadline(country, TODAY, found) == date(2026, 2, 1)
    assert proposed_deadline(country, TODAY, [("illtreat", Severity.HIGH), ("food", Severity.CRITICAL)]) > date(2026, 2, 1)


def test_a_month_keeps_the_day_or_takes_the_last_one() -> None:
    for day, due in (
        ("2026-11-24", "2026-12-24"),
        ("2026-12-31", "2027-01-31"),
        ("2028-01-31", "2028-02-29"),
        ("2026-08-31", "2026-09-30"),
    ):
        assert proposed_deadline("KG", date.fromisoformat(day), []) == date.fromisoformat(due)


@given(st.sampled_from(["KZ", "KG", "TJ"]), st.dates(date(2020, 1, 1), date(2090, 1, 1)), answered)
def test_a_deadline_lies_ahead_and_within_a_month(country: str, today: date, found: list) -> None:
    due = proposed_deadline(country, today, found)
    assert timedelta(days=1) <= due - today <= timedelta(days=31)
    assert proposed_deadline(country, today, [*found, ("illtreat", Severity.CRITICAL)]) <= due


@given(st.lists(severities, max_size=6))
def test_the_gravest_finding_decides_what_comes_first(levels: list[Severity]) -> None:
    gravest = max(levels, key=lambda level: level.rank, default=None)
    wanted = {Severity.CRITICAL: Priority.URGENT, Severity.HIGH: Priority.HIGH}.get(gravest, Priority.NORMAL)
    assert proposed_priority(levels) is wanted


def test_every_word_can_be_said() -> None:
    assert all(word.label for words in (Level, Priority, RecommendationState) for word in words)
