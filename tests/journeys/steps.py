"""What people do on a page or a tablet again and again."""

import io
from datetime import timedelta

from PIL import Image
from playwright.sync_api import Page, expect

from monitoring.core import clock

ISOLATOR = "Temporary detention isolator No. 9 (invented)"


def picture() -> bytes:
    """A photo as a tablet takes it."""
    written = io.BytesIO()
    Image.new("RGB", (640, 480), "#8a7f6a").save(written, "JPEG")
    return written.getvalue()


def tick(page: Page, label: str) -> None:
    page.get_by_label(label, exact=True).check()


def answer(page: Page, question: str, key: str) -> None:
    """Tap an answer, and see that it is pressed."""
    button = page.locator(f'[data-question="{question}"] [data-answer="{key}"]')
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def write(page: Page, question: str, text: str) -> None:
    field = page.locator(f'[data-field="{question}"]')
    field.fill(text)
    field.blur()


def all_sent(page: Page) -> None:
    expect(page.locator(".sent")).to_have_attribute("data-sent", "sent", timeout=20_000)


def to_section(page: Page, question: str) -> None:
    """Go on until the question is on the screen."""
    expect(page.locator(".section, .interview")).to_be_visible()
    for _step in range(30):
        if page.locator(f'[data-question="{question}"]').count():
            return
        page.locator(".bottom .primary").click()
        page.wait_for_timeout(50)
    raise AssertionError(f"{question} never came")


def plan(office: Page, objective: str, place: str = ISOLATOR) -> str:
    """A coordinator plans an unannounced visit of today for Saule, Timur and Dana; its id."""
    office.goto("/desk/visits/new")
    fill_plan(office, objective, place)
    office.get_by_role("button", name="Save the plan").click()
    expect(office.locator(".message").first).to_contain_text("The visit is planned")
    return office.url.rsplit("/", 1)[-1]


def fill_plan(office: Page, objective: str, place: str = ISOLATOR) -> None:
    """Everything that a plan needs, not sent yet."""
    today = clock.today("Asia/Almaty")
    office.get_by_label("Place", exact=True).select_option(label=place)
    office.get_by_label("Kind of visit").select_option("periodic")
    office.get_by_label("First day").fill(today.isoformat())
    office.get_by_label("Last day").fill((today + timedelta(days=1)).isoformat())
    office.get_by_label("What the visit is to find out").fill(objective)
    office.get_by_label("Lead of the visit").select_option(label="Saule (invented)")
    tick(office, "Timur (invented)")
    tick(office, "Dana (invented)")
    tick(office, "Police custody")


def open_sheet(tablet: Page, visit: str, form: str = "POLICE", question: str | None = None) -> None:
    """A form of a visit on the tablet, at the section of a question."""
    tablet.goto(f"/tablet/#/visit/{visit}")
    tablet.locator(f'[data-sheet="{form}"]').first.click()
    if question:
        to_section(tablet, question)


def come_back(desk: Page, visit: str) -> None:
    """The lead says that the team has returned."""
    desk.goto(f"/desk/visits/{visit}")
    desk.get_by_role("button", name="The team has returned").click()
    expect(desk.locator(".message")).to_contain_text("Welcome back")
