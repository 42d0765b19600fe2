"""Wrong, stale, doubled and late input in the office: each has a page or a message, and nothing typed is lost."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import TABLET
from tests.journeys.steps import all_sent, answer, come_back, fill_plan, open_sheet, plan, reopen

Person = Callable[..., Page]
MISSING = "00000000-0000-4000-8000-000000000000"


def _saved(page: Page) -> None:
    expect(page.locator(".message").first).to_be_visible()


def _fill_place(page: Page, name: str) -> None:
    page.goto("/desk/places/new")
    page.get_by_label("Name in English").fill(name)
    page.get_by_label("Kind of place").select_option("police_station")
    page.get_by_label("Region").select_option("KZ-75")


def _rows_named(page: Page, name: str) -> int:
    page.goto(f"/desk/places?search={name}")
    expect(page.locator("h1")).to_have_text("Places")
    return page.locator("tbody tr").count()


def _returned_with_problems(person: Person, objective: str) -> tuple[str, Page]:
    """A visit that has returned with two problems of one form; the lead's desk."""
    visit = plan(person("coordinator.kz"), objective)
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    answer(tablet, "PC20", "after_24_h")
    all_sent(tablet)
    desk = person("lead.kz")
    come_back(desk, visit)
    return visit, desk


def test_a_wrong_place_keeps_what_was_typed_and_says_what_to_do(person: Person) -> None:
    page = person("coordinator.kz")
    _fill_place(page, "Station of wrong values (invented)")
    page.get_by_label("Position on the map").fill("behind the mill")
    page.get_by_label("Places by its own figures").fill("-5")
    page.get_by_label("Notes for colleagues").fill("The bell does not ring.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error").first).to_be_visible()
    expect(page.get_by_label("Name in English")).to_have_value("Station of wrong values (invented)")
    expect(page.get_by_label("Kind of place")).to_have_value("police_station")
    expect(page.get_by_label("Position on the map")).to_have_value("behind the mill")
    expect(page.get_by_label("Places by its own figures")).to_have_value("-5")
    expect(page.get_by_label("Notes for colleagues")).to_have_value("The bell does not ring.")
    page.get_by_label("Places by its own figures").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error")).to_contain_text("could not be read")
    page.get_by_label("Position on the map").fill("43,238 с.ш. 76,945 в.д.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Station of wrong values (invented)")


def test_a_wrong_plan_keeps_what_was_typed(person: Person) -> None:
    page = person("coordinator.kz")
    page.goto("/desk/visits/new")
    fill_plan(page, "Does a wrong plan lose its words?")
    page.get_by_label("Last day").fill("2020-01-01")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.locator(".field-error")).to_contain_text("lies before the first")
    expect(page.get_by_label("What the visit is to find out")).to_have_value("Does a wrong plan lose its words?")
    expect(page.get_by_label("Timur (invented)")).to_be_checked()
    expect(page.get_by_label("Police custody")).to_be_checked()


def test_a_wrong_finding_recommendation_and_report_keep_what_was_typed(person: Person) -> None:
    visit, desk = _returned_with_problems(person, "Wrong values on the way to the report.")
    desk.goto(f"/desk/visits/{visit}/findings")
    desk.locator("section[aria-labelledby=drafts] article a", has_text="lawyer").first.click()
    desk.get_by_label("What was found").fill("")
    desk.get_by_label("How well it is supported").select_option("documented")
    desk.get_by_role("button", name="Confirm", exact=True).click()
    expect(desk.locator(".field-error")).to_contain_text("Write in one or two sentences")
    expect(desk.get_by_label("How well it is supported")).to_have_value("documented")
    desk.get_by_role("button", name="Drop with this reason").click()
    expect(desk.locator(".field-error")).to_contain_text("Write why it is dropped")
    desk.goto(f"/desk/visits/{visit}/recommendations/new")
    desk.get_by_label("What the authority is to do").fill("Let people call a lawyer (invented).")
    desk.get_by_label("Authority", exact=True).select_option(index=1)
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".field-error").first).to_be_visible()
    expect(desk.get_by_label("What the authority is to do")).to_have_value("Let people call a lawyer (invented).")
    desk.goto(f"/desk/visits/{visit}/report")
    desk.get_by_role("button", name="Begin the report").click()
    desk.get_by_label("Title").fill("")
    long_text = "слово " * 9000
    desk.get_by_label("Closing words").fill(long_text)
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".field-error")).to_have_count(2)
    assert desk.get_by_label("Closing words").input_value().strip() == long_text.strip()


