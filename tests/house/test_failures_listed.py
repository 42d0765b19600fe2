"""The 36 failures of docs/sync.md: each stands in the list, and each test that the list names is there."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALL = set(range(1, 37))
LATER = "comes with the tablet in depth"
_ROW = re.compile(r"\| (\d+) \| ([^|]+) \| ([^|]+) \|")
_TEST = re.compile(r"^def (test_[a-z0-9_]+)", re.MULTILINE)


def _rows() -> dict[int, str]:
    """The state of each failure, by its number."""
    text = (ROOT / "docs" / "sync.md").read_text(encoding="utf-8")
    rows = _ROW.findall(text[text.index("## Failures seen elsewhere") :])
    found = {int(number): state for number, _what, state in rows}
    assert len(rows) == len(found)
    return found


def _tests() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        yield from _TEST.findall(path.read_text(encoding="utf-8"))


def test_every_failure_has_its_line() -> None:
    assert _rows().keys() == ALL


def test_every_test_in_the_list_is_there() -> None:
    tests = set(_tests())
    named = {name: number for number, state in _rows().items() for name in re.findall(r"`(test_[a-z0-9_*]+)`", state)}
    assert named
    assert [name for name in named if not any(fnmatch(test, name) for test in tests)] == []
    assert [name for name, number in named.items() if not re.match(rf"test_(failure_)?{number:02}_", name)] == []


def test_a_line_without_a_test_says_why() -> None:
    tests = set(_tests())
    for number, state in _rows().items():
        if "`test_" not in state:
            assert state == LATER or state.startswith("open"), number
            assert not any(test.startswith(f"test_failure_{number:02}_") for test in tests), f"name the test of {number}"
