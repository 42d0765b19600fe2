"""Functions stay short and files small: what grows past that becomes a folder."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FUNCTION = 40
LONGEST_FILE = 400
LONGEST_TEMPLATE = 120
EXEMPT = ("monitoring/migrations/versions",)
PACKAGES = ("monitoring", "checklists", "facilities", "visits", "scripts")


def _files(ending: str, *folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob(f"*{ending}") if "static/build" not in str(path)]
    return [path for path in found if not str(path.relative_to(ROOT)).startswith(EXEMPT)]


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            has_text = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            first = node.body[1] if has_text and len(node.body) > 1 else node.body[0]
            yield node.name, (node.end_lineno or 0) - first.lineno + 1


@pytest.mark.parametrize("path", _files(".py", *PACKAGES), ids=lambda path: str(path.relative_to(ROOT)))
def test_python_stays_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    long = [(name, lines) for name, lines in _functions(path) if lines > LONGEST_FUNCTION]
    assert long == []


def test_client_files_stay_small() -> None:
    long = [p.name for p in _files(".ts", "monitoring") if len(p.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE]
    assert long == []


def test_templates_stay_small() -> None:
    long = [p.name for p in _files(".html", "templates") if len(p.read_text(encoding="utf-8").splitlines()) > LONGEST_TEMPLATE]
    assert long == []


def test_nothing_foreign_stands_at_the_top() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    top = {name.split("/")[0] for name in tracked if name}
    assert top <= {
        ".ci", ".gitignore", ".npmrc", "CHANGELOG.md", "Makefile", "README.md", "babel.cfg", "checklists", "docs", "facilities",
        "monitoring", "package-lock.json", "package.json", "pyproject.toml", "requirements.txt", "scripts", "templates", "tests",
        "tsconfig.json", "visits", "wsgi.py",
    }  # fmt: skip


def test_lock_files_name_no_registry() -> None:
    for name in ("requirements.txt", "package-lock.json"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text.replace("https://opencollective", "").replace("https://github.com/sponsors", "") or all(
            mark not in text for mark in ('"resolved"', "--index-url", "--find-links")
        )
