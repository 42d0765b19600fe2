"""A made-up form of 300 questions, 60 of them conditional, five of them asked ten times: for measuring only."""

import csv
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import operations as checklists
from checklists.adapters import read_library
from checklists.rules import ChecklistDefinition
from monitoring.accounts.models import Person
from monitoring.accounts.permissions import actor_of
from monitoring.core import clock
from monitoring.desk import operations as desk
from monitoring.tablet.operations import take_in
from visits.plan.models import Visit
from visits.plan.operations import PlanDraft
from visits.plan.queries import plan_of, visits_for
from visits.plan.rules import VisitKind
from visits.sheets.models import Sheet
from visits.sheets.operations import add_device
from visits.sheets.rules import OPENED, SheetKind

ONCE, REPEATED, TIMES = 295, 5, 10
IN_A_SECTION = 20
"""The longest section of a built-in form has 17."""
FORM, REPEAT = "BENCH", "BENCHROOM"
FIVE = ("yes_no_partly", "choice", "number", "yes_no_partly", "text")
"""The types of five questions in a row; the fifth is asked after a yes to the fourth."""
COLUMNS = (
    "section", "code", "type", "text", "unit", "choices", "relevant", "sources", "problem_when", "severity", "standards",
    "theme", "recommendations", "help", "key",
)  # fmt: skip


@dataclass(frozen=True)
class Laid:
    """A visit of the demonstration with the form laid out, and the sheet to fill."""

    visit: UUID
    sheet: UUID
    once: ChecklistDefinition
    repeated: ChecklistDefinition


def lay_out(session: Session, in_a_section: int) -> Laid:
    """Publish the form in one database, plan a visit with it, and open the repeated part ten times."""
    once, repeated = definitions(in_a_section)
    for position, definition in enumerate((once, repeated), start=100):
        checklists._publish(session, position, definition)
    people = {person.email.split("@")[0]: person for person in session.scalars(select(Person))}
    coordinator, lead, other = people["coordinator.kz"], people["lead.kz"], people["monitor.kz"]
    seen = visits_for(session, actor_of(lead))[0]
    day = clock.now().date() + timedelta(days=1)
    draft = PlanDraft(
        facility_id=seen.plan.facility_id, kind=VisitKind.PERIODIC, announced=False, starts_on=day, ends_on=day,
        objective="Measure (invented).", lead_id=lead.id, team=(lead.id, other.id), checklist_codes=(FORM, REPEAT),
    )  # fmt: skip
    visit = desk.plan_visit(session, actor_of(coordinator), draft, None)
    _open_repeats(session, lead, visit)
    sheet = session.scalars(select(Sheet.id).where(Sheet.visit_id == visit.id, Sheet.per == SheetKind.VISIT)).one()
    return Laid(visit.id, sheet, once, repeated)


def _open_repeats(session: Session, lead: Person, visit: Visit) -> None:
    device, version = add_device(session, actor_of(lead), "bench"), plan_of(visit).versions[REPEAT]
    entries = [
        {
            "id": str(uuid4()), "visit": str(visit.id), "sheet": str(uuid4()), "question": OPENED, "content": {"value": None},
            "opened": {"version": str(version), "label": f"A-{n:02}", "about": None}, "bases": [], "device": str(device.id),
            "counter": n, "device_time": clock.now().isoformat(),
        }
        for n in range(1, TIMES + 1)
    ]  # fmt: skip
    assert {receipt.outcome for receipt in take_in(session, actor_of(lead), device.id, entries).receipts} == {"stored"}


def definitions(in_a_section: int) -> tuple[ChecklistDefinition, ChecklistDefinition]:
    """Read from files, like the built-in forms."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = [
            {"file": "once", "code": FORM, "title": "Made-up form", "per": "visit", "facility_kinds": ""},
            {"file": "repeated", "code": REPEAT, "title": "Made-up repeat", "per": "room", "facility_kinds": ""},
        ]
        _write(folder / "index.csv", index)
        _write(folder / "once.csv", [_question("BQ", n, f"Part {(n - 1) // in_a_section + 1}") for n in range(1, ONCE + 1)])
        _write(folder / "repeated.csv", [_question("BR", n, "Part 1") for n in range(1, REPEATED + 1)])
        once, repeated = read_library(folder)
    return once, repeated


def _question(prefix: str, number: int, section: str) -> dict[str, str]:
    kind = FIVE[(number - 1) % len(FIVE)]
    row = dict.fromkeys(COLUMNS, "") | {
        "section": section, "code": f"{prefix}{number:03}", "type": kind, "theme": "space", "sources": "observation; staff",
        "text": f"Is point {number} of this made-up form as it should be, at every hour of the day?",
        "help": "Look at the register of the last month (invented).",
    }  # fmt: skip
    if kind == "yes_no_partly":
        row |= {"problem_when": "no:high", "severity": "high"}
    if kind == "choice":
        row["choices"] = "daily=every day; weekly=every week; never=never"
    if number % len(FIVE) == 0:
        row["relevant"] = f"{prefix}{number - 1:03}=yes"
    return row


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
