"""Failures of offline products, each made to happen: iPads and iPhones. The numbers are those of docs/sync.md."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.browsers import TABLET
from tests.journeys.steps import answer, go, open_sheet, plan, prepare, set_up, take_along, until

Person = Callable[..., Page]
AN_IPAD = """
Object.defineProperty(navigator, "userAgent", { get: () => "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" });
Object.defineProperty(navigator, "maxTouchPoints", { get: () => 5 });
"""
THREE_DAYS = 3 * 24 * 3_600_000


def _installed(tablet: Page) -> None:
    """The page is opened from the home screen: there Safari says so."""
    tablet.evaluate("() => Object.defineProperty(navigator, 'standalone', { get: () => true })")


def test_failure_03_on_an_ipad_nothing_is_taken_along_before_the_page_is_on_the_home_screen(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Seven days of Safari.")
    tablet = person("lead.kz", TABLET)
    tablet.add_init_script(AN_IPAD)
    tablet.goto("/tablet/")
    set_up(tablet)
    expect(tablet.locator("[data-obstacle=install]")).to_contain_text("Add to Home Screen")
    expect(tablet.locator(f'button[data-visit="{visit}"]')).to_be_disabled()
    _installed(tablet)
    go(tablet, "/unsent")
    go(tablet, "/")
    expect(tablet.locator("[data-obstacle]")).to_have_count(0)
    take_along(tablet, visit)


def test_failure_03_what_has_waited_for_more_than_two_days_is_said(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Three days in the mountains.")
    tablet = person("lead.kz", TABLET)
    tablet.clock.install()
    prepare(tablet, visit)
    open_sheet(tablet, visit, question="PC21")
    tablet.context.set_offline(offline=True)
    answer(tablet, "PC21", "no")
    expect(tablet.locator(".sent")).to_have_attribute("data-sent", "no_network")
    go(tablet, "/")
    expect(tablet.locator("[data-screen=visits]")).to_be_visible()
    expect(tablet.locator("[data-too-long]")).to_have_count(0)
    tablet.clock.set_fixed_time(tablet.evaluate("() => Date.now()") / 1000 + THREE_DAYS / 1000)
    until(tablet, f"() => Date.now() > {tablet.evaluate('() => performance.timeOrigin')} + {THREE_DAYS}")
    go(tablet, "/unsent")
    expect(tablet.locator("[data-too-long]")).to_contain_text("more than two days")
