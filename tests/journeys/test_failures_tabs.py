"""Failures of offline products, each made to happen: tabs, crashes and the last words. The numbers are those of docs/sync.md."""

import random
from collections.abc import Callable

import click
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsers import TABLET, Tablet
from tests.journeys.disk import outbox
from tests.journeys.steps import (
    all_sent,
    answer,
    answered_in_office,
    crash,
    die,
    go,
    open_sheet,
    plan,
    prepare,
    pressed,
    to_section,
    unlock,
)

Person = Callable[..., Page]
WORDS = "The register has no column for the lawyer and nobody could say since when that is so. "
A_KEY = 130
"""Milliseconds from key to key, of the page's own clock."""
A_DISK = 500


def _second_tab(first: Page) -> Page:
    second = first.context.new_page()
    second.goto(first.url)
    second.fill("#passphrase", "bado keni ruso tavi melo")
    second.locator("[data-open-vault]").click()
    expect(second.locator("[data-screen=waiting]")).to_be_visible()
    return second


def test_failure_13_a_second_tab_waits_and_takes_over_when_the_first_one_dies(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Two tabs.")
    first = person("lead.kz", TABLET)
    open_sheet(first, visit, question="PC21")
    answer(first, "PC21", "no")
    second = _second_tab(first)
    answer(first, "PC23", "no")
    expect(first.locator(".dot-saving")).to_have_count(0)
    die(first)
    expect(second.locator(".sent")).to_be_visible()
    pressed(second, "PC21", "no")
    pressed(second, "PC23", "no")
    answer(second, "PC27", "no")
    all_sent(second)
    counters = [entry["counter"] for entry in outbox(second)]
    assert counters == list(range(1, len(counters) + 1)), "two entries with one number"
    desk = person("lead.kz")
    assert [answered_in_office(desk, visit, question) for question in ("PC21", "PC23", "PC27")] == ["no", "no", "no"]


def test_a_tab_that_waits_is_not_found_open_much_later(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Two tabs, and nobody there.")
    first = person("lead.kz", TABLET)
    open_sheet(first, visit, question="PC21")
    second = first.context.new_page()
    second.clock.install()
    second.goto(first.url)
    second.fill("#passphrase", "bado keni ruso tavi melo")
    second.locator("[data-open-vault]").click()
    expect(second.locator("[data-screen=waiting]")).to_be_visible()
    second.clock.fast_forward(121_000)
    expect(second.locator("#passphrase")).to_be_visible()
    first.close()
    expect(second.locator("#passphrase")).to_be_visible()


def test_failure_31_a_page_that_dies_at_the_camera_comes_back_to_the_same_question(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "The camera is hungry.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC27", "no")
    tablet.locator('[data-note="PC27"]').press_sequentially("The consul was not called.")
    with tablet.expect_file_chooser():
        tablet.locator('label.photo:has([data-photo="PC27"])').click()
    expect(tablet.locator(".dot-saving")).to_have_count(0)
    again = crash(tablet)
    unlock(again)
    expect(again.locator('[data-note="PC27"]')).to_have_value("The consul was not called.")
    pressed(again, "PC27", "no")
    expect(again.locator("#q-PC27")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
def test_failure_32_of_what_is_typed_at_most_the_last_second_is_lost(
    person: Person, tablet_of: Callable[[str], Tablet], seed: int
) -> None:
    visit = plan(person("coordinator.kz"), "The battery is pulled out.")
    tablet = tablet_of("lead.kz")
    page = tablet.page
    page.clock.install()
    prepare(page, visit)
    open_sheet(page, visit, question="PC21")
    answer(page, "PC21", "no")
    address = page.url
    page.clock.pause_at(page.evaluate("() => Date.now()") / 1000 + 1)
    letters = random.Random(seed).randrange(12, len(WORDS))
    page.locator('[data-note="PC21"]').focus()
    for letter in WORDS[:letters]:
        page.keyboard.type(letter)
        page.clock.run_for(A_KEY)
    page.wait_for_timeout(A_DISK)  # the page's clock ran faster than the disk, which gets here what it would have had
    tablet.kill()
    page = tablet.start()
    page.goto(address)
    unlock(page)
    note = page.locator('[data-note="PC21"]')
    expect(note).to_be_visible()
    kept = note.input_value()
    click.echo(f"seed {seed}: {letters} letters typed, {letters - len(kept)} lost")
    assert WORDS.startswith(kept)
    assert letters - len(kept) <= 1000 / A_KEY


def test_a_last_word_is_kept_when_the_screen_is_left_at_once(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Typed, and away.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    address = tablet.url.partition("#")[2]
    tablet.locator('[data-note="PC21"]').press_sequentially("the last word")
    go(tablet, "/")
    tablet.locator(f'a[data-visit="{visit}"]').click()
    go(tablet, address)
    to_section(tablet, "PC21")
    expect(tablet.locator('[data-note="PC21"]')).to_have_value("the last word")
