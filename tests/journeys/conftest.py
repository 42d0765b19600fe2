"""A demonstration that is really served, and browsers that look at it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
DESK = {"width": 1280, "height": 800}
TABLET = {"width": 800, "height": 1280}
PHONE = {"width": 390, "height": 844}
STARTS_WITHIN = 60
PATIENCE = 15_000
FORBIDDEN = re.compile("Content Security Policy|Trusted|Failed to load|Uncaught")
EXPECTED = re.compile("status of 4|ERR_INTERNET_DISCONNECTED")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the demonstration lives."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def served(home: Path) -> Iterator[str]:
    """The address of a demonstration of this run's own."""
    port = _free_port()
    environment = {**os.environ, "MONITORING_HOME": str(home), "PORT": str(port), "HOST": "127.0.0.1"}
    environment.pop("MONITORING_DATABASE", None)
    command = [sys.executable, "-m", "monitoring.cli"]
    subprocess.run([*command, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen([*command, "serve"], env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield address
        server.terminate()
        server.wait(timeout=20)


def _wait_for(address: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/healthz") as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not start")


@dataclass(frozen=True)
class Login:
    """How a made-up person signs in without the button."""

    role: str
    passphrase: str
    secret: str


@pytest.fixture(scope="session")
def logins(served: str, home: Path) -> dict[str, Login]:
    """What `monitoring demo --logins` prints, by e-mail address."""
    command = [sys.executable, "-m", "monitoring.cli", "demo", "--logins"]
    environment = {**os.environ, "MONITORING_HOME": str(home)}
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    rows = (line.split("\t") for line in printed.splitlines())
    return {email: Login(role, passphrase, secret) for role, email, passphrase, secret in rows}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def person(browser: Browser, served: str) -> Iterator[Callable[..., Page]]:
    """Somebody's browser: `person("lead.kz", TABLET)`; a complaint in its console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and FORBIDDEN.search(message.text) and not EXPECTED.search(message.text):
            complaints.append(f"{message.text} at {message.location}")

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
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if name is not None:
            sign_in(page, name)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def speak(context: BrowserContext, address: str, language: str) -> None:
    """Choose the language, as the buttons at the top of every page do."""
    context.add_cookies([{"name": "language", "value": language, "url": address}])


def sign_in(page: Page, name: str) -> None:
    """By the button of the demonstration."""
    page.goto("/sign-in?next=/desk/")
    page.locator(f'button.person[data-email^="{name}"]').click()
    page.wait_for_url("**/desk/**")
