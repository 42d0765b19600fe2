"""Who decides findings."""

from uuid import UUID

from monitoring.accounts.rules import COORDINATORS, FIELD
from monitoring.core.errors import Forbidden
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor, Grants, Permission
from visits.findings.models import Finding
from visits.findings.rules import FindingState
from visits.plan.queries import SeenVisit


class FindingPermission(Permission):
    """What the pages of findings ask for; which findings is decided by the visit."""

    SEE = "findings.see"


GRANTS: Grants = {FindingPermission.SEE: FIELD | COORDINATORS}


def check_open(seen: SeenVisit) -> None:
    """Raise Forbidden when the visit's report is approved: its findings stand."""
    if seen.visit.report_approved_at is not None:
        raise Forbidden(N_("The report of this visit is approved, so its findings can no longer be changed."))


def check_may_decide(seen: SeenVisit) -> None:
    """Raise Forbidden unless the actor leads the visit."""
    check_open(seen)
    if not seen.is_lead:
        raise Forbidden(N_("Only the lead of the visit decides its findings."))


def check_may_make(seen: SeenVisit) -> None:
    """Raise Forbidden unless the actor is in the team."""
    check_open(seen)
    if not seen.in_team:
        raise Forbidden(N_("Only the team of the visit makes findings of it."))


def check_may_second(actor: Actor, seen: SeenVisit, finding: Finding) -> None:
    """Raise Forbidden unless the actor is another member than the one who confirmed."""
    check_open(seen)
    if finding.state != FindingState.WAITS_FOR_SECOND:
        raise Forbidden(N_("This finding does not wait for a second member."))
    if not seen.in_team or _same(actor.person_id, finding.decided_by):
        raise Forbidden(N_("A critical finding needs another member of the team than the one who confirmed it."))


def _same(first: UUID, second: UUID | None) -> bool:
    return second is not None and first == second
