"""The built-in grammar of skip rules and problem rules: text to tree and back.

Skip rule: `TERM (and|or TERM)*`, `and` binds first. Problem rule: `condition:severity`, separated by `; `.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from checklists.rules.kinds import Severity
from checklists.rules.tree import ARITHMETIC, COMPARISONS, CONNECTIVES, FACTS, Node, RuleError
from monitoring.core.i18n import N_

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:[.,]\d+)?)(?![\w])|(?P<name>v\.[a-z_]+|\w+)|(?P<sign><=|>=|!=|[=<>+\-*/(),]))", re.UNICODE
)
CODE = re.compile(r"[A-Z]{2,}\d+$")
WORDS = frozenset({"and", "or", "in", "not_in", "any_except", "any_of", "differs"})


@dataclass(frozen=True)
class ProblemRule:
    """When an answer is a problem, and how grave."""

    when: Node
    severity: Severity


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


class _Reader:
    """Walks over the tokens of one rule."""

    def __init__(self, text: str, offset: int = 0) -> None:
        self._tokens, self._next, self._end = _split(text, offset), 0, offset + len(text)

    @property
    def here(self) -> _Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else _Token("end", "", self._end)

    def take(self) -> _Token:
        token = self.here
        self._next += 1
        return token

    def takes(self, *texts: str) -> bool:
        if self.here.kind != "end" and self.here.text in texts:
            self._next += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.takes(text):
            raise self.wrong(text)

    def wrong(self, wanted: str) -> RuleError:
        return RuleError(
            N_("At '%(found)s' the rule should go on with: %(wanted)s."), self.here.at, found=self.here.text or "…", wanted=wanted
        )

    def done(self) -> None:
        if self.here.kind != "end":
            raise self.wrong("; or the end")


def _split(text: str, offset: int) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise RuleError(N_("The sign '%(sign)s' has no place in a rule."), offset + at, sign=text[at : at + 1])
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, match.group(kind), offset + match.start(kind)))
        at = match.end()
    return tokens


def parse_relevant(text: str) -> Node | None:
    """The tree of a skip rule; None when it is empty (always asked). Raises RuleError."""
    if not text.strip():
        return None
    reader = _Reader(text)
    tree = _chain(reader, "or", lambda: _chain(reader, "and", lambda: _term(reader)))
    reader.done()
    return tree


def _chain(reader: _Reader, word: str, part: Callable[[], Node]) -> Node:
    parts = [part()]
    while reader.takes(word):
        parts.append(part())
    return parts[0] if len(parts) == 1 else [word, *parts]


def _term(reader: _Reader) -> Node:
    subject = _reference(reader)
    operator = reader.take()
    if operator.text == "in":
        return ["in", subject, _keys(reader)]
    if operator.text == "not_in":
        return ["and", ["answered", subject], ["not", ["in", subject, _keys(reader)]]]
    if operator.text == "any_except":
        return ["other", subject, _keys(reader)]
    if operator.text == "!=":
        return ["and", ["answered", subject], ["!=", subject, _literal(reader)]]
    if operator.text in {"=", "<", ">"}:
        return [operator.text, subject, _literal(reader)]
    raise RuleError(N_("'%(found)s' is not a comparison."), operator.at, found=operator.text or "…")


def _reference(reader: _Reader) -> Node:
    token = reader.take()
    if token.kind == "name" and token.text.startswith("v."):
        if token.text[2:] not in FACTS:
            raise RuleError(N_("There is no visit fact '%(name)s'."), token.at, name=token.text)
        return ["fact", token.text[2:]]
    if token.kind == "name" and CODE.match(token.text):
        return ["answer", token.text]
    raise RuleError(N_("'%(found)s' is not a question code."), token.at, found=token.text or "…")


def _literal(reader: _Reader) -> Node:
    token = reader.take()
    if token.kind == "number":
        return ["number", _number(token.text)]
    if token.kind == "name" and token.text not in WORDS:
        return ["text", token.text]
    raise RuleError(N_("'%(found)s' is neither a number nor an answer."), token.at, found=token.text or "…")


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _keys(reader: _Reader) -> list[str]:
    reader.expect("(")
    keys = [_key(reader)]
    while reader.takes(","):
        keys.append(_key(reader))
    reader.expect(")")
    return keys


def _key(reader: _Reader) -> str:
    token = reader.take()
    if token.kind not in {"name", "number"}:
        raise RuleError(N_("'%(found)s' is not an answer."), token.at, found=token.text or "…")
    return token.text


def parse_problems(text: str, code: str) -> tuple[ProblemRule, ...]:
    """The problem rules of a question with this code. Raises RuleError."""
    rules, offset = [], 0
    for part in text.split(";"):
        if part.strip():
            rules.append(_problem(part, code, offset))
        offset += len(part) + 1
    return tuple(rules)


def _problem(text: str, code: str, offset: int) -> ProblemRule:
    condition, colon, severity = text.rpartition(":")
    if not colon or severity.strip() not in set(Severity):
        raise RuleError(N_("After ':' there must be low, medium, high or critical."), offset + len(text))
    reader = _Reader(condition, offset)
    tree = _condition(reader, code)
    reader.done()
    return ProblemRule(tree, Severity(severity.strip()))


def _condition(reader: _Reader, code: str) -> Node:
    own: Node = ["answer", code]
    if reader.here.text == "any_of":
        reader.take()
        return ["has", own, _keys(reader)]
    if reader.here.text == "any_except":
        reader.take()
        return ["other", own, _keys(reader)]
    if reader.here.text == "differs":
        return _differs(reader, own)
    if reader.here.text in COMPARISONS:
        return [reader.take().text, own, _sum(reader)]
    if reader.here.kind == "name" and not CODE.match(reader.here.text):
        return ["=", own, ["text", reader.take().text]]
    return _compared_sum(reader)


def _differs(reader: _Reader, own: Node) -> Node:
    reader.take()
    reader.expect("(")
    other = _reference(reader)
    reader.expect(")")
    return ["differs", own, other]


def _compared_sum(reader: _Reader) -> Node:
    left = _sum(reader)
    operator = reader.take()
    if operator.text not in COMPARISONS:
        raise RuleError(N_("'%(found)s' is not a comparison."), operator.at, found=operator.text or "…")
    return [operator.text, left, _sum(reader)]


def _sum(reader: _Reader) -> Node:
    return _binary(reader, ("+", "-"), lambda: _binary(reader, ("*", "/"), lambda: _atom(reader)))


def _binary(reader: _Reader, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
    left = part()
    while reader.here.text in signs:
        left = [reader.take().text, left, part()]
    return left


def _atom(reader: _Reader) -> Node:
    if reader.takes("("):
        inner = _sum(reader)
        reader.expect(")")
        return inner
    if reader.here.kind == "number":
        return ["number", _number(reader.take().text)]
    return _reference(reader)


def print_relevant(tree: Node | None) -> str:
    """The text of a skip rule that `parse_relevant` made."""
    if tree is None:
        return ""
    if tree[0] == "and" and tree[1][0] == "answered" and len(tree) == 3:  # noqa: PLR2004  (the negated term)
        return _print_negated(tree[2])
    if tree[0] in CONNECTIVES:
        return f" {tree[0]} ".join(print_relevant(part) for part in tree[1:])
    if tree[0] == "in":
        return f"{_print(tree[1])} in ({', '.join(tree[2])})"
    if tree[0] == "other":
        return f"{_print(tree[1])} any_except ({', '.join(tree[2])})"
    return f"{_print(tree[1])} {tree[0]} {_print(tree[2])}"


def _print_negated(tree: Node) -> str:
    if tree[0] == "not":
        return f"{_print(tree[1][1])} not_in ({', '.join(tree[1][2])})"
    return f"{_print(tree[1])} != {_print(tree[2])}"


def print_problems(rules: tuple[ProblemRule, ...], code: str) -> str:
    """The text of problem rules that `parse_problems` made."""
    return "; ".join(f"{_print_condition(rule.when, ['answer', code])}:{rule.severity}" for rule in rules)


def _print_condition(tree: Node, own: Node) -> str:
    if tree[0] in {"has", "other"}:
        return f"{'any_of' if tree[0] == 'has' else 'any_except'}({', '.join(tree[2])})"
    if tree[0] == "differs":
        return f"differs({_print(tree[2])})"
    if tree[0] == "=" and tree[2][0] == "text":
        return str(tree[2][1])
    left = "" if tree[1] == own else _print(tree[1])
    return f"{left}{tree[0]}{_print(tree[2])}"


def _print(tree: Node) -> str:
    name = tree[0]
    if name == "fact":
        return f"v.{tree[1]}"
    if name == "number":
        return f"{tree[1]:g}"
    if name in ARITHMETIC:
        return f"{_operand(tree[1], name, right=False)}{name}{_operand(tree[2], name, right=True)}"
    return str(tree[1])


def _operand(tree: Node, sign: str, *, right: bool) -> str:
    weaker = tree[0] in {"+", "-"} and (sign in {"*", "/"} or right)
    equal = right and tree[0] in {"*", "/"} and sign in {"*", "/"}
    return f"({_print(tree)})" if weaker or equal else _print(tree)
