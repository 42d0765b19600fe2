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

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
DESK = {"width": 1280, "height": 800}
TABLET = {"width": 800, "height": 1280}
PHONE = {"width": 390, "height": 844}
STARTS_WITHIN = 60
FORBIDDEN = re.compile("Content Security Policy|Trusted|Failed to load|Uncaught")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demonstration of this run's own."""
    port = _free_port()
    home = tmp_path_factory.mktemp("home")
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def person(browser: Browser, served: str) -> Iterator[Callable[..., Page]]:
    """Somebody's browser: `person("lead.kz", TABLET)`; a complaint in its console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and FORBIDDEN.search(message.text) and "status of 4" not in message.text:
            complaints.append(f"{message.text} at {message.location}")

    def opened(name: str | None, size: dict[str, int] = DESK, scheme: str = "light") -> Page:
        context = browser.new_context(viewport=size, base_url=served, color_scheme=scheme, locale="en-GB")
        context.set_default_timeout(15_000)
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


def sign_in(page: Page, name: str) -> None:
    """By the button of the demonstration."""
    page.goto("/sign-in?next=/desk/")
    page.locator(f'button.person[data-email^="{name}"]').click()
    page.wait_for_url("**/desk/**")
