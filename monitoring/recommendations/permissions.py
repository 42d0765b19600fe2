"""Who writes recommendations."""

from monitoring.accounts.rules import COORDINATORS, FIELD
from monitoring.core.errors import Forbidden
from monitoring.core.i18n import N_
from monitoring.core.permissions import Grants, Permission
from monitoring.recommendations.models import Recommendation
from monitoring.recommendations.rules import RecommendationState
from visits.plan.queries import SeenVisit


class RecommendationPermission(Permission):
    """What the pages of recommendations ask for; which ones is decided by the visit."""

    SEE = "recommendations.see"


GRANTS: Grants = {RecommendationPermission.SEE: FIELD | COORDINATORS}


def check_may_write(seen: SeenVisit, recommendation: Recommendation | None = None) -> None:
    """Raise Forbidden unless the actor leads a visit from which the team has returned, and its report is not approved yet.

    Recommendations are plain rows, so there are none while a visit is still a secret.
    """
    if not seen.is_lead:
        raise Forbidden(N_("Only the lead of the visit writes its recommendations."))
    if not seen.returned:
        raise Forbidden(N_("Recommendations can be written once the team has returned."))
    if seen.visit.report_approved_at is not None:
        raise Forbidden(N_("The report of this visit is approved, so its recommendations can no longer be changed."))
    if recommendation is not None and recommendation.state != RecommendationState.DRAFT:
        raise Forbidden(N_("This recommendation is published and can no longer be changed."))


def may_write(seen: SeenVisit, recommendation: Recommendation | None = None) -> bool:
    """Whether to offer it."""
    try:
        check_may_write(seen, recommendation)
    except Forbidden:
        return False
    return True
