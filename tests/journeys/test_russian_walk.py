"""A team in Kyrgyzstan works in Russian: no English is left on the screen, and forms say that nobody reviewed their Russian."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from monitoring.core import clock
from tests.journeys.conftest import TABLET
from tests.journeys.eye import outside
from tests.journeys.pages import fullest, reachable
from tests.journeys.steps import all_sent, answer, go, picture, set_up, take_along, to_section, write

Person = Callable[..., Page]

ISOLATOR = "Изолятор № 9 (вымышленный)"
UNREVIEWED = "Этот перевод ещё не проверен"
NOT_ENGLISH = re.compile(
    r"\w+ \(invented\)"  # names of made-up people
    r"|\S+@example\.org"
    r"|\b[A-Z]{1,5}-[A-Za-z0-9-]+"  # codes: SH-1a, CPT-12GR
    r"|\b[A-Z]+/[A-Z]+/[0-9/]+"  # A/RES/70/175
    r"|\b[0-9a-f]{64}\b"  # fingerprint of a PDF
    r"|\b(OPCAT|CPT|PDF|SHA|JPEG|PNG|WebP|HEIC|Inf)\b"
)
VISIBLE = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement, said = parent.closest("[lang]");
    const shown = parent.checkVisibility() && !["SCRIPT", "STYLE", "TEXTAREA", "NOSCRIPT"].includes(parent.tagName);
    if (shown && (!said || said === document.documentElement || said.lang === "ru")) found.push(walker.currentNode.data.trim());
  }
  for (const field of document.querySelectorAll("[placeholder], [aria-label], [title], img[alt]"))
    found.push(field.placeholder ?? "", field.ariaLabel ?? "", field.title ?? "", field.alt ?? "");
  return found;
}"""


def english(page: Page) -> set[str]:
    """What is on the screen in English and is no name; what is marked as another language is meant to be."""
    lines = (NOT_ENGLISH.sub("", line) for line in page.evaluate(VISIBLE))
    return {line for line in lines if re.search(r"[A-Za-z]{3,}", line)}


def _fill(tablet: Page, visit: str) -> None:
    tablet.goto("/tablet/")
    expect(tablet.locator("[data-phrase]")).to_be_visible()
    assert english(tablet) == set()
    set_up(tablet)
    expect(tablet.locator(f'button[data-visit="{visit}"]')).to_be_enabled()
    assert english(tablet) == set()
    take_along(tablet, visit)
    tablet.locator('[data-gate="AC01"]').click()
    assert english(tablet) == set()
    tablet.locator('[data-gate="demanded"]').click()
    tablet.locator('[data-access-item="d"]').click()
    tablet.locator('[data-access-answer="delayed"]').click()
    assert english(tablet) == set()
    tablet.locator(".back").click()
    tablet.locator('[data-sheet="POLICE"]').click()
    expect(tablet.locator(".language-note")).to_contain_text(UNREVIEWED)
    _every_section(tablet)
    go(tablet, f"/visit/{visit}")
    _room_and_interview(tablet)
    tablet.locator('[href$="/found"]').click()
    expect(tablet.locator("h1")).to_have_text("Найдено на сейчас")
    assert english(tablet) == set()
    all_sent(tablet)
    _around(tablet, visit)


def _around(tablet: Page, visit: str) -> None:
    """What is not a sheet: the ways of the visit, sending, and the two locks."""
    for where in (f"/visit/{visit}/law", f"/visit/{visit}/colleagues", f"/visit/{visit}/leaving", "/unsent"):
        go(tablet, where)
        expect(tablet.locator("main .rows, main .checks, main .facts")).not_to_have_count(0)
        assert english(tablet) == set()
    tablet.locator("[data-lock]").click()
    expect(tablet.locator("[data-covered]")).to_be_visible()
    assert english(tablet) == set()
    tablet.locator("[data-shut]").click()
    expect(tablet.locator("#passphrase")).to_be_visible()
    assert english(tablet) == set()


