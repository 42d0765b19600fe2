"""What the entries to one question add up to does not depend on the order in which they come, and two answers disagree
exactly when they are different and neither was written by somebody who saw the other."""

import random
from itertools import combinations, permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.factories import World
from tests.field import Tablet, plan, plan_versions, seen_by
from visits.sheets.queries import answer_for, conflicts
from visits.sheets.rules import Head, current

VALUES = ("yes", "no", "partly", None)


@st.composite
def stories(draw: st.DrawFn) -> list[Head]:
    """Several people on several tablets: each sees what had come to it, writes, and replaces what stood there."""
    people = draw(st.lists(st.uuids(), min_size=1, max_size=3, unique=True))
    known: dict[UUID, list[Head]] = {person: [] for person in people}
    told: list[Head] = []
    for _step in range(draw(st.integers(1, 9))):
        person = draw(st.sampled_from(people))
        if draw(st.booleans()) and told:
            known[person] = told[:]
        standing = _standing(known[person])
        entry = Head(draw(st.uuids()), person, tuple(head.id for head in standing), {"value": draw(st.sampled_from(VALUES))})
        told.append(entry)
        known[person] = [*known[person], entry]
    return told if len({entry.id for entry in told}) == len(told) else told[:1]


def _standing(entries: list[Head]) -> list[Head]:
    """Those that nobody knew of when writing another: found by following every chain, not by looking at bases alone."""
    return [entry for entry in entries if not any(entry.id in _before(other, entries) for other in entries)]


def _before(entry: Head, entries: list[Head]) -> set[UUID]:
    """All entries that an entry replaces, directly or through others."""
    known, found, open_ones = {other.id: other for other in entries}, set(), list(entry.bases)
    while open_ones:
        base = open_ones.pop()
        if base not in found:
            found.add(base)
            open_ones.extend(known[base].bases if base in known else ())
    return found


@given(stories(), st.randoms())
def test_the_order_of_arrival_does_not_matter(entries: list[Head], chance: random.Random) -> None:
    shuffled = entries[:]
    chance.shuffle(shuffled)
    assert current(shuffled) == current(entries)


@given(stories())
def test_an_entry_that_comes_twice_counts_once(entries: list[Head]) -> None:
    said = {(side.value, frozenset(head.id for head in side.heads)) for side in current(entries + entries)}
    assert said == {(side.value, frozenset(head.id for head in side.heads)) for side in current(entries)}


@given(stories())
def test_two_answers_disagree_exactly_when_they_are_parallel_and_different(entries: list[Head]) -> None:
    standing = [entry for entry in _standing(entries) if entry.value is not None]
    parallel = [
        (first, second)
        for first, second in combinations(standing, 2)
        if first.id not in _before(second, entries) and second.id not in _before(first, entries)
    ]
    sides = current(entries)
    assert (len(sides) > 1) is any(first.value != second.value for first, second in parallel)
    assert {side.value for side in sides} == {entry.value for entry in standing}
    assert {head.id for side in sides for head in side.heads} == {entry.id for entry in standing}


@given(stories())
def test_whoever_agrees_stands_on_one_side_with_the_others(entries: list[Head]) -> None:
    sides = current(entries)
    assert len({side.value for side in sides}) == len(sides)
    for side in sides:
        assert {head.value for head in side.heads} == {side.value}
        assert set(side.authors) == {head.author for head in side.heads}


@given(stories(), st.uuids(), st.sampled_from(VALUES[:3]))
def test_an_entry_that_replaces_all_sides_decides(entries: list[Head], decider: UUID, value: str) -> None:
    last = Head(uuid4(), decider, tuple(head.id for head in _standing(entries)), {"value": value})
    (side,) = current([*entries, last])
    assert (side.value, side.authors) == (value, (decider,))


@given(stories(), st.data())
def test_what_has_not_come_yet_counts_once_it_comes(entries: list[Head], data: st.DataObject) -> None:
    late = data.draw(st.sets(st.sampled_from(range(len(entries)))))
    early = [entry for number, entry in enumerate(entries) if number not in late]
    replaced = {base for entry in early for base in entry.bases}
    shown = {head.id for side in current(early) for head in side.heads}
    assert shown == {entry.id for entry in early if entry.id not in replaced and entry.value is not None}
    assert current([*early, *(entries[number] for number in late)]) == current(entries)


def test_entries_that_replace_each_other_lose_nobodys_answer() -> None:
    first, second = uuid4(), uuid4()
    circle = [Head(first, uuid4(), (second,), {"value": "yes"}), Head(second, uuid4(), (first,), {"value": "no"})]
    for entries in permutations(circle):
        assert [side.value for side in current(list(entries))] == ["no", "yes"]
    assert current([Head(first, uuid4(), (first,), {"value": "yes"})])[0].value == "yes"


def test_nothing_and_an_answer_taken_back_are_no_answer() -> None:
    first = Head(uuid4(), uuid4(), (), {"value": "yes"})
    assert current([]) == ()
    assert current([first, Head(uuid4(), first.author, (first.id,), {"value": None})]) == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_table_says_the_same_in_whatever_order_tablets_send(session: Session, world: World, seed: int) -> None:
    """The same story in many rooms, each time sent in another order and in other portions."""
    visit = plan(session, world)
    lead, member = (Tablet(session, world.actor(name), visit) for name in ("lead", "member"))
    chance, told, disagreeing = random.Random(seed), set(), set()
    for number in range(6):
        room = uuid4()
        opened = {"version": str(plan_versions(visit)["ROOM"]), "label": f"A-{number:02}", "about": None}
        lead.send(lead.entry(room, "sheet.opened", None, opened=opened))
        first = lead.entry(room, "RM04", "9")
        corrected = lead.entry(room, "RM04", "9.5", bases=(first["id"],))
        parallel = member.entry(room, "RM04", "12", bases=(first["id"],))
        agreed = member.entry(room, "RM07", "4"), lead.entry(room, "RM07", "4")
        kind = lead.entry(room, "RM01", "cell")
        waiting = [(lead, kind), (lead, first), (lead, corrected), (member, parallel), (member, agreed[0]), (lead, agreed[1])]
        chance.shuffle(waiting)
        for tablet, entry in waiting:
            assert [str(receipt.outcome) for receipt in tablet.send(entry).receipts] == ["stored"]
        seen = seen_by(session, world, visit, "lead")
        sides = {code: answer_for(session, seen, room, code) for code in ("RM04", "RM07")}
        told.add(tuple((code, tuple((side.value, len(side.heads)) for side in found)) for code, found in sides.items()))
        disagreeing.add(room)
    assert told == {(("RM04", (("12", 1), ("9.5", 1))), ("RM07", (("4", 2),)))}
    found = conflicts(session, seen_by(session, world, visit, "member"))
    assert {(conflict.sheet.id, conflict.view.question.code) for conflict in found} == {(room, "RM04") for room in disagreeing}
