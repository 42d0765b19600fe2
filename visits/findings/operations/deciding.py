"""People decide: confirm, second, edit, drop, make by hand."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from checklists.rules import Severity
from monitoring.audit import operations as audit
from monitoring.coalition import queries as coalition
from monitoring.coalition.rules import in_scope
from monitoring.core import clock
from monitoring.core.errors import Conflict, Invalid
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor
from monitoring.standards import queries as standards
from visits.findings.models import Finding, FindingCall, FindingEvidence
from visits.findings.permissions import check_may_decide, check_may_make, check_may_second
from visits.findings.rules import DECIDABLE, CallLink, FindingEvent, FindingKind, FindingState, confidence, needs_second
from visits.plan.queries import SeenVisit
from visits.sheets.queries import question_view
from visits.sheets.rules import Confidence

CHECK = N_("Please look at this again.")


@dataclass(frozen=True)
class FindingFacts:
    """What the lead decides about a finding."""

    text: str
    severity: Severity
    theme: str
    confidence: Confidence
    calls: frozenset[str]


def confirm(session: Session, actor: Actor, seen: SeenVisit, finding: Finding, facts: FindingFacts) -> None:
    """Confirm a finding; a critical one then waits for a second member. Raises Forbidden, Conflict, Invalid."""
    check_may_decide(seen)
    if finding.state != FindingState.DRAFT:
        raise Conflict(N_("This finding is already decided. Look at it once more."))
    _write(session, actor, finding, facts)
    _decided(actor, finding)
    session.flush()
    audit.record(session, actor, FindingEvent.CONFIRMED, finding)


def edit(session: Session, actor: Actor, seen: SeenVisit, finding: Finding, facts: FindingFacts) -> None:
    """Change a finding; a critical one that was already confirmed needs its second member again."""
    check_may_decide(seen)
    if finding.state not in DECIDABLE:
        raise Conflict(N_("This finding was dropped. Take it up again first."))
    decided = finding.state != FindingState.DRAFT
    _write(session, actor, finding, facts)
    if decided:
        _decided(actor, finding)
    session.flush()
    audit.record(session, actor, FindingEvent.EDITED, finding)


def _decided(actor: Actor, finding: Finding) -> None:
    finding.state = FindingState.WAITS_FOR_SECOND if needs_second(finding.severity) else FindingState.CONFIRMED
    finding.decided_by, finding.decided_at = actor.person_id, clock.now()
    finding.seconded_by = finding.seconded_at = None
    finding.answers_changed = False


def second(session: Session, actor: Actor, seen: SeenVisit, finding: Finding) -> None:
    """A second member confirms a critical finding."""
    check_may_second(actor, seen, finding)
    finding.state = FindingState.CONFIRMED
    finding.seconded_by, finding.seconded_at = actor.person_id, clock.now()
    session.flush()
    audit.record(session, actor, FindingEvent.SECONDED, finding)


def drop(session: Session, actor: Actor, seen: SeenVisit, finding: Finding, reason: str) -> None:
    """Drop a finding, with the reason. Raises Invalid without one."""
    check_may_decide(seen)
    if not reason.strip():
        raise Invalid(CHECK, {"reason": N_("Write why it is dropped; the team will want to know.")})
    finding.state, finding.reason = FindingState.DROPPED, reason.strip()
    finding.decided_by, finding.decided_at = actor.person_id, clock.now()
    session.flush()
    audit.record(session, actor, FindingEvent.DROPPED, finding)


def take_up_again(session: Session, actor: Actor, seen: SeenVisit, finding: Finding) -> None:
    """A dropped finding becomes a draft again."""
    check_may_decide(seen)
    if finding.state != FindingState.DROPPED:
        raise Conflict(N_("This finding is not dropped."))
    finding.state, finding.reason = FindingState.DRAFT, None
    session.flush()
    audit.record(session, actor, FindingEvent.TAKEN_UP_AGAIN, finding)


def make_by_hand(session: Session, actor: Actor, seen: SeenVisit, sheet_id: UUID, code: str, kind: FindingKind) -> Finding:
    """Make a finding from an answer; from the same answer a second time it is the same finding. Raises NotFound."""
    check_may_make(seen)
    finding_id = uuid5(seen.id, f"{sheet_id}|{code}|{kind}")
    found = session.get(Finding, finding_id)
    if found is not None:
        return found
    view, answer = question_view(session, seen, sheet_id, code)
    sources = sorted({source for side in answer.sides for source in side.sources})
    severity = answer.severity or (Severity.MEDIUM if kind is FindingKind.PROBLEM else None)
    finding = Finding(
        id=finding_id,
        visit_id=seen.id,
        country=seen.visit.country,
        mechanism_id=seen.visit.mechanism_id,
        checklist_code=view.definition.code,
        question=code,
        rule_question=None,
        kind=kind,
        state=FindingState.DRAFT,
        theme=answer.question.theme,
        severity=str(severity or ""),
        standards=list(answer.question.standards),
        sources=sources,
        confidence=str(confidence(sources)),
        interviews=0,
        made_by=actor.person_id,
        made_at=clock.now(),
        answers_changed=False,
        still_proposed=True,
    )
    finding.text = ""
    finding.evidence = [
        FindingEvidence(finding_id=finding_id, sheet_id=sheet_id, question=code, severity=str(severity) if severity else None)
    ]
    scopes = coalition.scopes(session)
    suggested = in_scope(answer.question.recommendations, scopes, seen.visit.country)
    finding.calls = [_call(finding, call, CallLink.SUGGESTED, None) for call in suggested]
    session.add(finding)
    session.flush()
    audit.record(session, actor, FindingEvent.MADE_BY_HAND, finding)
    return finding


def _call(finding: Finding, code: str, state: CallLink, by: UUID | None) -> FindingCall:
    return FindingCall(finding_id=finding.id, coalition_code=code, state=state, by=by, at=clock.now())


def _write(session: Session, actor: Actor, finding: Finding, facts: FindingFacts) -> None:
    if not facts.text.strip():
        raise Invalid(CHECK, {"text": N_("Write in one or two sentences what was found.")})
    if facts.theme not in {theme.code for theme in standards.themes(session)}:
        raise Invalid(CHECK, {"theme": N_("Choose the theme.")})
    known = {call.code for call in coalition.recommendations_in_scope(session, finding.country)}
    if not facts.calls <= known:
        raise Invalid(CHECK, {"calls": N_("One of these recommendations is not made in this country.")})
    finding.text, finding.theme = facts.text.strip(), facts.theme
    finding.severity = str(facts.severity) if finding.kind == FindingKind.PROBLEM else ""
    finding.confidence = str(facts.confidence)
    have = {row.coalition_code: row for row in finding.calls}
    for code, row in have.items():
        wanted = CallLink.LINKED if code in facts.calls else CallLink.DECLINED
        if row.state != wanted:
            row.state, row.by, row.at = wanted, actor.person_id, clock.now()
    finding.calls.extend(_call(finding, code, CallLink.LINKED, actor.person_id) for code in sorted(facts.calls - set(have)))
