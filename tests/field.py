"""What teams do in tests: plan a visit, carry a tablet, answer, return, decide, report."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import Severity
from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.i18n import Message
from monitoring.core.permissions import Actor
from monitoring.desk import operations as desk
from monitoring.tablet.operations import take_in_sealed
from tests.factories import World
from tests.sealing import Sealer, Wire
from visits.findings import operations as findings
from visits.findings.models import Finding
from visits.findings.operations import FindingFacts
from visits.findings.queries import findings_of_visit
from visits.findings.rules import CallLink
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.plan.operations import PlanDraft
from visits.plan.queries import SeenVisit, visit_for
from visits.plan.rules import VisitKind
from visits.sheets.models import Device, Sheet
from visits.sheets.operations import BatchResult, enrol
from visits.sheets.queries import sender_for
from visits.sheets.rules import Confidence


def draft(world: World, session: Session, **changes: Any) -> PlanDraft:
    """A plan for the invented isolator: lead, member and doctor, unannounced, in three days."""
    day = clock.now().date() + timedelta(days=3)
    values: dict[str, Any] = {
        "facility_id": world.places["isolator"].id,
        "kind": VisitKind.PERIODIC,
        "announced": False,
        "starts_on": day,
        "ends_on": day,
        "objective": "Look at the first hours in custody (invented).",
        "lead_id": world.lead.id,
        "team": (world.member.id, world.doctor.id),
        "checklist_codes": checklists.proposed_codes(session, "temporary_detention_isolator"),
    }
    return PlanDraft(**(values | changes))


def plan(session: Session, world: World, **changes: Any) -> Visit:
    """A planned visit."""
    return desk.plan_visit(session, world.actor("regional"), draft(world, session, **changes), None)


def seen_by(session: Session, world: World, visit: Visit, name: str) -> SeenVisit:
    """The visit as somebody sees it."""
    return visit_for(session, world.actor(name), visit.id)


def sheet_of(session: Session, visit: Visit, code: str) -> Sheet:
    """The sheet of a form that is filled once."""
    version = plan_versions(visit)[code]
    return session.scalars(select(Sheet).where(Sheet.visit_id == visit.id, Sheet.checklist_version_id == version)).one()


def plan_versions(visit: Visit) -> dict[str, UUID]:
    """The pinned versions by code."""
    return {code: UUID(version) for code, version in visit.plan["versions"].items()}


class Tablet:
    """One person with one tablet: what leaves it is sealed."""

    def __init__(self, session: Session, actor: Actor, visit: Visit) -> None:
        self.session, self.actor, self.visit = session, actor, visit
        self.enrolled = enrol(session, actor, "test tablet")
        self.device: Device = self.enrolled.device
        assert actor.mechanism_id is not None
        self.sealer = Sealer(str(safe.identity(actor.mechanism_id).to_public()), self.device.id)
        self.counter = 0

    def entry(self, sheet: UUID, question: str, value: Any, bases: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
        """An entry as the client makes it."""
        self.counter += 1
        content = {"value": value, "note": more.pop("note", ""), "sources": more.pop("sources", ["observation"])}
        content |= more.pop("content", {})
        return {
            "id": str(uuid4()),
            "visit": str(self.visit.id),
            "sheet": str(sheet),
            "question": question,
            "content": content,
            "bases": list(bases),
            "device": str(self.device.id),
            "counter": self.counter,
            "device_time": "2026-11-24T09:12:00+05:00",
            **more,
        }

    def send(self, *entries: object) -> BatchResult:
        """Seal entries and send them to the server."""
        return self.send_sealed(self.sealer.batch(*entries))

    def send_sealed(self, batch: dict[str, Any]) -> BatchResult:
        """Send what is sealed already."""
        sender = sender_for(self.session, f"Device {self.device.id}:{self.enrolled.token}")
        assert sender is not None
        return take_in_sealed(self.session, sender, batch["envelopes"], batch["entries"])

    def wire(self, client: FlaskClient, before: Callable[[], None] | None = None) -> Wire:
        """The way over HTTP; before each request what the test prepared is committed, unless several threads send."""
        commit = before or self.session.commit
        return Wire(client, str(self.device.id), self.enrolled.token, self.enrolled.mac_key, commit)

    def answer(self, sheet: Sheet | UUID, question: str, value: Any, **more: Any) -> str:
        """Answer one question and send it; the entry's id."""
        entry = self.entry(sheet if isinstance(sheet, UUID) else sheet.id, question, value, **more)
        receipt = self.send(entry).receipts[0]
        assert receipt.outcome == "stored", receipt
        return str(entry["id"])

    def open(self, code: str, label: str, **more: Any) -> UUID:
        """Open a room or an interview."""
        sheet = uuid4()
        opened = {"version": str(plan_versions(self.visit)[code]), "label": label, "about": None, **more}
        receipt = self.send(self.entry(sheet, "sheet.opened", None, opened=opened)).receipts[0]
        assert receipt.outcome == "stored", receipt
        return sheet


def facts(finding: Finding, **changes: Any) -> FindingFacts:
    """What a lead writes about a finding."""
    values: dict[str, Any] = {
        "text": "The family was told only on the next day (invented).",
        "severity": Severity(finding.severity or "low"),
        "theme": finding.theme,
        "confidence": Confidence(finding.confidence),
        "calls": frozenset(row.coalition_code for row in finding.calls if row.state != CallLink.DECLINED),
    }
    return FindingFacts(**(values | changes))


def returned_visit(session: Session, world: World) -> Visit:
    """A visit with one high and one critical problem, from which the team has returned."""
    visit = plan(session, world)
    lead = Tablet(session, world.actor("lead"), visit)
    police = sheet_of(session, visit, "POLICE")
    for code, level in ((HIGH, "high"), (CRITICAL, "critical")):
        lead.answer(police, code, problem_value(session, visit, code, level))
        assert any(f.severity == level for f in findings_of_visit(session, seen_by(session, world, visit, "lead")))
    plans.mark_returned(session, world.actor("lead"), seen_by(session, world, visit, "lead"))
    return visit


def problem_value(session: Session, visit: Visit, code: str, level: str) -> str:
    """An answer that the question's rule calls a problem of a level."""
    definition = checklists.definition(session, plan_versions(visit)["POLICE"])
    return next(str(rule.when[2][1]) for rule in definition.questions[code].problems if rule.severity == level)


def confirm_all(session: Session, world: World, visit: Visit) -> list[Finding]:
    """The lead confirms everything, the doctor seconds."""
    lead = seen_by(session, world, visit, "lead")
    for finding in findings_of_visit(session, lead):
        findings.confirm(session, world.actor("lead"), lead, finding, facts(finding))
        if finding.state == "waits_for_second":
            findings.second(session, world.actor("doctor"), seen_by(session, world, visit, "doctor"), finding)
    return findings_of_visit(session, lead)


def say(message: Message | str) -> str:
    """In the source language."""
    return message.in_source_language() if isinstance(message, Message) else message


Say = Callable[[Message | str], str]
HIGH, CRITICAL = "PC21", "PC20"
"""Both bear on the coalition's call SH-1a."""
