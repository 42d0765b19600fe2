"""The findings board of a visit, and one finding."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from monitoring.accounts.queries import person_names
from monitoring.coalition import queries as coalition
from monitoring.core.errors import Conflict, Invalid, NotFound
from monitoring.core.i18n import N_, text_in
from monitoring.core.pagination import page_of
from monitoring.core.templating import language, translated
from monitoring.core.web import actor, requires, session
from monitoring.standards import queries as standards
from visits.findings import operations, queries
from visits.findings.forms import DropForm, FindingForm
from visits.findings.permissions import FindingPermission
from visits.findings.queries import SeenFinding
from visits.findings.rules import FindingKind, FindingState
from visits.plan.queries import visit_for

bp = Blueprint("findings", __name__, url_prefix="/desk")

UNPROCESSABLE = 422
STALE = N_("Somebody else changed this finding while you were writing. Open it anew, compare, and save again.")


@bp.get("/visits/<uuid:visit_id>/findings")
@requires(FindingPermission.SEE)
def board(visit_id: UUID) -> ResponseReturnValue:
    """Drafts at the left, what is decided at the right."""
    seen = visit_for(session(), actor(), visit_id)
    found = queries.findings_of_visit(session(), seen)
    open_ones = [SeenFinding(finding, seen) for finding in found if finding.state == FindingState.DRAFT]
    said = queries.proposed_of_all(session(), open_ones, language(), translated)
    decided = [f for f in found if f.state in {FindingState.CONFIRMED, FindingState.WAITS_FOR_SECOND}]
    dropped = [f for f in found if f.state == FindingState.DROPPED]
    return render_template(
        "findings/board.html",
        seen=seen,
        drafts=[(row.finding, said[row.finding.id]) for row in open_ones],
        decided=decided,
        dropped=dropped,
        themes=_themes(),
    )


@bp.get("/findings")
@requires(FindingPermission.SEE)
def index() -> ResponseReturnValue:
    """Findings of all visits that this person sees."""
    state = request.args.get("state", "")
    found = queries.listing(session(), actor(), [state] if state else [])
    page = page_of(found, request.args.get("page", 1, int))
    said = queries.proposed_of_all(session(), page.rows, language(), translated)
    return render_template("findings/index.html", page=page, state=state, states=list(FindingState), themes=_themes(), said=said)


def _text(found: SeenFinding) -> str:
    return queries.proposed(session(), found, language(), translated).text


def _themes() -> dict[str, str]:
    return standards.theme_titles(session(), language())


@bp.route("/findings/<uuid:finding_id>", methods=["GET", "POST"])
@requires(FindingPermission.SEE)
def show(finding_id: UUID) -> ResponseReturnValue:
    """One finding: what it says, what it rests on, what it bears on."""
    found = queries.finding_for(session(), actor(), finding_id, lock=request.method == "POST")
    finding, form = found.finding, FindingForm()
    form.offer(finding, list(_themes().items()), _calls(finding.country))
    if not form.is_submitted():
        form.show_finding(finding, _text(found))
    elif form.validate():
        if form.version.data != str(finding.version):
            raise Conflict(STALE)
        try:
            return _save(found, form)
        except Invalid as error:
            form.show_errors(error)
    return _page(found, form, DropForm(formdata=None))


def _save(found: SeenFinding, form: FindingForm) -> ResponseReturnValue:
    drafts = found.finding.state == FindingState.DRAFT and "save" not in request.form
    act = operations.confirm if drafts else operations.edit
    act(session(), actor(), found.seen, found.finding, form.facts())
    waits = found.finding.state == FindingState.WAITS_FOR_SECOND
    flash(_("Confirmed; being critical, it now waits for a second member.") if waits else _("Saved."))
    return redirect(url_for("findings.board", visit_id=found.seen.id))


def _calls(country: str) -> list[tuple[str, str]]:
    titles = coalition.titles_in_scope(session(), country, language())
    return [(code, f"{code} · {title}") for code, title in titles.items()]


def _page(found: SeenFinding, form: FindingForm, drop_form: DropForm) -> ResponseReturnValue:
    finding = found.finding
    evidence, total = queries.evidence_of(session(), found.seen, finding)
    codes = [row.coalition_code for row in finding.calls]
    calls = {call.code: text_in(call.titles, language()) for call in coalition.recommendations(session()) if call.code in codes}
    return render_template(
        "findings/show.html",
        found=found,
        finding=finding,
        seen=found.seen,
        form=form,
        drop_form=drop_form,
        proposed=queries.proposed(session(), found, language(), translated),
        evidence=evidence,
        total=total,
        calls=calls,
        provisions=standards.provisions(session(), finding.standards),
        cite=lambda row: standards.citation(row, language()),
        themes=_themes(),
        names=person_names(session(), [finding.decided_by, finding.seconded_by, finding.made_by]),
    ), UNPROCESSABLE if form.errors or drop_form.errors else 200


@bp.post("/findings/<uuid:finding_id>/second")
@requires(FindingPermission.SEE)
def second(finding_id: UUID) -> ResponseReturnValue:
    """Confirm as a second member."""
    found = queries.finding_for(session(), actor(), finding_id, lock=True)
    operations.second(session(), actor(), found.seen, found.finding)
    flash(_("Thank you. The finding is confirmed by two members."))
    return redirect(url_for("findings.board", visit_id=found.seen.id))


@bp.post("/findings/<uuid:finding_id>/drop")
@requires(FindingPermission.SEE)
def drop(finding_id: UUID) -> ResponseReturnValue:
    """Drop a finding with a reason."""
    found, drop_form = queries.finding_for(session(), actor(), finding_id, lock=True), DropForm()
    if drop_form.validate():
        operations.drop(session(), actor(), found.seen, found.finding, drop_form.reason.data or "")
        flash(_("Dropped, with your reason. It can be taken up again."))
        return redirect(url_for("findings.board", visit_id=found.seen.id))
    form = FindingForm(formdata=None)
    form.offer(found.finding, list(_themes().items()), _calls(found.finding.country))
    form.show_finding(found.finding, _text(found))
    return _page(found, form, drop_form)


@bp.post("/findings/<uuid:finding_id>/again")
@requires(FindingPermission.SEE)
def again(finding_id: UUID) -> ResponseReturnValue:
    """Take a dropped finding up again."""
    found = queries.finding_for(session(), actor(), finding_id, lock=True)
    operations.take_up_again(session(), actor(), found.seen, found.finding)
    return redirect(url_for("findings.show", finding_id=finding_id))


@bp.post("/visits/<uuid:visit_id>/sheets/<uuid:sheet_id>/findings")
@requires(FindingPermission.SEE)
def make(visit_id: UUID, sheet_id: UUID) -> ResponseReturnValue:
    """Make a finding from an answer, with one tap."""
    seen = visit_for(session(), actor(), visit_id, lock=True)
    try:
        kind = FindingKind(request.form.get("kind", ""))
    except ValueError as error:
        raise NotFound from error
    finding = operations.make_by_hand(session(), actor(), seen, sheet_id, request.form.get("question", ""), kind)
    return redirect(url_for("findings.show", finding_id=finding.id))
