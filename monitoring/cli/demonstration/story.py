"""What happened in the demonstration: published visits, one being decided, one that lies ahead; told through the operations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import ChecklistDefinition, QuestionDefinition, QuestionType, Severity, Source, evaluate
from facilities.models import Facility
from monitoring.accounts.models import Person
from monitoring.accounts.permissions import actor_of
from monitoring.cli.demonstration import words
from monitoring.cli.demonstration.people import person_id
from monitoring.cli.demonstration.places import place_id
from monitoring.core import clock
from monitoring.core.permissions import Actor
from monitoring.core.templating import translated
from monitoring.desk import operations as desk
from monitoring.recommendations import operations as recommendations
from monitoring.recommendations.operations import RecommendationFacts
from monitoring.recommendations.rules import Level, proposed_deadline, proposed_priority
from monitoring.reports import operations as reports
from monitoring.reports.queries import report_for
from monitoring.tablet.operations import take_in
from visits.findings import operations as findings
from visits.findings.models import Finding
from visits.findings.operations import FindingFacts
from visits.findings.queries import findings_of_visit
from visits.findings.rules import CallLink, FindingState
from visits.plan import operations as plans
from visits.plan.models import Visit
from visits.plan.operations import PlanDraft
from visits.plan.queries import visit_for
from visits.plan.rules import VisitKind
from visits.sheets.models import Sheet
from visits.sheets.operations import add_device
from visits.sheets.queries import facts_of
from visits.sheets.rules import Confidence

COUNTRIES = {"KZ": "en", "KG": "ru", "TJ": "ru"}
"""The countries, and the language in which each writes its report."""
TEAM = ("lead", "monitor", "doctor")
BATCH = 150
HEAD = {"en": "the head of the place", "ru": "начальник учреждения"}
CELLS = (("Cell 1", "18", "2", "4"), ("Cell 2", "12.5", "1.5", "2"), ("Cell 3", "9", "1.5", "4"))


@dataclass(frozen=True)
class Chapter:
    """One visit of the story. `problems` are questions whose answers are problems."""

    place: str
    days_ago: int
    objective: str
    problems: frozenset[str] = frozenset()


PAST = Chapter(
    place="isolator_b",
    days_ago=41,
    objective="Look at the first hours in custody: registers, lawyer, doctor, telling the family.",
    problems=frozenset({"PC04", "PC20", "PC21", "PC30", "PC49"}),
)
RECENT = Chapter(
    place="station",
    days_ago=3,
    objective="Interim visit: were people who spoke with us last time left in peace?",
    problems=frozenset({"PC10", "PC17", "PC23", "PC43", "AC10"}),
)


def tell(session: Session) -> None:
    """Everything that happened."""
    for country in COUNTRIES:
        _published(session, country, PAST)
    _recent(session, "KZ", RECENT)
    for country in COUNTRIES:
        _ahead(session, country)


def _actor(session: Session, country: str, part: str) -> Actor:
    return actor_of(session.get_one(Person, person_id(country, part)))


def _plan(session: Session, country: str, chapter: Chapter, kind: VisitKind) -> Visit:
    place = session.get_one(Facility, place_id(country, chapter.place))
    day = clock.now().date() - timedelta(days=chapter.days_ago)
    draft = PlanDraft(
        facility_id=place.id,
        kind=kind,
        announced=False,
        starts_on=day,
        ends_on=day,
        objective=chapter.objective,
        lead_id=person_id(country, "lead"),
        team=tuple(person_id(country, part) for part in TEAM),
        checklist_codes=checklists.proposed_codes(session, place.kind_key),
    )
    return desk.plan_visit(session, _actor(session, country, "coordinator"), draft, None)


def _ahead(session: Session, country: str) -> None:
    chapter = Chapter("isolator", -3, "Unannounced: custody records of the last month, cells, private interviews.")
    _plan(session, country, chapter, VisitKind.PERIODIC)


def _recent(session: Session, country: str, chapter: Chapter) -> None:
    visit = _plan(session, country, chapter, VisitKind.INTERIM)
    lead = _Filler(session, _actor(session, country, "lead"), visit)
    lead.fill(chapter.problems)
    other = _Filler(session, _actor(session, country, "monitor"), visit)
    other.contradict("POLICE", 3)
    _return(session, country, visit)


def _return(session: Session, country: str, visit: Visit) -> None:
    lead = _actor(session, country, "lead")
    plans.mark_returned(session, lead, visit_for(session, lead, visit.id))


def _published(session: Session, country: str, chapter: Chapter) -> None:
    visit = _plan(session, country, chapter, VisitKind.PERIODIC)
    filler = _Filler(session, _actor(session, country, "lead"), visit)
    filler.fill(chapter.problems)
    filler.measure_rooms()
    doctor = _Filler(session, _actor(session, country, "doctor"), visit)
    for number in range(6):
        doctor.interview(number)
    _return(session, country, visit)
    _decide(session, country, visit)
    _recommend(session, country, visit)
    _publish(session, country, visit)


def _decide(session: Session, country: str, visit: Visit) -> None:
    lead, second = _actor(session, country, "lead"), _actor(session, country, "doctor")
    seen = visit_for(session, lead, visit.id)
    for finding in findings_of_visit(session, seen):
        facts = FindingFacts(
            text=_sentence(country, finding),
            severity=Severity(finding.severity),
            theme=finding.theme,
            confidence=Confidence(finding.confidence),
            calls=frozenset(row.coalition_code for row in finding.calls if row.state != CallLink.DECLINED),
        )
        findings.confirm(session, lead, seen, finding, facts)
        if finding.state == FindingState.WAITS_FOR_SECOND:
            findings.second(session, second, visit_for(session, second, visit.id), finding)


def _sentence(country: str, finding: Finding) -> str:
    return words.findings()[finding.question or ""].texts[COUNTRIES[country]]


def _recommend(session: Session, country: str, visit: Visit) -> None:
    lead = _actor(session, country, "lead")
    seen = visit_for(session, lead, visit.id)
    place = session.get_one(Facility, seen.plan.facility_id)
    found = findings_of_visit(session, seen)
    for demand in words.demands():
        answered = [finding for finding in found if words.findings()[finding.question or ""].demand == demand.key]
        if not answered or place.authority_id is None:
            continue
        levels = [Severity(finding.severity) for finding in answered]
        facts = RecommendationFacts(
            text=demand.texts[COUNTRIES[country]],
            authority_id=place.authority_id,
            addressee=HEAD[COUNTRIES[country]],
            level=Level.PLACE,
            priority=proposed_priority(levels),
            due_on=proposed_deadline(country, clock.now().date(), [(f.theme, Severity(f.severity)) for f in answered]),
            findings=frozenset(finding.id for finding in answered),
        )
        recommendations.write(session, lead, seen, facts)


def _publish(session: Session, country: str, visit: Visit) -> None:
    lead, reviewer, publisher = (_actor(session, country, part) for part in ("lead", "reviewer", "publisher"))
    language = COUNTRIES[country]
    with force_locale(language):
        report = reports.draft(session, lead, visit_for(session, lead, visit.id), language, translated)
        reports.send_to_review(session, lead, report_for(session, lead, report.id))
        reports.approve(session, reviewer, report_for(session, reviewer, report.id), translated)
    reports.publish(session, publisher, report_for(session, publisher, report.id))


class _Filler:
    """One person with one tablet."""

    def __init__(self, session: Session, actor: Actor, visit: Visit) -> None:
        self._session, self._actor, self._visit = session, actor, visit
        self._seen = visit_for(session, actor, visit.id)
        self._device = add_device(session, actor, "demonstration")
        self._entries: list[dict[str, Any]] = []
        self._counter = 0

    def fill(self, problems: frozenset[str]) -> None:
        """Answer every question of the forms that are filled once."""
        for sheet, definition in self._sheets():
            self._answer_all(sheet.id, definition, problems)
        self._send()

    def contradict(self, form: str, most: int) -> None:
        """Answer some questions differently from a colleague, without having seen the answer."""
        sheet, definition = next(found for found in self._sheets() if found[1].code == form)
        asked = [q for q in definition.questions.values() if q.type is QuestionType.YES_NO_PARTLY and q.relevant is None]
        for question in asked[:most]:
            self._entry(sheet.id, question.code, "partly", question.sources[:1])
        self._send()

    def measure_rooms(self) -> None:
        """Measure three cells."""
        version = self._seen.plan.versions["ROOM"]
        for number, (label, area, corner, people) in enumerate(CELLS, start=1):
            sheet = self._open(version, f"{self._seen.letter}-{number:02}")
            for code, value in (("RM01", "cell"), ("RM02", label), ("RM04", area), ("RM05", corner), ("RM07", people)):
                self._entry(sheet, code, value, ("observation",))
        self._send()

    def interview(self, number: int) -> None:
        """A private interview; every second person says that something was wrong."""
        version = self._seen.plan.versions["INTERVIEW"]
        sheet = self._open(version, f"{self._seen.letter}-{number + 1:02}")
        definition = checklists.definition(self._session, version)
        wrong = frozenset(code for n, code in enumerate(definition.key_questions) if (n + number) % 7 == 0)
        self._answer_all(sheet, definition, wrong & frozenset(definition.questions))
        self._entry(sheet, "sheet.closed", "yes", ())
        self._send()

    def _sheets(self) -> list[tuple[Sheet, ChecklistDefinition]]:
        query = select(Sheet).where(Sheet.visit_id == self._visit.id, Sheet.per == "visit").order_by(Sheet.position)
        return [
            (sheet, checklists.definition(self._session, sheet.checklist_version_id))
            for sheet in self._session.scalars(query)
            if sheet.checklist_version_id is not None
        ]

    def _answer_all(self, sheet: UUID, definition: ChecklistDefinition, problems: frozenset[str]) -> None:
        facts = facts_of(self._session, self._visit, self._seen.plan)
        sides: dict[str, tuple[Any, ...]] = {}
        for code, question in definition.questions.items():
            if code not in evaluate(definition, sides, facts).visible:
                continue
            value = _answer(question, wrong=code in problems)
            if value is not None:
                sides[code] = (tuple(value) if isinstance(value, list) else value,)
                self._entry(sheet, code, value, question.sources[:2])

    def _open(self, version: UUID, label: str) -> UUID:
        sheet = uuid4()
        self._entry(sheet, "sheet.opened", None, (), opened={"version": str(version), "label": label, "about": None})
        return sheet

    def _entry(self, sheet: UUID, question: str, value: Any, sources: Iterable[str], **more: Any) -> None:
        self._counter += 1
        self._entries.append(
            {
                "id": str(uuid4()),
                "visit": str(self._visit.id),
                "sheet": str(sheet),
                "question": question,
                "content": {"value": value, "note": "", "sources": [s for s in sources if s in set(Source)], "photos": []},
                "bases": [],
                "device": str(self._device.id),
                "counter": self._counter,
                "device_time": clock.now().isoformat(),
                **more,
            }
        )

    def _send(self) -> None:
        while self._entries:
            batch, self._entries = self._entries[:BATCH], self._entries[BATCH:]
            result = take_in(self._session, self._actor, self._device.id, batch)
            refused = [receipt for receipt in result.receipts if receipt.outcome not in {"stored", "duplicate"}]
            assert not refused, refused[:3]


def _answer(question: QuestionDefinition, *, wrong: bool) -> Any:
    """An answer that is a problem, or one that is not."""
    if question.type is QuestionType.YES_NO_PARTLY:
        bad = next((rule.when[2][1] for rule in question.problems if rule.when[0] == "=" and rule.when[2][0] == "text"), "")
        good = {"yes": "no", "no": "yes"}.get(bad, "yes")
        return (bad or "no") if wrong else good
    if question.type is QuestionType.CHOICE:
        return _choice(question, wrong=wrong)
    if question.type is QuestionType.TIME:
        return "09:10"
    return "2" if question.type is QuestionType.NUMBER and wrong else None


def _choice(question: QuestionDefinition, *, wrong: bool) -> str:
    bad = {str(rule.when[2][1]) for rule in question.problems if rule.when[0] == "=" and rule.when[2][0] == "text"}
    keys = [choice.key for choice in question.choices if (choice.key in bad) == wrong]
    return (keys or [question.choices[0].key])[0]
