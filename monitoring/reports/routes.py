"""A report on its way: written, reviewed, checked for personal data, published."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from monitoring.accounts.queries import person_names
from monitoring.accounts.rules import COORDINATORS, Role
from monitoring.core.errors import Conflict, Invalid
from monitoring.core.i18n import N_, Message
from monitoring.core.pagination import page_of
from monitoring.core.templating import language, translated
from monitoring.core.web import actor, requires, session
from monitoring.documents.rules import Document, digest, from_json
from monitoring.reports import operations, queries
from monitoring.reports.forms import RemarkForm, ReportForm
from monitoring.reports.models import Report
from monitoring.reports.operations.writing import whole_view
from monitoring.reports.permissions import ReportPermission
from monitoring.reports.queries import SeenReport
from monitoring.reports.rules import FROZEN, ReportState
from visits.plan.queries import visit_for

bp = Blueprint("reports", __name__, url_prefix="/desk")

UNPROCESSABLE = 422


def _say_in(chosen: str) -> Callable[[Message | str], str]:
    def say(message: Message | str) -> str:
        with force_locale(chosen):
            return translated(message)

    return say


@bp.get("/reports")
@requires(ReportPermission.SEE)
def index() -> ResponseReturnValue:
    """The reports that this person sees."""
    page = page_of(queries.reports_for(session(), actor()), request.args.get("page", 1, int))
    return render_template("reports/index.html", page=page)


@bp.route("/visits/<uuid:visit_id>/report", methods=["GET", "POST"])
@requires(ReportPermission.SEE)
def of_visit(visit_id: UUID) -> ResponseReturnValue:
    """The report of a visit: begun here, then read at its own address."""
    seen = visit_for(session(), actor(), visit_id, lock=request.method == "POST")
    if request.method == "POST":
        report = operations.draft(session(), actor(), seen, language(), _say_in(language()))
        return redirect(url_for("reports.show", report_id=report.id))
    found = queries.report_of_visit(session(), seen)
    if found is not None:
        return redirect(url_for("reports.show", report_id=found.id))
    return render_template("reports/begin.html", seen=seen)


@bp.route("/reports/<uuid:report_id>", methods=["GET", "POST"])
@requires(ReportPermission.SEE)
def show(report_id: UUID) -> ResponseReturnValue:
    """The report: its texts, how it will read, and the next step."""
    found = queries.report_for(session(), actor(), report_id)
    form = ReportForm()
    if form.validate_on_submit():
        if form.version.data != str(found.report.version):
            raise Conflict(N_("Somebody else changed this report while you were writing. Open it anew, compare, and save again."))
        try:
            operations.write(session(), actor(), found, form.texts(), _say_in(found.report.language))
        except Invalid as error:
            form.show_errors(error)
        else:
            flash(_("Saved."))
            return redirect(url_for("reports.show", report_id=report_id))
    return _page(found, form if form.is_submitted() else None, RemarkForm(formdata=None))


def _as_it_stands(found: SeenReport) -> tuple[Mapping[str, str], Document]:
    """The texts of a report and the document that they are part of."""
    report, say = found.report, _say_in(found.report.language)
    if report.state in FROZEN:
        return report.content["texts"], from_json(report.content["document"])
    view = whole_view(actor(), found)
    texts = queries.texts_now(session(), view, report, say)
    return texts, queries.document_of(session(), view, report, say, texts)


def _page(found: SeenReport, form: ReportForm | None, remark_form: RemarkForm, problem: str = "") -> ResponseReturnValue:
    report, (texts, document) = found.report, _as_it_stands(found)
    if form is None:
        form = ReportForm(formdata=None)
        form.show_report(report, texts)
    decisions = queries.decisions_of(session(), report)
    people = [step.person_id for step in report.steps] + [decision.person_id for decision in decisions]
    return render_template(
        "reports/show.html",
        found=found,
        report=report,
        seen=found.seen,
        form=form,
        remark_form=remark_form,
        document=document,
        digest=digest(document),
        hits=queries.hits_of(document),
        decisions={(row.hit_key, row.role): row for row in decisions},
        names=person_names(session(), people),
        steps=_steps(report, found),
        problem=problem,
    ), UNPROCESSABLE if form.errors or remark_form.errors or problem else 200


def _steps(report: Report, found: SeenReport) -> set[str]:
    """What this person may be offered; the operations check again."""
    who, seen, state = actor(), found.seen, report.state
    writers = {writer.person_id for writer in report.writers}
    approved = next((step.person_id for step in reversed(report.steps) if step.state == ReportState.APPROVED), None)
    offered = {
        "write": state == ReportState.DRAFT and seen is not None,
        "send": state == ReportState.DRAFT and seen is not None and seen.is_lead,
        "review": state in {ReportState.REVIEW, ReportState.APPROVED} and who.has(Role.REVIEWER) and who.person_id not in writers,
        "approve": state == ReportState.REVIEW,
        "back": state == ReportState.APPROVED and who.has(Role.PUBLISHER),
        "publish": state == ReportState.APPROVED and who.has(Role.PUBLISHER) and who.person_id != approved,
        "accept": state == ReportState.APPROVED and who.has(Role.PUBLISHER, *COORDINATORS),
    }
    return {name for name, offer in offered.items() if offer}


def _act(report_id: UUID, act: Callable[[SeenReport], object], said: str) -> ResponseReturnValue:
    found = queries.report_for(session(), actor(), report_id)
    try:
        act(found)
    except Invalid as error:
        return _page(found, None, RemarkForm(formdata=None), translated(error.message))
    flash(said)
    return redirect(url_for("reports.show", report_id=report_id))


@bp.post("/reports/<uuid:report_id>/review")
@requires(ReportPermission.SEE)
def send(report_id: UUID) -> ResponseReturnValue:
    """Hand the report to the reviewers."""
    return _act(report_id, lambda found: operations.send_to_review(session(), actor(), found), _("A reviewer can read it now."))


@bp.post("/reports/<uuid:report_id>/back")
@requires(ReportPermission.SEE)
def back(report_id: UUID) -> ResponseReturnValue:
    """Send the report back to its writers."""
    found, remark_form = queries.report_for(session(), actor(), report_id), RemarkForm()
    if remark_form.validate():
        operations.send_back(session(), actor(), found, remark_form.remark.data or "")
        flash(_("The writers have it again, with your remark."))
        return redirect(url_for("reports.index"))
    return _page(found, None, remark_form)


@bp.post("/reports/<uuid:report_id>/approve")
@requires(ReportPermission.SEE)
def approve(report_id: UUID) -> ResponseReturnValue:
    """Approve the report as it is."""

    def act(found: SeenReport) -> None:
        operations.approve(session(), actor(), found, _say_in(found.report.language), request.form.get("read", ""))

    return _act(report_id, act, _("Approved. The publisher can publish it now."))


@bp.post("/reports/<uuid:report_id>/personal-data")
@requires(ReportPermission.SEE)
def accept(report_id: UUID) -> ResponseReturnValue:
    """Accept something that looks like personal data, with a reason."""
    key, reason = request.form.get("hit", ""), request.form.get("reason", "")
    return _act(report_id, lambda found: operations.accept_hit(session(), actor(), found, key, reason), _("Your reason is kept."))


@bp.post("/reports/<uuid:report_id>/publish")
@requires(ReportPermission.SEE)
def publish(report_id: UUID) -> ResponseReturnValue:
    """Publish the report."""
    return _act(
        report_id, lambda found: operations.publish(session(), actor(), found), _("Published. Everybody can read it now.")
    )
