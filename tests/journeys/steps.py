"""What people do on a page or a tablet again and again."""

import contextlib
import io
from datetime import timedelta

from PIL import Image
from playwright.sync_api import Error, Page, expect

from monitoring.core import clock

ISOLATOR = "Temporary detention isolator No. 9 (invented)"
PASSPHRASE = "bado-keni-ruso-tavi-melo"
PIN = "2468"


def picture() -> bytes:
    """A photo as a tablet takes it."""
    written = io.BytesIO()
    Image.new("RGB", (640, 480), "#8a7f6a").save(written, "JPEG")
    return written.getvalue()


def tick(page: Page, label: str) -> None:
    page.get_by_label(label, exact=True).check()


def answer(page: Page, question: str, key: str) -> None:
    """Tap an answer, and see that it is pressed."""
    page.locator(f'[data-question="{question}"] [data-answer="{key}"]').click()
    pressed(page, question, key)


def pressed(page: Page, question: str, key: str) -> None:
    """See that an answer stands."""
    expect(page.locator(f'[data-question="{question}"] [data-answer="{key}"]')).to_have_attribute("aria-pressed", "true")


def write(page: Page, question: str, text: str) -> None:
    field = page.locator(f'[data-field="{question}"]')
    field.fill(text)
    field.blur()


def all_sent(page: Page) -> None:
    expect(page.locator(".sent")).to_have_attribute("data-sent", "sent")


def to_section(page: Page, question: str) -> None:
    """Go on until the question is on the screen."""
    expect(page.locator(".section, .interview")).to_be_visible()
    for _step in range(30):
        if page.locator(f'[data-question="{question}"]').count():
            return
        page.locator(".bottom .primary").click()
        page.wait_for_timeout(50)
    raise AssertionError(f"{question} never came")


def ask(tablet: Page, question: str) -> None:
    """Go on in an interview until the question is on the screen."""
    for _question in range(80):
        expect(tablet.locator(".interview .question")).to_be_visible()
        shown = str(tablet.locator(".interview .question").get_attribute("data-question"))
        if shown == question:
            return
        tablet.locator('[data-next="question"]').click()
        expect(tablet.locator(f'.interview [data-question="{shown}"]')).to_have_count(0)
    raise AssertionError(f"{question} never came")


def shut(tablet: Page) -> None:
    """Shut the vault; the passphrase is asked for."""
    tablet.locator("[data-lock]").click()
    tablet.locator("[data-shut]").click()
    expect(tablet.locator("#passphrase")).to_be_visible()


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


def set_up(tablet: Page, passphrase: str | None = PASSPHRASE) -> str:
    """Make a vault on a tablet on which its person has signed in; the passphrase is the proposed one unless it is given."""
    proposal = tablet.locator("[data-phrase]")
    expect(proposal).to_be_visible()
    words = passphrase or str(proposal.get_attribute("data-phrase"))
    tablet.fill("#passphrase", words)
    tablet.fill("#pin", PIN)
    tablet.locator("[data-make]").click()
    expect(tablet.locator("[data-screen=visits]")).to_be_visible()
    return words


def take_along(tablet: Page, visit: str) -> None:
    """Fetch everything that a visit needs."""
    tablet.locator(f'button[data-visit="{visit}"]').click()
    expect(tablet.locator(".ways")).to_be_visible()


def unlock(tablet: Page, passphrase: str = PASSPHRASE) -> None:
    """Open the vault; the screen is the one that the address names."""
    tablet.fill("#passphrase", passphrase)
    tablet.locator("[data-open-vault]").click()
    expect(tablet.locator(".sent")).to_be_visible()


def reopen(tablet: Page, passphrase: str = PASSPHRASE) -> None:
    """Reload the page, and open the vault again."""
    tablet.reload()
    unlock(tablet, passphrase)


def die(page: Page) -> None:
    """A page dies as when memory runs out."""
    with page.expect_event("crash"), contextlib.suppress(Error):
        page.goto("chrome://crash", timeout=3000)


def crash(tablet: Page) -> Page:
    """A page dies; the one that the browser opens in its place, at the same address."""
    address, context = tablet.url, tablet.context
    die(tablet)
    page = context.new_page()
    page.goto(address)
    return page


def until(page: Page, true: str) -> None:
    """Wait until a function of the page answers with true."""
    for _look in range(200):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {true}")


def uncover(tablet: Page, pin: str = PIN) -> None:
    """Tap the PIN."""
    for digit in pin:
        tablet.locator(f'[data-key="{digit}"]').click()
    tablet.locator('[data-key="✓"]').click()


def go(tablet: Page, where: str) -> None:
    """To another screen of an open tablet, as its links do."""
    tablet.evaluate("(where) => { location.hash = where; }", f"#{where}")


def prepare(tablet: Page, visit: str) -> None:
    """Set up a tablet on which its person has signed in, and take a visit along."""
    tablet.goto("/tablet/")
    set_up(tablet)
    take_along(tablet, visit)


def open_sheet(tablet: Page, visit: str, form: str = "POLICE", question: str | None = None) -> None:
    """A form of a visit on a tablet, at the section of a question; what is needed beforehand is done."""
    if "/tablet/" not in tablet.url:
        prepare(tablet, visit)
    go(tablet, f"/visit/{visit}")
    tablet.locator(f'[data-sheet="{form}"]').first.click()
    if question:
        to_section(tablet, question)


def answered_in_office(desk: Page, visit: str, question: str) -> str:
    """What the office reads as the answer."""
    desk.goto(f"/desk/visits/{visit}/sheets")
    desk.get_by_role("link", name="Police custody").click()
    return " | ".join(desk.locator(f"#{question} .value").all_inner_texts())


def come_back(desk: Page, visit: str) -> None:
    """The lead says that the team has returned."""
    desk.goto(f"/desk/visits/{visit}")
    desk.get_by_role("button", name="The team has returned").click()
    expect(desk.locator(".message")).to_contain_text("Welcome back")
