"""Visits of which there is something to tell, and their reports on the way."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from monitoring.core.permissions import Actor
from monitoring.recommendations import operations as recommendations
from monitoring.recommendations.models import Recommendation
from monitoring.recommendations.operations import RecommendationFacts
from monitoring.recommendations.rules import Level, Priority
from monitoring.reports import operations
from monitoring.reports.models import Report
from monitoring.reports.queries import SeenReport, report_for
from tests.factories import World
from tests.field import CRITICAL, HIGH, Tablet, facts, plan, plan_versions, say, seen_by, sheet_of
from visits.findings import operations as findings
from visits.findings.models import Finding
from visits.findings.queries import findings_of_visit
from visits.findings.rules import FindingKind
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.sheets.queries import visit_sheet

VISITED = date(2026, 11, 24)
DUE = date(2031, 1, 15)
TORTURE, PRAISED = "PC05", "PC28"
WORDS = {
    HIGH: "Families were told only on the next day (invented).",
    CRITICAL: "A lawyer first came after the first questioning (invented).",
    TORTURE: "A bat without a label stood in an office (invented).",
    PRAISED: "A doctor sees everybody at admission (invented).",
}
ANSWERS = {HIGH: "no", CRITICAL: "after_24_h", TORTURE: "yes", PRAISED: "yes"}
ASKED = "Let people call a lawyer at once and write down the hour (invented)."


@dataclass
class Story:
    """A visit from which the team has returned, with all its findings decided, and one recommendation."""

    session: Session
    world: World
    visit: Visit
    recommendation: Recommendation

    def actor(self, name: str) -> Actor:
        return self.world.actor(name)

    def findings(self) -> dict[str, Finding]:
        return {
            str(f.question): f for f in findings_of_visit(self.session, seen_by(self.session, self.world, self.visit, "lead"))
        }

    def begin(self, language: str = "en") -> Report:
        seen = seen_by(self.session, self.world, self.visit, "lead")
        return operations.draft(self.session, self.actor("lead"), seen, language, say)

    def seen(self, name: str, report: Report) -> SeenReport:
        return report_for(self.session, self.actor(name), report.id)

    def write(self, report: Report, name: str = "lead", **texts: str) -> None:
        wanted = {**report.content["texts"], **texts}
        operations.write(self.session, self.actor(name), self.seen(name, report), wanted, say)

    def send(self, report: Report) -> None:
        operations.send_to_review(self.session, self.actor("lead"), self.seen("lead", report))

    def send_back(self, report: Report, name: str = "reviewer", remark: str = "Shorter, please (invented).") -> None:
        operations.send_back(self.session, self.actor(name), self.seen(name, report), remark)

    def approve(self, report: Report, name: str = "reviewer", **more: str) -> None:
        operations.approve(self.session, self.actor(name), self.seen(name, report), say, **more)

    def accept(self, report: Report, name: str, key: str, reason: str = "The office's own number (invented).") -> None:
        operations.accept_hit(self.session, self.actor(name), self.seen(name, report), key, reason)

    def publish(self, report: Report, name: str = "publisher"):
        return operations.publish(self.session, self.actor(name), self.seen(name, report))

    def approved(self, **texts: str) -> Report:
        """A report with some words of its own, approved."""
        report = self.begin()
        self.write(report, **texts)
        self.send(report)
        self.approve(report)
        return report


def _fill(session: Session, world: World, visit: Visit, interviews: int) -> None:
    lead, member = Tablet(session, world.actor("lead"), visit), Tablet(session, world.actor("member"), visit)
    access, police = sheet_of(session, visit, "ACCESS").id, sheet_of(session, visit, "POLICE").id
    own = visit_sheet(session, seen_by(session, world, visit, "lead")).id
    refused = {"access": {"at": "10:05", "who": "duty officer", "ground": ""}}
    room = uuid4()
    answered = lead.send(
        *(lead.entry(access, code, value) for code, value in (("AC01", "09:10"), ("AC02", "09:40"), ("AC10", "no"))),
        *(lead.entry(police, code, value) for code, value in ANSWERS.items()),
        lead.entry(own, f"access.c.{uuid4()}", "refused", content=refused),
        _opened(lead, visit, room, "ROOM", "A-01"),
        *(lead.entry(room, code, value) for code, value in (("RM01", "cell"), ("RM02", "Cell 3"), ("RM04", "20"), ("RM07", "2"))),
    )
    people = [(uuid4(), f"B-{number:02}") for number in range(interviews)]
    asked = member.send(
        *(_opened(member, visit, sheet, "INTERVIEW", label) for sheet, label in people),
        *(member.entry(sheet, "PI02", "yes") for sheet, _label in people),
    )
    assert {receipt.outcome for receipt in (*answered.receipts, *asked.receipts)} == {"stored"}


def _opened(tablet: Tablet, visit: Visit, sheet: UUID, form: str, label: str) -> dict[str, Any]:
    opened = {"version": str(plan_versions(visit)[form]), "label": label, "about": None}
    return tablet.entry(sheet, "sheet.opened", None, opened=opened)


def _decide(session: Session, world: World, visit: Visit) -> None:
    lead = seen_by(session, world, visit, "lead")
    police = sheet_of(session, visit, "POLICE")
    findings.make_by_hand(session, world.actor("lead"), lead, police.id, PRAISED, FindingKind.GOOD_PRACTICE)
    for finding in findings_of_visit(session, lead):
        words = WORDS.get(str(finding.question))
        if words is None:
            findings.drop(session, world.actor("lead"), lead, finding, "Known already (invented)")
            continue
        findings.confirm(session, world.actor("lead"), lead, finding, facts(finding, text=words))
        if finding.state == "waits_for_second":
            findings.second(session, world.actor("doctor"), seen_by(session, world, visit, "doctor"), finding)


def make_story(session: Session, world: World, interviews: int = 5) -> Story:
    """A visit of which everything is decided; `interviews` says how many people were spoken with."""
    visit = plan(session, world, starts_on=VISITED, ends_on=VISITED)
    _fill(session, world, visit, interviews)
    plans.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    _decide(session, world, visit)
    seen = seen_by(session, world, visit, "lead")
    high = next(finding for finding in findings_of_visit(session, seen) if finding.question == HIGH)
    asked = RecommendationFacts(
        text=ASKED,
        authority_id=world.places["isolator"].authority_id,
        addressee="Head of the isolator (invented)",
        level=Level.PLACE,
        priority=Priority.HIGH,
        due_on=DUE,
        findings=frozenset({high.id}),
    )
    return Story(session, world, visit, recommendations.write(session, world.actor("lead"), seen, asked))
