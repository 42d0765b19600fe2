"""Failures of offline products, made to happen: rights, sessions and the way to the server. Numbers as in docs/sync.md."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.journeys.browsers import TABLET
from tests.journeys.conftest import sign_in
from tests.journeys.disk import fates, words
from tests.journeys.server import Server
from tests.journeys.steps import (
    all_sent,
    answer,
    answered_in_office,
    go,
    open_sheet,
    plan,
    pressed,
    reopen,
    set_up,
    take_along,
    to_section,
    uncover,
    unlock,
)

Person = Callable[..., Page]
A_MINUTE = 60_000
SETTLED = 100
"""Milliseconds until a try that failed has set the time of the next one."""


def _online_again(tablet: Page) -> None:
    tablet.context.set_offline(offline=False)
    tablet.evaluate("() => dispatchEvent(new Event('online'))")


def _leave_out(desk: Page, visit: str, name: str) -> None:
    """The coordinator takes somebody off the team."""
    desk.goto(f"/desk/visits/{visit}/plan")
    desk.get_by_label(name, exact=True).uncheck()
    desk.get_by_role("button", name="Save the plan").click()
    expect(desk.locator(".message").first).to_be_visible()


def test_failure_02_who_loses_a_right_loses_nothing_unsent_and_keeps_nothing_readable(person: Person) -> None:
    office = person("coordinator.kz")
    visit = plan(office, "Somebody is taken off the team.")
    tablet = person("monitor.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    tablet.context.set_offline(offline=True)
    for key in ("yes", "no", "partly", "no", "yes"):
        answer(tablet, "PC21", key)
    expect(tablet.locator(".dot-saving")).to_have_count(0)
    _leave_out(office, visit, "Timur (invented)")
    _online_again(tablet)
    expect(tablet.get_by_role("alert").filter(has_text="not yours any more")).to_be_visible()
    all_sent(tablet)
    assert fates(tablet) == ["quarantined"] * 5
    assert words(tablet, "rows") == {}
    assert [name for name in words(tablet, "settings") if name.startswith("key-")] == []
    assert len(words(tablet, "envelopes")) > 0
    desk = person("lead.kz")
    desk.goto(f"/desk/visits/{visit}/waiting")
    expect(desk.get_by_role("main")).to_contain_text("Timur")
    expect(desk.get_by_role("main")).to_contain_text("5")


def test_failure_02_a_tablet_that_was_given_up_keeps_nothing_readable(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "The tablet was left in a taxi.")
    tablet = person("doctor.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    all_sent(tablet)
    desk = person("doctor.kz")
    desk.goto("/desk/me")
    device = words(tablet, "settings")["device"]["id"]
    desk.locator(f'form[action$="{device}/end"] button').click()
    expect(desk.locator(".message")).to_contain_text("given up")
    answer(tablet, "PC23", "no")
    expect(tablet.locator('[data-question="PC23"] [data-dot="quarantined"]')).to_be_visible()
    go(tablet, "/")
    expect(tablet.locator("[data-reading=device]")).to_be_visible()
    expect(tablet.locator("[data-ready]")).to_have_count(0)
    assert words(tablet, "rows") == {}
    assert fates(tablet) == ["stored", "quarantined"]


def test_failure_19_a_pack_of_which_a_part_is_missing_or_false_is_no_pack(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "The network breaks off in the yard.")
    tablet = person("lead.kz", TABLET)
    tablet.goto("/tablet/")
    set_up(tablet)
    take = tablet.locator(f'button[data-visit="{visit}"]')
    said = tablet.locator("li", has=take).get_by_role("status")
    for harm in (lambda route: route.abort(), lambda route: route.fulfill(body=route.fetch().body().replace(b"yes", b"no "))):
        go(tablet, "/unsent")
        go(tablet, "/")
        expect(said).to_be_empty()
        tablet.route("**/pack/form-POLICE", harm)
        take.click()
        expect(said).to_contain_text("Nothing half is kept")
        tablet.unroute("**/pack/form-POLICE")
        assert words(tablet, "rows") == {}
        expect(tablet.locator("[data-ready]")).to_have_count(0)
    take_along(tablet, visit)
    reopen(tablet)
    expect(tablet.locator(".ways")).to_be_visible()


def test_failure_20_an_ended_session_stops_reading_and_nothing_else(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "The session ends in the corridor.")
    tablet = person("monitor.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    admin = person("admin.kz")
    admin.goto("/desk/admin/people")
    admin.get_by_role("link", name="Timur (invented)").click()
    admin.get_by_role("button", name="End all sessions").click()
    expect(admin.locator(".message")).to_contain_text("have ended")
    answer(tablet, "PC21", "no")
    all_sent(tablet)
    reopen(tablet)
    answer(tablet, "PC23", "no")
    all_sent(tablet)
    go(tablet, f"/visit/{visit}/colleagues")
    sign_in_link = tablet.get_by_role("main").get_by_role("link", name="Sign in")
    expect(sign_in_link).to_be_visible()
    desk = person("lead.kz")
    assert [answered_in_office(desk, visit, question) for question in ("PC21", "PC23")] == ["no", "no"]
    sign_in_link.click()
    tablet.locator('button.person[data-email^="monitor.kz"]').click()
    unlock(tablet)
    expect(tablet.get_by_role("heading", name="Colleagues")).to_be_visible()
    expect(tablet.get_by_role("main").get_by_role("link", name="Sign in")).to_have_count(0)


def test_failure_22_somebody_else_on_the_tablet_and_signing_out_leave_the_queue_alone(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "One tablet for two.")
    tablet = person("lead.kz", TABLET)
    tablet.context.route("**/tablet/api/entries", lambda route: route.abort())
    open_sheet(tablet, visit, question="PC21")
    for question in ("PC21", "PC23", "PC27"):
        answer(tablet, question, "no")
    expect(tablet.locator(".dot-saving")).to_have_count(0)
    tablet.goto("/desk/")
    tablet.get_by_role("button", name="Sign out").click()
    sign_in(tablet, "monitor.kz")
    tablet.goto("/tablet/")
    queue = tablet.locator("li[data-unsent]")
    expect(queue).to_have_attribute("data-unsent", "3")
    tablet.locator("[data-another]").click()
    set_up(tablet, "timo-keni-ruso-tavi-melo")
    take_along(tablet, visit)
    expect(tablet.locator(".sent")).to_have_attribute("data-unsent", "0")
    tablet.reload()
    expect(tablet.locator("li[data-unsent='3']")).to_have_count(1)
    tablet.context.unroute("**/tablet/api/entries")
    tablet.evaluate("() => dispatchEvent(new Event('online'))")
    expect(tablet.locator("li[data-sent=sent][data-unsent='0']")).to_have_count(2)
    desk = person("lead.kz")
    assert answered_in_office(desk, visit, "PC27") == "no"
    expect(desk.locator("#PC27")).to_contain_text("Saule")


def test_failure_24_the_queue_leaves_within_a_minute_after_the_server_is_back(person: Person, server: Server) -> None:
    visit = plan(person("coordinator.kz"), "The server is gone for ten minutes.")
    tablet = person("lead.kz", TABLET)
    tablet.clock.install()
    open_sheet(tablet, visit, question="PC21")
    server.kill()
    try:
        for question in ("PC21", "PC23", "PC27"):
            answer(tablet, question, "no")
        expect(tablet.locator(".sent")).to_have_attribute("data-sent", "no_network")
        expect(tablet.locator(".sent")).to_have_attribute("data-unsent", "3")
        for _minute in range(10):
            with tablet.expect_event("requestfailed", lambda request: request.url.endswith("/tablet/api/entries")):
                tablet.clock.fast_forward(A_MINUTE)
            tablet.wait_for_timeout(SETTLED)
        expect(tablet.locator("[data-covered]")).to_be_visible()
    finally:
        server.start()
    tablet.clock.fast_forward(A_MINUTE)
    uncover(tablet)
    all_sent(tablet)
    assert answered_in_office(person("lead.kz"), visit, "PC27") == "no"


def test_failure_25_what_answers_in_place_of_the_server_is_not_believed(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "A hotel asks for a room number.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    all_sent(tablet)

    def page_of_a_hotel(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<html><h1>Welcome! Your room number?</h1></html>")

    def liar(route: Route) -> None:
        said = route.request.post_data_json
        receipts = [{"id": entry["id"], "outcome": "stored", "seq": 1, "sha256": ""} for entry in said["entries"]]
        body = {"epoch": said["epoch"], "nonce": said["nonce"], "receipts": receipts, "watermarks": {visit: 1}}
        route.fulfill(status=200, json=body, headers={"X-Receipt": "00" * 32})

    for question, impostor in (("PC21", page_of_a_hotel), ("PC23", liar)):
        tablet.route("**/tablet/api/entries", impostor)
        answer(tablet, question, "no")
        expect(tablet.locator(".sent")).to_have_attribute("data-sent", "stranger")
        expect(tablet.locator(".sent")).to_contain_text("not our server")
    assert fates(tablet) == ["waiting", "waiting"]
    tablet.locator(".sent").click()
    expect(tablet.locator("[data-state]")).to_contain_text("Something answers in place of the server")
    tablet.unroute("**/tablet/api/entries")
    tablet.locator("[data-send]").click()
    all_sent(tablet)
    desk = person("lead.kz")
    assert [answered_in_office(desk, visit, question) for question in ("PC21", "PC23")] == ["no", "no"]


def _disagree(person: Person, visit: str) -> tuple[Page, Page]:
    """Two tablets on which a question was answered differently, neither knowing of the other."""
    lead, second = person("lead.kz", TABLET), person("monitor.kz", TABLET)
    for tablet in (lead, second):
        open_sheet(tablet, visit, question="PC21")
    second.context.set_offline(offline=True)
    answer(second, "PC21", "yes")
    second.locator('[data-note="PC21"]').fill("The officer showed me the list.")
    second.locator('[data-note="PC21"]').blur()
    answer(lead, "PC21", "no")
    all_sent(lead)
    _online_again(second)
    all_sent(second)
    _online_again(lead)
    for tablet in (lead, second):
        sides = tablet.locator('[data-question="PC21"] .conflict .side')
        expect(sides).to_have_count(2)
        expect(sides.filter(has_text="Timur")).to_contain_text("The officer showed me the list.")
    return lead, second


def test_failure_28_two_who_disagree_stand_side_by_side_and_the_tablet_decides(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Two who saw it differently.")
    lead, second = _disagree(person, visit)
    desk = person("lead.kz")
    desk.goto(f"/desk/visits/{visit}/sheets")
    expect(desk.locator("#conflict-PC21")).to_contain_text("Timur")
    lead.locator('[data-question="PC21"] .side', has_text="Timur").locator("[data-stand]").click()
    pressed(lead, "PC21", "yes")
    all_sent(lead)
    _online_again(second)
    pressed(second, "PC21", "yes")
    expect(second.locator('[data-question="PC21"] .conflict')).to_have_count(0)
    assert answered_in_office(desk, visit, "PC21") == "yes"


def test_failure_28_what_the_office_decides_reaches_the_tablets(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "The office decides.")
    lead, second = _disagree(person, visit)
    desk = person("lead.kz")
    desk.goto(f"/desk/visits/{visit}/sheets")
    desk.locator("#conflict-PC21 .sides > div", has_text="Timur").get_by_role("button").click()
    expect(desk.locator("#conflict-PC21")).to_have_count(0)
    for tablet in (lead, second):
        _online_again(tablet)
        to_section(tablet, "PC21")
        pressed(tablet, "PC21", "yes")
