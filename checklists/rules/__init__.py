"""Pure rules of checklists: no database, no web."""

from checklists.rules.definition import ChecklistDefinition, Choice, QuestionDefinition, SectionDefinition, from_json
from checklists.rules.evaluation import SectionCount, SheetResult, Sides, VisitFacts, evaluate
from checklists.rules.grammar import ProblemRule, parse_problems, parse_relevant, print_problems, print_relevant
from checklists.rules.kinds import NOT_ASSESSED, Per, QuestionType, Reason, Severity, Source, worst
from checklists.rules.rooms import Space, minutes_between, space
from checklists.rules.tree import Node, RuleError, check, codes
from checklists.rules.values import Value, ValueProblem, canonical, excludes_others

__all__ = [
    "NOT_ASSESSED",
    "ChecklistDefinition",
    "Choice",
    "Node",
    "Per",
    "ProblemRule",
    "QuestionDefinition",
    "QuestionType",
    "Reason",
    "RuleError",
    "SectionCount",
    "SectionDefinition",
    "Severity",
    "SheetResult",
    "Sides",
    "Source",
    "Space",
    "Value",
    "ValueProblem",
    "VisitFacts",
    "canonical",
    "check",
    "codes",
    "evaluate",
    "excludes_others",
    "from_json",
    "minutes_between",
    "parse_problems",
    "parse_relevant",
    "print_problems",
    "print_relevant",
    "space",
    "worst",
]
