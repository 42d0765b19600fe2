"""The tablet's shell, and what it sends and reads (JSON). Sentences of errors are made in core.error_pages."""

import json
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, jsonify, make_response, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from monitoring.core import installation
from monitoring.core.errors import Damaged, Invalid, NotFound, TooLarge
from monitoring.core.i18n import LANGUAGES, N_
from monitoring.core.templating import language, translated
from monitoring.core.web import Access, actor, content_policy, handed_in, parts, requires, session
from monitoring.core.web import device as sending_device
from monitoring.media import queries as pictures
from monitoring.tablet import operations, queries
from monitoring.tablet.adapters import BUILT, built_assets
from monitoring.tablet.permissions import TabletPermission
from visits.plan.rules import VisitKind
from visits.sheets import operations as verbs
from visits.sheets import queries as sheets
from visits.sheets.queries import Sender
from visits.sheets.rules import SheetKind

bp = Blueprint("tablet", __name__, url_prefix="/tablet")

LARGEST_JSON = 8_000_000
LARGEST_SEQ = 2**53
LONGEST_NONCE = 100
FILE_HEADERS = {"id": "Envelope", "visit": "Visit", "sheet": "Sheet", "wrapped": "Wrapped"}
"""What is said beside a sealed file: its envelope."""
UNREADABLE = N_("The tablet sent something that cannot be read. Reload the page on the tablet; nothing is lost.")


@bp.get("/")
@requires(Access.PUBLIC)
def shell() -> ResponseReturnValue:
    """The page that the client lives in: the same for everybody, so that it can be kept for days without a network."""
    page = make_response(render_template("tablet/shell.html", assets=built_assets()))
    page.headers["Content-Security-Policy"] = content_policy(
        script_src="'self'", img_src="'self' blob: data:", worker_src="'self'", trusted_types="tablet"
    )
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.get("/sw.js")
@requires(Access.PUBLIC)
def service_worker() -> ResponseReturnValue:
    """What keeps the tablet's own files; asked for anew each time, so that a new version is seen."""
    script = make_response(send_from_directory(BUILT, "sw.js", mimetype="text/javascript"))
    script.headers["Cache-Control"] = "no-cache"
    script.headers["Content-Security-Policy"] = content_policy(script_src="'self'", trusted_types="'none'")
    return script


@bp.get("/worker/<name>")
@requires(Access.PUBLIC)
def worker(name: str) -> ResponseReturnValue:
    """The vault's worker; it lies below /tablet/ so that the service worker keeps it too."""
    if name != built_assets()["vault"]:
        raise NotFound
    script = make_response(send_from_directory(BUILT, name, mimetype="text/javascript"))
    script.headers["Content-Security-Policy"] = content_policy(script_src="'self'", trusted_types="'none'")
    return script


