"""What lies in the storage of a tablet, read from the page as whoever takes the tablet apart would."""

from typing import Any

from playwright.sync_api import Page

ALL = """async ([prefix, store]) => {
  const found = [];
  const plain = (value) => value instanceof Uint8Array ? Array.from(value) : value;
  const parts = (value) => Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  for (const { name } of (await indexedDB.databases()).filter((one) => one.name.startsWith(prefix))) {
    const database = await new Promise((done) => { indexedDB.open(name).onsuccess = ({target}) => done(target.result); });
    const objects = database.transaction(store).objectStore(store);
    const read = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
    const [keys, values] = [read(objects.getAllKeys()), read(objects.getAll())];
    (await values).forEach((value) => found.push(value && value.constructor === Object ? parts(value) : plain(value)));
    (await keys).forEach((key, at) => { found[at] = [key, found[at]]; });
    database.close();
  }
  return found;
}"""
HASHES = """async () => {
  const found = {};
  for (const { name } of (await indexedDB.databases()).filter((one) => one.name.startsWith("f-"))) {
    const database = await new Promise((done) => { indexedDB.open(name).onsuccess = ({target}) => done(target.result); });
    const read = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
    for (const sha of await read(database.transaction("files").objectStore("files").getAllKeys())) {
      const all = IDBKeyRange.bound([sha, 0], [sha, Infinity]);
      const pieces = await read(database.transaction("chunks").objectStore("chunks").getAll(all));
      const digest = await crypto.subtle.digest("SHA-256", await new Blob(pieces).arrayBuffer());
      found[sha] = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    database.close();
  }
  return found;
}"""


def words(page: Page, store: str) -> dict[str, Any]:
    """A store of the database of words, of the tablet's one person."""
    return dict(page.evaluate(ALL, ["t-", store]))


def outbox(page: Page) -> list[dict[str, Any]]:
    """What was sealed, in the order in which it was made."""
    return sorted(words(page, "outbox").values(), key=lambda entry: int(entry["counter"]))


def fates(page: Page) -> list[str]:
    """What became of it."""
    return [entry["fate"] for entry in outbox(page)]


def file_hashes(page: Page) -> dict[str, str]:
    """Of every sealed file: what its name promises, and what its bytes are."""
    return dict(page.evaluate(HASHES))


def keeper_name(page: Page) -> str:
    """The random name of the databases of the tablet's one person."""
    found = page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)")
    (name,) = [name.removeprefix("t-") for name in found if name.startswith("t-")]
    return str(name)