def _every_section(tablet: Page) -> None:
    to_section(tablet, "PC21")
    answer(tablet, "PC21", "no")
    tablet.locator('[data-photo="PC21"]').set_input_files({"name": "r.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    answer(tablet, "PC20", "after_24_h")
    answer(tablet, "PC23", "not_assessed")
    for _section in range(20):
        tablet.evaluate("() => document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        assert english(tablet) == set()
        if tablet.locator('.bottom a.primary[href*="/sheet/"]').count() == 0:
            return
        tablet.locator(".bottom a.primary").click()
    raise AssertionError("the sections never end")


def _room_and_interview(tablet: Page) -> None:
    tablet.locator('[data-open="ROOM"]').click()
    expect(tablet.locator(".language-note")).to_contain_text(UNREVIEWED)
    answer(tablet, "RM01", "cell")
    to_section(tablet, "RM04")
    for question, text in (("RM04", "9"), ("RM05", "1,5"), ("RM07", "4")):
        write(tablet, question, text)
    expect(tablet.locator("[data-space]")).to_contain_text("м² на человека")
    assert english(tablet) == set()
    tablet.locator(".back").click()
    tablet.locator('[data-open="INTERVIEW"]').click()
    expect(tablet.locator(".interview")).to_contain_text(UNREVIEWED)
    for _question in range(3):
        assert english(tablet) == set()
        shown = tablet.locator(".interview .question").get_attribute("data-question")
        tablet.locator('[data-next="question"]').click()
        expect(tablet.locator(f'.interview [data-question="{shown}"]')).to_have_count(0)
    tablet.on("dialog", lambda dialog: dialog.accept())
    tablet.locator('[data-close="interview"]').click()
    expect(tablet.locator('[data-open="INTERVIEW"]')).to_be_visible()


def _plan(office: Page) -> str:
    today = clock.today("Asia/Bishkek").isoformat()
    office.goto("/desk/visits/new")
    office.locator("#facility_id").select_option(label=ISOLATOR)
    office.locator("#kind").select_option("periodic")
    office.locator("#starts_on").fill(today)
    office.locator("#ends_on").fill((clock.today("Asia/Bishkek") - timedelta(days=1)).isoformat())
    office.locator("#objective").fill("Первые часы: адвокат, врач, семья.")
    office.locator("#lead_id").select_option(label="Cholpon (invented)")
    for name in ("Nurlan (invented)", "Jyldyz (invented)"):
        office.get_by_label(name).check()
    office.get_by_label("Содержание в полиции").check()
    office.get_by_role("button", name="Сохранить план").click()
    expect(office.locator(".field-error")).to_be_visible()
    assert english(office) == set()
    office.locator("#ends_on").fill(today)
    office.get_by_role("button", name="Сохранить план").click()
    expect(office.locator(".message").first).to_be_visible()
    assert english(office) == set()
    return office.url.rsplit("/", 1)[-1]


def _decide_and_write(desk: Page, visit: str) -> None:
    desk.goto(f"/desk/visits/{visit}")
    desk.get_by_role("button", name="Группа вернулась").click()
    expect(desk.locator(".message")).to_be_visible()
    desk.goto(f"/desk/visits/{visit}/findings")
    assert english(desk) == set()
    desk.locator("section[aria-labelledby=drafts] article a", has_text="адвокат").last.click()
    assert english(desk) == set()
    desk.locator("#text").fill("Адвокат приходил через сутки (вымышлено).")
    desk.locator("#severity").select_option("high")
    desk.locator("button[name=confirm]").click()
    expect(desk.locator("section[aria-labelledby=decided]")).to_contain_text("Адвокат приходил через сутки")
    desk.goto(f"/desk/visits/{visit}/recommendations")
    desk.locator("main li a").last.click()
    desk.locator("#text").fill("Вызывайте адвоката сразу (вымышлено).")
    desk.locator("main form button").first.click()
    expect(desk.locator(".message")).to_be_visible()
    assert english(desk) == set()
    desk.goto(f"/desk/visits/{visit}/report")
    desk.locator("main form button").click()
    expect(desk.locator("#summary")).to_have_value(re.compile("^[^A-Za-z]+$"))
    assert english(desk) == set()


@pytest.mark.timeout(400)
def test_a_visit_in_kyrgyzstan_is_planned_filled_and_written_up_in_russian(person: Person) -> None:
    visit = _plan(person("coordinator.kg", language="ru"))
    _fill(person("lead.kg", TABLET, language="ru"), visit)
    desk = person("lead.kg", language="ru")
    desk.goto(f"/desk/visits/{visit}/sheets")
    desk.get_by_role("link", name="Содержание в полиции").click()
    expect(desk.locator("main")).to_contain_text(UNREVIEWED)
    expect(desk.locator("#PC21 img.thumb")).to_have_count(1)
    assert english(desk) == set()
    _decide_and_write(desk, visit)


@pytest.mark.parametrize("name", ["lead.kg", "coordinator.tj", "admin.kg", "auditor.kg", None])
def test_no_page_speaks_english_to_a_reader_of_russian(person: Person, name: str | None) -> None:
    page = person(name, language="ru")
    left = {}
    for address in fullest(reachable(page, *(("/desk/",) if name else ("/ru/", "/sign-in")))):
        if not re.match("/(en|kk|ky|tg)/", address.path):
            page.goto(address.path)
            left[address.kind] = english(page) - OBJECTIVES
    assert {kind: lines for kind, lines in left.items() if lines} == {}


OBJECTIVES = {
    "Unannounced: custody records of the last month, cells, private interviews.",
    "Look at the first hours in custody: registers, lawyer, doctor, telling the family.",
}
"""What people of the demonstration wrote themselves."""


@pytest.mark.parametrize(("language", "name"), [("kk", "lead.kz"), ("ky", "lead.kg"), ("tg", "lead.tj")])
def test_the_interface_loads_in_the_national_languages_and_falls_back_to_russian(
    person: Person, language: str, name: str
) -> None:
    page = person(name, TABLET, language=language)
    for path in ("/desk/", "/desk/visits", f"/{language}/", f"/{language}/recommendations", "/tablet/"):
        page.goto(path)
        expect(page.locator("h1").first).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert outside(page) == []
    page.goto("/desk/places")
    words = page.locator("nav.side a").all_inner_texts()
    assert words[0] != "Home"
    assert not any(re.search("[A-Za-z]{3,}", word) for word in words)
