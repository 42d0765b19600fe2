"""The tablet's shell, and what it sends and reads (JSON). Sentences of errors are made in core.error_pages."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from monitoring.core.errors import Invalid, NotFound, TooLarge
from monitoring.core.i18n import LANGUAGES, N_
from monitoring.core.templating import language, translated
from monitoring.core.web import Access, actor, content_policy, handed_in, parts, requires, session
from monitoring.media import operations as media
from monitoring.media import queries as pictures
from monitoring.media.rules import LARGEST_BYTES
from monitoring.tablet import operations, queries
from monitoring.tablet.permissions import TabletPermission
from visits.plan.rules import VisitKind
from visits.sheets import queries as sheets
from visits.sheets.models import Sheet
from visits.sheets.operations import add_device
from visits.sheets.rules import SheetKind

bp = Blueprint("tablet", __name__, url_prefix="/tablet")

LARGEST_JSON = 8_000_000
LARGEST_SEQ = 2**53


@bp.get("/")
@requires(Access.PUBLIC)
def shell() -> ResponseReturnValue:
    """The page that the client lives in; nothing personal is in it."""
    page = make_response(render_template("tablet/shell.html"))
    page.headers["Content-Security-Policy"] = content_policy(
        script_src="'self'", img_src="'self' blob: data:", worker_src="'self'", trusted_types="'none'"
    )
    return page


@bp.get("/api/me")
@requires(TabletPermission.FILL)
def me() -> ResponseReturnValue:
    """Who fills, on which device."""
    who = actor()
    return jsonify(
        person={"id": str(who.person_id), "name": who.name, "language": language()},
        device=queries.device_for(session(), who, request.headers.get("X-Device", "")),
        csrf=generate_csrf(),
        languages=list(LANGUAGES.items()),
    )


@bp.post("/api/device")
@requires(TabletPermission.FILL)
def device() -> ResponseReturnValue:
    """Enrol this browser for this person."""
    said = _json()
    return jsonify(queries.device_json(add_device(session(), actor(), str(said.get("label", "")))))


@bp.get("/api/visits")
@requires(TabletPermission.FILL)
def visits() -> ResponseReturnValue:
    """The visits that this person fills."""
    return jsonify(visits=queries.visit_list(session(), actor(), language(), _kinds()))


@bp.get("/api/visits/<uuid:visit_id>/pack")
@requires(TabletPermission.FILL)
def pack(visit_id: UUID) -> ResponseReturnValue:
    """All that is needed to fill one visit."""
    seen = queries.tablet_visit(session(), actor(), visit_id)
    return jsonify(queries.pack(session(), actor(), seen, language(), _kinds()))


@bp.get("/api/visits/<uuid:visit_id>/entries")
@requires(TabletPermission.FILL)
def read_entries(visit_id: UUID) -> ResponseReturnValue:
    """What came in after a running number."""
    seen = queries.tablet_visit(session(), actor(), visit_id)
    after = min(max(request.args.get("after", 0, int), 0), LARGEST_SEQ)
    found = sheets.entries_after(session(), seen, after)
    return jsonify(entries=[entry.to_json() for entry in found], seq=found[-1].seq if found else after)


@bp.put("/api/entries")
@requires(TabletPermission.FILL)
def put_entries() -> ResponseReturnValue:
    """Take in a batch; a receipt for each entry."""
    said = _json()
    result = operations.take_in(session(), actor(), _device_id(), said.get("entries"))
    receipts = [
        {
            "id": receipt.id,
            "outcome": str(receipt.outcome),
            "seq": receipt.seq,
            "sha256": receipt.sha256,
            **({"message": translated(receipt.message)} if receipt.message else {}),
        }
        for receipt in result.receipts
    ]
    return jsonify(nonce=str(said.get("nonce", "")), epoch=operations.EPOCH, receipts=receipts, watermarks={})


@bp.put("/api/media/<sha256>")
@requires(TabletPermission.FILL)
def put_media(sha256: str) -> ResponseReturnValue:
    """Take in a photo for a sheet."""
    if (request.content_length or 0) > LARGEST_BYTES:
        raise TooLarge(N_("This photo is larger than 20 MB. Take it again with a smaller size."))
    sheet_id = _sheet().id
    session().commit()  # nothing was written yet: gives the lock back while the picture is worked on
    prepared = media.prepare(request.get_data(cache=False), sha256)
    row = media.store_picture(session(), actor(), parts().settings.media, sheet_id, prepared)
    return jsonify(sha256=row.sha256, stored=True, width=row.width, height=row.height)


@bp.get("/api/media/<sha256>")
@requires(TabletPermission.FILL)
def get_media(sha256: str) -> ResponseReturnValue:
    """A photo as it may be shown."""
    sheet = _sheet()
    if sheet.per == SheetKind.INTERVIEW and sheet.closed_at is not None:
        raise NotFound
    picture = pictures.picture(session(), parts().settings.media, sheet.id, sha256)
    return handed_in(picture, "image/jpeg", "photo.jpg")


def _kinds() -> dict[str, str]:
    return {str(kind): translated(kind.label) for kind in VisitKind}


def _json() -> dict[str, Any]:
    if (request.content_length or 0) > LARGEST_JSON:
        raise TooLarge(N_("This is too much at once. The tablet will send it in parts."))
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        raise Invalid(N_("The tablet sent something that cannot be read. Reload the page on the tablet; nothing is lost."))
    return said


def _device_id() -> UUID:
    return _as_uuid(request.headers.get("X-Device", ""))


def _sheet() -> Sheet:
    """The sheet that the address names, when this person fills its visit; somebody else's interview does not exist."""
    seen = queries.tablet_visit(session(), actor(), _as_uuid(request.args.get("visit", "")))
    sheet = sheets.sheet_for(session(), seen, _as_uuid(request.args.get("sheet", "")))
    if sheet.per == SheetKind.INTERVIEW and sheet.opened_by != actor().person_id:
        raise NotFound
    return sheet


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(
            N_("The tablet sent something that cannot be read. Reload the page on the tablet; nothing is lost.")
        ) from error
