"""Failures of offline products, each made to happen: yesterday's server comes back. The numbers are those of docs/sync.md."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.browsers import TABLET
from tests.journeys.disk import outbox
from tests.journeys.server import Server
from tests.journeys.steps import all_sent, answer, answered_in_office, go, open_sheet, plan, unlock

Person = Callable[..., Page]


def test_failure_34_tablets_offer_again_what_a_restored_server_lacks_and_one_that_it_forgot_comes_back(
    person: Person, server: Server, tmp_path: Path
) -> None:
    visit = plan(person("coordinator.kz"), "The disk of the server broke.")
    known, forgotten = person("lead.kz", TABLET), person("doctor.kz", TABLET)
    open_sheet(known, visit, question="PC21")
    answer(known, "PC21", "no")
    all_sent(known)
    server.command("backup", str(tmp_path / "yesterday.age"))
    answer(known, "PC27", "no")
    open_sheet(forgotten, visit, question="PC23")
    answer(forgotten, "PC23", "no")
    for tablet in (known, forgotten):
        all_sent(tablet)
    server.stop()
    server.command("restore", str(tmp_path / "yesterday.age"), "--replace")
    server.start()
    for tablet in (known, forgotten):
        go(tablet, "/unsent")
        tablet.locator("[data-send]").click()
    all_sent(known)
    expect(forgotten.locator(".sent")).to_have_attribute("data-sent", "device")
    forgotten.get_by_role("main").get_by_role("link", name="Sign in").click()
    forgotten.locator('button.person[data-email^="doctor.kz"]').click()
    unlock(forgotten)
    all_sent(forgotten)
    assert [len(outbox(tablet)) for tablet in (known, forgotten)] == [1, 1], "what a backup holds goes, nothing else"
    desk = person("lead.kz")
    assert [answered_in_office(desk, visit, question) for question in ("PC21", "PC27", "PC23")] == ["no"] * 3
    expect(desk.locator("#PC23")).to_contain_text("Dana")
