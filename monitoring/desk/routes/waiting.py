"""What tablets sent and what waits for the lead."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from monitoring.accounts import queries as accounts
from monitoring.core.errors import NotFound
from monitoring.core.web import actor, parts, requires, session
from monitoring.desk import operations
from monitoring.desk.routes.blueprint import bp
from visits.plan.permissions import VisitPermission
from visits.plan.queries import SeenVisit, visit_for
from visits.sheets import operations as sheets
from visits.sheets.operations import Decided, Group
from visits.sheets.permissions import check_may_decide
from visits.sheets.queries import WaitingGroup, waiting_groups
from visits.sheets.rules import QuarantineReason


@bp.get("/visits/<uuid:visit_id>/waiting")
@requires(VisitPermission.SEE)
def waiting(visit_id: UUID) -> ResponseReturnValue:
    """Who sent what, when, and why it does not count yet; never what it says."""
    seen = _led(visit_id)
    zone = accounts.region(session(), seen.plan.region_code).time_zone
    return render_template("sheets/waiting.html", seen=seen, groups=waiting_groups(session(), seen), zone=zone)


@bp.get("/visits/<uuid:visit_id>/waiting/<uuid:device_id>/<reason>")
@requires(VisitPermission.SEE)
def decide_waiting(visit_id: UUID, device_id: UUID, reason: str) -> ResponseReturnValue:
    """What taking it in or leaving it out means, before it is done."""
    seen = _led(visit_id)
    group = _group(seen, device_id, reason)
    return render_template("sheets/decide_waiting.html", seen=seen, group=group, taking=request.args.get("choice") != "leave_out")


@bp.post("/visits/<uuid:visit_id>/waiting/<uuid:device_id>/<reason>")
@requires(VisitPermission.SEE)
def decided_waiting(visit_id: UUID, device_id: UUID, reason: str) -> ResponseReturnValue:
    """Take it in or leave it out: as much of it as the lead saw."""
    if reason not in set(QuarantineReason):
        raise NotFound
    group = Group(device_id, QuarantineReason(reason), request.form.get("up_to", 0, int))
    if request.form.get("choice") == "take_in":
        ready = operations.ready_waiting_files(parts().database, actor(), visit_id, group, parts().settings.media)
        _say(operations.take_in_waiting(session(), actor(), _led(visit_id), group, ready))
    else:
        sheets.leave_out(session(), actor(), _led(visit_id), group)
        flash(_("Left out. It stays sealed, and the visit goes on without it."))
    return redirect(url_for("desk.waiting", visit_id=visit_id))


def _led(visit_id: UUID) -> SeenVisit:
    seen = visit_for(session(), actor(), visit_id)
    check_may_decide(actor(), seen)
    return seen


def _group(seen: SeenVisit, device_id: UUID, reason: str) -> WaitingGroup:
    found = next((g for g in waiting_groups(session(), seen) if (g.device_id, str(g.reason)) == (device_id, reason)), None)
    if found is None:
        raise NotFound
    return found


def _say(decided: Decided) -> None:
    flash(_("Taken in: entries %(entries)s, photos %(files)s.", entries=decided.entries, files=decided.files))
    if decided.left:
        flash(_("Still waiting, because it fits to no sheet or no question of this visit: %(left)s.", left=decided.left))
