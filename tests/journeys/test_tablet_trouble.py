"""Wrong, doubled, stale and late input on a tablet: each has a message, and nothing is lost."""

import hashlib
import json
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.journeys.browsers import TABLET
from tests.journeys.steps import (
    all_sent,
    answer,
    answered_in_office,
    go,
    open_sheet,
    picture,
    plan,
    pressed,
    reopen,
    set_up,
    take_along,
    write,
)

Person = Callable[..., Page]
LANDSCAPE = {"width": 1280, "height": 800}
NOTE = "Two people asked, both said the same."
TYPED_AT_REST = 1500
"""Milliseconds after the last key until what was typed is on the disk, with room for a slow machine."""


def test_a_file_that_is_no_photo_is_refused_with_a_reason_and_holds_nothing_up(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Files that are no photos.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    chooser = tablet.locator('[data-photo="PC21"]')
    row = tablet.locator('[data-question="PC21"]')
    chooser.set_input_files({"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"Dear authority, this is a letter."})
    expect(row.get_by_role("alert")).to_contain_text("not a picture that can be read")
    chooser.set_input_files({"name": "huge.jpg", "mimeType": "image/jpeg", "buffer": picture() + b"\0" * 20_000_000})
    expect(row.get_by_role("alert")).to_contain_text("larger than 20 MB")
    chooser.set_input_files({"name": "torn.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic and nothing more"})
    expect(row.locator(".photo-kept")).to_have_count(1)
    chooser.set_input_files({"name": "good.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    expect(row.locator(".photo-kept")).to_have_count(2)
    refused = row.locator(".photo-kept", has=tablet.get_by_role("alert"))
    expect(refused).to_contain_text("not a picture that can be read")
    refused.get_by_role("button", name="Remove this photo").click()
    expect(row.locator(".photo-kept")).to_have_count(1)
    all_sent(tablet)
    desk = person("lead.kz")
    assert answered_in_office(desk, visit, "PC21") == "no"
    expect(desk.locator("#PC21 img.thumb")).to_have_count(1)


def test_a_number_that_cannot_be_read_stays_with_what_to_do(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Numbers that are none.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC01")
    write(tablet, "PC01", "about ten")
    row = tablet.locator('[data-question="PC01"]')
    expect(row.get_by_role("alert")).to_contain_text("Write a number")
    answer(tablet, "PC03", "basement")
    tablet.locator(".bottom .primary").click()
    tablet.go_back()
    expect(tablet.locator('[data-field="PC01"]')).to_have_value("about ten")
    expect(row.get_by_role("alert")).to_contain_text("Write a number")
    write(tablet, "PC01", "10,5")
    expect(row.get_by_role("alert")).to_have_count(0)
    all_sent(tablet)
    tablet.locator(".back").click()
    complaint = tablet.locator(".complaint")
    tablet.locator('[data-fact="v.present"]').fill("many")
    tablet.locator('[data-fact="v.present"]').blur()
    expect(complaint).to_contain_text("Write a whole number")
    tablet.locator('[data-fact="v.present"]').fill("14")
    tablet.locator('[data-fact="v.present"]').blur()
    expect(complaint).to_have_count(0)
    all_sent(tablet)


def test_an_answer_to_an_unknown_question_is_put_aside_and_the_others_go_out(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "A question that nobody knows.")
    tablet = person("lead.kz", TABLET)
    _rename_question(tablet, "PC21", "PC99")
    open_sheet(tablet, visit, question="PC99")
    answer(tablet, "PC99", "no")
    answer(tablet, "PC23", "no")
    all_sent(tablet)
    go(tablet, f"/visit/{visit}")
    expect(tablet.locator(".put-aside")).to_contain_text("until the lead of the visit decides: 1")
    expect(tablet.locator(".sent")).to_contain_text("1 to look at")
    desk = person("lead.kz")
    assert answered_in_office(desk, visit, "PC23") == "no"
    assert answered_in_office(desk, visit, "PC21") == ""


def _rename_question(tablet: Page, before: str, after: str) -> None:
    """The tablet gets a form of a later version: with a question that the server does not know."""
    parts: dict[str, bytes] = {}

    def rewritten(route: Route) -> None:
        parts["form"] = route.fetch().body().replace(before.encode(), after.encode())
        route.fulfill(body=parts["form"], content_type="application/json")

    def fitting(route: Route) -> None:
        form = tablet.request.get(f"{route.request.url}/form-POLICE").body().replace(before.encode(), after.encode())
        manifest = route.fetch().json()
        manifest["parts"]["form-POLICE"] = hashlib.sha256(form).hexdigest()
        route.fulfill(body=json.dumps(manifest), content_type="application/json")

    tablet.route("**/pack/form-POLICE", rewritten)
    tablet.route("**/pack", fitting)


def test_somebody_elses_visit_is_not_there(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Not for everybody.")
    stranger = person("outsider.kz", TABLET)
    stranger.goto("/tablet/")
    set_up(stranger)
    go(stranger, f"/visit/{visit}")
    expect(stranger.get_by_role("alert").filter(has_text="not yours any more")).to_be_visible()
    expect(stranger.locator(f'[data-visit="{visit}"]')).to_have_count(0)


def test_double_taps_open_one_sheet_and_one_event(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "A thumb that shakes.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit)
    go(tablet, f"/visit/{visit}")
    tablet.locator('[data-open="ROOM"]').dblclick()
    expect(tablet.locator(".section")).to_be_visible()
    go(tablet, f"/visit/{visit}")
    expect(tablet.locator('[data-sheet="ROOM"]')).to_have_count(1)
    tablet.locator('[data-gate="demanded"]').click()
    tablet.locator('[data-access-item="c"]').dblclick()
    expect(tablet.locator("[data-event]")).to_have_count(1)
    all_sent(tablet)
    expect(tablet.locator("[data-event]")).to_have_count(1)


def test_quick_repeated_taps_end_where_the_last_one_was(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "A quick thumb.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    for key in ("yes", "no", "partly", "yes", "no", "partly", "no", "yes", "partly"):
        tablet.locator(f'[data-question="PC21"] [data-answer="{key}"]').click(no_wait_after=True)
    pressed(tablet, "PC21", "partly")
    all_sent(tablet)
    reopen(tablet)
    pressed(tablet, "PC21", "partly")
    expect(tablet.locator('[data-question="PC21"] .conflict')).to_have_count(0)
    assert answered_in_office(person("lead.kz"), visit, "PC21") == "partly"


def test_back_reload_and_rotation_lose_no_typed_word(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Turned and turned again.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    note = tablet.locator('[data-note="PC21"]')
    note.press_sequentially(NOTE)
    tablet.set_viewport_size(LANDSCAPE)
    expect(note).to_have_value(NOTE)
    tablet.set_viewport_size(TABLET)
    tablet.go_back()
    tablet.go_forward()
    expect(note).to_have_value(NOTE)
    note.press_sequentially(" A third said nothing.")
    tablet.wait_for_timeout(TYPED_AT_REST)
    reopen(tablet)
    expect(note).to_have_value(f"{NOTE} A third said nothing.")
    go(tablet, f"/visit/{visit}")
    tablet.locator('[data-fact="v.women"]').press_sequentially("3")
    go(tablet, "/")
    tablet.locator(f'a[data-visit="{visit}"]').click()
    expect(tablet.locator('[data-fact="v.women"]')).to_have_value("3")
    all_sent(tablet)


def test_what_is_unfolded_stays_so_while_things_are_sent(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Read calmly.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    tablet.locator('[data-question="PC21"] summary').click()
    answer(tablet, "PC20", "after_24_h")
    all_sent(tablet)
    expect(tablet.locator('[data-question="PC21"] [data-dot="stored"]')).to_be_visible()
    expect(tablet.locator('[data-question="PC21"] details')).to_have_attribute("open", "")


def test_what_two_people_took_along_under_one_sign_in_stays_apart(person: Person) -> None:
    """The doctor's tablet never takes along what the lead may see, although the lead has signed in beside it."""
    visit = plan(person("coordinator.kz"), "Whose visit is this?")
    tablet = person("doctor.kz", TABLET)
    tablet.goto("/tablet/")
    set_up(tablet)
    tablet.context.clear_cookies(name="session")
    beside = tablet.context.new_page()
    beside.goto("/sign-in")
    beside.locator('button.person[data-email^="lead.kz"]').click()
    beside.wait_for_url("**/desk/**")
    tablet.locator(f'button[data-visit="{visit}"]').click()
    expect(tablet.locator("[data-reading=somebody_else]")).to_contain_text("sign in as Dana")
    expect(tablet.locator("[data-ready]")).to_have_count(0)


def test_a_visit_is_taken_along_after_signing_in_again(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "The session ended in the car.")
    tablet = person("monitor.kz", TABLET)
    tablet.goto("/tablet/")
    set_up(tablet)
    tablet.context.clear_cookies(name="session")
    tablet.locator(f'button[data-visit="{visit}"]').click()
    tablet.locator("[data-reading=sign_in] a").click()
    tablet.locator('button.person[data-email^="monitor.kz"]').click()
    tablet.fill("#passphrase", "bado keni ruso tavi melo")
    tablet.locator("[data-open-vault]").click()
    take_along(tablet, visit)
