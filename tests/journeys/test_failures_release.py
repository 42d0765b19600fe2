"""Failures of offline products, made to happen: a new version comes while somebody works. Numbers as in docs/sync.md."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsers import TABLET
from tests.journeys.server import Server
from tests.journeys.steps import all_sent, answer, go, open_sheet, plan, pressed, reopen, unlock, until

Person = Callable[..., Page]
Brought = Callable[[Page], AbstractContextManager[None]]
SECOND = 'if (typeof document === "object") document.documentElement.dataset.release = "second";\n'
LOOK = "async () => { await (await navigator.serviceWorker.getRegistration('/tablet/')).update(); }"
WAITS = "async () => Boolean((await navigator.serviceWorker.getRegistration('/tablet/')).waiting)"
VERSIONS = "async () => (await caches.keys()).filter((name) => name.startsWith('tablet-')).length"


@pytest.fixture
def second_version(server: Server, tmp_path: Path) -> Brought:
    """Brings out a second version of the tablet, and lets a tablet fetch it: there it waits."""
    script = tmp_path / "second.js"
    script.write_text(SECOND, encoding="utf-8")

    @contextmanager
    def out(tablet: Page) -> Iterator[None]:
        with server.brought_out(script):
            tablet.evaluate(LOOK)
            until(tablet, WAITS)
            yield

    return out


def _release(tablet: Page) -> str | None:
    return tablet.locator("html").get_attribute("data-release")


def test_failure_16_old_and_new_version_both_open_without_a_network(person: Person, second_version: Brought) -> None:
    visit = plan(person("coordinator.kz"), "A new version in mid-visit.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    tablet.context.set_offline(offline=True)
    answer(tablet, "PC21", "no")
    tablet.context.set_offline(offline=False)
    with second_version(tablet):
        tablet.context.set_offline(offline=True)
        beside = tablet.context.new_page()
        beside.goto("/tablet/")
        reopen(tablet)
        assert _release(tablet) is None
        pressed(tablet, "PC21", "no")
        go(tablet, "/")
        tablet.locator("[data-update]").click()
        expect(tablet.locator('html[data-release="second"]')).to_be_visible()
        unlock(tablet)
        open_sheet(tablet, visit, question="PC21")
        pressed(tablet, "PC21", "no")
        assert tablet.evaluate(VERSIONS) == 2
        assert _release(beside) is None
        beside.locator("[data-keeper]").click()
        beside.fill("#passphrase", "bado-keni-ruso-tavi-melo")
        beside.locator("[data-open-vault]").click()
        expect(beside.locator("[data-screen=waiting]")).to_be_visible()
        beside.close()
        tablet.context.set_offline(offline=False)
        tablet.evaluate("() => dispatchEvent(new Event('online'))")
        all_sent(tablet)
        go(tablet, "/")
        until(tablet, f"async () => await ({VERSIONS})() === 1")


def test_failure_17_a_new_version_waits_for_a_tap_and_takes_nothing_that_is_being_typed(
    person: Person, second_version: Brought
) -> None:
    visit = plan(person("coordinator.kz"), "A new version in mid-sentence.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    note = tablet.locator('[data-note="PC21"]')
    note.press_sequentially("The officer said ")
    with second_version(tablet):
        note.press_sequentially("that nobody asked.")
        expect(note).to_have_value("The officer said that nobody asked.")
        assert _release(tablet) is None
        assert tablet.evaluate(WAITS)
        all_sent(tablet)
        reopen(tablet)
        assert _release(tablet) is None
        tablet.reload()
        tablet.locator("[data-update]").click()
        expect(tablet.locator('html[data-release="second"]')).to_be_visible()
        unlock(tablet)
        expect(note).to_have_value("The officer said that nobody asked.")
