"""Recommendations of a visit, and all that one may see."""

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from checklists.rules import Severity
from facilities import queries as facilities
from monitoring.accounts import queries as accounts
from monitoring.core import clock
from monitoring.core.errors import Conflict, Invalid
from monitoring.core.i18n import N_
from monitoring.core.pagination import page_of
from monitoring.core.templating import language, localised, translated
from monitoring.core.web import actor, requires, session
from monitoring.recommendations import operations, queries
from monitoring.recommendations.forms import RecommendationForm
from monitoring.recommendations.permissions import RecommendationPermission, check_may_write, may_write
from monitoring.recommendations.rules import proposed_deadline, proposed_priority
from visits.findings.models import Finding
from visits.findings.queries import SeenFinding, findings_of_visit, proposed_of_all
from visits.findings.rules import FindingKind, FindingState
from visits.plan.queries import SeenVisit, visit_for

bp = Blueprint("recommendations", __name__, url_prefix="/desk")

UNPROCESSABLE = 422
STAND = {FindingState.CONFIRMED, FindingState.WAITS_FOR_SECOND}


@bp.get("/recommendations")
@requires(RecommendationPermission.SEE)
def index() -> ResponseReturnValue:
    """All recommendations that this person sees, the nearest deadline first."""
    page = page_of(queries.listing(session(), actor()), request.args.get("page", 1, int))
    return render_template("recommendations/index.html", page=page, authorities=_authorities(), today=clock.now().date())


@bp.get("/visits/<uuid:visit_id>/recommendations")
@requires(RecommendationPermission.SEE)
def of_visit(visit_id: UUID) -> ResponseReturnValue:
    """What a visit asks of authorities, and the findings without an answer."""
    seen = visit_for(session(), actor(), visit_id)
    findings = {finding.id: finding for finding in _standing(seen)}
    rows = queries.recommendations_of_visit(session(), seen)
    answered = {row.finding_id for found in rows for row in found.findings}
    return render_template(
        "recommendations/of_visit.html",
        seen=seen,
        may_write=may_write(seen),
        rows=rows,
        findings=findings,
        unanswered=[finding for key, finding in findings.items() if key not in answered and finding.kind == "problem"],
        authorities=_authorities(),
        today=clock.now().date(),
    )


def _authorities() -> dict[UUID, str]:
    return {found.id: localised(found.names) for found in facilities.authorities(session(), actor().country)}


def _standing(seen: SeenVisit) -> list[Finding]:
    return [finding for finding in findings_of_visit(session(), seen) if finding.state in STAND]


def _form(seen: SeenVisit) -> RecommendationForm:
    form = RecommendationForm()
    problems = [SeenFinding(finding, seen) for finding in _standing(seen) if finding.kind == FindingKind.PROBLEM]
    texts = proposed_of_all(session(), problems, language(), translated)
    form.offer([(str(key), text.text) for key, text in texts.items()], [(str(key), name) for key, name in _authorities().items()])
    return form


@bp.route("/visits/<uuid:visit_id>/recommendations/new", methods=["GET", "POST"])
@requires(RecommendationPermission.SEE)
def new(visit_id: UUID) -> ResponseReturnValue:
    """Write a recommendation; deadline and addressee are proposed."""
    seen = visit_for(session(), actor(), visit_id, lock=request.method == "POST")
    check_may_write(seen)
    form = _form(seen)
    if form.validate_on_submit():
        try:
            operations.write(session(), actor(), seen, form.facts(), form.given_id)
        except Invalid as error:
            form.show_errors(error)
        else:
            flash(_("The recommendation is written."))
            return redirect(url_for("recommendations.of_visit", visit_id=visit_id))
    if not form.is_submitted():
        _propose(form, seen)
    return render_template("recommendations/form.html", form=form, seen=seen, found=None), UNPROCESSABLE if form.errors else 200


def _propose(form: RecommendationForm, seen: SeenVisit) -> None:
    chosen = request.args.getlist("finding")
    answered = [(f.theme, Severity(f.severity)) for f in _standing(seen) if str(f.id) in chosen and f.severity]
    place = facilities.facility_for(session(), actor(), seen.plan.facility_id)
    today = clock.today(accounts.region(session(), seen.plan.region_code).time_zone)
    form.new_id.data, form.findings.data = str(uuid4()), chosen
    form.authority_id.data = str(place.authority_id or "")
    form.priority.data = str(proposed_priority([level for _theme, level in answered]))
    form.due_on.data = proposed_deadline(seen.visit.country, today, answered)


@bp.route("/recommendations/<uuid:recommendation_id>", methods=["GET", "POST"])
@requires(RecommendationPermission.SEE)
def show(recommendation_id: UUID) -> ResponseReturnValue:
    """One recommendation; the lead changes it."""
    found = queries.recommendation_for(session(), actor(), recommendation_id)
    form = _form(found.seen)
    if not form.is_submitted():
        form.show_recommendation(found.recommendation)
    elif form.validate():
        if form.version.data != str(found.recommendation.version):
            raise Conflict(N_("Somebody else changed this recommendation while you were writing. Open it anew and compare."))
        try:
            operations.change(session(), actor(), found.seen, found.recommendation, form.facts())
        except Invalid as error:
            form.show_errors(error)
        else:
            flash(_("Saved."))
            return redirect(url_for("recommendations.of_visit", visit_id=found.seen.id))
    return render_template(
        "recommendations/show.html",
        form=form,
        found=found.recommendation,
        seen=found.seen,
        may_write=may_write(found.seen, found.recommendation),
        findings=[f for f in _standing(found.seen) if f.id in {row.finding_id for row in found.recommendation.findings}],
        authorities=_authorities(),
        today=clock.now().date(),
    ), UNPROCESSABLE if form.errors else 200


@bp.post("/recommendations/<uuid:recommendation_id>/remove")
@requires(RecommendationPermission.SEE)
def remove(recommendation_id: UUID) -> ResponseReturnValue:
    """Remove a recommendation that was never published."""
    found = queries.recommendation_for(session(), actor(), recommendation_id)
    operations.remove(session(), actor(), found.seen, found.recommendation)
    flash(_("Removed."))
    return redirect(url_for("recommendations.of_visit", visit_id=found.seen.id))
