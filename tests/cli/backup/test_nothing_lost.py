"""Failure 34: an old backup is restored. What tablets still hold sealed comes back, and nothing is lost."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.app import create_app
from monitoring.core import installation
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from tests.cli.backup.conftest import Home
from tests.factories import World
from tests.field import Tablet, plan, plan_versions, sheet_of
from tests.sealing import Json
from visits.sheets.models import Answer, Entry, InterviewTotal

Facts = dict[str, set[tuple[Any, ...]]]


@dataclass
class Outbox:
    """A tablet with what it still holds sealed: sent until there is a receipt, kept until the watermark has passed it."""

    tablet: Tablet
    held: dict[str, Json] = field(default_factory=dict)
    receipts: dict[str, Json] = field(default_factory=dict)
    epoch: str = ""

    def record(self, *entries: Json) -> None:
        self.held |= {entry["id"]: entry for entry in entries}

    def meet(self, server: Flask) -> None:
        """Send, and once more if the server says that it is another epoch."""
        before, answer = self.epoch, self._send(server)
        if answer["epoch"] != before:
            self.epoch, self.receipts = answer["epoch"], {}
            self.meet(server)
            return
        for name, receipt in list(self.receipts.items()):
            waits = receipt.get("number")
            mark = answer["watermarks"].get("quarantine" if waits else str(self.tablet.visit.id), 0)
            if (waits or receipt["seq"]) <= mark:
                self.held.pop(name, None)

    def _send(self, server: Flask) -> Json:
        waiting = [entry for name, entry in self.held.items() if name not in self.receipts]
        answer = self.tablet.wire(server.test_client()).put_entries(self.tablet.sealer.batch(*waiting, epoch=self.epoch))
        assert {receipt["outcome"] for receipt in answer["receipts"]} <= {"stored", "duplicate", "quarantined"}
        self.receipts |= {receipt["id"]: receipt for receipt in answer["receipts"]}
        return answer


def facts(database: Database) -> Facts:
    """What a database holds of what tablets brought."""
    with database.reading() as session:
        entries = select(Entry.id, Entry.sha256, Entry.state, Entry.question, Entry.author_id, Entry.device_id, Entry.counter)
        answers = select(Answer.sheet_id, Answer.question, Answer.conflict, Answer.relevant, Answer.assessed, Answer.severity)
        totals = select(InterviewTotal.question, InterviewTotal.choice, InterviewTotal.people)
        found = {"entries": entries, "answers": answers, "totals": totals}
        return {name: {tuple(row) for row in session.execute(query)} for name, query in found.items()}


def an_interview(tablet: Tablet) -> list[Json]:
    """Opened on the tablet, and two answers."""
    sheet = uuid4()
    opened = {"version": str(plan_versions(tablet.visit)["INTERVIEW"]), "label": "A-01", "about": None}
    return [
        tablet.entry(sheet, "sheet.opened", None, opened=opened),
        tablet.entry(sheet, "PI02", "yes"),
        tablet.entry(sheet, "PI03", "yes"),
    ]


def test_34_after_an_old_backup_is_restored_tablets_offer_again_and_nothing_is_lost(
    home: Home, empty_home: Home, database: Database, session: Session, world: World
) -> None:
    visit, server = plan(session, world), create_app(home.settings, database=database)
    police = sheet_of(session, visit, "POLICE").id
    lead, member, outsider = (Outbox(Tablet(session, world.actor(name), visit)) for name in ("lead", "member", "outsider"))
    lead.record(*(lead.tablet.entry(police, code, "no") for code in ("PC21", "PC23", "PC28")))
    outsider.record(outsider.tablet.entry(police, "PC21", "yes"))
    for one in (lead, member, outsider):
        one.meet(server)
    yesterday = home.backed_up("yesterday.age")
    for one in (lead, outsider):
        one.meet(server)
        assert one.held == {}  # a verified backup holds it

    interview = an_interview(lead.tablet)
    lead.record(lead.tablet.entry(police, "PC29", "no"), *interview)
    member.record(*(member.tablet.entry(police, code, "yes") for code in ("PC21", "PC29")))
    outsider.record(outsider.tablet.entry(police, "PC23", "yes"))
    for one in (lead, member, outsider):
        one.meet(server)
    before = facts(database)

    assert empty_home.run("restore", yesterday)[0] == 0
    restored = create_app(empty_home.settings, database=empty_home.database)
    assert len(facts(empty_home.database)["entries"]) < len(before["entries"])
    member.record(*(member.tablet.entry(police, code, "no") for code in ("PC04", "PC05", "PC09", "PC10", "PC11")))
    for one in (member, outsider):
        one.meet(restored)
    empty_home.backed_up("today.age")  # the watermark passes the numbers that the lead's entries had before
    lead.meet(restored)

    after = facts(empty_home.database)
    assert before["entries"] <= after["entries"]
    assert before["answers"] <= after["answers"]
    assert before["totals"] == after["totals"] != set()
    assert safe.store.existing_key(UUID(interview[0]["sheet"]))
    with empty_home.database.reading() as reading:
        assert {lead.epoch, member.epoch, outsider.epoch} == {installation.epoch(reading)}
    assert lead.held.keys() >= {entry["id"] for entry in interview}  # until the next verified backup