def test_a_long_report_in_russian_is_saved(person: Person) -> None:
    visit, desk = _returned_with_problems(person, "A long report.")
    desk.goto(f"/desk/visits/{visit}/report")
    desk.get_by_role("button", name="Begin the report").click()
    for label in ("Summary", "Access and cooperation", "Closing words"):
        desk.get_by_label(label).fill("слово " * 8000)
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".message").first).to_contain_text("Saved")


def test_somebody_elses_visit_and_an_unknown_question_are_answered_like_nothing(person: Person) -> None:
    visit, desk = _returned_with_problems(person, "Whose visit?")
    stranger = person("outsider.kz")
    for address in (f"/desk/visits/{visit}", f"/desk/visits/{visit}/findings", f"/desk/visits/{MISSING}"):
        stranger.goto(address)
        expect(stranger.locator("h1")).to_have_text("Nothing here")
    desk.goto(f"/desk/visits/{visit}/sheets")
    desk.get_by_role("link", name="Police custody").click()
    drafts = "section[aria-labelledby=drafts] article"
    row = desk.locator("#PC21")
    row.locator("input[name=question]").evaluate("field => { field.value = 'PC999'; }")
    row.get_by_role("button", name="Make a finding").click()
    expect(desk.locator("h1")).to_have_text("Nothing here")
    desk.goto(f"/desk/visits/{visit}/findings")
    expect(desk.locator(drafts)).to_have_count(2)


def test_a_double_click_makes_one_place_also_without_scripts(person: Person) -> None:
    page = person("coordinator.kz", scripts=False)
    _fill_place(page, "Twice clicked station (invented)")
    page.get_by_role("button", name="Save").dblclick()
    expect(page.locator("h1")).to_have_text("Twice clicked station (invented)")
    assert _rows_named(page, "Twice clicked station") == 1


def test_a_double_click_makes_one_visit_also_without_scripts(person: Person) -> None:
    page = person("coordinator.kz", scripts=False)
    _fill_place(page, "Place of one visit (invented)")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Place of one visit (invented)")
    place = page.url
    page.goto("/desk/visits/new")
    fill_plan(page, "Planned with a nervous finger.", "Place of one visit (invented)")
    page.get_by_role("button", name="Save the plan").dblclick()
    expect(page.locator("h1")).to_have_text("Place of one visit (invented)")
    page.goto(place)
    expect(page.locator(".timeline > li")).to_have_count(1)


def test_a_double_click_makes_one_finding_one_recommendation_and_one_report(person: Person) -> None:
    visit, desk = _returned_with_problems(person, "Everything is clicked twice.")
    desk.goto(f"/desk/visits/{visit}/sheets")
    desk.get_by_role("link", name="Police custody").click()
    desk.locator("#PC21").get_by_role("button", name="Make a finding").dblclick()
    expect(desk.get_by_role("heading", name="Decide")).to_be_visible()
    desk.goto(f"/desk/visits/{visit}/findings")
    expect(desk.locator("section[aria-labelledby=drafts] article")).to_have_count(3)
    _confirm_one(desk)
    desk.goto(f"/desk/visits/{visit}/recommendations")
    desk.get_by_role("link", name="Write one").first.click()
    desk.get_by_label("What the authority is to do").fill("Do it once (invented).")
    desk.get_by_label("Authority", exact=True).select_option(index=1)
    desk.get_by_role("button", name="Save").dblclick()
    _saved(desk)
    desk.goto(f"/desk/visits/{visit}/recommendations")
    expect(desk.locator("main a", has_text="Do it once (invented).")).to_have_count(1)
    desk.goto(f"/desk/visits/{visit}/report")
    desk.get_by_role("button", name="Begin the report").dblclick()
    expect(desk.get_by_label("Summary")).to_be_visible()
    expect(desk.locator(".timeline > li")).to_have_count(1)


