"""The tablet's browser is killed in the middle of saving answers: what the dot called kept is there after unlocking."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import click
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsers import Tablet
from tests.journeys.disk import outbox
from tests.journeys.steps import open_sheet, plan, prepare, unlock

Person = Callable[..., Page]
QUESTIONS = ("PC43", "PC46", "PC47", "PC49", "PC50", "PC51", "PC52", "PC76", "PC77")
"""One section's questions that are always asked and have the same four answers."""
KEYS = ("yes", "no", "partly")
BETWEEN = 25
"""Milliseconds from tap to tap at most: quicker than any thumb, so that several answers are on their way at once."""
TAP = """(taps) => void (async () => {
  const row = (question) => document.querySelector(`[data-question="${question}"]`);
  const whenKept = async (question) => {
    while (row(question).querySelector(".dot-saving")) await new Promise((later) => setTimeout(later));
    globalThis.kept(question);
  };
  for (const [question, key, pause] of taps) {
    row(question).querySelector(`[data-answer="${key}"]`).click();
    void whenKept(question);
    await new Promise((later) => setTimeout(later, pause));
  }
})()"""
STANDING = """() => Object.fromEntries([...document.querySelectorAll(".section [data-answer][aria-pressed=true]")]
  .map((pressed) => [pressed.closest("[data-question]").dataset.question, pressed.dataset.answer]))"""


@dataclass
class Counts:
    """What the kills add up to."""

    kills: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0
    missing: int = 0
    lost: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills of the tablet's browser: acknowledged as kept {self.acknowledged}, not acknowledged "
            f"{self.unacknowledged} (of these missing {self.missing}), lost {len(self.lost)}"
        )


class Siege:
    """One person who answers on a tablet whose browser keeps being killed."""

    def __init__(self, tablet: Tablet, visit: str, chance: random.Random) -> None:
        self.tablet, self.chance, self.counts = tablet, chance, Counts()
        self.standing: dict[str, str] = {}
        page = tablet.page
        prepare(page, visit)
        open_sheet(page, visit, question=QUESTIONS[0])
        self.address = page.url
        tablet.kill()
        self._come_back()

    def _come_back(self) -> Page:
        page = self.tablet.start(offline=True)
        page.goto(self.address)
        unlock(page)
        expect(page.locator(f'[data-question="{QUESTIONS[0]}"]')).to_be_visible()
        return page

    def kill_once(self) -> None:
        """Answer every question differently, kill the browser meanwhile, come back and look."""
        page, kept = self.tablet.page, set[str]()

        def note(question: str) -> None:
            kept.add(question)

        page.expose_function("kept", note)
        order = self.chance.sample(QUESTIONS, len(QUESTIONS))
        wanted = {question: self.chance.choice([key for key in KEYS if key != self.standing.get(question)]) for question in order}
        pauses = [self.chance.randint(0, BETWEEN) for _question in order]
        page.evaluate(TAP, list(zip(order, wanted.values(), pauses, strict=True)))
        page.wait_for_timeout(self.chance.randint(0, sum(pauses)))
        self.tablet.kill()
        self._compare(self._come_back(), wanted, kept)

    def _compare(self, page: Page, wanted: dict[str, str], kept: set[str]) -> None:
        found = dict(page.evaluate(STANDING))
        there = {question for question, key in wanted.items() if found.get(question) == key}
        self.counts.kills += 1
        self.counts.acknowledged += len(kept)
        self.counts.unacknowledged += len(wanted.keys() - kept)
        self.counts.missing += len(wanted.keys() - kept - there)
        self.counts.lost += sorted(kept - there)
        before = {question: key for question, key in self.standing.items() if question not in there}
        assert found == before | {question: wanted[question] for question in there}, "what stood before has changed"
        self.standing = found

    def entries(self) -> list[int]:
        """The numbers of what lies in the outbox."""
        return [int(entry["counter"]) for entry in outbox(self.tablet.page)]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.long)])
def test_what_was_called_kept_outlives_the_browser(
    person: Person, tablet_of: Callable[[str], Tablet], kills: int, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(1_000_000)
    visit = plan(person("coordinator.kz"), "The battery is loose.")
    siege = Siege(tablet_of("lead.kz"), visit, random.Random(seed))
    try:
        for _kill in range(kills):
            siege.kill_once()
    finally:
        said = f"{siege.counts}; seed {seed}"
        record_property("said", said)
        click.echo(said)
    assert siege.counts.lost == []
    assert siege.counts.acknowledged, "nothing was ever kept: the kills came too early to prove anything"
    saved = siege.counts.acknowledged + siege.counts.unacknowledged - siege.counts.missing
    assert siege.entries() == list(range(1, saved + 1)), "an entry is missing or there twice"
