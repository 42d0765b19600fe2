"""What the coalition calls for, and the evidence for it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from facilities import queries as facilities
from monitoring.accounts.rules import COORDINATORS, FIELD
from monitoring.coalition import queries
from monitoring.coalition.rules import CallState
from monitoring.core.web import actor, requires, session
from monitoring.desk.permissions import DeskPermission
from monitoring.desk.routes.blueprint import bp
from monitoring.reports.queries import publications_for_call
from monitoring.standards import queries as standards
from visits.findings.queries import evidence_for_call

SEES_VISITS = FIELD | COORDINATORS


@bp.get("/coalition")
@requires(DeskPermission.COALITION)
def coalition() -> ResponseReturnValue:
    """The calls made in this country, and how they stand."""
    calls = queries.recommendations_in_scope(session(), actor().country)
    return render_template("desk/coalition.html", calls=calls, country=actor().country, states=CallState)


@bp.get("/coalition/<code>")
@requires(DeskPermission.COALITION)
def coalition_call(code: str) -> ResponseReturnValue:
    """One call: its words, how it stands, and the findings that bear on it."""
    call = queries.recommendation(session(), code)
    found = evidence_for_call(session(), actor(), code) if actor().has(*SEES_VISITS) else []
    places = facilities.facilities_by_id(session(), {row.seen.plan.facility_id for row in found})
    return render_template(
        "desk/coalition_call.html",
        call=call,
        evidence=found,
        places=places,
        published=publications_for_call(session(), code),
        themes={theme.code: theme.titles for theme in standards.themes(session())},
        states=CallState,
        country=actor().country,
    )
