"""Which pages there are: found as a reader finds them, by following links."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from playwright.sync_api import Page

LINK = re.compile(r'<a\b[^>]*?href="(/[^"#]*)')
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CODE = re.compile(r"/(coalition|recommendations)/[A-Z]{2}-\w+")
REASON = re.compile(r"/waiting/<id>/\w+")
REPORT = re.compile(r"/reports/[A-Z]{2}/[\w-]+")
NOT_A_PAGE = re.compile(r"^/(static|bootstrap|tablet|sign-in)|\.pdf$|/photos/")
MOST = 400
"""Pages that one person's links may lead to: more would mean that they lead round in circles."""


@dataclass(frozen=True)
class Address:
    """A page, what kind of page it is (ids are not told apart), and how much is on it."""

    path: str
    kind: str
    length: int


def kind_of(path: str) -> str:
    """The address with every id, code and parameter taken out."""
    bare = CODE.sub(r"/\1/<code>", path.partition("?")[0])
    return REASON.sub("/waiting/<id>/<reason>", ID.sub("<id>", REPORT.sub("/reports/<report>", bare)))


def reachable(page: Page, *begin: str, each: int = 3) -> Iterator[Address]:
    """The pages that this person's links lead to, a few of each kind."""
    waiting, known = list(begin), set(begin)
    kinds = Counter(map(kind_of, begin))
    for _page in range(MOST):
        if not waiting:
            return
        path = waiting.pop(0)
        answer = page.request.get(path)
        assert answer.ok, f"a link leads to {path}, which answers {answer.status}"
        text = answer.text()
        yield Address(path, kind_of(path), len(text))
        for target in map(unescape, LINK.findall(text)):
            if target not in known and kinds[kind_of(target)] < each and not NOT_A_PAGE.search(target):
                known.add(target)
                kinds[kind_of(target)] += 1
                waiting.append(target)
    raise AssertionError("the links of the pages never end")


def fullest(addresses: Iterable[Address]) -> list[Address]:
    """Of each kind the page with most on it."""
    found: dict[str, Address] = {}
    for address in addresses:
        if address.kind not in found or address.length > found[address.kind].length:
            found[address.kind] = address
    return list(found.values())
