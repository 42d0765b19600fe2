"""Who takes which step with a report."""

from monitoring.accounts.rules import COORDINATORS, FIELD, Role
from monitoring.core.errors import Forbidden
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor, Grants, Permission
from monitoring.reports.models import Report
from monitoring.reports.rules import FROZEN, NEXT, ReportState, may_approve, may_publish
from visits.plan.queries import SeenVisit


class ReportPermission(Permission):
    """What the pages of reports ask for; which reports is decided by role, state and visit."""

    SEE = "reports.see"


GRANTS: Grants = {ReportPermission.SEE: FIELD | COORDINATORS | {Role.REVIEWER, Role.PUBLISHER}}


def check_may_draft(seen: SeenVisit) -> None:
    """Raise Forbidden unless the actor leads a visit from which the team has returned."""
    if not seen.is_lead:
        raise Forbidden(N_("Only the lead of the visit begins its report."))
    if not seen.returned:
        raise Forbidden(N_("The report can be written once the team has returned."))


def check_may_write(report: Report, seen: SeenVisit | None) -> None:
    """Raise Forbidden unless the actor may write in the report now."""
    if seen is None or not (seen.in_team or seen.is_coordinator):
        raise Forbidden(N_("Only the team and its coordinators write in this report."))
    if report.state != ReportState.DRAFT:
        raise Forbidden(N_("This report is no longer being written. It can be sent back to its writers."))


def check_step(report: Report, wanted: ReportState) -> None:
    """Raise Forbidden when the report cannot go there from where it is."""
    if wanted not in NEXT[ReportState(report.state)]:
        raise Forbidden(N_("The report is no longer at this step. Open it anew."))


def check_may_send_to_review(report: Report, seen: SeenVisit | None) -> None:
    """Raise Forbidden unless the lead sends it."""
    check_step(report, ReportState.REVIEW)
    if seen is None or not seen.is_lead:
        raise Forbidden(N_("Only the lead of the visit sends the report to review."))


def check_may_review(actor: Actor, report: Report) -> None:
    """Raise Forbidden unless the actor reviews, and wrote nothing in it."""
    if not actor.has(Role.REVIEWER):
        raise Forbidden(N_("Only a reviewer of the council may do this."))
    if not may_approve(actor.person_id, [writer.person_id for writer in report.writers]):
        raise Forbidden(N_("You wrote in this report, so somebody else must review it."))


def check_may_send_back(actor: Actor, report: Report) -> None:
    """Raise Forbidden unless the actor reviews the report, or publishes it and found something that must not be published."""
    check_step(report, ReportState.DRAFT)
    if not (actor.has(Role.PUBLISHER) and report.state == ReportState.APPROVED):
        check_may_review(actor, report)


def check_may_publish(actor: Actor, report: Report) -> None:
    """Raise Forbidden unless the actor publishes, and did not approve it."""
    check_step(report, ReportState.PUBLISHED)
    if not actor.has(Role.PUBLISHER):
        raise Forbidden(N_("Only a publisher may publish."))
    approved = next((step.person_id for step in reversed(report.steps) if step.state == ReportState.APPROVED), None)
    if not may_publish(actor.person_id, approved):
        raise Forbidden(N_("You approved this report, so somebody else must publish it."))


def check_may_accept(actor: Actor, report: Report) -> None:
    """Raise Forbidden unless the actor decides about what looks like personal data."""
    if not actor.has(Role.PUBLISHER, *COORDINATORS):
        raise Forbidden(N_("Only the publisher and a coordinator decide about personal data."))
    if report.state not in FROZEN - {ReportState.PUBLISHED}:
        raise Forbidden(N_("This is decided once the report is approved."))