@bp.get("/manifest.webmanifest")
@requires(Access.PUBLIC)
def web_manifest() -> ResponseReturnValue:
    """What an installed app is called: a neutral name, since others see the home screen too."""
    icons = [{"src": f"/static/build/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)]
    return Response(
        json.dumps(
            {
                "name": "Notebook",
                "short_name": "Notebook",
                "id": "/tablet/",
                "start_url": "/tablet/",
                "scope": "/tablet/",
                "display": "standalone",
                "background_color": "#fbfaf7",
                "theme_color": "#fbfaf7",
                "icons": icons,
            }
        ),
        mimetype="application/manifest+json",
    )


@bp.after_request
def in_steps(response: Response) -> Response:
    """What is read comes in steps of one size, and nothing on the way may squeeze it."""
    if response.mimetype == "application/json" and request.method != "PUT":
        response.set_data(queries.padded(response.get_data()))
        response.headers["Cache-Control"] = "no-store, no-transform"
    return response


@bp.get("/api/me")
@requires(TabletPermission.FILL)
def me() -> ResponseReturnValue:
    """Who fills, on which device."""
    who = actor()
    known = queries.device_for(session(), who, request.headers.get("X-Device", ""))
    if known is not None:
        verbs.note_opening(parts().database, who, known.id)
    return jsonify(
        person={"id": str(who.person_id), "name": who.name, "language": language()},
        device=queries.device_json(known) if known else None,
        csrf=generate_csrf(),
        epoch=installation.epoch(session()),
        languages=list(LANGUAGES.items()),
    )


@bp.post("/api/device")
@requires(TabletPermission.FILL)
def device() -> ResponseReturnValue:
    """Enrol this tablet for this person, one that the server forgot under its own id; its secrets are told once."""
    said = _json()
    known = _as_uuid(str(said["id"])) if said.get("id") else None
    made = verbs.enrol(session(), actor(), str(said.get("label", "")), known)
    epoch = installation.epoch(session())
    return jsonify(**queries.device_json(made.device), token=made.token, mac_key=made.mac_key, epoch=epoch)


@bp.get("/api/visits")
@requires(TabletPermission.FILL)
def visits() -> ResponseReturnValue:
    """The visits that this person fills."""
    kinds = {str(kind): translated(kind.label) for kind in VisitKind}
    return jsonify(visits=queries.visit_list(session(), actor(), language(), kinds))


@bp.get("/api/visits/<uuid:visit_id>/pack")
@requires(TabletPermission.FILL)
def pack(visit_id: UUID) -> ResponseReturnValue:
    """What must be fetched to fill one visit without a network."""
    seen = queries.tablet_visit(session(), actor(), visit_id)
    return jsonify(queries.manifest(session(), actor(), seen))


@bp.get("/api/visits/<uuid:visit_id>/pack/<part>")
@requires(TabletPermission.FILL)
def pack_part(visit_id: UUID, part: str) -> ResponseReturnValue:
    """One part of it, to the byte as the manifest says."""
    seen = queries.tablet_visit(session(), actor(), visit_id)
    return Response(queries.pack_part(session(), actor(), seen, part), mimetype="application/json")


@bp.get("/api/visits/<uuid:visit_id>/entries")
@requires(TabletPermission.FILL)
def read_entries(visit_id: UUID) -> ResponseReturnValue:
    """What came in after a running number."""
    seen = queries.tablet_visit(session(), actor(), visit_id)
    after = min(max(request.args.get("after", 0, int), 0), LARGEST_SEQ)
    return jsonify(queries.entries_since(session(), seen, after))


@bp.put("/api/entries")
@requires(Access.DEVICE)
def put_entries() -> ResponseReturnValue:
    """Take in a sealed batch; a receipt for each entry."""
    said, sender = _json(), _sender()
    result = operations.take_in_sealed(session(), sender, said.get("envelopes", []), said.get("entries"))
    receipts = [
        {
            "id": receipt.id,
            "outcome": str(receipt.outcome),
            "seq": receipt.seq,
            "sha256": receipt.sha256,
            **_besides(receipt),
        }
        for receipt in result.receipts
    ]
    marks = sheets.watermarks_of(session(), sender.device_id)
    return _with_receipt({"nonce": _nonce(said.get("nonce")), "receipts": receipts, "watermarks": marks})


@bp.put("/api/media/<sha256>")
@requires(Access.DEVICE)
def put_media(sha256: str) -> ResponseReturnValue:
    """Take in a sealed file for a sheet."""
    place = {name: request.headers.get(f"X-{header}", "") for name, header in FILE_HEADERS.items()}
    receipt = operations.take_in_file(
        parts().database, session(), _sender(), parts().settings.media, sha256, place, request.get_data(cache=False)
    )
    said = {"sha256": receipt.sha256, "outcome": str(receipt.outcome), "seq": receipt.seq, **_besides(receipt)}
    return _with_receipt({"nonce": _nonce(request.headers.get("X-Nonce")), **said})


@bp.get("/api/media/<sha256>")
@requires(TabletPermission.FILL)
def get_media(sha256: str) -> ResponseReturnValue:
    """A photo as it may be shown."""
    seen = queries.tablet_visit(session(), actor(), _as_uuid(request.args.get("visit", "")))
    sheet = sheets.sheet_for(session(), seen, _as_uuid(request.args.get("sheet", "")))
    if sheet.per == SheetKind.INTERVIEW:
        raise NotFound
    return handed_in(pictures.picture(session(), parts().settings.media, sheet.id, sha256), "image/jpeg", "photo.jpg")


def _sender() -> Sender:
    return cast("Sender", sending_device())


def _nonce(said: object) -> str:
    return str(said or "")[:LONGEST_NONCE]


def _besides(receipt: verbs.Receipt | verbs.FileReceipt) -> dict[str, Any]:
    """The number in quarantine, and what to tell the person; where there is none, nothing."""
    number = {} if receipt.number is None else {"number": receipt.number}
    return number | ({"message": translated(receipt.message)} if receipt.message else {})


def _with_receipt(said: dict[str, Any]) -> Response:
    """An answer that the tablet can trust: nobody in between has its key."""
    body = json.dumps({"epoch": installation.epoch(session()), **said}, ensure_ascii=False).encode()
    mac = sheets.receipt_mac(session(), _sender().device_id, body)
    return Response(body, mimetype="application/json", headers={"X-Receipt": mac})


def _json() -> dict[str, Any]:
    if (request.content_length or 0) > LARGEST_JSON:
        raise TooLarge(N_("This is too much at once. The tablet will send it in parts."))
    try:
        said = request.get_json(silent=True)
    except RecursionError as error:
        raise Damaged(UNREADABLE) from error
    if not isinstance(said, dict):
        raise Damaged(UNREADABLE)
    return said


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(UNREADABLE) from error
