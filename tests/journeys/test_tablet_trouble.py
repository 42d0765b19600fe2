"""Wrong, doubled, stale and late input on a tablet: each has a message, and nothing is lost."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import TABLET
from tests.journeys.steps import all_sent, answer, open_sheet, picture, plan, write

Person = Callable[..., Page]
LANDSCAPE = {"width": 1280, "height": 800}
NOTE = "Two people asked, both said the same."
TYPED_AT_REST = 900
"""Milliseconds after the last key until what was typed is on the disk, with room for a slow machine."""


def _pressed(page: Page, question: str, key: str) -> None:
    expect(page.locator(f'[data-question="{question}"] [data-answer="{key}"]')).to_have_attribute("aria-pressed", "true")


def _answered_in_office(desk: Page, visit: str, question: str) -> str:
    desk.goto(f"/desk/visits/{visit}/sheets")
    desk.get_by_role("link", name="Police custody").click()
    return " | ".join(desk.locator(f"#{question} .value").all_inner_texts())


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
    chooser.set_input_files({"name": "torn.jpg", "mimeType": "image/jpeg", "buffer": picture()[:300]})
    expect(row.locator(".photo-kept")).to_have_count(1)
    chooser.set_input_files({"name": "good.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    expect(row.locator(".photo-kept")).to_have_count(2)
    all_sent(tablet)
    tablet.reload()
    refused = row.locator(".photo-kept", has=tablet.get_by_role("alert"))
    expect(refused).to_contain_text("not a picture that can be read")
    refused.get_by_role("button", name="Remove this photo").click()
    expect(row.locator(".photo-kept")).to_have_count(1)
    all_sent(tablet)
    desk = person("lead.kz")
    assert _answered_in_office(desk, visit, "PC21") == "no"
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
    tablet.locator('[data-fact="v.present"]').fill("many")
    tablet.locator('[data-fact="v.present"]').blur()
    expect(tablet.get_by_role("alert")).to_contain_text("Write a whole number")
    tablet.locator('[data-fact="v.present"]').fill("14")
    tablet.locator('[data-fact="v.present"]').blur()
    expect(tablet.get_by_role("alert")).to_have_count(0)
    all_sent(tablet)


def test_an_answer_to_an_unknown_question_is_put_aside_and_the_others_go_out(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "A question that nobody knows.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    tablet.context.set_offline(True)
    answer(tablet, "PC21", "no")
    answer(tablet, "PC23", "no")
    _rename_question(tablet, "PC21", "PC999")
    tablet.context.set_offline(False)
    tablet.reload()
    all_sent(tablet)
    tablet.goto(f"/tablet/#/visit/{visit}")
    expect(tablet.locator(".put-aside")).to_contain_text("until the lead of the visit decides: 1")
    desk = person("lead.kz")
    assert _answered_in_office(desk, visit, "PC23") == "no"
    expect(desk.locator("#PC21")).to_contain_text("not answered")


def _rename_question(page: Page, before: str, after: str) -> None:
    """Do to the storage what a form of a later version would: an answer to a question that the server does not know."""
    page.evaluate(
        """([before, after]) => new Promise(async (done) => {
          const name = (await indexedDB.databases()).map((one) => one.name).find((one) => one.startsWith("monitoring-"));
          indexedDB.open(name).onsuccess = ({target}) => {
            const store = target.result.transaction("entries", "readwrite").objectStore("entries");
            store.getAll().onsuccess = ({target: found}) => {
              for (const entry of found.result) if (entry.question === before) store.put({...entry, question: after});
            };
            store.transaction.oncomplete = () => { target.result.close(); done(); };
          };
        })""",
        [before, after],
    )


def test_somebody_elses_visit_is_not_there(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Not for everybody.")
    stranger = person("outsider.kz", TABLET)
    stranger.goto(f"/tablet/#/visit/{visit}")
    expect(stranger.locator(".message")).to_contain_text("There is no such visit, or it is not for you")
    expect(stranger.locator(f'[data-visit="{visit}"]')).to_have_count(0)


def test_double_taps_open_one_sheet_and_one_event(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "A thumb that shakes.")
    tablet = person("lead.kz", TABLET)
    tablet.goto(f"/tablet/#/visit/{visit}")
    tablet.locator('[data-open="ROOM"]').dblclick()
    expect(tablet.locator(".section")).to_be_visible()
    tablet.goto(f"/tablet/#/visit/{visit}")
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
    _pressed(tablet, "PC21", "partly")
    all_sent(tablet)
    tablet.reload()
    _pressed(tablet, "PC21", "partly")
    expect(tablet.locator('[data-question="PC21"] .conflict')).to_have_count(0)
    assert _answered_in_office(person("lead.kz"), visit, "PC21") == "partly"


def test_two_tabs_of_one_tablet_keep_both_taps(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Two tabs.")
    first = person("lead.kz", TABLET)
    open_sheet(first, visit, question="PC21")
    second = first.context.new_page()
    open_sheet(second, visit, question="PC21")
    answer(first, "PC21", "no")
    answer(second, "PC23", "no")
    answer(first, "PC20", "after_24_h")
    for tab in (first, second):
        all_sent(tab)
        tab.reload()
        _pressed(tab, "PC21", "no")
        _pressed(tab, "PC23", "no")
        _pressed(tab, "PC20", "after_24_h")
    desk = person("lead.kz")
    assert [_answered_in_office(desk, visit, question) for question in ("PC21", "PC23", "PC20")] == ["no", "no", "after 24 h"]


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
    tablet.reload()
    expect(note).to_have_value(f"{NOTE} A third said nothing.")
    tablet.goto(f"/tablet/#/visit/{visit}")
    tablet.locator('[data-fact="v.women"]').press_sequentially("3")
    tablet.goto("/tablet/#/")
    tablet.locator(f'[data-visit="{visit}"]').click()
    expect(tablet.locator('[data-fact="v.women"]')).to_have_value("3")
    all_sent(tablet)


def test_a_session_that_ends_on_the_tablet_keeps_the_entries_until_somebody_signs_in(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "The session ends in the corridor.")
    tablet = person("monitor.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    all_sent(tablet)
    admin = person("admin.kz")
    admin.goto("/desk/admin/people")
    admin.get_by_role("link", name="Timur (invented)").click()
    admin.get_by_role("button", name="End all sessions").click()
    expect(admin.locator(".message")).to_contain_text("have ended")
    answer(tablet, "PC21", "no")
    expect(tablet.locator(".sent")).to_contain_text("sign in again")
    answer(tablet, "PC23", "no")
    _pressed(tablet, "PC21", "no")
    tablet.get_by_role("link", name="sign in again").click()
    tablet.locator('button.person[data-email^="monitor.kz"]').click()
    tablet.wait_for_url("**/tablet/#/visit/**")
    _pressed(tablet, "PC21", "no")
    _pressed(tablet, "PC23", "no")
    all_sent(tablet)
    assert _answered_in_office(person("lead.kz"), visit, "PC21") == "no"


def test_entries_go_out_after_signing_in_in_another_tab(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Signed in beside it.")
    tablet = person("doctor.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    all_sent(tablet)
    tablet.context.clear_cookies(name="session")
    answer(tablet, "PC21", "partly")
    expect(tablet.locator(".sent")).to_contain_text("sign in again")
    beside = tablet.context.new_page()
    beside.goto("/sign-in")
    beside.locator('button.person[data-email^="doctor.kz"]').click()
    beside.wait_for_url("**/desk/**")
    tablet.evaluate("() => dispatchEvent(new Event('online'))")
    all_sent(tablet)
    assert _answered_in_office(person("lead.kz"), visit, "PC21") == "partly"


def test_somebody_else_who_signs_in_beside_it_does_not_send_my_answers(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Whose answers are these?")
    tablet = person("doctor.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    all_sent(tablet)
    tablet.context.clear_cookies(name="session")
    beside = tablet.context.new_page()
    beside.goto("/sign-in")
    beside.locator('button.person[data-email^="lead.kz"]').click()
    beside.wait_for_url("**/desk/**")
    answer(tablet, "PC21", "partly")
    expect(tablet.locator(".sent")).to_contain_text("1 unsent")
    expect(tablet.locator(".sent")).to_contain_text("sign in again")
    assert _answered_in_office(person("lead.kz"), visit, "PC21") == ""


def test_two_people_who_disagree_stand_side_by_side_until_the_office_decides(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Two who saw it differently.")
    lead, second = person("lead.kz", TABLET), person("monitor.kz", TABLET)
    for tablet in (lead, second):
        open_sheet(tablet, visit, question="PC21")
    second.context.set_offline(True)
    answer(second, "PC21", "yes")
    second.locator('[data-note="PC21"]').fill("The officer showed me the list.")
    second.locator('[data-note="PC21"]').blur()
    answer(lead, "PC21", "no")
    all_sent(lead)
    second.context.set_offline(False)
    all_sent(second)
    lead.reload()
    for tablet in (lead, second):
        sides = tablet.locator('[data-question="PC21"] .conflict .side')
        expect(sides).to_have_count(2)
        expect(sides.filter(has_text="Timur")).to_contain_text("The officer showed me the list.")
    desk = person("lead.kz")
    desk.goto(f"/desk/visits/{visit}/sheets")
    expect(desk.locator("#conflict-PC21")).to_contain_text("Saule")
    expect(desk.locator("#conflict-PC21")).to_contain_text("Timur")
    desk.locator("#conflict-PC21 .sides > div", has_text="Timur").get_by_role("button").click()
    expect(desk.locator(".message")).to_contain_text("Decided")
    expect(desk.locator("#conflict-PC21")).to_have_count(0)
    for tablet in (lead, second):
        tablet.reload()
        expect(tablet.locator('[data-question="PC21"] .conflict')).to_have_count(0)
        _pressed(tablet, "PC21", "yes")
