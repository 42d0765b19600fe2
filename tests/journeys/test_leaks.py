"""What whoever takes the tablet apart finds: the browser's profile on the disk, searched for marks that were planted."""

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pyrage
import pytest
from playwright.sync_api import APIRequestContext, Page, Playwright, expect

from tests.journeys.browsers import Tablet
from tests.journeys.disk import words
from tests.journeys.server import Server
from tests.journeys.steps import all_sent, answer, ask, go, open_sheet, plan, prepare, shut

Person = Callable[..., Page]
PASSPHRASE = "bado-keni-ruso-tavi-melo"
LEAKS = {
    "a page that keeps drafts": """
if (typeof document === "object")
  addEventListener("input", ({ target }) => localStorage.setItem(`draft ${target.dataset.focus}`, target.value), true);
""",
    "a vault that keeps what it seals": """
if (typeof document === "undefined" && typeof indexedDB === "object") {
  const usual = crypto.subtle.encrypt.bind(crypto.subtle);
  const opened = new Promise((done) => {
    const asked = indexedDB.open("cache", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("plain", { autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
  });
  crypto.subtle.encrypt = async (how, key, plain) => {
    (await opened).transaction("plain", "readwrite").objectStore("plain").add(plain);
    return usual(how, key, plain);
  };
}
""",
}
"""Builds that leak on purpose: if the search did not find their leaks, it would prove nothing."""


def _mark(what: str) -> str:
    return f"{what} {secrets.token_hex(6)}"


