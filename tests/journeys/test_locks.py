"""The two locks and the two ways out: what is said is hidden quickly, kept always, and opened only by its person."""

from collections.abc import Callable, Iterable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsers import TABLET
from tests.journeys.disk import outbox
from tests.journeys.steps import ISOLATOR, PIN, answer, go, open_sheet, plan, pressed, uncover, unlock

Person = Callable[..., Page]
NEARLY_TWO_MINUTES = 110_000
TWO_MINUTES = 121_000
TEN_MINUTES = 600_000
A_QUARTER = 15 * 60_000 + 1000
THE_REST = A_QUARTER - TWO_MINUTES - TEN_MINUTES
"""Of the quarter: what is touched on a covered screen keeps nothing open."""
WRONG = "1357"
NOTE = "He showed the marks on both wrists."
QUESTION = "lawyer"
ON_THE_PAGE = """() => document.documentElement.outerHTML
  + [...document.querySelectorAll("input, textarea")].map((field) => field.value).join(" ") + document.title"""


def shown(page: Page, marks: Iterable[str]) -> list[str]:
    """Which of these words are on the page: seen or not, in its elements, in its fields, in its title."""
    everything = str(page.evaluate(ON_THE_PAGE))
    return [mark for mark in marks if mark in everything]


def _typing(person: Person, objective: str) -> tuple[Page, str]:
    """A tablet on which somebody has answered and is typing, with a clock of its own; the visit."""
    visit = plan(person("coordinator.kz"), objective)
    tablet = person("lead.kz", TABLET)
    tablet.clock.install()
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    tablet.locator('[data-note="PC21"]').press_sequentially(NOTE)
    assert shown(tablet, [NOTE, "PC21", QUESTION]) == [NOTE, "PC21", QUESTION]
    return tablet, visit


def _covered(tablet: Page) -> None:
    expect(tablet.locator("[data-covered]")).to_be_visible()
    assert shown(tablet, [NOTE, "PC21", QUESTION, ISOLATOR, "Saule"]) == []


def _shut(tablet: Page) -> None:
    expect(tablet.locator("#passphrase")).to_be_visible()
    expect(tablet.locator("[data-covered]")).to_have_count(0)
    assert shown(tablet, [NOTE, "PC21", QUESTION, ISOLATOR, "Saule"]) == []


def _still_there(tablet: Page) -> None:
    pressed(tablet, "PC21", "no")
    expect(tablet.locator('[data-note="PC21"]')).to_have_value(NOTE)


def test_two_minutes_without_a_touch_cover_the_screen_and_the_pin_opens_it(person: Person) -> None:
    tablet, visit = _typing(person, "Called away.")
    tablet.clock.fast_forward(NEARLY_TWO_MINUTES)
    _still_there(tablet)
    tablet.keyboard.press("Shift")
    tablet.clock.fast_forward(NEARLY_TWO_MINUTES)
    _still_there(tablet)
    tablet.clock.fast_forward(TWO_MINUTES)
    _covered(tablet)
    go(tablet, f"/visit/{visit}/found")
    tablet.evaluate("() => dispatchEvent(new Event('online'))")
    tablet.clock.run_for(10_000)
    _covered(tablet)
    tablet.go_back()
    _covered(tablet)
    uncover(tablet)
    _still_there(tablet)


def test_five_wrong_pins_shut_the_vault(person: Person) -> None:
    tablet, visit = _typing(person, "Curious fingers.")
    address = tablet.url.partition("#")[2]
    tablet.locator("[data-lock]").click()
    _covered(tablet)
    for left in (4, 3, 2, 1):
        uncover(tablet, WRONG)
        expect(tablet.get_by_role("alert")).to_contain_text(f"{left} more tries")
    _covered(tablet)
    uncover(tablet, PIN)
    _still_there(tablet)
    tablet.locator("[data-lock]").click()
    for _try in range(5):
        uncover(tablet, WRONG)
    _shut(tablet)
    unlock(tablet)
    go(tablet, f"/visit/{visit}")
    expect(tablet.locator(".ways")).to_be_visible()
    go(tablet, address)
    _still_there(tablet)


@pytest.mark.parametrize("asleep", [False, True], ids=["covered meanwhile", "asleep meanwhile"])
def test_after_a_quarter_of_an_hour_only_the_passphrase_opens(person: Person, asleep: bool) -> None:
    tablet, visit = _typing(person, "Forgotten on a bench.")
    address = tablet.url.partition("#")[2]
    if not asleep:
        tablet.clock.fast_forward(TWO_MINUTES)
        _covered(tablet)
        tablet.clock.fast_forward(TEN_MINUTES)
        tablet.locator('[data-key="1"]').click()
        _covered(tablet)
    tablet.clock.fast_forward(A_QUARTER if asleep else THE_REST)
    _shut(tablet)
    unlock(tablet)
    go(tablet, f"/visit/{visit}")
    expect(tablet.locator(".ways")).to_be_visible()
    go(tablet, address)
    _still_there(tablet)


def _escape(tablet: Page) -> None:
    for _time in range(3):
        tablet.keyboard.press("Escape")


def _cross(tablet: Page) -> None:
    tablet.locator(".top [data-exit=quick]").click()


def _cross_of_the_cover(tablet: Page) -> None:
    tablet.locator("[data-lock]").click()
    _covered(tablet)
    tablet.locator("[data-covered] [data-exit=quick]").click()


@pytest.mark.parametrize("leave", [_escape, _cross, _cross_of_the_cover])
def test_the_quick_exit_leaves_at_once_and_keeps_what_was_typed(person: Person, leave: Callable[[Page], None]) -> None:
    tablet, _visit = _typing(person, "Somebody comes in.")
    address = tablet.url
    leave(tablet)
    tablet.wait_for_url("about:blank")
    assert tablet.content() == "<html><head></head><body></body></html>"
    tablet.go_back()
    _shut(tablet)
    tablet.goto("about:blank")
    tablet.goto(address)
    unlock(tablet)
    _still_there(tablet)


def test_escapes_that_are_no_exit_leave_nothing(person: Person) -> None:
    tablet, _visit = _typing(person, "A nervous finger.")
    for _time in range(3):
        tablet.keyboard.press("Escape")
        tablet.clock.run_for(2000)
    _still_there(tablet)


def test_an_interview_is_covered_left_and_kept_sealed(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Confided.")
    tablet = person("lead.kz", TABLET)
    tablet.clock.install()
    open_sheet(tablet, visit)
    go(tablet, f"/visit/{visit}")
    tablet.locator('[data-open="INTERVIEW"]').click()
    row = tablet.locator(".interview .question")
    expect(row).to_be_visible()
    first, words = str(row.get_attribute("data-question")), row.locator(".text").inner_text()
    row.locator("[data-answer]").first.click()
    expect(tablet.locator(f'.interview [data-question="{first}"]')).to_have_count(0)
    marks = [str(row.get_attribute("data-question")), row.locator(".text").inner_text().partition(" ")[2]]
    assert shown(tablet, marks) == marks
    tablet.locator("[data-lock]").click()
    expect(tablet.locator("[data-covered]")).to_be_visible()
    assert shown(tablet, [*marks, words, "interview"]) == []
    uncover(tablet)
    expect(row).to_be_visible()
    kept = len(outbox(tablet))
    _escape(tablet)
    tablet.wait_for_url("about:blank")
    tablet.goto("/tablet/")
    assert shown(tablet, [*marks, words]) == []
    assert len(outbox(tablet)) == kept >= 2
