"""People, rights and the audit trail."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from monitoring.accounts import operations, queries
from monitoring.accounts.adapters import check_fresh, new_passphrase, usual_address
from monitoring.accounts.forms import PersonForm, RightsForm
from monitoring.accounts.permissions import AccountPermission
from monitoring.accounts.rules import Country, Role
from monitoring.admin import queries as trails
from monitoring.audit import queries as audit
from monitoring.core.crypto import safe
from monitoring.core.errors import Invalid
from monitoring.core.pagination import paginate
from monitoring.core.templating import localised
from monitoring.core.web import actor, parts, requires, session
from visits.sheets import operations as sheets
from visits.sheets.queries import devices_of

bp = Blueprint("admin", __name__, url_prefix="/desk/admin")


@bp.get("/people")
@requires(AccountPermission.MANAGE)
def people() -> ResponseReturnValue:
    """Everybody this administrator looks after."""
    return render_template("admin/people.html", people=queries.people(session(), actor()), roles=list(Role))


@bp.route("/people/new", methods=["GET", "POST"])
@requires(AccountPermission.MANAGE)
def new_person() -> ResponseReturnValue:
    """Add somebody; the first passphrase is shown once."""
    check_fresh()
    form = PersonForm()
    form.offer([(region.code, localised(region.titles)) for region in queries.regions(session(), actor().country)])
    if form.validate_on_submit():
        try:
            passphrase, hashed = _fresh_passphrase()
            person = operations.add_person(session(), actor(), _new_person(form), hashed)
        except Invalid as error:
            form.show_errors(error)
        else:
            return render_template("admin/added.html", person=person, passphrase=passphrase)
    return render_template("admin/person_form.html", form=form), 422 if form.errors else 200


def _fresh_passphrase() -> tuple[str, str]:
    session().commit()  # nothing was written yet: gives the lock back while the passphrase is hashed
    return new_passphrase()


def _new_person(form: PersonForm) -> operations.NewPerson:
    return operations.NewPerson(
        email=usual_address(form.email.data or ""),
        name=form.name.data or "",
        country=Country(actor().country),
        roles=frozenset(map(Role, form.roles.data or [])),
        mechanism_id=actor().mechanism_id,
        organisation_id=actor().organisation_id,
        region_code=form.region_code.data or None,
        language=form.language.data,
    )


@bp.route("/people/<uuid:person_id>", methods=["GET", "POST"])
@requires(AccountPermission.MANAGE)
def person(person_id: UUID) -> ResponseReturnValue:
    """Change somebody's rights."""
    check_fresh()
    found = queries.person_for(session(), actor(), person_id)
    form = RightsForm(roles=[role.name for role in found.roles], active=found.active)
    form.offer()
    if form.validate_on_submit():
        if not form.active.data:
            sheets.end_devices(session(), actor(), found.id)
        operations.change_person(session(), actor(), found, map(Role, form.roles.data or []), active=form.active.data)
        flash(_("Saved."))
        return redirect(url_for("admin.people"))
    sessions = queries.sessions_of(session(), found.id)
    tablets = len(devices_of(session(), found.id))
    page = render_template("admin/person.html", form=form, person=found, sessions=sessions, tablets=tablets)
    return page, 422 if form.errors else 200


@bp.post("/people/<uuid:person_id>/sessions/end")
@requires(AccountPermission.MANAGE)
def end_sessions(person_id: UUID) -> ResponseReturnValue:
    """End somebody's sessions."""
    check_fresh()
    operations.end_sessions(session(), actor(), queries.person_for(session(), actor(), person_id))
    flash(_("All sessions of this person have ended."))
    return redirect(url_for("admin.person", person_id=person_id))


@bp.post("/people/<uuid:person_id>/tablets/end")
@requires(AccountPermission.MANAGE)
def end_tablets(person_id: UUID) -> ResponseReturnValue:
    """Give up somebody's tablets."""
    sheets.end_devices(session(), actor(), queries.person_for(session(), actor(), person_id).id)
    flash(_("All tablets of this person are given up. What they still send waits for the lead of the visit."))
    return redirect(url_for("admin.person", person_id=person_id))


@bp.post("/people/<uuid:person_id>/passphrase")
@requires(AccountPermission.MANAGE)
def renew_passphrase(person_id: UUID) -> ResponseReturnValue:
    """A new passphrase for somebody who forgot it; shown once."""
    check_fresh()
    queries.person_for(session(), actor(), person_id)
    passphrase, hashed = _fresh_passphrase()
    found = queries.person_for(session(), actor(), person_id)
    operations.renew_passphrase(session(), actor(), found, hashed)
    return render_template("admin/added.html", person=found, passphrase=passphrase)


@bp.post("/people/<uuid:person_id>/second-factor")
@requires(AccountPermission.MANAGE)
def renew_second_factor(person_id: UUID) -> ResponseReturnValue:
    """Somebody lost the phone."""
    check_fresh()
    operations.renew_second_factor(session(), actor(), queries.person_for(session(), actor(), person_id))
    flash(_("At the next sign-in this person sets up the second factor anew."))
    return redirect(url_for("admin.person", person_id=person_id))


@bp.get("/audit")
@requires(AccountPermission.READ_TRAIL)
def trail() -> ResponseReturnValue:
    """Who did what and when, and whether the trail is whole."""
    page = paginate(session(), trails.trail(actor()), request.args.get("page", 1, int))
    names = queries.person_names(session(), (row.person_id for row in page.rows))
    verdict = audit.verify(session(), safe.keyring.audit_key)
    return render_template("admin/audit.html", page=page, names=names, verdict=verdict)


@bp.get("/rights")
@requires(AccountPermission.MANAGE)
def rights() -> ResponseReturnValue:
    """The whole table of who may what."""
    return render_template("admin/rights.html", table=parts().permissions.items(), roles=list(Role))
