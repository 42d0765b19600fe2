"""A demonstration that is really served, and browsers that look at it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.journeys.browsers import CHROMIUM, DESK, PATIENCE, PHONE, TABLET, Complaints, Tablet
from tests.journeys.server import Server

__all__ = ["DESK", "PHONE", "TABLET", "Login", "speak"]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the demonstration lives."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration of this run's own. Who stops it starts it again."""
    made = Server(home, tmp_path_factory.mktemp("files") / "static")
    made.make()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def served(server: Server) -> str:
    """The address of the demonstration."""
    return server.address


@dataclass(frozen=True)
class Login:
    """How a made-up person signs in without the button."""

    role: str
    passphrase: str
    secret: str


@pytest.fixture(scope="session")
def logins(server: Server) -> dict[str, Login]:
    """What `monitoring demo --logins` prints, by e-mail address."""
    rows = (line.split("\t") for line in server.logins().splitlines())
    return {email: Login(role, passphrase, secret) for role, email, passphrase, secret in rows}


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        expect.set_options(timeout=PATIENCE)
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield opened
    opened.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the consoles complain about; anything fails the test."""
    noted = Complaints()
    yield noted
    assert noted == []


@pytest.fixture
def person(browser: Browser, served: str, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Somebody's browser: `person("lead.kz", TABLET)`; a complaint in its console fails the test."""
    contexts: list[BrowserContext] = []

    def opened(
        name: str | None,
        size: dict[str, int] = DESK,
        *,
        scheme: str = "light",
        language: str = "en",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport=size, base_url=served, color_scheme=scheme, locale="en-GB", java_script_enabled=scripts
        )
        speak(context, served, language)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        complaints.listen(context)
        page = context.new_page()
        if name is not None:
            sign_in(page, name)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def tablet_of(playwright: Playwright, served: str, tmp_path: Path, complaints: Complaints) -> Iterator[Callable[[str], Tablet]]:
    """A tablet with a disk of its own, on which somebody has signed in: `tablet_of("lead.kz")`. Its browser may be killed."""
    made: list[Tablet] = []

    def opened(name: str) -> Tablet:
        tablet = Tablet(playwright, tmp_path / f"profile-{len(made)}", served, complaints)
        made.append(tablet)
        sign_in(tablet.start(), name)
        return tablet

    yield opened
    for tablet in made:
        tablet.close()


def speak(context: BrowserContext, address: str, language: str) -> None:
    """Choose the language, as the buttons at the top of every page do."""
    context.add_cookies([{"name": "language", "value": language, "url": address}])


def sign_in(page: Page, name: str) -> None:
    """As the button of the demonstration does; no page is opened yet."""
    form = page.request.get("/sign-in").text()
    token = re.search('name="csrf_token"[^>]* value="([^"]+)"', form)
    person = re.search(f'value="([^"]+)" data-email="{re.escape(name)}', form)
    assert token
    assert person, f"{name} cannot sign in"
    known = {"csrf_token": token[1], "person": person[1], "next": "/desk/"}
    answer = page.request.post("/sign-in/demonstration", form=known, max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (302, "/desk/")
