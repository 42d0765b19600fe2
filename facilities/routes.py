"""Add and change places."""

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from facilities import operations, queries
from facilities.forms import FacilityForm
from facilities.permissions import FacilityPermission
from monitoring.accounts import queries as accounts
from monitoring.core.errors import Conflict, Invalid
from monitoring.core.i18n import N_
from monitoring.core.templating import localised
from monitoring.core.web import actor, requires, session

bp = Blueprint("facilities", __name__, url_prefix="/desk/places")

NATIONAL_LANGUAGE = {"KZ": "kk", "KG": "ky", "TJ": "tg"}
UNPROCESSABLE = 422


def _form() -> FacilityForm:
    form = FacilityForm()
    country = actor().country
    form.kind_key.choices = [("", ""), *((kind.key, localised(kind.titles)) for kind in queries.kinds(session()))]
    form.region_code.choices = [
        ("", ""),
        *((found.code, localised(found.titles)) for found in accounts.regions(session(), country)),
    ]
    authorities = queries.authorities(session(), country)
    form.authority_id.choices = [("", ""), *((str(found.id), localised(found.names)) for found in authorities)]
    return form


@bp.route("/new", methods=["GET", "POST"])
@requires(FacilityPermission.KEEP)
def new() -> ResponseReturnValue:
    """Add a place."""
    form = _form()
    if form.validate_on_submit():
        try:
            facts = form.facts(NATIONAL_LANGUAGE[actor().country])
            facility = operations.add_facility(session(), actor(), facts, form.given_id)
        except Invalid as error:
            form.show_errors(error)
        else:
            flash(_("The place is in the register."))
            return redirect(url_for("desk.place", facility_id=facility.id))
    if not form.new_id.data:
        form.new_id.data = str(uuid4())
    return render_template("facilities/form.html", form=form, facility=None), UNPROCESSABLE if form.errors else 200


@bp.route("/<uuid:facility_id>/edit", methods=["GET", "POST"])
@requires(FacilityPermission.KEEP)
def edit(facility_id: UUID) -> ResponseReturnValue:
    """Change a place."""
    facility, form = queries.facility_for(session(), actor(), facility_id), _form()
    local = NATIONAL_LANGUAGE[actor().country]
    if not form.is_submitted():
        form.show_facility(facility, local)
    elif form.validate():
        if form.version.data != str(facility.version):
            raise Conflict(N_("Somebody else changed this place while you were writing. Open it anew, compare, and save again."))
        try:
            operations.change_facility(session(), actor(), facility, form.facts(local))
        except Invalid as error:
            form.show_errors(error)
        else:
            flash(_("Saved."))
            return redirect(url_for("desk.place", facility_id=facility.id))
    return render_template("facilities/form.html", form=form, facility=facility), UNPROCESSABLE if form.errors else 200
