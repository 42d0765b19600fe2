"""Medians of work done in turns, and tables of them."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """Milliseconds of many runs of the same."""

    all: tuple[float, ...]

    @property
    def median(self) -> float:
        """Half were quicker."""
        return statistics.median(self.all)

    @property
    def high(self) -> float:
        """The 95th percentile."""
        return statistics.quantiles(self.all, n=20, method="inclusive")[-1]


def in_turns(rounds: int, *works: Callable[[], None]) -> list[Times]:
    """Run each work once a round, one after the other, so that a slow moment hits all."""
    taken: list[list[float]] = [[] for _work in works]
    for _round in range(rounds):
        for times, work in zip(taken, works, strict=True):
            started = time.perf_counter()
            work()
            times.append((time.perf_counter() - started) * 1000)
    return [Times(tuple(times)) for times in taken]


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in plain text; figures from 10 on with one decimal, below with two."""
    told = [[_said(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[n]) for row in told)) for n, head in enumerate(heads)]
    lines = [[*heads], ["-" * width for width in widths], *told]
    return "\n".join(
        [title, *("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)]
    )


def _said(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.1f}" if cell >= 10 else f"{cell:.2f}"
    return str(cell)
