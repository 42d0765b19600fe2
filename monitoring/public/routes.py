"""What everybody may read, without signing in: published reports, the coalition's recommendations, how to trust the server."""

from pathlib import Path

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from monitoring.coalition import queries as coalition
from monitoring.coalition.rules import CallState
from monitoring.core.errors import NotFound
from monitoring.core.i18n import LANGUAGES
from monitoring.core.templating import language
from monitoring.core.web import Access, parts, requires, session
from monitoring.documents.rules import from_json
from monitoring.reports import queries
from monitoring.reports.operations.publishing import pdf_file

bp = Blueprint("public", __name__)

NEWEST = 10
COUNTRY = "<any(KZ, KG, TJ):country>"
LANGUAGE = f"<any({', '.join(LANGUAGES)}):language>"


@bp.get("/")
@requires(Access.PUBLIC)
def start() -> ResponseReturnValue:
    """To the first page in the reader's language."""
    return redirect(url_for("public.home", language=language()))


@bp.get(f"/{LANGUAGE}/")
@requires(Access.PUBLIC)
def home(language: str) -> ResponseReturnValue:
    """What this body does, the newest reports, and how the calls stand."""
    calls = coalition.recommendations(session())
    states = [state.state for call in calls for state in call.states]
    return render_template(
        "public/home.html",
        newest=queries.publications(session())[:NEWEST],
        calls=len(calls),
        achieved=states.count(CallState.ACHIEVED),
        active=states.count(CallState.ACTIVE),
    )


@bp.get(f"/{LANGUAGE}/reports")
@requires(Access.PUBLIC)
def reports(language: str) -> ResponseReturnValue:
    """All published reports."""
    return render_template("public/reports.html", reports=queries.publications(session()))


@bp.get(f"/{LANGUAGE}/reports/{COUNTRY}/<slug>")
@requires(Access.PUBLIC)
def report(language: str, country: str, slug: str) -> ResponseReturnValue:
    """One published report."""
    found = queries.publication(session(), country, slug)
    calls = {call.code: call for call in coalition.recommendations(session()) if call.code in found.coalition_codes}
    return render_template("public/report.html", publication=found, document=from_json(found.content), calls=calls)


@bp.get(f"/{LANGUAGE}/reports/{COUNTRY}/<slug>.pdf")
@requires(Access.PUBLIC)
def pdf(language: str, country: str, slug: str) -> ResponseReturnValue:
    """The report as a file; it is there a moment after publication."""
    found = queries.publication(session(), country, slug)
    place = pdf_file(parts().settings.public, found)
    if found.pdf_sha256 is None or not place.exists():
        raise NotFound
    return send_file(place, mimetype="application/pdf", download_name=f"{found.slug}.pdf")


@bp.get(f"/{LANGUAGE}/recommendations")
@requires(Access.PUBLIC)
def recommendations(language: str) -> ResponseReturnValue:
    """What the coalitions call for, and how it stands in each country."""
    return render_template("public/recommendations.html", calls=coalition.recommendations(session()), states=CallState)


@bp.get(f"/{LANGUAGE}/recommendations/<code>")
@requires(Access.PUBLIC)
def recommendation(language: str, code: str) -> ResponseReturnValue:
    """One call of the coalitions, and the published reports that bear on it."""
    call = coalition.recommendation(session(), code)
    published = queries.publications_for_call(session(), code)
    return render_template("public/recommendation.html", call=call, reports=published, states=CallState)


@bp.get("/tablet/trust")
@requires(Access.PUBLIC)
def trust() -> ResponseReturnValue:
    """How a tablet comes to trust a server that made its own certificate."""
    _authority()
    return render_template("public/trust.html")


@bp.get("/tablet/trust/authority.crt")
@requires(Access.PUBLIC)
def authority() -> ResponseReturnValue:
    """The certificate to be trusted, of the kind that devices offer to install."""
    return send_file(_authority(), mimetype="application/x-x509-ca-cert", download_name="authority.crt")


def _authority() -> Path:
    """Where it lies. Raises NotFound on a server that has none of its own."""
    place = parts().settings.authority_file
    if not place.exists():
        raise NotFound
    return place
