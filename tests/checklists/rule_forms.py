"""Short forms for tests of rules: `question("Q1", problem="no:high")`."""

from typing import Any

from checklists.rules import ChecklistDefinition, from_json, parse_problems, parse_relevant


def question(
    code: str, kind: str = "yes_no_partly", *, relevant: str = "", problem: str = "", choices: str = ""
) -> dict[str, Any]:
    """A question in its stored form, with the rules in the grammar of the forms."""
    return {
        "code": code,
        "type": kind,
        "section": "one",
        "texts": {"en": code},
        "helps": {},
        "units": {},
        "choices": [{"key": key, "labels": {"en": key}} for key in choices.split()],
        "relevant": parse_relevant(relevant),
        "relevant_text": relevant,
        "problems": [{"when": rule.when, "severity": str(rule.severity)} for rule in parse_problems(problem, code)],
        "problem_text": problem,
        "severity": None,
        "sources": ["observation"],
        "standards": [],
        "theme": "space",
        "recommendations": [],
        "key": False,
        "depends_on": [],
    }


def form(*questions: dict[str, Any]) -> ChecklistDefinition:
    """A form of one section."""
    codes = [found["code"] for found in questions]
    return from_json(
        {
            "code": "TEST",
            "per": "visit",
            "titles": {"en": "Test"},
            "languages": {"en": "original"},
            "facility_kinds": [],
            "sections": [{"key": "s1", "titles": {"en": "one"}, "questions": codes}],
            "questions": {found["code"]: found for found in questions},
        }
    )
