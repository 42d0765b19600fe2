"""Outside the team no number gives a person away: not by itself, and not by adding up the others."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.sheets.rules import SMALL, Total, hide_small

counts = st.dictionaries(st.sampled_from(["yes", "no", "partly", "a", "b", "c"]), st.integers(0, 12), min_size=1, max_size=6)


def _shown(people: dict[str, int]) -> dict[str, int | None] | None:
    found = hide_small(Total("PI02", sum(people.values()), dict(people), {}))
    return found.people if found else None


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ({"yes": 4, "no": 4, "partly": 5}, {"yes": None, "no": None, "partly": None}),
        ({"yes": 9, "no": 7}, {"yes": 9, "no": 7}),
        ({"yes": 9, "no": 0}, {"yes": 9, "no": 0}),
        ({"yes": 9, "no": 1}, {"yes": None, "no": None}),
        ({"yes": 9, "no": 1, "partly": 6}, {"yes": None, "no": None, "partly": None}),
        ({"yes": 9, "no": 1, "partly": 0}, {"yes": None, "no": None, "partly": 0}),
        ({"yes": 9, "no": 1, "partly": 1}, {"yes": None, "no": None, "partly": None}),
        ({"yes": 9, "no": 1, "partly": 2}, {"yes": 9, "no": None, "partly": None}),
        ({"yes": 4}, None),
        ({"a": 1, "b": 1, "c": 1, "yes": 1, "no": 1}, None),
    ],
)
def test_small_counts_are_hidden_with_what_would_give_them_away(people: dict[str, int], shown: dict | None) -> None:
    assert _shown(people) == shown


@given(counts)
def test_no_small_count_is_shown(people: dict[str, int]) -> None:
    shown = _shown(people)
    assert (shown is None) or sum(people.values()) >= SMALL
    assert all(count is None or count == 0 or count >= SMALL for count in (shown or {}).values())
    assert all(count in {None, people[key]} for key, count in (shown or {}).items())


@given(st.dictionaries(st.sampled_from(["yes", "no", "partly", "a"]), st.integers(1, 7), min_size=1, max_size=4))
def test_what_is_shown_fits_more_than_one_story(people: dict[str, int]) -> None:
    """Whoever knows the rule and the sum tries every story: there is always another one that would look the same."""
    shown, asked = _shown(people), sum(people.values())
    hidden = [key for key, count in (shown or {}).items() if count is None]
    if shown is None or not hidden:
        return
    open_sum = asked - sum(count for count in shown.values() if count)
    stories = [
        {**people, **dict(zip(hidden, story, strict=True))}
        for story in product(range(1, open_sum + 1), repeat=len(hidden))
        if sum(story) == open_sum
    ]
    alike = [story for story in stories if _shown(story) == shown]
    assert people in alike
    for key in hidden:
        assert len({story[key] for story in alike}) > 1, (people, key)
