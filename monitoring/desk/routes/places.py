"""The register of places, and the page of one."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from facilities import queries
from facilities.adapters import kilometres
from facilities.models import Facility
from facilities.permissions import FacilityPermission, may_keep
from facilities.queries import Filters
from monitoring.accounts import queries as accounts
from monitoring.core import clock
from monitoring.core.pagination import paginate
from monitoring.core.web import actor, requires, session
from monitoring.desk.queries import place_history
from monitoring.desk.routes.blueprint import bp


@bp.get("/places")
@requires(FacilityPermission.SEE)
def places() -> ResponseReturnValue:
    """The register, narrowed by search and filters."""
    wanted = {name: request.args.get(name, "").strip() for name in ("search", "kind", "region", "due")}
    today = clock.now().date()
    page = paginate(session(), queries.listing(actor(), Filters(**wanted), today), request.args.get("page", 1, int))
    regions = accounts.regions(session(), actor().country)
    return render_template(
        "desk/places.html",
        page=page,
        wanted={name: text for name, text in wanted.items() if text},
        kinds=queries.kinds(session()),
        regions=regions,
        region_titles={region.code: region.titles for region in regions},
        today=today,
    )


@bp.get("/places/<uuid:facility_id>")
@requires(FacilityPermission.SEE)
def place(facility_id: UUID) -> ResponseReturnValue:
    """One place: its facts at the left, its history at the right."""
    facility = queries.facility_for(session(), actor(), facility_id)
    return render_template(
        "desk/place.html",
        facility=facility,
        region=accounts.region(session(), facility.region_code),
        distance=_distance(facility),
        own=may_keep(actor(), facility),
        history=place_history(session(), actor(), facility),
        today=clock.now().date(),
    )


def _distance(facility: Facility) -> float | None:
    """Kilometres from the mechanism's office, as the crow flies."""
    office = accounts.mechanism(session(), facility.mechanism_id)
    known = (office.office_latitude, office.office_longitude, facility.latitude, facility.longitude)
    if any(part is None for part in known):
        return None
    return kilometres((known[0] or 0.0, known[1] or 0.0), (known[2] or 0.0, known[3] or 0.0))
