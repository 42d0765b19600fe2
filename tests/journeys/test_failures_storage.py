"""Failures of offline products, each made to happen: the storage of the browser. The numbers are those of docs/sync.md."""

import io
import os
import random
from collections.abc import Callable

import click
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.browsers import TABLET, Complaints, Tablet
from tests.journeys.disk import fates, file_hashes, keeper_name, outbox
from tests.journeys.server import Server
from tests.journeys.steps import (
    all_sent,
    answer,
    answered_in_office,
    crash,
    open_sheet,
    plan,
    pressed,
    reopen,
    unlock,
)

Person = Callable[..., Page]
CLOSED_UNDERNEATH = """(times) => {
  const usual = globalThis.usual ??= IDBDatabase.prototype.transaction;
  let left = times;
  IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
    if (Array.isArray(stores) && stores.includes("outbox") && mode === "readwrite" && left-- > 0)
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    return usual.call(this, stores, mode, ...more);
  };
}"""
UPGRADE = """(name) => new Promise((done) => {
  const asked = indexedDB.open(name, 2);
  asked.onupgradeneeded = () => asked.result.createObjectStore("of a later version");
  asked.onsuccess = () => { asked.result.close(); done("upgraded"); };
  asked.onerror = () => done("failed");
})"""


def _noise(seed: int) -> bytes:
    """A photo that cannot be made small: half a megabyte on the tablet."""
    grain = random.Random(seed).randbytes(1000 * 800 * 3)
    written = io.BytesIO()
    Image.frombytes("RGB", (1000, 800), grain).save(written, "JPEG", quality=95)
    return written.getvalue()


def _long(question: str) -> str:
    return " ".join([f"Written on a full disk: {question}."] * 20)


