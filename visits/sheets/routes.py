"""Sheets as the office reads them; photos; private interviews for the two who may."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from checklists import queries as checklists
from monitoring.accounts import queries as accounts
from monitoring.core.errors import NotFound
from monitoring.core.web import Access, actor, handed_in, parts, requires, session
from monitoring.media import queries as media
from visits.plan.queries import visit_for
from visits.sheets import operations, queries
from visits.sheets.permissions import SheetPermission
from visits.sheets.rules import ACCESS_ITEMS, SheetKind

bp = Blueprint("sheets", __name__, url_prefix="/desk/visits/<uuid:visit_id>")
devices = Blueprint("devices", __name__, url_prefix="/desk/me/tablets")


@bp.get("/sheets")
@requires(SheetPermission.SEE)
def index(visit_id: UUID) -> ResponseReturnValue:
    """All sheets of a visit, with what is still to be decided."""
    seen = visit_for(session(), actor(), visit_id)
    found = queries.sheets_of(session(), seen)
    photos = queries.missing_photos(session(), [seen.id])[seen.id]
    return render_template(
        "sheets/index.html",
        seen=seen,
        sheets=[row for row in found if not row.interview],
        people=sum(row.interview and row.sheet.joins is None for row in found),
        photos=photos,
        waiting=queries.waiting_for(session(), [seen]).get(seen.id, 0),
        conflicts=queries.conflicts(session(), seen),
        visit_conflicts=queries.visit_conflicts(session(), seen),
        zone=accounts.region(session(), seen.plan.region_code).time_zone,
    )


@bp.get("/sheets/<uuid:sheet_id>")
@requires(SheetPermission.SEE)
def show(visit_id: UUID, sheet_id: UUID) -> ResponseReturnValue:
    """One sheet: every question that is asked, with its answers."""
    seen = visit_for(session(), actor(), visit_id)
    return render_template("sheets/show.html", seen=seen, view=queries.sheet_view(session(), seen, sheet_id))


@bp.get("/access")
@requires(SheetPermission.SEE)
def access(visit_id: UUID) -> ResponseReturnValue:
    """What was asked for at the place under OPCAT Art. 20, and what came of it."""
    seen = visit_for(session(), actor(), visit_id)
    events = queries.access_events(session(), seen)
    forms = [row for row in queries.sheets_of(session(), seen) if row.definition.code == "ACCESS"]
    view = queries.sheet_view(session(), seen, forms[0].sheet.id) if forms else None
    return render_template("sheets/access.html", seen=seen, events=events, items=ACCESS_ITEMS, view=view)


@bp.get("/interviews")
@requires(SheetPermission.SEE)
def interviews(visit_id: UUID) -> ResponseReturnValue:
    """How many people said what."""
    seen = visit_for(session(), actor(), visit_id)
    rows = [row for row in queries.sheets_of(session(), seen) if row.interview]
    definition = rows[0].definition if rows else None
    totals, tally = queries.interview_totals(session(), seen), queries.interview_tally(session(), seen)
    return render_template("sheets/interviews.html", seen=seen, definition=definition, totals=totals, tally=tally, rows=rows)


@bp.get("/interviews/<uuid:sheet_id>")
@requires(SheetPermission.SEE)
def interview(visit_id: UUID, sheet_id: UUID) -> ResponseReturnValue:
    """What one person said: for its author and the lead; that it was opened is on record."""
    seen = visit_for(session(), actor(), visit_id)
    sheet, answers = queries.raw_interview(session(), parts().database, actor(), seen, sheet_id)
    if sheet.checklist_version_id is None:
        raise NotFound
    definition = checklists.definition(session(), sheet.checklist_version_id)
    return render_template("sheets/interview.html", seen=seen, sheet=sheet, definition=definition, answers=answers)


@bp.get("/sheets/<uuid:sheet_id>/photos/<sha256>")
@requires(SheetPermission.SEE)
def photo(visit_id: UUID, sheet_id: UUID, sha256: str) -> ResponseReturnValue:
    """A photo of a sheet, as it may be shown; those of private interviews stay with whoever led them."""
    seen = visit_for(session(), actor(), visit_id)
    sheet = queries.sheet_for(session(), seen, sheet_id)
    if sheet.per == SheetKind.INTERVIEW:
        raise NotFound
    picture = media.picture(session(), parts().settings.media, sheet.id, sha256)
    return handed_in(picture, "image/jpeg", "photo.jpg")


@devices.post("/<uuid:device_id>/end")
@requires(Access.SIGNED_IN)
def end(device_id: UUID) -> ResponseReturnValue:
    """A tablet is no longer mine."""
    operations.end_device(session(), actor(), device_id)
    flash(_("The tablet is given up. What it still sends waits for the lead of the visit."))
    return redirect(url_for("accounts.me"))
