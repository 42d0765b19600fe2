"""Browsers: those that share one process, and tablets with a profile on the disk whose browser can be killed."""

import os
import re
import signal
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright

CHROMIUM = "/usr/bin/chromium"
DESK = {"width": 1280, "height": 800}
TABLET = {"width": 800, "height": 1280}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000
FORBIDDEN = re.compile("Content Security Policy|Trusted|Failed to load|Uncaught")
EXPECTED = re.compile("status of 4|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_FAILED")
"""The way to the server is closed, or it says no: the tests do that."""


class Complaints(list[str]):
    """What the consoles of pages complained about."""

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._note)
        context.on("weberror", lambda error: self.append(str(error.error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and FORBIDDEN.search(message.text) and not EXPECTED.search(message.text):
            self.append(f"{message.text} at {message.location}")


class Tablet:
    """A tablet of one's own: its browser keeps its profile in a folder, may be killed, and is started again."""

    def __init__(self, playwright: Playwright, profile: Path, address: str, complaints: Complaints) -> None:
        self._playwright, self.profile, self._address, self._complaints = playwright, profile, address, complaints
        self.context: BrowserContext | None = None

    def start(self, *, offline: bool = False) -> Page:
        """Start the browser; its one page is empty."""
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=CHROMIUM,
            args=["--no-sandbox"],
            viewport=TABLET,
            base_url=self._address,
            locale="en-GB",
            offline=offline,
        )
        self.context.set_default_timeout(PATIENCE)
        self._complaints.listen(self.context)
        return self.context.pages[0]

    @property
    def page(self) -> Page:
        assert self.context is not None, "the browser is not running"
        return self.context.pages[-1]

    def kill(self) -> None:
        """End every process of the browser at once, as when the battery is pulled out."""
        for process in self._processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.context = None

    def close(self) -> None:
        """End the browser in an orderly way."""
        if self.context is not None:
            self.context.close()
            self.context = None

    def _processes(self) -> list[int]:
        """The browser that was started on this profile, and all that descend from it."""
        parents: dict[int, int] = {}
        ours: list[int] = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command, status = (folder / "cmdline").read_bytes(), (folder / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            process = int(folder.name)
            parents[process] = int(status.rpartition(")")[2].split()[1])
            if f"--user-data-dir={self.profile}".encode() in command.split(b"\0"):
                ours.append(process)
        for process in sorted(parents):
            if parents[process] in ours and process not in ours:
                ours.append(process)
        return ours
