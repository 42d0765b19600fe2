"""The way of a report in plain rules."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.reports.rules import FROZEN, NEXT, DecisionRole, ReportState, accepted, may_approve, may_publish, slug

keys = st.sampled_from(["a", "b", "c"])
decisions = st.sets(st.tuples(keys, st.sampled_from(list(DecisionRole))))


def test_no_step_can_be_skipped() -> None:
    ways = {(str(start), str(end)) for start, ends in NEXT.items() for end in ends}
    assert ways == {
        ("draft", "review"), ("review", "draft"), ("review", "approved"), ("approved", "draft"), ("approved", "published"),
    }  # fmt: skip
    assert {ReportState.APPROVED, ReportState.PUBLISHED} == FROZEN
    assert all(state.label for state in ReportState)


@given(st.lists(st.uuids(), min_size=1, max_size=5))
def test_nobody_approves_what_they_wrote_or_publishes_what_they_approved(people: list) -> None:
    assert not any(may_approve(person, people) for person in people)
    assert may_approve(people[0], people[1:]) is (people[0] not in people[1:])
    assert not may_publish(people[0], people[0])
    assert not may_publish(people[0], None)


@given(st.sets(keys), decisions)
def test_both_must_accept_everything_that_stands_in_the_text(open_keys: set, decided: set) -> None:
    wanted = set(product(open_keys, DecisionRole))
    assert accepted(open_keys, decided) is (wanted <= decided)
    assert accepted(open_keys, decided | wanted)
    assert accepted([], decided)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Temporary detention isolator No. 9 (invented)", "2026-7-temporary-detention-isolator-no-9-invented"),
        ("Изолятор № 9", "2026-7-9"),
        ("Изолятор", "2026-7"),
        ("../../etc/passwd?x=<script>", "2026-7-etc-passwd-x-script"),
    ],
)
def test_addresses_are_plain(name: str, found: str) -> None:
    assert slug(2026, 7, name) == found


@given(st.text(max_size=200))
def test_an_address_holds_nothing_that_needs_care(name: str) -> None:
    made = slug(2026, 1, name)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(made) < 100
    assert not made.endswith("-")
