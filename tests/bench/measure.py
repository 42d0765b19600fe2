"""Medians of work done in turns, and tables of them."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """Milliseconds of many runs of the same."""

    all: tuple[float, ...]
    busy: float = 0
    """Milliseconds of the processor in one run, at the median: does not grow when others use the machine."""

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
    busy: list[list[float]] = [[] for _work in works]
    for _round in range(rounds):
        for times, used, work in zip(taken, busy, works, strict=True):
            started, before = time.perf_counter(), time.process_time()
            work()
            times.append((time.perf_counter() - started) * 1000)
            used.append((time.process_time() - before) * 1000)
    return [Times(tuple(times), statistics.median(used)) for times, used in zip(taken, busy, strict=True)]


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
