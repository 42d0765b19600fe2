"""The general tree of rules: what both evaluators read, and its JSON form.

Every node is a list whose first item names it:
`["and"|"or", node, ...]`, `["not", node]`, `["=|!=|<|>|<=|>=", node, node]`, `["in", node, [text, ...]]`,
`["has"|"other", node, [key, ...]]` (a ticked key in the list / not in the list), `["answered", node]`,
`["differs", node, node]`, `["+|-|*|/", node, node]`, `["answer", code]`, `["fact", name]`, `["text", t]`, `["number", n]`.
"""

from collections.abc import Iterator
from typing import Any

from monitoring.core.errors import DomainError
from monitoring.core.i18n import N_, Message

Node = list[Any]

CONNECTIVES = frozenset({"and", "or"})
COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/"})
MEMBERSHIPS = frozenset({"in", "has", "other"})
FACTS = frozenset({"country", "kind", "previous", "capacity", "present", "women", "minors", "foreigners", "disabled"})
LEAVES = frozenset({"fact", "text", "number"})
DEEPEST = 50


class RuleError(DomainError):
    """A rule cannot be understood; `position` is where in its text, counted from 0."""

    status = 422
    code = "rule"

    def __init__(self, message: Message, position: int = 0, **values: object) -> None:
        super().__init__(message, **values)
        self.position = position


def check(node: Any, depth: int = 0) -> Node:
    """The node, if it is a well-formed tree. Raises RuleError."""
    if not isinstance(node, list) or not node or depth > DEEPEST or not _well_formed(node, depth):
        raise RuleError(N_("This is not a rule: %(text)s"), text=str(node)[:60])
    return node


def _well_formed(node: Node, depth: int) -> bool:
    name, parts = node[0], node[1:]
    if name in CONNECTIVES:
        return bool(parts) and all(check(part, depth + 1) for part in parts)
    if name in {"not", "answered"}:
        return len(parts) == 1 and bool(check(parts[0], depth + 1))
    if name in COMPARISONS | ARITHMETIC | {"differs"}:
        return len(parts) == 2 and all(check(part, depth + 1) for part in parts)  # noqa: PLR2004  (left and right)
    if name in MEMBERSHIPS:
        return len(parts) == 2 and bool(check(parts[0], depth + 1)) and _texts(parts[1])  # noqa: PLR2004  (what, in what)
    return len(parts) == 1 and _leaf(name, parts[0])


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _leaf(name: Any, value: Any) -> bool:
    if name == "fact":
        return value in FACTS
    if name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return name in {"answer", "text"} and isinstance(value, str)


def codes(node: Node) -> Iterator[str]:
    """The question codes that a rule looks at."""
    if node[0] == "answer":
        yield node[1]
    elif node[0] in MEMBERSHIPS:
        yield from codes(node[1])
    elif node[0] not in LEAVES:
        for part in node[1:]:
            yield from codes(part)
