"""The document that a report adds up to: texts of its writers, and findings and recommendations of its visit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from babel.dates import format_date
from sqlalchemy.orm import Session

from checklists.rules import Severity
from facilities import queries as facilities
from facilities.models import Facility
from monitoring.accounts import queries as accounts
from monitoring.coalition import queries as coalition
from monitoring.core.i18n import N_, Message, text_in
from monitoring.documents.rules import Block, BlockKind, Document, Hit, find_personal_data, from_json, texts_of
from monitoring.recommendations import queries as recommendations
from monitoring.recommendations.models import Recommendation
from monitoring.recommendations.rules import Priority
from monitoring.reports.models import Report
from monitoring.reports.queries.access import Say, access_words
from monitoring.standards import queries as standards
from visits.findings.models import Finding
from visits.findings.queries import findings_of_visit
from visits.findings.rules import CallLink, FindingKind, FindingState
from visits.plan.queries import SeenVisit
from visits.sheets.queries import interview_totals
from visits.sheets.queries import sheets_of as sheets_of_visit
from visits.sheets.rules import Confidence

Texts = Mapping[str, str]
"""What people write in a report, by `rules.TEXTS`."""


def draft_texts(session: Session, seen: SeenVisit, language: str, say: Say) -> dict[str, str]:
    """What the report proposes to its writers, from the visit as it is now."""
    place = facilities.facilities_by_id(session, [seen.plan.facility_id])[seen.plan.facility_id]
    found = _confirmed(session, seen)
    problems = [finding for finding in found if finding.kind == FindingKind.PROBLEM]
    asked = recommendations.recommendations_of_visit(session, seen)
    counts = {level: sum(finding.severity == level for finding in problems) for level in reversed(Severity)}
    told = ", ".join(f"{say(level.label)}: {count}" for level, count in counts.items() if count)
    summary = N_(
        "On %(day)s a team of %(people)s visited %(place)s. Problems confirmed: %(findings)s%(levels)s."
        " Recommendations made: %(recommendations)s."
    ).having(
        day=_day(seen, language),
        people=len(seen.plan.members),
        place=text_in(place.names, language),
        findings=len(problems),
        levels=f" ({told})" if told else "",
        recommendations=len(asked),
    )
    title = N_("Report on the visit to %(place)s").having(place=text_in(place.names, language))
    access = access_words(session, seen, language, say)
    return {"title": say(title), "summary": say(summary), "access": access, "practice": "", "closing": ""}


def _day(seen: SeenVisit, language: str) -> str:
    return format_date(seen.plan.starts_on, "d MMMM y", locale=language)


def _confirmed(session: Session, seen: SeenVisit) -> list[Finding]:
    return [finding for finding in findings_of_visit(session, seen) if finding.state == FindingState.CONFIRMED]


def texts_now(session: Session, seen: SeenVisit, report: Report, say: Say) -> dict[str, str]:
    """The texts of a report that is being written: what its writers left as it was drafted follows the visit."""
    texts, drafted = report.content["texts"], report.content.get("drafted") or {}
    fresh = draft_texts(session, seen, report.language, say)
    return {name: fresh[name] if text == drafted.get(name) else text for name, text in texts.items()}


def authors_of(session: Session, seen: SeenVisit) -> set[UUID]:
    """Whose words stand in the document besides those of the report's own writers: of findings and recommendations."""
    found = {finding.decided_by for finding in _confirmed(session, seen)}
    asked = {found.written_by for found in recommendations.recommendations_of_visit(session, seen)}
    return {person_id for person_id in found | asked if person_id is not None}


def document_of(session: Session, seen: SeenVisit, report: Report, say: Say, texts: Texts | None = None) -> Document:
    """The document as it stands; once approved, as it was approved. `texts` are its texts if they are at hand."""
    content: dict[str, Any] = report.content
    if content.get("document"):
        return from_json(content["document"])
    return _Builder(session, seen, report, say, texts or texts_now(session, seen, report, say)).document()


