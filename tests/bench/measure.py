"""Medians of work done in turns, and tables of them."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence


def in_turns(rounds: int, *works: Callable[[], None]) -> list[float]:
    """Run each work once a round, one after the other, so that a slow moment hits all; medians in milliseconds."""
    taken: list[list[float]] = [[] for _work in works]
    for _round in range(rounds):
        for times, work in zip(taken, works, strict=True):
            started = time.perf_counter()
            work()
            times.append((time.perf_counter() - started) * 1000)
    return [statistics.median(times) for times in taken]


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in plain text; figures with one decimal, ratios with two."""
    told = [[_said(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[n]) for row in told)) for n, head in enumerate(heads)]
    lines = [[*heads], ["-" * width for width in widths], *told]
    return "\n".join(
        [title, *("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)]
    )


def _said(cell: object) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
