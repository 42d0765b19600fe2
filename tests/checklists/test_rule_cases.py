"""Both evaluators are held to the same cases, written down by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from checklists.rules import VisitFacts, evaluate, from_json

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "rule_cases.json").read_text(encoding="utf-8"))


def sides_of(raw: dict[str, list[Any]]) -> dict[str, tuple[Any, ...]]:
    """JSON's lists as the tuples of the rules."""
    return {code: tuple(tuple(value) if isinstance(value, list) else value for value in found) for code, found in raw.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_case_holds(case: dict[str, Any]) -> None:
    result = evaluate(from_json(case["definition"]), sides_of(case["sides"]), VisitFacts(**case["facts"]))
    assert {
        "visible": list(result.visible),
        "problems": {code: str(level) for code, level in result.problems.items()},
        "conflicts": sorted(result.conflicts),
        "asked": result.asked,
        "answered": result.answered,
    } == case["expected"]
