"""The nine invariants (docs/sync.md), held by a machine that tries what a team, a network and a server go through."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import ENGINES
from tests.sync.installations import Clock, Installation, installed
from tests.sync.machine import Machine
from tests.sync.sabotage import SABOTAGE, Patch
from tests.sync.truth import Broken

SHORT = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    print_blob=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=int(os.environ.get("SYNC_STORIES", "300")), stateful_step_count=60)
SEED = "SYNC_SEED"
"""Set it in the environment to the number that a run printed, and the same stories are told again."""

Begin = Callable[[], AbstractContextManager[tuple[Installation, Clock]]]


@pytest.fixture(params=ENGINES)
def begin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keyring_file: Path) -> Begin:
    """A new installation for each story, on this kind of database."""
    maker = request.getfixturevalue("sqlite_maker" if request.param == "sqlite" else "postgres_maker")

    @contextmanager
    def anew() -> Iterator[tuple[Installation, Clock]]:
        folder = tmp_path_factory.mktemp("story")
        with maker.fresh() as database, installed(database, folder, keyring_file) as server, Clock().hung_up() as clock:
            yield server, clock

    return anew


def tell(begin: Begin, how: settings, record: Callable[[str, Any], None]) -> None:
    """Tell stories; the seed is on record whatever comes of them."""
    number = int(os.environ.get(SEED, random.SystemRandom().randrange(10**9)))
    record("said", f"state machine: {how.max_examples} stories of {how.stateful_step_count} steps, {SEED}={number}")
    click.echo(f"{SEED}={number}")
    run_state_machine_as_test(seed(number)(type("Machine", (Machine,), {"begin": staticmethod(begin)})), settings=how)


def test_the_nine_invariants_hold(begin: Begin, record_property) -> None:
    tell(begin, SHORT, record_property)


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
def test_the_nine_invariants_hold_for_long(begin: Begin, record_property) -> None:
    tell(begin, LONG, record_property)


HUNT = settings(SHORT, max_examples=300, stateful_step_count=40)


def hunt(begin: Begin, sabotage: Callable[[Patch], None], patch: Patch, record: Callable[[str, Any], None]) -> None:
    """The machine has to notice what is broken, and to call it by its number."""
    sabotage(patch)
    with pytest.raises(Broken) as noticed:
        tell(begin, HUNT, record)
    assert noticed.value.number in SABOTAGE[sabotage], noticed.value


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("sabotage", SABOTAGE)
def test_a_server_that_is_broken_on_purpose_is_noticed(begin: Begin, sabotage, monkeypatch, record_property) -> None:
    hunt(begin, sabotage, monkeypatch, record_property)
