"""Draft findings follow their answers; a confirmed one stays and shows that its answers changed."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import ChecklistDefinition, QuestionDefinition, Severity
from monitoring.coalition import queries as coalition
from monitoring.coalition.rules import in_scope
from monitoring.core import clock
from monitoring.core.db import Base, table_of
from visits.findings.models import Finding, FindingCall, FindingEvidence
from visits.findings.rules import CallLink, FindingKind, FindingState, ProblemAnswer, ProblemTotal, Proposal, proposals
from visits.plan.models import Visit
from visits.plan.rules import Plan
from visits.sheets.models import Answer, InterviewTotal, Sheet
from visits.sheets.rules import sides_from_json

Definitions = Mapping[UUID, ChecklistDefinition]


def follow_answers(session: Session, visit: Visit, plan: Plan) -> None:
    """Bring the visit's draft findings in line with its answers."""
    definitions = _definitions(session, visit, plan)
    wanted = proposals(_answers(session, visit.id, definitions), _totals(session, visit.id, definitions))
    query = select(Finding).where(Finding.visit_id == visit.id, Finding.rule_question.is_not(None))
    have = {str(finding.rule_question): finding for finding in session.scalars(query)}
    for key, proposal in wanted.items():
        if key in have:
            _follow(have[key], proposal)
    for key, finding in have.items():
        if key not in wanted:
            _lose(finding)
    session.flush()
    new = [proposal for key, proposal in wanted.items() if key not in have]
    if new:
        _add(session, visit, [(proposal, _question(definitions, proposal)) for proposal in new])


def _definitions(session: Session, visit: Visit, plan: Plan) -> Definitions:
    """The forms of the plan first, then those that sheets were begun with before the plan changed."""
    query = select(Sheet.checklist_version_id).where(Sheet.visit_id == visit.id).order_by(Sheet.opened_at, Sheet.id)
    older = (version for version in session.scalars(query) if version is not None)
    versions = dict.fromkeys([*plan.versions.values(), *older])
    found = checklists.definitions(session, set(versions))
    return {version: found[version] for version in versions}


def _question(definitions: Definitions, proposal: Proposal) -> QuestionDefinition:
    forms = (form for form in definitions.values() if form.code == proposal.checklist)
    return next(form.questions[proposal.question] for form in forms if proposal.question in form.questions)


def _answers(session: Session, visit_id: UUID, definitions: Definitions) -> Iterator[ProblemAnswer]:
    query = (
        select(Answer, Sheet.checklist_version_id)
        .join(Sheet, Sheet.id == Answer.sheet_id)
        .where(Answer.visit_id == visit_id, Answer.severity.is_not(None), Answer.relevant)
    )
    for answer, version_id in session.execute(query):
        if version_id is None or answer.severity is None:
            continue
        sides = sides_from_json(answer.sides)
        yield ProblemAnswer(
            checklist=definitions[version_id].code,
            question=answer.question,
            sheet=answer.sheet_id,
            severity=Severity(answer.severity),
            sources=tuple(source for side in sides for source in side.sources),
            stated=tuple(h.content["confidence"] for side in sides for h in side.heads if h.content.get("confidence")),
        )


def _totals(session: Session, visit_id: UUID, definitions: Definitions) -> Iterator[ProblemTotal]:
    forms = [form for form in definitions.values() if form.per == "interview"]
    query = select(InterviewTotal).where(InterviewTotal.visit_id == visit_id, InterviewTotal.choice.startswith("!"))
    for row in session.scalars(query):
        for code in {form.code for form in forms if row.question in form.questions}:
            yield ProblemTotal(code, row.question, Severity(row.choice[1:]), row.people)


def _add(session: Session, visit: Visit, drafts: list[tuple[Proposal, QuestionDefinition]]) -> None:
    """Insert new drafts with what they rest on and the calls they bear on, each table at once."""
    scopes, now = coalition.scopes(session), clock.now()
    rows: dict[type[Base], list[dict[str, Any]]] = {Finding: [], FindingEvidence: [], FindingCall: []}
    for proposal, question in drafts:
        finding_id = uuid4()
        rows[Finding].append(_draft(finding_id, visit, proposal, question) | {"made_at": now})
        rows[FindingEvidence] += (
            {"finding_id": finding_id, "sheet_id": sheet, "question": code, "severity": str(level) if level else None}
            for sheet, code, level in proposal.evidence
        )
        rows[FindingCall] += (
            {"finding_id": finding_id, "coalition_code": code, "state": str(CallLink.SUGGESTED), "by": None, "at": now}
            for code in in_scope(question.recommendations, scopes, visit.country)
        )
    for model, found in rows.items():
        if found:
            session.execute(insert(table_of(model)), found)


def _draft(finding_id: UUID, visit: Visit, proposal: Proposal, question: QuestionDefinition) -> dict[str, Any]:
    return {
        "id": finding_id,
        "visit_id": visit.id,
        "country": visit.country,
        "mechanism_id": visit.mechanism_id,
        "checklist_code": proposal.checklist,
        "question": proposal.question,
        "rule_question": proposal.key,
        "kind": str(FindingKind.PROBLEM),
        "state": str(FindingState.DRAFT),
        "theme": question.theme,
        "standards": list(question.standards),
        "text": Finding.text.sealed(finding_id, ""),
        **_worked_out(proposal),
    }


def _worked_out(proposal: Proposal) -> dict[str, Any]:
    return {
        "severity": str(proposal.severity),
        "sources": list(proposal.sources),
        "confidence": str(proposal.confidence),
        "interviews": proposal.interviews,
    }


def _write(finding: Finding, proposal: Proposal) -> None:
    for name, value in _worked_out(proposal).items():
        if getattr(finding, name) != value:
            setattr(finding, name, value)
    _write_evidence(finding, proposal)


def _write_evidence(finding: Finding, proposal: Proposal) -> None:
    have = {(row.sheet_id, row.question): row for row in finding.evidence}
    wanted = {(sheet, question): severity for sheet, question, severity in proposal.evidence}
    if set(have) != set(wanted) or any(have[key].severity != wanted[key] for key in wanted):
        kept = []
        for key, severity in wanted.items():
            row = have.get(key) or FindingEvidence(finding_id=finding.id, sheet_id=key[0], question=key[1])
            row.severity = severity
            kept.append(row)
        finding.evidence = kept


def _follow(finding: Finding, proposal: Proposal) -> None:
    if not finding.still_proposed:
        finding.still_proposed = True
    if finding.state == FindingState.WITHDRAWN:
        finding.state = FindingState.DRAFT
    if finding.state == FindingState.DRAFT:
        _write(finding, proposal)
    elif _differs(finding, proposal) and not finding.answers_changed:
        finding.answers_changed = True


def _differs(finding: Finding, proposal: Proposal) -> bool:
    have = {(row.sheet_id, row.question, row.severity) for row in finding.evidence}
    return have != {(s, q, str(level) if level else None) for s, q, level in proposal.evidence} or (
        finding.interviews != proposal.interviews
    )


def _lose(finding: Finding) -> None:
    if finding.still_proposed:
        finding.still_proposed = False
    if finding.state == FindingState.DRAFT:
        finding.state = FindingState.WITHDRAWN
    elif finding.state != FindingState.WITHDRAWN and not finding.answers_changed:
        finding.answers_changed = True
