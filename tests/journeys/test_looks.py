"""Every page and every screen is fit to be read: WCAG 2.2 A and AA, light and dark, three sizes, English and Russian."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, product

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from monitoring.cli.demonstration.places import place_id
from tests.journeys.conftest import DESK, PHONE, TABLET, Login, speak
from tests.journeys.disk import words
from tests.journeys.eye import outside, too_small, violations
from tests.journeys.pages import Address, fullest, reachable
from tests.journeys.steps import (
    answer,
    go,
    open_sheet,
    picture,
    plan,
    set_up,
    shut,
    take_along,
    to_section,
    uncover,
    write,
)

Person = Callable[..., Page]

READERS = ("lead.kz", "coordinator.kz", "admin.kz", "auditor.kz", None)
"""Together their links lead to every page; None has not signed in."""
SIGNING_IN = {"/sign-in/again", "/sign-in/code", "/sign-in/recovery", "/sign-in/set-up", "/tf-select"}
"""Pages to which no link leads; they are looked at on their own."""
WAITING = {"/desk/visits/<id>/waiting", "/desk/visits/<id>/waiting/<id>/<reason>"}
"""Pages to which a link leads only while something waits for the lead; they are looked at on their own."""
DISPUTED = re.compile(r"(No\.|№) 77\b")
"""The demonstration's visit on which two people disagree."""
NOT_PAGES = re.compile(r"^/(static|bootstrap|healthz|tablet|sign-in/(rescue|select))|<sha256>|pdf$|^/$")
SIZES = [(size["width"], size["height"]) for size in (DESK, TABLET, PHONE)]


@dataclass(frozen=True)
class Look:
    """In which light, language and size somebody reads."""

    scheme: str
    language: str
    size: tuple[int, int]

    def at(self, page: Page, name: str) -> list[str]:
        """What is wrong with what is open, seen this way."""
        page.set_viewport_size({"width": self.size[0], "height": self.size[1]})
        page.emulate_media(color_scheme="dark" if self.scheme == "dark" else "light", reduced_motion="reduce")
        found = [*violations(page), *outside(page)]
        return [f"{name} ({self.scheme}, {self.language}, {self.size[0]}): {problem}" for problem in found]


SHARP = [("light", SIZES[0]), ("dark", SIZES[0]), ("light", SIZES[2])]
LOOKS = [Look(*chosen) for chosen in product(("light", "dark"), ("en", "ru"), SIZES)]


def _begin(name: str | None) -> tuple[str, ...]:
    """Where to begin: those who see places begin with what the demonstration tells, whatever other tests added since."""
    if name is None:
        return ("/en/", "/sign-in")
    part, _dot, country = name.partition(".")
    places = [f"/desk/places/{place_id(country.upper(), key)}" for key in ("isolator_b", "station", "isolator")]
    return ("/desk/",) if part in {"admin", "auditor"} else (*places, "/desk/")


def _open(page: Page, address: Address, served: str, language: str) -> None:
    speak(page.context, served, language)
    page.goto(re.sub(r"^/en/", f"/{language}/", address.path))