class _Builder:
    """Puts the parts of a report in their order."""

    def __init__(self, session: Session, seen: SeenVisit, report: Report, say: Say, texts: Texts) -> None:
        self._session, self._seen, self._say, self._language = session, seen, say, report.language
        self._texts = texts
        self._findings = _confirmed(session, seen)
        self._asked = recommendations.recommendations_of_visit(session, seen)
        known = facilities.authorities(session, seen.visit.country) if self._asked else []
        self._authorities = {row.id: text_in(row.names, self._language) for row in known}
        self._themes = standards.theme_titles(session, self._language)
        self._calls = coalition.titles_in_scope(session, seen.visit.country, self._language)
        codes = {code for finding in self._findings for code in finding.standards}
        provisions = standards.provisions(session, codes)
        self._standards = {code: standards.citation(row, report.language) for code, row in provisions.items()}

    def document(self) -> Document:
        place = facilities.facilities_by_id(self._session, [self._seen.plan.facility_id])[self._seen.plan.facility_id]
        mechanism = accounts.mechanism(self._session, self._seen.visit.mechanism_id)
        say = self._say
        blocks = [
            *self._text("summary", N_("Summary")),
            Block(BlockKind.HEADING, say(N_("The place and the visit"))),
            Block(BlockKind.FACTS, pairs=self._facts(place)),
            *self._text("access", N_("Access and cooperation")),
            *self._good_practice(),
            *self._problems(),
            *self._text("closing", N_("Closing words")),
            *self._annex(),
        ]
        subtitle = f"{say(self._seen.plan.kind.label)}, {_day(self._seen, self._language)}"
        author = text_in(mechanism.names, self._language)
        return Document(self._texts["title"], subtitle, author, self._language, tuple(blocks))

    def _text(self, name: str, title: Message) -> list[Block]:
        text = self._texts.get(name, "").strip()
        return [Block(BlockKind.HEADING, self._say(title)), Block(BlockKind.PARAGRAPH, text)] if text else []

    def _facts(self, place: Facility) -> tuple[tuple[str, str], ...]:
        say, language, plan = self._say, self._language, self._seen.plan
        region = accounts.region(self._session, plan.region_code)
        notice = N_("announced") if plan.announced else N_("unannounced")
        pairs = (
            (say(N_("Place")), text_in(place.names, language)),
            (say(N_("Kind of place")), text_in(place.kind.titles, language)),
            (say(N_("Region")), text_in(region.titles, language)),
            (say(N_("Authority")), text_in(place.authority.names, language) if place.authority else ""),
            (say(N_("Places by its own figures")), str(place.capacity or "")),
            (say(N_("Kind of visit")), f"{say(plan.kind.label)}, {say(notice)}"),
            (say(N_("Days")), str(plan.days)),
            (say(N_("People in the team")), str(len(plan.members))),
        )
        return tuple(pair for pair in pairs if pair[1])

    def _good_practice(self) -> list[Block]:
        practices = [finding for finding in self._findings if finding.kind == FindingKind.GOOD_PRACTICE]
        written = self._texts.get("practice", "").strip()
        if not practices and not written:
            return []
        head = Block(BlockKind.HEADING, self._say(N_("Good practice")))
        text = [Block(BlockKind.PARAGRAPH, written)] if written else []
        return [head, *text, *(Block(BlockKind.PARAGRAPH, finding.text, ref=str(finding.id)) for finding in practices)]

    def _problems(self) -> list[Block]:
        problems = [finding for finding in self._findings if finding.kind == FindingKind.PROBLEM]
        if not problems:
            return []
        blocks = [Block(BlockKind.HEADING, self._say(N_("Findings and recommendations")))]
        shown: set[UUID] = set()
        for theme, title in self._themes.items():
            members = [finding for finding in problems if finding.theme == theme]
            if members:
                blocks.append(Block(BlockKind.HEADING, title, level=3))
                blocks.extend(self._finding(finding) for finding in members)
                answers = self._answers(members, shown)
                blocks.extend(self._recommendation(found) for found in answers)
                shown.update(found.id for found in answers)
        return blocks

    def _answers(self, findings: list[Finding], shown: set[UUID]) -> list[Recommendation]:
        ids = {finding.id for finding in findings}
        return [r for r in self._asked if r.id not in shown and not ids.isdisjoint(row.finding_id for row in r.findings)]

    def _finding(self, finding: Finding) -> Block:
        say = self._say
        calls = sorted(row.coalition_code for row in finding.calls if row.state == CallLink.LINKED)
        pairs = (
            (say(N_("Standards")), "; ".join(self._standards[code] for code in finding.standards if code in self._standards)),
            (say(N_("Support")), say(Confidence(finding.confidence).label)),
            (say(N_("Coalition recommendations")), "; ".join(f"{c} · {self._calls[c]}" for c in calls if c in self._calls)),
        )
        return Block(
            BlockKind.FINDING,
            finding.text,
            pairs=tuple(pair for pair in pairs if pair[1]),
            severity=finding.severity,
            ref=str(finding.id),
        )

    def _recommendation(self, found: Recommendation) -> Block:
        say = self._say
        addressee = ", ".join(part for part in (self._authorities.get(found.authority_id, ""), found.addressee) if part)
        pairs = (
            (say(N_("To")), addressee),
            (say(N_("Deadline")), format_date(found.due_on, "d MMMM y", locale=self._language)),
            (say(N_("How soon")), say(Priority(found.priority).label)),
        )
        return Block(BlockKind.RECOMMENDATION, found.text, pairs=pairs, ref=str(found.id))

    def _annex(self) -> list[Block]:
        say = self._say
        rows = sheets_of_visit(self._session, self._seen)
        forms = [(text_in(row.definition.titles, self._language), row) for row in rows if not row.interview]
        told = say(N_("%(answered)s of %(asked)s questions answered"))
        pairs = [
            (f"{title} {row.sheet.label}".strip(), told % {"answered": row.answered, "asked": row.asked}) for title, row in forms
        ]
        people = max((total.asked or 0 for total in interview_totals(self._session, self._seen).values()), default=0)
        if people >= 5:  # noqa: PLR2004  (fewer are never told outside the team)
            pairs.append((say(N_("Private interviews")), str(people)))
        return [Block(BlockKind.HEADING, say(N_("Annex: what the team filled"))), Block(BlockKind.FACTS, pairs=tuple(pairs))]


def hits_of(document: Document) -> list[Hit]:
    """Everything in the document that looks like personal data, once each."""
    found = {hit.key: hit for text in texts_of(document) for hit in find_personal_data(text)}
    return list(found.values())
