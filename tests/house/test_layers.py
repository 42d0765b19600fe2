"""Each contract of the house turns red when a line breaks it: shown on a copy of the house with such a line."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("monitoring", "checklists", "facilities", "visits")
CONTRACTS = {
    # contract: (file, line that breaks it) ..., and what the linter must say about it
    "Packages import downwards only": (
        [("monitoring/core/clock.py", "import monitoring.reports.rules")],
        "monitoring.core.clock -> monitoring.reports.rules",
    ),
    "Every part of monitoring has a declared layer": (
        [("monitoring/helpers/__init__.py", '"""A dumping ground."""')],
        "monitoring.helpers",
    ),
    "Findings stand on sheets, sheets on the plan": (
        [("visits/plan/rules.py", "import visits.findings.rules")],
        "visits.plan.rules -> visits.findings.rules",
    ),
    "Inside a feature, files import downwards only": (
        [("facilities/models.py", "import facilities.operations")],
        "facilities.models -> facilities.operations",
    ),
    "Business code does not know the web": ([("facilities/operations.py", "import flask")], "facilities.operations -> flask"),
    "Rules are plain Python": ([("facilities/rules.py", "import sqlalchemy")], "facilities.rules -> sqlalchemy"),
    "No cycles among siblings": (
        [("checklists/models.py", "import checklists.queries")],
        "No cycles are allowed in checklists",
    ),
    "Nobody imports the entry point": ([("visits/sheets/routes.py", "import wsgi")], "visits.sheets.routes -> wsgi"),
}


def _copy(folder: Path) -> Path:
    """The packages without what is not Python."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=lambda place, names: [n for n in names if _unwanted(Path(place) / n)]
        )
    for name in ("pyproject.toml", "wsgi.py"):
        shutil.copy(ROOT / name, folder)
    return folder


def _unwanted(path: Path) -> bool:
    return path.name in {"__pycache__", "static", "translations", "client"} or (path.is_file() and path.suffix != ".py")


def _break(house: Path, lines: Iterable[tuple[str, str]]) -> None:
    for name, line in lines:
        place = house / name
        place.parent.mkdir(exist_ok=True)
        place.write_text((place.read_text(encoding="utf-8") if place.exists() else "") + f"\n{line}\n", encoding="utf-8")


def _lint(house: Path) -> tuple[dict[str, str], str]:
    """What the linter says of each contract, and its whole report."""
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [program, "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", run.stdout, flags=re.MULTILINE))
    assert run.returncode == (1 if "BROKEN" in found.values() else 0), run.stdout + run.stderr
    return found, run.stdout


def test_the_table_names_every_contract() -> None:
    told = re.findall(
        r'^name = "(.+)"$',
        (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.importlinter]")[2],
        re.MULTILINE,
    )
    assert set(CONTRACTS) == set(told)
    assert len(told) == 8


def test_every_contract_turns_red(tmp_path: Path) -> None:
    house = _copy(tmp_path)
    for lines, _said in CONTRACTS.values():
        _break(house, lines)
    found, report = _lint(house)
    assert found == dict.fromkeys(CONTRACTS, "BROKEN")
    for contract, (_lines, said) in CONTRACTS.items():
        section = report.partition(f"\n{contract}\n---")[2].partition("\n---")[0]
        assert said in re.sub(r" \(l\.[^)]*\)", "", section), contract


@pytest.mark.long
@pytest.mark.parametrize("contract", [None, *CONTRACTS])
def test_one_line_turns_its_own_contract_red(tmp_path: Path, contract: str | None) -> None:
    house = _copy(tmp_path)
    _break(house, CONTRACTS[contract][0] if contract else ())
    found, _report = _lint(house)
    broken = {name for name, verdict in found.items() if verdict == "BROKEN"}
    assert contract in broken if contract else broken == set()