def _kinds(app: Flask) -> set[str]:
    """Every kind of page that the application has."""
    rules = (str(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    named = (re.sub(r"<any[^>]*language>", "en", rule) for rule in rules)
    bare = (re.sub(r"<any[^>]*country>/<slug>", "<report>", re.sub(r"<uuid:\w+>", "<id>", rule)) for rule in named)
    return {rule for rule in bare if not NOT_PAGES.search(rule)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_page_is_fit_to_be_read(person: Person, served: str, app: Flask) -> None:
    looks, seen, wrong = cycle(LOOKS), SIGNING_IN | WAITING, []
    for name in READERS:
        page = person(name)
        for address in fullest(reachable(page, *_begin(name))):
            if address.kind not in seen:
                seen.add(address.kind)
                view = next(looks)
                _open(page, address, served, view.language)
                wrong += view.at(page, address.path)
    assert wrong == []
    assert _kinds(app) - seen == set(), "no link leads there, so nobody looked"


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", [*READERS, "publisher.kz", "lead.tj"])
def test_every_page_is_fit_for_everybody_in_every_light_and_size(
    person: Person, served: str, name: str | None, language: str
) -> None:
    page, wrong = person(name), []
    for address in reachable(page, *_begin(name), each=2):
        if re.match("/(ru|kk|ky|tg)/", address.path):
            continue
        _open(page, address, served, language)
        wrong += [problem for scheme, size in SHARP for problem in Look(scheme, language, size).at(page, address.path)]
        page.set_viewport_size(TABLET)
        wrong += [f"{address.path} ({language}, {TABLET}): {problem}" for problem in outside(page)]
    assert wrong == []


def screens(page: Page, visit: str) -> Iterator[str]:
    """Open one screen of the tablet after the other, with something on each."""
    page.goto("/tablet/")
    expect(page.locator("[data-phrase]")).to_be_visible()
    yield "set-up"
    set_up(page)
    expect(page.locator(f'button[data-visit="{visit}"]')).to_be_enabled()
    yield "visits"
    take_along(page, visit)
    expect(page.locator('[data-sheet="POLICE"]')).to_be_visible()
    yield "visit"
    page.locator('[data-gate="demanded"]').click()
    page.locator('[data-access-item="c"]').click()
    page.locator('[data-access-answer="refused"]').last.click()
    yield "access"
    page.locator(".back").click()
    yield from _sheet(page)
    yield from _room_and_interview(page)
    yield from _of_the_visit(page, visit)
    yield from _of_the_tablet(page)


def _sheet(page: Page) -> Iterator[str]:
    page.locator('[data-sheet="POLICE"]').click()
    to_section(page, "PC20")
    answer(page, "PC20", "after_24_h")
    chooser = page.locator('[data-photo="PC20"]')
    for kept, photo in enumerate((picture(), b"\0\0\0\x18ftypheic and nothing more"), 1):
        chooser.set_input_files({"name": "p.heic", "mimeType": "image/heic", "buffer": photo})
        expect(page.locator('[data-question="PC20"] .photo-kept')).to_have_count(kept)
    expect(page.locator(".photo-kept [role=alert]")).to_be_visible()
    answer(page, "PC23", "not_assessed")
    page.locator("summary").first.click()
    yield "sheet with photos"
    page.locator(".back").click()


def _room_and_interview(page: Page) -> Iterator[str]:
    page.locator('[data-open="ROOM"]').click()
    answer(page, "RM01", "cell")
    to_section(page, "RM04")
    for question, text in (("RM04", "9"), ("RM05", "1,5"), ("RM07", "4")):
        write(page, question, text)
    expect(page.locator("[data-space]")).to_be_visible()
    yield "room"
    page.locator(".back").click()
    page.locator('[data-open="INTERVIEW"]').click()
    expect(page.locator(".interview .question")).to_be_visible()
    page.locator('[data-next="question"]').click()
    yield "interview"
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator('[data-close="interview"]').click()
    expect(page.locator("[data-sealed]")).to_be_visible()
    yield "visit with everything on it"


def _of_the_visit(page: Page, visit: str) -> Iterator[str]:
    page.locator('[href$="/found"]').click()
    expect(page.locator("[href*='/sheet/']").first).to_be_visible()
    yield "found"
    for way in ("law", "colleagues", "leaving"):
        go(page, f"/visit/{visit}/{way}")
        expect(page.locator("main .rows, main .checks")).not_to_have_count(0)
        yield way
    page.locator("[data-leave]").click()
    expect(page.locator("[data-left]")).to_be_visible()
    yield "left"


def _of_the_tablet(page: Page) -> Iterator[str]:
    page.context.set_offline(offline=True)
    go(page, "/unsent")
    expect(page.locator("[data-state]")).to_be_visible()
    yield "unsent"
    page.locator("[data-lock]").click()
    for _digit in range(4):
        page.locator('[data-key="0"]').click()
    page.locator('[data-key="✓"]').click()
    expect(page.locator("[data-covered] [role=alert]")).to_be_visible()
    yield "covered"
    uncover(page)
    page.context.set_offline(offline=False)
    go(page, "/visit/gone")
    expect(page.locator("[data-screen=visits] [role=alert]").first).to_be_visible()
    yield "visits after a visit has gone"
    disputed = page.locator("li", has_text=DISPUTED)
    disputed.locator("button[data-visit]").click()
    page.locator('[data-sheet="POLICE"]').click()
    expect(page.locator(".conflict").first).to_be_visible()
    yield "conflict"
    shut(page)
    page.fill("#passphrase", "not this one")
    page.locator("[data-open-vault]").click()
    expect(page.locator("form [role=alert]")).to_be_visible()
    page.locator("summary").click()
    yield "locked"


def _look_at_screens(person: Person, language: str, views: Iterator[list[Look]]) -> list[str]:
    visit = plan(person("coordinator.kz"), "Every screen of the tablet.")
    page, wrong = person("lead.kz", TABLET, language=language), []
    for name in screens(page, visit):
        for view in next(views):
            wrong += view.at(page, name)
            wrong += [f"{name} ({language}): too small to tap: {problem}" for problem in too_small(page)]
        page.set_viewport_size(TABLET)
    return wrong


def test_every_screen_of_the_tablet_is_fit_for_a_gloved_thumb(person: Person) -> None:
    one_each = cycle([view] for view in LOOKS if view.language == "ru")
    assert _look_at_screens(person, "ru", one_each) == []


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_screen_of_the_tablet_is_fit_in_every_light_and_size(person: Person, language: str) -> None:
    all_of_them = cycle([[view for view in LOOKS if view.language == language]])
    assert _look_at_screens(person, language, all_of_them) == []


def test_the_tablet_says_what_to_do_to_somebody_who_has_not_signed_in(person: Person) -> None:
    page = person(None, TABLET)
    page.goto("/tablet/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert [view.at(page, "not signed in") for view in LOOKS[:1] + LOOKS[-1:]] == [[], []]
    assert too_small(page) == []


def test_what_waits_for_the_lead_is_fit_to_be_read(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "Something waits.")
    tablet, desk, wrong = person("doctor.kz", TABLET), person("doctor.kz"), []
    open_sheet(tablet, visit, question="PC21")
    desk.goto("/desk/me")
    desk.locator(f'form[action$="{words(tablet, "settings")["device"]["id"]}/end"] button').click()
    expect(desk.locator(".message")).to_be_visible()
    answer(tablet, "PC21", "no")
    expect(tablet.locator('[data-dot="quarantined"]')).to_be_visible()
    lead = person("lead.kz")
    lead.goto(f"/desk/visits/{visit}/waiting")
    wrong += LOOKS[0].at(lead, "waiting") + LOOKS[-1].at(lead, "waiting")
    for name in ("Take in", "Leave out"):
        lead.goto(f"/desk/visits/{visit}/waiting")
        lead.get_by_role("link", name=name).click()
        expect(lead.get_by_role("button", name=name)).to_be_visible()
        wrong += LOOKS[0].at(lead, name) + LOOKS[-1].at(lead, name)
    assert wrong == []


def test_pages_of_errors_are_fit_to_be_read(person: Person) -> None:
    page = person("reviewer.kz")
    page.goto("/desk/places/00000000-0000-4000-8000-000000000000")
    expect(page.locator("h1")).to_have_text("Nothing here")
    assert [view.at(page, "404") for view in LOOKS[:1] + LOOKS[-1:]] == [[], []]


def test_the_steps_of_signing_in_are_fit_to_be_read(person: Person, logins: dict[str, Login]) -> None:
    page, wrong = person(None), []
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill("doctor.kg@example.org")
    page.get_by_label("Passphrase").fill(logins["doctor.kg@example.org"].passphrase)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("h1")).to_have_text("The code of your app")
    wrong += LOOKS[0].at(page, "code") + LOOKS[-1].at(page, "code")
    page.get_by_role("link", name="Use a recovery code").click()
    wrong += LOOKS[0].at(page, "recovery code") + LOOKS[-1].at(page, "recovery code")
    page.get_by_label("One of the codes").fill("none of them")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".field-error")).to_be_visible()
    wrong += LOOKS[0].at(page, "wrong recovery code") + LOOKS[-1].at(page, "wrong recovery code")
    assert wrong == []


def test_the_first_sign_in_of_a_new_person_is_fit_to_be_read(person: Person) -> None:
    admin, wrong = person("admin.kg"), []
    admin.goto("/desk/admin/people/new")
    admin.get_by_label("Name").fill("Nobody (invented)")
    admin.get_by_label("E-mail address").fill("nobody.kg@example.org")
    admin.get_by_label("Monitor", exact=True).check()
    admin.get_by_role("button", name="Add and show").click()
    passphrase = admin.locator("main code").inner_text()
    wrong += LOOKS[0].at(admin, "added") + LOOKS[-1].at(admin, "added")
    new = person(None)
    new.goto("/sign-in")
    new.get_by_label("E-mail address").fill("nobody.kg@example.org")
    new.get_by_label("Passphrase").fill(passphrase)
    new.get_by_role("button", name="Sign in", exact=True).click()
    expect(new.locator("h1")).to_have_text("Set up the second factor")
    wrong += LOOKS[0].at(new, "set up") + LOOKS[-1].at(new, "set up")
    new.get_by_role("button", name="Show the picture to scan").click()
    expect(new.locator("img.code-picture")).to_be_visible()
    wrong += LOOKS[0].at(new, "picture") + LOOKS[-1].at(new, "picture")
    assert wrong == []


def test_the_eye_sees_what_is_wrong(person: Person) -> None:
    page = person(None, PHONE)
    page.goto("/en/")
    page.evaluate("""() => {
      const wide = document.createElement("p"), pale = document.createElement("p"), picture = document.createElement("img");
      wide.textContent = "x".repeat(600);
      pale.textContent = "hardly there";
      pale.style.color = "#eeeeee";
      document.querySelector("main").append(wide, pale, picture);
    }""")
    found = violations(page)
    assert {line.partition(":")[0] for line in found} == {"color-contrast", "image-alt"}
    assert outside(page) != []
    assert any("English" in line for line in too_small(page))
