"""The whole chain, walked once: from the register to the published report and back from a coalition's call to the place.

In the middle both tablets are alone: no network, the server stopped, their browsers killed and started again.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitoring.core import clock
from tests.journeys.browsers import TABLET, Tablet
from tests.journeys.server import Server
from tests.journeys.steps import answer, ask, picture, reopen, set_up, shut, take_along, tick, to_section, uncover, unlock, write

PLACE = "Temporary detention isolator No. 12 (invented)"
Person = Callable[..., Page]


class Album:
    """Pictures of the walk, with a sentence each; without a folder nothing is written."""

    def __init__(self, folder: str | None) -> None:
        self._folder = Path(folder) if folder else None
        self._lines: list[str] = []

    def take(self, page: Page, name: str, sentence: str) -> None:
        number = len(self._lines) + 1
        self._lines.append(f"## {number}. {sentence}\n\n![{sentence}]({number:02}-{name}.png)\n")
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self._folder / f"{len(self._lines):02}-{name}.png")

    def close(self) -> None:
        if self._folder:
            head = "# One visit, from the register to the published report\n\nMade by `make walk`. Everything is invented.\n"
            (self._folder / "README.md").write_text("\n".join([head, *self._lines]), encoding="utf-8")


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Album:
    return Album(request.config.getoption("--pictures"))


@pytest.mark.timeout(420)
def test_one_visit_from_the_register_to_the_published_report(
    person: Person, tablet_of: Callable[[str], Tablet], server: Server, album: Album
) -> None:
    office = person("regional.kz")
    visit = _plan(office, album)
    lead, second = tablet_of("lead.kz"), tablet_of("monitor.kz")
    words = _prepare(lead, second, visit, album)
    server.stop()
    try:
        _fill(lead, second, visit, words, album)
    finally:
        server.start()
    _send(lead, second, album)
    lead_desk = person("lead.kz")
    _compare_and_return(lead_desk, visit, album)
    _decide(lead_desk, person("doctor.kz"), visit, album)
    report = _write_report(lead_desk, visit, album)
    _publish(person, report, album)
    _read_and_follow_back(person(None), person("coordinator.kz"), album)
    album.close()


def _plan(page: Page, album: Album) -> str:
    page.goto("/desk/")
    album.take(page, "home", "The coordinator's day begins with what waits.")
    page.get_by_role("link", name="Places", exact=True).click()
    page.get_by_label("Name or address").fill("isolator")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    album.take(page, "register", "The register: searched, filtered, those longest due first.")
    page.get_by_role("link", name="Add a place").click()
    page.get_by_label("Name in English").fill(PLACE)
    page.get_by_label("Kind of place").select_option("temporary_detention_isolator")
    page.get_by_label("Region").select_option("KZ-75")
    page.get_by_label("Position on the map").fill("somewhere")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error")).to_contain_text("could not be read")
    expect(page.get_by_label("Name in English")).to_have_value(PLACE)
    page.get_by_label("Position on the map").fill("43°19'10\"N 76°48'30\"E")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text(PLACE)
    expect(page.locator("dl.facts")).to_contain_text("km as the crow flies")
    album.take(page, "place", "A place: its position read from any notation, its distance from the office, its history.")
    return _plan_visit(page, album)


def _plan_visit(page: Page, album: Album) -> str:
    page.get_by_role("link", name="Plan a visit").click()
    for form in ("Access and cooperation (OPCAT Art. 20 and 21)", "Room measured", "Private interview", "Police custody"):
        expect(page.get_by_label(form, exact=True)).to_be_checked()
    page.get_by_label("Kind of visit").select_option("periodic")
    today = clock.today("Asia/Almaty")
    page.get_by_label("First day").fill((today + timedelta(days=1)).isoformat())
    page.get_by_label("Last day").fill(today.isoformat())
    page.get_by_label("What the visit is to find out").fill("The first hours in custody: lawyer, doctor, family.")
    page.get_by_label("Lead of the visit").select_option(label="Saule (invented)")
    tick(page, "Timur (invented)")
    tick(page, "Dana (invented)")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.locator(".field-error")).to_contain_text("lies before the first")
    page.get_by_label("First day").fill(today.isoformat())
    album.take(page, "plan", "The visit is planned; the forms are proposed from the kind of place.")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.locator(".message")).to_contain_text("Only its team and its coordinators")
    album.take(page, "planned", "Nobody outside the team and its coordinators can see that this visit exists.")
    return page.url.rsplit("/", 1)[-1]


def _prepare(lead: Tablet, second: Tablet, visit: str, album: Album) -> list[str]:
    """With a network: a vault for each, and the visit taken along. The passphrases."""
    lead.page.goto("/tablet/")
    expect(lead.page.locator("[data-phrase]")).to_be_visible()
    album.take(lead.page, "vault", "Once, with a network: the tablet proposes a passphrase of five words that can be said aloud.")
    words = [set_up(lead.page, None)]
    expect(lead.page.locator(f'button[data-visit="{visit}"]')).to_be_enabled()
    album.take(lead.page, "visits", "A visit is taken along whole: forms, law, what was found before.")
    take_along(lead.page, visit)
    second.page.goto("/tablet/")
    words.append(set_up(second.page, None))
    take_along(second.page, visit)
    return words


def _fill(lead: Tablet, second: Tablet, visit: str, words: list[str], album: Album) -> None:
    """Without a network, without a server, in browsers that were killed and started anew."""
    for tablet, passphrase in zip((lead, second), words, strict=True):
        tablet.kill()
        tablet.start(offline=True).goto("/tablet/")
        if tablet is lead:
            album.take(tablet.page, "locked", "No network, no server: the tablet opens by itself, and asks for the passphrase.")
        unlock(tablet.page, passphrase)
        tablet.page.locator(f'a[data-visit="{visit}"]').click()
    page = lead.page
    page.locator('button[data-gate="AC01"]').click()
    page.locator('button[data-gate="AC02"]').click()
    expect(page.locator('span[data-gate="AC02"]')).to_contain_text("let in")
    page.locator('[data-fact="v.present"]').fill("14")
    page.locator('[data-fact="v.present"]').blur()
    _kept(page)
    album.take(page, "visit", "Times at the gate with one tap, sheets with their progress; what is not sent is counted above.")
    _refused_at_the_gate(page, album)
    _fill_access(page)
    _fill_police(page, words[0], album)
    _measure(page, album)
    _interview(page, album)
    _second_opinion(second.page)
    page.get_by_role("link", name="See all problems").click()
    album.take(page, "found", "What was found so far, the gravest first.")
    _cover_and_leave(page, album)
    shut(page)
    second.kill()


def _kept(page: Page) -> None:
    """Everything is on the disk of the tablet, and nothing has been sent."""
    expect(page.locator(".sent")).to_have_attribute("data-sent", "no_network")
    expect(page.locator(".dot-saving, .dot-unsaved")).to_have_count(0)


def _cover_and_leave(page: Page, album: Album) -> None:
    page.locator("[data-lock]").click()
    album.take(
        page, "covered", "Covered with one tap or after two minutes: nothing of the visit is on the screen, the PIN opens it."
    )
    uncover(page)
    page.locator(".back").click()
    page.locator('[data-way="leaving"]').click()
    album.take(
        page, "leaving", "Before leaving: what must not be forgotten, and the one tap that lets the counts of interviews go."
    )
    expect(page.locator(".checks li", has_text="photo")).to_have_attribute("data-done", "false")
    page.locator("[data-leave]").click()
    expect(page.locator("[data-left]")).to_be_visible()
    page.locator(".sent").click()
    expect(page.locator("[data-state=no_network]")).to_be_visible()
    waiting = page.locator("dl.facts dd").first.inner_text().split()[0]
    expect(page.locator(".sent")).to_have_attribute("data-unsent", waiting)
    album.take(page, "unsent", "What waits, since when and why. It is sent by itself.")


def _send(lead: Tablet, second: Tablet, album: Album) -> None:
    """The network is back: what waits leaves, although both vaults are shut."""
    second.start().goto("/tablet/")
    assert lead.context is not None
    lead.context.set_offline(offline=False)
    for tablet in (lead, second):
        tablet.page.evaluate("() => dispatchEvent(new Event('online'))")
        expect(tablet.page.locator("[data-unsent]")).to_have_attribute("data-sent", "sent")
        expect(tablet.page.locator("[data-unsent]")).to_have_attribute("data-unsent", "0")
    album.take(lead.page, "sent", "The network is back: everything is sent while the vault stays shut.")


def _refused_at_the_gate(page: Page, album: Album) -> None:
    page.locator('[data-gate="demanded"]').click()
    page.locator('[data-access-item="c"]').click()
    page.locator('[data-access-answer="refused"]').click()
    page.locator('[data-access="who"]').fill("duty officer")
    page.locator('[data-access="ground"]').fill("repairs")
    page.locator('[data-access="ground"]').blur()
    _kept(page)
    expect(page.locator('[data-access-answer="refused"]')).to_have_attribute("aria-pressed", "true")
    album.take(page, "refused", "What was asked for under Article 20 and what came of it, at the moment it happens.")
    page.locator(".back").click()
    expect(page.locator('[data-gate="demanded"]')).to_contain_text("1")


def _fill_access(page: Page) -> None:
    page.locator('[data-sheet="ACCESS"]').click()
    to_section(page, "AC10")
    answer(page, "AC10", "yes")
    page.locator(".back").click()


def _fill_police(page: Page, passphrase: str, album: Album) -> None:
    page.locator('[data-sheet="POLICE"]').click()
    to_section(page, "PC21")
    answer(page, "PC21", "no")
    expect(page.locator('[data-question="PC21"] .problem')).to_contain_text("high")
    page.locator('[data-note="PC21"]').fill("The register has no column for the lawyer.")
    page.locator('[data-note="PC21"]').blur()
    page.locator('[data-photo="PC21"]').set_input_files({"name": "r.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    expect(page.locator('[data-question="PC21"] .thumb')).to_have_count(1)
    answer(page, "PC20", "after_24_h")
    expect(page.locator('[data-question="PC20"] .problem')).to_contain_text("critical")
    answer(page, "PC23", "not_assessed")
    page.locator('[data-question="PC23"]').get_by_role("button", name="nobody to ask").click()
    album.take(page, "sheet", "A sheet: big answers, the problem marked by shape and word, note, photo, sources.")
    reopen(page, passphrase)
    expect(page.locator('[data-question="PC21"] [data-answer="no"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-note="PC21"]')).to_have_value("The register has no column for the lawyer.")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator('[data-question="PC21"] [data-answer="no"]')).to_have_attribute("aria-pressed", "true")
    page.set_viewport_size(TABLET)
    _kept(page)
    page.locator(".back").click()


def _measure(page: Page, album: Album) -> None:
    for label, area, people in (("3", "9", "4"), ("7", "20", "4")):
        page.locator('[data-open="ROOM"]').click()
        answer(page, "RM01", "cell")
        write(page, "RM02", f"Cell {label}")
        to_section(page, "RM04")
        write(page, "RM04", area)
        write(page, "RM05", "1,5")
        write(page, "RM07", people)
        expect(page.locator("[data-space]")).to_contain_text("m² per person")
        if label == "3":
            expect(page.locator("[data-space]")).to_contain_text("far too little")
            album.take(page, "room", "A room is measured: square metres per person appear with their meaning.")
        page.locator(".back").click()
    expect(page.locator('[data-sheet="ROOM"]')).to_have_count(2)


def _interview(page: Page, album: Album) -> None:
    page.locator('[data-open="INTERVIEW"]').click()
    expect(page.locator(".interview")).to_be_visible()
    album.take(page, "interview", "A private interview: dark and quiet, one question at a time.")
    for question in ("PI02", "PI03"):
        ask(page, question)
        page.locator(f'[data-question="{question}"] [data-answer="yes"]').click()
        expect(page.locator(f'[data-question="{question}"]')).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator('[data-close="interview"]').click()
    expect(page.locator("[data-sealed]")).to_be_visible()
    expect(page.locator('[data-sheet="INTERVIEW"]')).to_have_count(0)
    page.locator("[data-sealed]").scroll_into_view_if_needed()
    album.take(page, "sealed", "Closed means sealed: of an interview this tablet knows nothing any more but its label.")


def _second_opinion(page: Page) -> None:
    page.locator('[data-sheet="POLICE"]').click()
    to_section(page, "PC28")
    answer(page, "PC28", "no")
    _kept(page)


def _compare_and_return(page: Page, visit: str, album: Album) -> None:
    page.goto(f"/desk/visits/{visit}/sheets")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.get_by_role("link", name="Police custody").click()
    expect(page.locator("#PC21")).to_contain_text("Saule")
    expect(page.locator("#PC28")).to_contain_text("Timur")
    expect(page.locator("#PC21 img.thumb")).to_have_count(1)
    album.take(page, "both", "The office sees both persons' answers in one visit.")
    page.get_by_role("link", name="Access", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("refused")
    expect(page.get_by_role("main")).to_contain_text("duty officer. repairs")
    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_role("button", name="The team has returned").click()
    expect(page.locator(".message")).to_contain_text("Welcome back")


def _decide(page: Page, doctor: Page, visit: str, album: Album) -> None:
    page.goto(f"/desk/visits/{visit}/findings")
    album.take(page, "board", "Draft findings that the rules made, to be decided by the lead.")
    for _finding in range(20):
        drafts = page.locator("section[aria-labelledby=drafts] article a")
        if drafts.count() == 0:
            break
        drafts.first.click()
        if _finding == 0:
            album.take(page, "finding", "One finding: what it rests on, standards, and the coalition's call it bears on.")
        page.get_by_label("What was found").fill("People saw a lawyer only after a day (invented).")
        page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.locator("section[aria-labelledby=drafts]")).to_contain_text("Nothing to decide")
    _second(doctor, visit)
    page.goto(f"/desk/visits/{visit}/recommendations")
    page.get_by_role("link", name="Write one").first.click()
    page.get_by_label("What the authority is to do").fill(
        "Let people call a lawyer at once and write the hour into the register."
    )
    page.get_by_label("Authority", exact=True).select_option(index=1)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".message")).to_contain_text("The recommendation is written")
    album.take(page, "recommendations", "A recommendation with authority, deadline and the findings it answers.")


def _second(doctor: Page, visit: str) -> None:
    for _finding in range(10):
        doctor.goto(f"/desk/visits/{visit}/findings")
        waiting = doctor.locator("article", has_text="waits for a second member").locator("a")
        if waiting.count() == 0:
            return
        waiting.first.click()
        doctor.get_by_role("button", name="I confirm it too").click()
    raise AssertionError("critical findings still wait")


def _write_report(page: Page, visit: str, album: Album) -> str:
    page.goto(f"/desk/visits/{visit}/report")
    page.get_by_role("button", name="Begin the report").click()
    expect(page.get_by_label("Summary")).to_have_value(re.compile("a team of 3 visited"))
    page.get_by_label("Closing words").fill("Questions: call +7 701 000 00 00.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".personal-data")).to_contain_text("telephone")
    album.take(page, "report", "The report drafts itself from the visit; what looks like personal data is shown.")
    page.get_by_role("button", name="Send to review").click()
    expect(page.locator(".message")).to_contain_text("A reviewer can read it now")
    return page.url


def _publish(person: Person, report: str, album: Album) -> None:
    reviewer = person("reviewer.kz")
    reviewer.goto(report)
    reviewer.get_by_role("button", name="Approve").click()
    publisher = person("publisher.kz")
    publisher.goto(report)
    publisher.get_by_role("button", name="Publish").click()
    expect(publisher.locator("[role=alert]")).to_contain_text("nothing was published")
    for page in (publisher, person("coordinator.kz")):
        page.goto(report)
        page.get_by_label("Why it may be published").fill("The number of the office itself (invented).")
        page.get_by_role("button", name="Accept").click()
    publisher.goto(report)
    album.take(publisher, "publish", "Publisher and coordinator accepted the open place with a reason; now it can be published.")
    publisher.get_by_role("button", name="Publish").click()
    expect(publisher.locator(".message")).to_contain_text("Published")


def _read_and_follow_back(reader: Page, coordinator: Page, album: Album) -> None:
    reader.goto("/en/reports")
    reader.get_by_role("link", name=f"Report on the visit to {PLACE}").click()
    expect(reader.locator("article")).to_contain_text("People saw a lawyer only after a day")
    for _try in range(20):
        if reader.get_by_role("link", name="PDF").count():
            break
        reader.wait_for_timeout(500)
        reader.reload()
    link = reader.get_by_role("link", name="PDF").get_attribute("href")
    assert reader.request.get(str(link)).body().startswith(b"%PDF")
    album.take(reader, "public", "What everybody can read, as a page and as a PDF.")
    coordinator.goto("/desk/coalition/SH-1a")
    coordinator.get_by_role("link", name="People saw a lawyer only after a day").first.click()
    album.take(
        coordinator,
        "evidence",
        "From the coalition's call to the finding, and on to answer, sheet, visit and place.",
    )
    coordinator.locator(".question a").first.click()
    expect(coordinator.locator("h2").first).to_contain_text("Police custody")
    coordinator.get_by_role("link", name="the finding").first.click()
    coordinator.get_by_role("link", name="the place").click()
    expect(coordinator.locator("h1")).to_have_text(PLACE)
