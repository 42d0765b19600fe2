"""Print all tables."""

from tests.bench import batch, pages, sheet

for part in (pages, batch, sheet):
    print(part.report(), end="\n\n", flush=True)  # noqa: T201  (this is what it is for)