def _report_of(desk: Page, visit: str) -> str:
    desk.goto(f"/desk/visits/{visit}/report")
    return desk.url


def _confirm_one(desk: Page) -> None:
    desk.locator("section[aria-labelledby=drafts] article a", has_text="lawyer").last.click()
    desk.get_by_label("What was found").fill("The same three lawyers come (invented).")
    desk.get_by_label("How grave it is").select_option("high")
    desk.get_by_role("button", name="Confirm", exact=True).dblclick()
    _saved(desk)


def test_two_tabs_with_one_place_do_not_overwrite_each_other(person: Person) -> None:
    first = person("coordinator.kz")
    _fill_place(first, "Station in two tabs (invented)")
    first.get_by_role("button", name="Save").click()
    expect(first.locator("h1")).to_have_text("Station in two tabs (invented)")
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(f"{first.url.removesuffix('/edit')}/edit")
    second.get_by_label("Address").fill("1, Quiet Street")
    second.get_by_role("button", name="Save").click()
    expect(second.locator(".message")).to_contain_text("Saved")
    first.get_by_label("Notes for colleagues").fill("The gate is in the yard.")
    first.get_by_role("button", name="Save").click()
    expect(first.locator("h1")).to_have_text("Changed in the meantime")
    expect(first.locator("main")).to_contain_text("Somebody else changed this place")
    expect(first.locator("main")).to_contain_text("The gate is in the yard.")
    second.reload()
    expect(second.locator("main")).to_contain_text("1, Quiet Street")


def test_a_finding_that_was_decided_meanwhile_keeps_the_words_of_the_late_one(person: Person) -> None:
    visit, desk = _returned_with_problems(person, "Two windows, one finding.")
    desk.goto(f"/desk/visits/{visit}/findings")
    desk.locator("section[aria-labelledby=drafts] article", has_text="critical").locator("a").first.click()
    desk.get_by_label("What was found").fill("A lawyer came after a day (invented).")
    desk.get_by_role("button", name="Confirm", exact=True).click()
    expect(desk.locator(".message")).to_contain_text("waits for a second member")
    desk.get_by_role("link", name="A lawyer came after a day").click()
    doctor = person("doctor.kz")
    doctor.goto(desk.url)
    doctor.get_by_role("button", name="I confirm it too").click()
    expect(doctor.locator(".message")).to_contain_text("confirmed by two members")
    desk.get_by_label("What was found").fill("A lawyer came after two days (invented).")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("h1")).to_have_text("Changed in the meantime")
    expect(desk.locator("main")).to_contain_text("A lawyer came after two days (invented).")
    doctor.goto(f"/desk/visits/{visit}/findings")
    expect(doctor.locator("section[aria-labelledby=decided]")).to_contain_text("A lawyer came after a day (invented).")


