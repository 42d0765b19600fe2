"""Who may plan visits, and who sees that one exists."""

from enum import StrEnum

from monitoring.accounts.rules import COORDINATORS, FIELD, Role
from monitoring.core.errors import Forbidden
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor, Grants, Permission
from visits.plan.models import Visit
from visits.plan.rules import Plan, VisitState


class VisitPermission(Permission):
    """What the pages of visits ask for; which visits is decided by the standing."""

    SEE = "visits.see"
    PLAN = "visits.plan"


GRANTS: Grants = {
    VisitPermission.SEE: FIELD | COORDINATORS,
    VisitPermission.PLAN: COORDINATORS,
}


class Standing(StrEnum):
    """What a person is to a visit."""

    LEAD = "lead"
    MEMBER = "member"
    COORDINATOR = "coordinator"


def standing(actor: Actor, visit: Visit, plan: Plan) -> Standing | None:
    """What the actor is to a visit; None: for this person it does not exist.

    A member loses sight of it when the report is approved, unless also a coordinator.
    """
    if visit.country != actor.country or visit.mechanism_id != actor.mechanism_id:
        return None
    in_team = plan.letter(actor.person_id) is not None and actor.has(*FIELD, *COORDINATORS)
    if in_team and (visit.report_approved_at is None or actor.person_id == plan.lead_id):
        return Standing.LEAD if actor.person_id == plan.lead_id else Standing.MEMBER
    own_region = actor.has(Role.REGIONAL_COORDINATOR) and actor.region_code == plan.region_code
    return Standing.COORDINATOR if actor.has(Role.NATIONAL_COORDINATOR) or own_region else None


def check_may_plan(actor: Actor, region_code: str) -> None:
    """Raise Forbidden unless the actor plans visits in this region."""
    if actor.has(Role.NATIONAL_COORDINATOR):
        return
    if not actor.has(Role.REGIONAL_COORDINATOR) or actor.region_code != region_code:
        raise Forbidden(N_("You plan visits in your own region only."))


def check_planned(visit: Visit) -> None:
    """Raise Forbidden when the plan can no longer be changed."""
    if visit.state != VisitState.PLANNED:
        raise Forbidden(N_("This visit is over or cancelled, so its plan can no longer be changed."))


def check_may_mark_returned(actor: Actor, visit: Visit, plan: Plan) -> None:
    """Raise Forbidden unless the actor leads a planned visit."""
    check_planned(visit)
    if actor.person_id != plan.lead_id:
        raise Forbidden(N_("Only the lead of the visit may say that the team has returned."))