def _looks(secret: bytes) -> Iterator[bytes]:
    """The ways in which something may stand on a disk: as it is, as two-byte text, in hexadecimal, in base64 at any place."""
    yield secret
    yield secret.hex().encode()
    with suppress(UnicodeDecodeError):  # a key is no text
        yield secret.decode().encode("utf-16-le")
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + secret)
        yield whole[(0, 2, 3)[before] : len(whole) // 4 * 4 - 4]


def search(folder: Path, marks: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Which marks lie in which files below the folder."""
    found: dict[str, set[str]] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            for name, secret in marks.items():
                if any(look in content for look in _looks(secret)):
                    found.setdefault(name, set()).add(str(path.relative_to(folder)))
    return found


@pytest.mark.parametrize("text", ["мать и сын 17", "a name"])
def test_the_search_finds_a_mark_however_it_was_written(tmp_path: Path, text: str) -> None:
    secret = text.encode()
    for number, content in enumerate(
        (
            secret,
            text.encode("utf-16-le"),
            secret.hex().encode(),
            *(base64.b64encode(b"x" * n + secret + b"yz") for n in range(3)),
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "file").write_bytes(b"before" + content + b"after")
        assert search(folder, {"mark": secret}) == {"mark": {"file"}}, content
    assert search(tmp_path, {"mark": b"something else"}) == {}


class Story:
    """A visit during which marked things are said, on one tablet."""

    def __init__(self, office: Page, tablet: Tablet) -> None:
        self.marks = {what: _mark(what) for what in ("place", "name", "words", "confided")}
        self.tablet, self.visit = tablet, plan(office, "Marked.", self._place(office))

    def _place(self, office: Page) -> str:
        name = f"Post {self.marks['place']} (invented)"
        office.goto("/desk/places/new")
        office.get_by_label("Name in English").fill(name)
        office.get_by_label("Kind of place").select_option("police_station")
        office.get_by_label("Region").select_option("KZ-75")
        office.get_by_role("button", name="Save").click()
        expect(office.locator("h1")).to_have_text(name)
        return name

    def fill(self) -> None:
        page = self.tablet.page
        prepare(page, self.visit)
        expect(page.locator("h1")).to_contain_text(self.marks["place"])
        page.locator('[data-gate="demanded"]').click()
        page.locator('[data-access-item="c"]').click()
        page.locator('[data-access="who"]').fill(self.marks["name"])
        page.locator('[data-access="who"]').blur()
        open_sheet(page, self.visit, question="PC21")
        answer(page, "PC21", "no")
        page.locator('[data-note="PC21"]').press_sequentially(self.marks["words"])
        page.locator('[data-note="PC21"]').blur()
        self._confide(page)
        all_sent(page)

    def _confide(self, page: Page) -> None:
        go(page, f"/visit/{self.visit}")
        page.locator('[data-open="INTERVIEW"]').click()
        expect(page.locator(".interview")).to_be_visible()
        ask(page, "PI04")
        page.locator('[data-answer="yes"]').click()
        expect(page.locator('[data-question="PI04"]')).to_have_count(0)
        ask(page, "PI45")
        page.locator('[data-field="PI45"]').press_sequentially(self.marks["confided"])
        page.locator('[data-field="PI45"]').blur()
        expect(page.locator('[data-field="PI45"]')).to_have_value(self.marks["confided"])

    def secrets(self) -> dict[str, bytes]:
        """All that must not be found, and the vault key as whoever knows the passphrase would get at it."""
        settings = words(self.tablet.page, "settings")
        wrapped = bytes(settings["wrapped"])
        self.device = settings["device"]
        key = pyrage.passphrase.decrypt(wrapped, PASSPHRASE)
        assert len(key) == 32
        spaced = PASSPHRASE.replace("-", " ")
        texts = {**self.marks, "passphrase": PASSPHRASE, "passphrase as typed": spaced}
        return {name: text.encode() for name, text in texts.items()} | {"vault key": key}


@pytest.fixture
def story(person: Person, tablet_of: Callable[[str], Tablet]) -> Story:
    return Story(person("coordinator.kz"), tablet_of("lead.kz"))


def _quick_exit(page: Page) -> None:
    page.locator(".top [data-exit=quick]").click()
    page.wait_for_url("about:blank")


@pytest.mark.parametrize("leave", [shut, _quick_exit])
def test_nothing_that_was_said_lies_on_the_disk(
    story: Story, leave: Callable[[Page], None], playwright: Playwright, served: str
) -> None:
    story.fill()
    marks = story.secrets()
    leave(story.tablet.page)
    story.tablet.close()
    assert search(story.tablet.profile, marks) == {}
    token = {"token": str(story.device["token"]).encode()}
    assert search(story.tablet.profile, token), "the token lies there in clear: if it is not found, nothing would be"
    _opens_nothing(playwright.request.new_context(base_url=served), story)


def _opens_nothing(thief: APIRequestContext, story: Story) -> None:
    """Whoever finds the token can bring entries, and reads nothing."""
    known = {"Authorization": f"Device {story.device['id']}:{story.device['token']}", "X-Device": str(story.device["id"])}
    for path in (
        "me",
        "visits",
        f"visits/{story.visit}/pack",
        f"visits/{story.visit}/pack/visit",
        f"visits/{story.visit}/entries?after=0",
    ):
        assert thief.get(f"/tablet/api/{path}", headers=known).status == 401
    answer = thief.get(f"/desk/visits/{story.visit}", headers=known, max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (302, f"/sign-in?next=/desk/visits/{story.visit}")
    thief.dispose()


@contextmanager
def _leaky(server: Server, folder: Path, script: str) -> Iterator[None]:
    (folder / "leak.js").write_text(script, encoding="utf-8")
    with server.brought_out(folder / "leak.js"):
        yield


@pytest.mark.parametrize("leak", LEAKS)
def test_a_build_that_leaks_is_found_out(story: Story, server: Server, tmp_path: Path, leak: str) -> None:
    with _leaky(server, tmp_path, LEAKS[leak]):
        story.fill()
        marks = story.secrets()
        shut(story.tablet.page)
        story.tablet.close()
    found = search(story.tablet.profile, marks)
    assert {"words", "name"} <= found.keys()