def test_a_decision_over_answers_that_changed_meanwhile_is_not_taken(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Answers that change under the hand.")
    lead, second = person("lead.kz", TABLET), person("monitor.kz", TABLET)
    for tablet in (lead, second):
        open_sheet(tablet, visit, question="PC21")
    second.context.set_offline(True)
    answer(second, "PC21", "yes")
    answer(lead, "PC21", "no")
    all_sent(lead)
    second.context.set_offline(False)
    all_sent(second)
    desk = person("lead.kz")
    desk.goto(f"/desk/visits/{visit}/sheets")
    expect(desk.locator("#conflict-PC21 .sides > div")).to_have_count(2)
    reopen(lead)
    lead.locator('[data-question="PC21"] [data-stand=\'"no"\']').click()
    answer(lead, "PC21", "partly")
    all_sent(lead)
    desk.locator("#conflict-PC21").get_by_role("button", name="Let this answer stand").last.click()
    expect(desk.locator(".message")).to_contain_text("have changed meanwhile")
    desk.goto(f"/desk/visits/{visit}/sheets")
    desk.get_by_role("link", name="Police custody").click()
    expect(desk.locator("#PC21 .value")).to_have_text("partly")


def test_a_session_that_ends_while_a_long_text_is_typed_loses_no_word(person: Person) -> None:
    visit, desk = _returned_with_problems(person, "A long evening of writing.")
    desk.goto(f"/desk/visits/{visit}/report")
    desk.get_by_role("button", name="Begin the report").click()
    report = desk.url
    words = "What we saw in the evening, in many words. " * 40
    desk.get_by_label("Closing words").fill(words)
    _end_sessions(person, "Saule (invented)")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("h1")).to_have_text("What you typed is kept")
    expect(desk.locator("pre.typed", has_text="What we saw in the evening")).to_be_visible()
    with desk.expect_popup() as opened:
        desk.get_by_role("link", name="Sign in in a new tab").click()
    tab = opened.value
    tab.locator('button.person[data-email^="lead.kz"]').click()
    tab.wait_for_url("**/desk/**")
    for _time in range(2):
        again = desk.get_by_role("button", name="Send it again")
        if again.count():
            again.click()
            desk.wait_for_load_state()
    desk.goto(report)
    assert desk.get_by_label("Closing words").input_value().strip() == words.strip()


def _end_sessions(person: Person, name: str) -> None:
    admin = person("admin.kz")
    admin.goto("/desk/admin/people")
    admin.get_by_role("link", name=name).click()
    admin.get_by_role("button", name="End all sessions").click()
    expect(admin.locator(".message")).to_contain_text("All sessions of this person have ended")


def test_nobody_publishes_twice(person: Person) -> None:
    visit, desk = _returned_with_problems(person, "Published with a nervous finger.")
    _decide_all(desk, person("doctor.kz"), visit)
    desk.goto(f"/desk/visits/{visit}/report")
    desk.get_by_role("button", name="Begin the report").click()
    desk.get_by_role("button", name="Send to review").dblclick()
    expect(desk.locator(".message")).to_contain_text("A reviewer can read it now")
    report = _report_of(desk, visit)
    reviewer, publisher = person("reviewer.kz"), person("publisher.kz")
    reviewer.goto(report)
    reviewer.get_by_role("button", name="Approve").dblclick()
    expect(reviewer.locator(".message")).to_contain_text("Approved")
    publisher.goto(report)
    publisher.get_by_role("button", name="Publish").dblclick()
    expect(publisher.locator(".message")).to_contain_text("Published")
    steps = [re.compile(word) for word in ("written", "reviewer", "approved", "published")]
    expect(publisher.locator(".timeline > li")).to_have_text(steps)
    publisher.goto("/en/reports")
    expect(publisher.locator("main li a", has_text="isolator No. 9")).to_have_count(1)


def _decide_all(desk: Page, doctor: Page, visit: str) -> None:
    for _finding in range(2):
        desk.goto(f"/desk/visits/{visit}/findings")
        desk.locator("section[aria-labelledby=drafts] article a").first.click()
        desk.get_by_label("What was found").fill("Nobody sees a lawyer in time (invented).")
        desk.get_by_role("button", name="Confirm", exact=True).click()
        _saved(desk)
    doctor.goto(f"/desk/visits/{visit}/findings")
    doctor.locator("article", has_text="waits for a second member").locator("a").first.click()
    doctor.get_by_role("button", name="I confirm it too").click()
    _saved(doctor)
