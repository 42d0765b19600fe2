"""What every request has: one database session with one commit at its end, the person who asks, access rules, headers.

A view declares who may enter with `@requires(...)`; `enforce_access` reads that before the view runs. A view
without a declaration is refused, and a test over all routes says so earlier.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TypeVar, cast

from flask import Flask, Response, current_app, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from monitoring.core.config import Settings
from monitoring.core.db import Database
from monitoring.core.errors import DomainError, Forbidden, NotFound
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor, Permission, PermissionTable

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Access(StrEnum):
    """Rules that are not a permission of a role."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    DEVICE = "device"
    """A token in the Authorization header, never a cookie: only for views that take in what tablets bring."""


@dataclass(frozen=True)
class Parts:
    """What the composition root puts together for requests."""

    settings: Settings
    database: Database
    permissions: PermissionTable
    load_actor: Callable[[], Actor | None]
    load_device: Callable[[str], object | None]
    foreign_views: dict[str, "Access | Permission"]


class SignInNeeded(Exception):
    """Nobody is signed in and the page needs somebody."""


class DeviceUnknown(DomainError):
    """The token in the Authorization header is not known."""

    status = 401
    code = "device"

    def __init__(self) -> None:
        super().__init__(
            N_("This tablet is not known here. What you filled is kept on it: sign in, and it will be enrolled anew.")
        )


class ConfirmationNeeded(Exception):
    """The person signed in some time ago, and this step wants to be sure that it is still them."""


def install(app: Flask, parts: Parts) -> None:
    """Give the application its session, access check and headers."""
    app.extensions["parts"] = parts
    app.before_request(_begin)
    app.before_request(enforce_access)
    app.after_request(_headers)
    app.teardown_appcontext(_close)


def parts() -> Parts:
    """The parts of the running application."""
    return cast("Parts", current_app.extensions["parts"])


def requires(rule: Access | Permission) -> Callable[[View], View]:
    """Declare who may enter a view: a permission of a role, or one of the two general rules."""

    def declare(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]  # read by enforce_access and by the test over all routes
        return view

    return declare


def access_rule(endpoint: str) -> Access | Permission | None:
    """What a view declares; views of libraries are declared by the composition root."""
    view = current_app.view_functions.get(endpoint)
    return getattr(view, "access_rule", None) or parts().foreign_views.get(endpoint)


def session() -> Session:
    """The request's session: it can write only if the method is one that changes things."""
    if "session" not in g:
        database = parts().database
        g.session = database.reading() if request.method in SAFE_METHODS else database.writing()
    return cast("Session", g.session)


def actor() -> Actor:
    """The person who asks. Raises SignInNeeded."""
    found = maybe_actor()
    if found is None:
        raise SignInNeeded
    return found


def maybe_actor() -> Actor | None:
    """The person who asks, if somebody is signed in."""
    if "actor" not in g:
        g.actor = parts().load_actor()
    return cast("Actor | None", g.actor)


def may(permission: Permission) -> bool:
    """Whether the person's roles hold a permission: for menus; operations check again."""
    found = maybe_actor()
    return found is not None and parts().permissions.allows(found, permission)


def fail() -> None:
    """Mark the request as failed: nothing of it will be committed."""
    g.failed = True
    if "session" in g:
        g.session.rollback()


def finish() -> None:
    """The one commit of a request, called at its very end; a failed request changes nothing."""
    if "session" in g:
        if g.get("failed") or request.method in SAFE_METHODS:
            g.session.rollback()
        else:
            g.session.commit()
    for step in g.pop("afterwards", []):
        step()


def afterwards(step: Callable[[], None]) -> None:
    """Do something once the request's own transaction is over: what must be kept even when the request fails.

    While that transaction is open on SQLite, a second one that writes would wait for it for ever.
    """
    g.setdefault("afterwards", []).append(step)


def enforce_access() -> ResponseReturnValue | None:
    """Let nobody into a view that its declaration does not let in."""
    if request.endpoint is None:
        return None
    rule = access_rule(request.endpoint)
    if rule is None:
        raise NotFound
    if rule is Access.PUBLIC:
        return None
    if rule is Access.DEVICE:
        _check_same_origin()
        _load_device()
        return None
    found = maybe_actor()
    if found is None:
        raise SignInNeeded
    if isinstance(rule, Permission) and not parts().permissions.allows(found, rule):
        raise NotFound
    return None


def device() -> object:
    """The device that sends, in a view of the rule `DEVICE`: whatever the composition root's loader made of its token."""
    return g.device


def _load_device() -> None:
    found = parts().load_device(request.headers.get("Authorization", ""))
    if found is None:
        raise DeviceUnknown
    g.device = found


def _check_same_origin() -> None:
    """Raise Forbidden when another site's page sends, although nothing here is authorised by a cookie."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    ours = {parts().settings.base_url, request.host_url.rstrip("/")}
    if site not in {"same-origin", "none"} or (origin is not None and origin not in ours):
        raise Forbidden(N_("This address takes what tablets send from our own pages only."))


def to_sign_in() -> Response:
    """To the sign-in page and back afterwards."""
    return cast("Response", redirect(url_for("security.login", next=request.full_path.rstrip("?"))))


def _begin() -> None:
    g.nonce = secrets.token_urlsafe(16)


def _close(_error: BaseException | None) -> None:
    found = g.pop("session", None)
    if found is not None:
        found.close()


BASE_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}


def content_policy(**changes: str) -> str:
    """The content security policy as a header's text; `script_src` and the like change a line."""
    policy = {**BASE_POLICY, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def handed_in(content: bytes, mimetype: str, name: str) -> Response:
    """A file that people handed in: shown as itself, never as a page, and kept by no browser."""
    response = send_file(BytesIO(content), mimetype=mimetype, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy", content_policy(script_src=f"'nonce-{g.get('nonce', '')}'", trusted_types="'none'")
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(self)")
    if parts().settings.insists_on_tls:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if g.get("actor") is not None or "device" in g:
        headers.setdefault("Cache-Control", "no-store")
    return response
