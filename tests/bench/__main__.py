"""Print all tables."""

from tests.bench import batch, pages, sheet
from tests.bench.home import demonstration


def say(part: str) -> None:
    """One table, as soon as it is there."""
    print(part, end="\n\n", flush=True)  # noqa: T201  (this is what it is for)


say("Milliseconds are this machine's; ratios, measured in turns in one run, carry over.")
with demonstration() as home:
    say(pages.report(home))
    say(sheet.report(home))
say(batch.report())
