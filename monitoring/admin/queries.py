"""What the pages of administration show of several rooms."""

from sqlalchemy import Select, exists, or_, select, union
from sqlalchemy.orm import aliased

from monitoring.audit import queries as audit
from monitoring.audit.models import AuditRow
from monitoring.core.permissions import Actor
from monitoring.media.models import MediaFile
from visits.findings.models import Finding
from visits.plan.models import Visit
from visits.plan.rules import VisitState
from visits.sheets.models import Entry, Sheet


def trail(actor: Actor) -> Select[AuditRow]:
    """The trail of the actor's country, newest first.

    What was done for a visit that still lies ahead is left out until the team is back: nobody outside the team and
    its coordinators knows that it exists. Of a device that sent answers to such a visit nothing is shown since it was planned.
    """
    planned = select(Visit.id).where(Visit.state == VisitState.PLANNED)
    sheets = select(Sheet.id).where(Sheet.visit_id.in_(planned))
    secret = union(
        planned,
        sheets,
        select(Finding.id).where(Finding.visit_id.in_(planned)),
        select(MediaFile.id).where(MediaFile.subject_id.in_(sheets)),
    )
    ahead = aliased(Visit)
    device = (
        exists()
        .where(Entry.device_id == AuditRow.subject_id, Entry.visit_id == ahead.id)
        .where(ahead.state == VisitState.PLANNED, ahead.created_at <= AuditRow.at)
    )
    return audit.rows(actor).where(or_(AuditRow.subject_id.is_(None), AuditRow.subject_id.not_in(secret)), ~device)
