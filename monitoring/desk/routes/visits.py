"""Visits: the list, the plan, and the first page of one."""

from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from checklists import queries as checklists
from facilities import queries as facilities
from facilities.models import Facility
from facilities.queries import Filters
from monitoring.accounts import queries as accounts
from monitoring.accounts.rules import Role
from monitoring.core import clock
from monitoring.core.errors import Conflict, Invalid
from monitoring.core.i18n import N_
from monitoring.core.pagination import page_of
from monitoring.core.templating import localised, translated
from monitoring.core.web import actor, requires, session
from monitoring.desk import operations
from monitoring.desk.queries import visit_rows
from monitoring.desk.routes.blueprint import bp
from visits.plan import operations as plans
from visits.plan.forms import CancelForm, PlanForm
from visits.plan.permissions import VisitPermission
from visits.plan.queries import visit_for
from visits.plan.rules import CancelReason

UNPROCESSABLE = 422


@bp.get("/visits")
@requires(VisitPermission.SEE)
def visits() -> ResponseReturnValue:
    """The visits that this person may know of."""
    rows = visit_rows(session(), actor())
    return render_template("desk/visits/list.html", page=page_of(rows, request.args.get("page", 1, int)))


@bp.get("/visits/<uuid:visit_id>")
@requires(VisitPermission.SEE)
def visit(visit_id: UUID) -> ResponseReturnValue:
    """One visit: its plan and what is next."""
    return render_template("desk/visits/plan.html", seen=visit_for(session(), actor(), visit_id))


@bp.get("/visits/<uuid:visit_id>/team")
@requires(VisitPermission.SEE)
def team(visit_id: UUID) -> ResponseReturnValue:
    """Who goes, and under which letter."""
    return render_template("desk/visits/team.html", seen=visit_for(session(), actor(), visit_id))


def _form() -> PlanForm:
    form = PlanForm()
    people = accounts.people_of_mechanism(session(), actor().mechanism_id, Role.MONITOR, Role.DOCTOR)
    forms = [(found.code, localised(found.titles)) for found in checklists.checklists(session())]
    form.offer(_places(), [(str(person.id), person.name) for person in people], forms)
    return form


def _places() -> list[tuple[str, str]]:
    query = facilities.listing(actor(), Filters(region=_own_region()), clock.now().date())
    found: list[Facility] = list(session().scalars(query).unique())
    return sorted(((str(place.id), localised(place.names)) for place in found), key=lambda choice: choice[1])


def _own_region() -> str:
    return "" if actor().has(Role.NATIONAL_COORDINATOR) else actor().region_code or ""


@bp.route("/visits/new", methods=["GET", "POST"])
@requires(VisitPermission.PLAN)
def plan_new() -> ResponseReturnValue:
    """Plan a visit. Choosing the place proposes the forms that fit it."""
    form = _form()
    if form.is_submitted() and "propose" not in request.form and form.validate():
        try:
            made = operations.plan_visit(session(), actor(), form.draft(), form.given_id)
        except Invalid as error:
            form.show_errors(error)
        else:
            flash(_("The visit is planned. Only its team and its coordinators can see it."))
            return redirect(url_for("desk.visit", visit_id=made.id))
    if not form.is_submitted():
        form.new_id.data, form.announced.data = str(uuid4()), "no"
        form.facility_id.data = request.args.get("place", "")
    if not form.is_submitted() or "propose" in request.form:
        _propose_forms(form)
    return render_template("desk/visits/form.html", form=form, seen=None), UNPROCESSABLE if form.errors else 200


def _propose_forms(form: PlanForm) -> None:
    if form.facility_id.data and form.facility_id.data in {key for key, _title in _places()}:
        place = facilities.facility_for(session(), actor(), UUID(form.facility_id.data))
        form.checklist_codes.data = list(checklists.proposed_codes(session(), place.kind_key))
    elif not form.checklist_codes.data:
        form.checklist_codes.data = list(checklists.ALWAYS)


@bp.route("/visits/<uuid:visit_id>/plan", methods=["GET", "POST"])
@requires(VisitPermission.PLAN)
def plan_edit(visit_id: UUID) -> ResponseReturnValue:
    """Change a plan."""
    seen, form = visit_for(session(), actor(), visit_id, lock=request.method == "POST"), _form()
    if not form.is_submitted():
        form.show_plan(seen.plan, seen.visit.version)
    elif "propose" in request.form:
        _propose_forms(form)
    elif form.validate():
        if form.version.data != str(seen.visit.version):
            raise Conflict(N_("Somebody else changed this plan while you were writing. Open it anew, compare, and save again."))
        try:
            operations.change_plan(session(), actor(), seen, form.draft())
        except Invalid as error:
            form.show_errors(error)
        else:
            flash(_("Saved."))
            return redirect(url_for("desk.visit", visit_id=visit_id))
    return render_template("desk/visits/form.html", form=form, seen=seen), UNPROCESSABLE if form.errors else 200


@bp.route("/visits/<uuid:visit_id>/cancel", methods=["GET", "POST"])
@requires(VisitPermission.PLAN)
def cancel(visit_id: UUID) -> ResponseReturnValue:
    """Cancel a planned visit."""
    sent = request.method == "POST"
    seen, form = visit_for(session(), actor(), visit_id, lock=sent, cancelled=sent), CancelForm()
    form.offer()
    if form.validate_on_submit():
        plans.cancel_visit(session(), actor(), seen, CancelReason(form.reason.data))
        flash(_("The visit is cancelled. Of its plan only the quarter, the kind and the reason are kept readable."))
        return redirect(url_for("desk.visits"))
    return render_template("desk/visits/cancel.html", form=form, seen=seen), UNPROCESSABLE if form.errors else 200


@bp.post("/visits/<uuid:visit_id>/returned")
@requires(VisitPermission.SEE)
def returned(visit_id: UUID) -> ResponseReturnValue:
    """The lead says that the team is back."""
    plans.mark_returned(session(), actor(), visit_for(session(), actor(), visit_id, lock=True))
    flash(_("Welcome back. The visit now has its number, and its findings can be decided."))
    return redirect(url_for("desk.visit", visit_id=visit_id))


@bp.post("/visits/<uuid:visit_id>/sheets/<uuid:sheet_id>/decide")
@requires(VisitPermission.SEE)
def decide(visit_id: UUID, sheet_id: UUID) -> ResponseReturnValue:
    """Let one of several answers stand."""
    seen = visit_for(session(), actor(), visit_id, lock=True)
    question = request.form.get("question", "")
    looked_at = frozenset(request.form.get("entries", "").split())
    try:
        operations.decide_conflict(session(), actor(), seen, sheet_id, question, request.form.get("side", -1, int), looked_at)
    except Invalid as error:
        flash(translated(error.message), "warning")
    else:
        flash(_("Decided. The other answer is kept in the history."))
    if request.form.get("back") == "index":
        return redirect(url_for("sheets.index", visit_id=visit_id))
    return redirect(url_for("sheets.show", visit_id=visit_id, sheet_id=sheet_id, _anchor=question))
