"""The tablet's preview agrees with the server on forms, answers and facts that nobody thought of."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checklists.adapters import read_library
from checklists.rules import ChecklistDefinition, QuestionType, VisitFacts, evaluate

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import { readFileSync } from "node:fs";
import { evaluate } from "%s/monitoring/tablet/shared/evaluation.ts";
const { forms, cases } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const answers = cases.map(({ form, sides, facts }) => {
  const { visible, problems, conflicts, asked, answered } = evaluate(forms[form], sides, facts);
  return { visible, problems, conflicts: conflicts.sort(), asked, answered };
});
console.log(JSON.stringify(answers));
"""
FORMS = read_library()
NUMBERS = ["0", "1", "2.5", "3", "4", "12", "100"]


@st.composite
def fillings(draw: st.DrawFn) -> dict[str, Any]:
    """A real form, filled at random by two people who sometimes disagree."""
    number = draw(st.integers(0, len(FORMS) - 1))
    sides = {}
    for code, question in FORMS[number].questions.items():
        if draw(st.integers(0, 3)):
            options = st.sampled_from(_options(question.type, sorted(question.keys)))
            sides[code] = draw(st.lists(options, min_size=1, max_size=2, unique_by=json.dumps))
    counts = st.one_of(st.none(), st.sampled_from([0, 1, 40]))
    facts = {name: draw(counts) for name in ("capacity", "present", "women", "minors", "foreigners", "disabled")}
    facts |= {"country": draw(st.sampled_from(["KZ", "KG", "TJ"])), "kind": draw(st.sampled_from(["periodic", "followup"]))}
    return {"form": number, "sides": sides, "facts": {**facts, "previous": draw(st.booleans())}}


def _options(kind: QuestionType, keys: list[str]) -> list[Any]:
    if kind is QuestionType.YES_NO_PARTLY:
        return ["yes", "no", "partly", "not_assessed"]
    if kind is QuestionType.MULTI:
        return [[key] for key in keys] + [sorted(keys[:2])]
    if kind is QuestionType.CHOICE:
        return [*keys, "not_assessed"]
    return [*NUMBERS, "not_assessed"] if kind is QuestionType.NUMBER else ["09:10", "text"]


def _in_python(definition: ChecklistDefinition, case: dict[str, Any]) -> dict[str, Any]:
    sides = {code: tuple(tuple(v) if isinstance(v, list) else v for v in found) for code, found in case["sides"].items()}
    result = evaluate(definition, sides, VisitFacts(**case["facts"]))
    return {
        "visible": list(result.visible),
        "problems": {code: str(level) for code, level in result.problems.items()},
        "conflicts": sorted(result.conflicts),
        "asked": result.asked,
        "answered": result.answered,
    }


def _agree(folder: Path, examples: int) -> None:
    cases: list[dict[str, Any]] = []

    @settings(
        max_examples=examples, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(fillings())
    def collect(case: dict[str, Any]) -> None:
        cases.append(case)

    collect()
    data = folder / "cases.json"
    data.write_text(json.dumps({"forms": [form.to_json() for form in FORMS], "cases": cases}))
    source, program = folder / "run.ts", folder / "run.mjs"
    source.write_text(PROGRAM % ROOT)
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    bundle = [
        str(esbuild),
        str(source),
        "--bundle",
        "--platform=node",
        "--format=esm",
        f"--outfile={program}",
        "--log-level=error",
    ]
    subprocess.run(bundle, check=True, cwd=ROOT)
    told = subprocess.run(["node", str(program), str(data)], check=True, capture_output=True, text=True)
    for case, answer in zip(cases, json.loads(told.stdout), strict=True):
        assert answer == _in_python(FORMS[case["form"]], case), case


def test_both_evaluators_agree(tmp_path: Path) -> None:
    _agree(tmp_path, 60)


@pytest.mark.long
def test_both_evaluators_agree_many_times(tmp_path: Path) -> None:
    _agree(tmp_path, 2000)
