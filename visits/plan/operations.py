"""Plan visits, change and cancel them, and mark the team as returned."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from facilities import operations as facilities
from facilities.queries import facility_for
from monitoring.accounts import queries as accounts
from monitoring.accounts.models import Mechanism
from monitoring.accounts.operations import take_turns
from monitoring.accounts.rules import Role
from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_, Message
from monitoring.core.permissions import Actor
from visits.plan.models import TeamMember, Visit
from visits.plan.permissions import check_may_mark_returned, check_may_plan, check_planned
from visits.plan.queries import SeenVisit, facilities_with_visit
from visits.plan.rules import CancelReason, Plan, VisitEvent, VisitKind, VisitState, check_dates, letters_for, quarter


@dataclass(frozen=True)
class PlanDraft:
    """What a coordinator decides; `team` may name the lead or not."""

    facility_id: UUID
    kind: VisitKind
    announced: bool
    starts_on: date
    ends_on: date
    objective: str
    lead_id: UUID
    team: tuple[UUID, ...]
    checklist_codes: tuple[str, ...]


def plan_visit(session: Session, actor: Actor, draft: PlanDraft, visit_id: UUID | None = None) -> Visit:
    """Plan a visit; with the same id a second time it is the same visit (a double click). Raises Invalid, NotFound."""
    plan = _plan(session, actor, draft)
    check_may_plan(actor, plan.region_code)
    take_turns(session, actor.mechanism_id)
    found = session.get(Visit, visit_id) if visit_id else None
    if found is not None and found.mechanism_id == actor.mechanism_id:
        return found
    visit = Visit(
        id=visit_id,
        country=actor.country,
        mechanism_id=actor.mechanism_id,
        state=VisitState.PLANNED,
        created_at=clock.now(),
        last_seq=0,
    )
    visit.plan = plan.to_json()
    session.add(visit)
    session.flush()
    audit.record(session, actor, VisitEvent.PLANNED, visit)
    return visit


def change_plan(session: Session, actor: Actor, seen: SeenVisit, draft: PlanDraft) -> None:
    """Change a plan that still lies ahead; letters that were given stay with their people."""
    check_planned(seen.visit)
    check_may_plan(actor, seen.plan.region_code)
    plan = _plan(session, actor, draft, seen.plan)
    check_may_plan(actor, plan.region_code)
    seen.visit.plan = plan.to_json()
    session.flush()
    audit.record(session, actor, VisitEvent.PLAN_CHANGED, seen.visit)


def cancel_visit(session: Session, actor: Actor, seen: SeenVisit, reason: CancelReason) -> None:
    """Cancel a planned visit; only country, quarter, kind and reason stay readable. Cancelled twice, it is cancelled."""
    if seen.visit.state == VisitState.CANCELLED:
        return
    check_planned(seen.visit)
    check_may_plan(actor, seen.plan.region_code)
    visit = seen.visit
    visit.state, visit.kind = VisitState.CANCELLED, str(seen.plan.kind)
    visit.cancelled_quarter, visit.cancelled_reason = quarter(seen.plan.starts_on), str(reason)
    session.flush()
    audit.record(session, actor, VisitEvent.CANCELLED, visit)


def mark_returned(session: Session, actor: Actor, seen: SeenVisit) -> None:
    """The team is back: the visit becomes plain, gets its number, and the register learns of it."""
    visit, plan = seen.visit, seen.plan
    check_may_mark_returned(actor, visit, plan)
    mechanism = session.scalars(select(Mechanism).where(Mechanism.id == visit.mechanism_id).with_for_update()).one()
    mechanism.last_visit_number += 1
    visit.public_number, visit.state, visit.returned_at = mechanism.last_visit_number, VisitState.RETURNED, clock.now()
    visit.facility_id, visit.region_code, visit.kind = plan.facility_id, plan.region_code, str(plan.kind)
    visit.announced, visit.starts_on, visit.ends_on, visit.lead_id = plan.announced, plan.starts_on, plan.ends_on, plan.lead_id
    session.add_all(TeamMember(visit_id=visit.id, person_id=person, letter=letter) for person, letter in plan.members)
    facilities.note_visit(session, plan.facility_id, plan.ends_on)
    session.flush()
    audit.record(session, actor, VisitEvent.RETURNED, visit)


def _plan(session: Session, actor: Actor, draft: PlanDraft, before: Plan | None = None) -> Plan:
    facility = facility_for(session, actor, draft.facility_id)
    check_dates(draft.starts_on, draft.ends_on)
    team = list(dict.fromkeys([draft.lead_id, *draft.team]))
    _check_team(session, actor, team)
    return Plan(
        facility_id=facility.id,
        region_code=facility.region_code,
        kind=draft.kind,
        announced=draft.announced,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        objective=draft.objective.strip(),
        lead_id=draft.lead_id,
        members=letters_for(team, before.members if before else ()),
        versions=_versions(session, draft.checklist_codes, before.versions if before else {}),
        previous=facilities_with_visit(session, facility.id),
    )


def _check_team(session: Session, actor: Actor, team: list[UUID]) -> None:
    known = {person.id for person in accounts.people_of_mechanism(session, actor.mechanism_id, Role.MONITOR, Role.DOCTOR)}
    if not set(team) <= known:
        raise _wrong("lead_id", N_("Choose the lead and the members from the monitors of your mechanism."))
    if len(team) < 2:  # noqa: PLR2004  (nobody goes alone)
        raise _wrong("team", N_("Choose at least one more member: nobody visits alone."))


def _versions(session: Session, codes: tuple[str, ...], before: dict[str, UUID]) -> dict[str, UUID]:
    current = checklists.current_versions(session)
    if not codes or not set(codes) <= set(current):
        raise _wrong("checklist_codes", N_("Choose at least one form."))
    return {code: before.get(code, version) for code, version in current.items() if code in codes}


def _wrong(field: str, message: Message) -> Invalid:
    return Invalid(N_("Please look at this again."), {field: message})