def _photograph(tablet: Page, question: str, photo: bytes) -> None:
    chooser = tablet.locator(f'[data-photo="{question}"]')
    chooser.set_input_files({"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo})


def test_failure_01_a_cleared_storage_raises_an_alarm_and_never_looks_as_if_all_were_sent(
    person: Person, served: str, complaints: Complaints
) -> None:
    visit = plan(person("coordinator.kz"), "Somebody clears the browser.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    tablet.context.set_offline(offline=True)
    for question in ("PC21", "PC23", "PC27"):
        answer(tablet, question, "no")
    expect(tablet.locator(".sent")).to_have_attribute("data-unsent", "3")
    devtools = tablet.context.new_cdp_session(tablet)
    devtools.send("Storage.clearDataForOrigin", {"origin": served, "storageTypes": "indexeddb"})
    answer(tablet, "PC20", "after_24_h")
    expect(tablet.locator(".loud")).to_contain_text("3 unsent changes should be on this tablet and are not")
    tablet.context.set_offline(offline=False)
    tablet.evaluate("() => dispatchEvent(new Event('online'))")
    expect(tablet.locator(".sent")).to_have_attribute("data-sent", "cleared")
    expect(tablet.locator(".sent")).to_have_text("3 missing")
    tablet.reload()
    expect(tablet.locator("[data-lost]")).to_have_attribute("data-lost", "3")
    tablet.locator("[data-told]").click()
    tablet.reload()
    expect(tablet.locator("[data-phrase]")).to_be_visible()
    expect(tablet.locator("[data-lost]")).to_have_count(0)
    complaints[:] = [complaint for complaint in complaints if "Force close delete origin" not in complaint]


def test_failure_05_a_database_that_the_browser_closes_is_opened_again_or_the_alarm_is_raised(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "The browser closes the database.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    vault = tablet.workers[0]
    vault.evaluate(CLOSED_UNDERNEATH, 1)
    answer(tablet, "PC21", "no")
    all_sent(tablet)
    vault.evaluate(CLOSED_UNDERNEATH, 1_000_000)
    answer(tablet, "PC23", "no")
    expect(tablet.locator(".loud")).to_contain_text("1 changes are not on the disk of this tablet")
    expect(tablet.locator('[data-question="PC23"] [data-dot="unsaved"]')).to_be_visible()
    vault.evaluate(CLOSED_UNDERNEATH, 0)
    expect(tablet.locator(".loud")).to_be_hidden()
    all_sent(tablet)
    desk = person("lead.kz")
    assert [answered_in_office(desk, visit, question) for question in ("PC21", "PC23")] == ["no", "no"]


def test_failure_06_a_full_disk_stops_photos_before_it_stops_words(person: Person, served: str) -> None:
    visit = plan(person("coordinator.kz"), "Hardly any room.")
    tablet = person("lead.kz", TABLET)
    devtools = tablet.context.new_cdp_session(tablet)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": served, "quotaSize": 4_000_000})
    open_sheet(tablet, visit, question="PC21")
    tablet.context.set_offline(offline=True)
    answer(tablet, "PC21", "no")
    row = tablet.locator('[data-question="PC21"]')
    kept = 0
    while kept < 5:
        _photograph(tablet, "PC21", _noise(kept))
        expect(row.locator(".photo-kept").nth(kept).or_(row.get_by_role("alert"))).to_be_visible()
        if row.get_by_role("alert").count():
            break
        kept += 1
    expect(row.get_by_role("alert")).to_contain_text("no room for more photos on this tablet")
    for question in ("PC23", "PC27"):
        answer(tablet, question, "no")
        tablet.locator(f'[data-note="{question}"]').fill(_long(question))
        tablet.locator(f'[data-note="{question}"]').blur()
    expect(tablet.locator(".dot-saving, .dot-unsaved")).to_have_count(0)
    reopen(tablet)
    for question in ("PC23", "PC27"):
        pressed(tablet, question, "no")
        expect(tablet.locator(f'[data-note="{question}"]')).to_have_value(_long(question))
    expect(row.locator(".photo-kept")).to_have_count(kept)


WRITE = """async ([script, count]) => {
  const { Storage, random, sha256 } = await import(script);
  const storage = new Storage("pieces");
  for (let n = 0; n < count; n += 1) {
    const bytes = new Uint8Array(1_000_000);
    for (let at = 0; at < bytes.length; at += 50_000) bytes.set(random(50_000), at);
    const file = { sha256: await sha256(bytes), envelope: "e", visit: "v", sheet: "s", size: bytes.length, fate: "waiting" };
    Object.assign(file, { at: 1, tries: 0, seq: null, message: "" });
    await storage.saveFile(file, bytes, null, { id: "e", visit: "v", sheet: "s", wrapped: new Uint8Array() });
  }
}"""


@pytest.mark.long
@pytest.mark.timeout(900)
def test_failure_07_three_hundred_pieces_of_a_megabyte_are_whole_after_the_browser_died(
    tablet_of: Callable[[str], Tablet], server: Server
) -> None:
    server.add_script(
        "storage.js",
        'export { Storage } from "../../monitoring/tablet/client/storage/index.ts";\n'
        'export { random, sha256 } from "../../monitoring/tablet/client/codec.ts";\n',
    )
    tablet = tablet_of("lead.kz")
    tablet.page.goto("/tablet/")
    tablet.page.evaluate(WRITE, ["/static/build/storage.js", 300])
    tablet.kill()
    tablet.start().goto("/tablet/")
    hashes = file_hashes(tablet.page)
    assert len(hashes) == 300
    assert [name for name, found in hashes.items() if name != found] == []


def _walk_of_photos(tablet: Page, seed: int, steps: int) -> int:
    """Take photos, change the answer, take it back, give it again, crash and come back; how many photos there must be."""
    draw, taken, known = random.Random(seed), 0, {}
    click.echo(f"seed {seed}")
    for step in range(steps):
        deed = draw.choice(["photo", "photo", "other answer", "take back", "crash"])
        row = tablet.locator('[data-question="PC21"]')
        if deed == "photo" and taken < 5:
            _photograph(tablet, "PC21", _noise(seed * 100 + step))
            taken += 1
        elif deed == "other answer":
            answer(tablet, "PC21", draw.choice([key for key in ("yes", "no", "partly") if not _is(tablet, key)]))
        elif deed == "take back":
            row.locator('[data-answer][aria-pressed="true"]').click()
            expect(row.locator(".photo-kept")).to_have_count(0)
            answer(tablet, "PC21", "no")
        elif deed == "crash":
            expect(tablet.locator(".dot-saving")).to_have_count(0)
            tablet = crash(tablet)
            unlock(tablet)
        expect(tablet.locator('[data-question="PC21"] .photo-kept')).to_have_count(taken)
        hashes = file_hashes(tablet)
        assert known.items() <= hashes.items(), "a photo was changed or has gone"
        known = hashes
    assert [name for name, found in known.items() if name != found] == []
    return taken


def _is(tablet: Page, key: str) -> bool:
    return tablet.locator(f'[data-question="PC21"] [data-answer="{key}"]').get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8))])
def test_failure_10_photos_survive_other_answers_taking_back_and_crashes(person: Person, seed: int) -> None:
    visit = plan(person("coordinator.kz"), "Photos that must not go.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    taken = _walk_of_photos(tablet, seed, int(os.environ.get("STEPS", "8")))
    tablet = tablet.context.pages[-1]
    all_sent(tablet)
    desk = person("lead.kz")
    answered_in_office(desk, visit, "PC21")
    expect(desk.locator("#PC21 img.thumb")).to_have_count(taken)


def test_failure_14_a_newer_version_in_another_tab_is_not_held_up_and_what_was_typed_is_kept(person: Person) -> None:
    visit = plan(person("coordinator.kz"), "A newer version beside it.")
    tablet = person("lead.kz", TABLET)
    open_sheet(tablet, visit, question="PC21")
    answer(tablet, "PC21", "no")
    expect(tablet.locator(".dot-saving")).to_have_count(0)
    before = len(outbox(tablet))
    tablet.context.set_offline(offline=True)
    tablet.locator('[data-note="PC21"]').press_sequentially("half a sentence")
    beside = tablet.context.new_page()
    beside.goto("/tablet/")
    name = keeper_name(beside)
    assert beside.evaluate(UPGRADE, f"t-{name}") == "upgraded"
    expect(tablet.get_by_role("alert")).to_contain_text("A newer version is open in another tab")
    assert len(fates(beside)) > before
    tablet.reload()
    tablet.fill("#passphrase", "bado-keni-ruso-tavi-melo")
    tablet.locator("[data-open-vault]").click()
    expect(tablet.get_by_role("alert")).to_contain_text("A newer version of this page has been here")
