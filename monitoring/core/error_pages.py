"""Errors as pages, or as JSON for the tablet: what happened, that nothing is lost, what to do."""

import logging

from flask import Flask, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from monitoring.core import web
from monitoring.core.errors import Conflict, DomainError, NotFound, TooLarge
from monitoring.core.i18n import N_, Message
from monitoring.core.templating import translated

log = logging.getLogger("monitoring")

API_PREFIX = "/tablet/api/"
SECRET_FIELDS = frozenset({"csrf_token", "password", "new_password", "new_password_confirm", "code"})

STALE = N_("Somebody else changed this while you were writing. Your text is below: open the page anew, compare, and save again.")
SESSION_ENDED = N_(
    "Your session has ended. Sign in again in a new tab, then come back here and send the form: what you typed is kept."
)
SHOW_AGAIN = N_(
    "You signed in some time ago. Show in a new tab that it is still you, then come back here and send the form: "
    "what you typed is kept."
)
TOO_LARGE = N_("This file is larger than %(megabytes)s MB. Choose a smaller one; nothing else was lost.")
UNEXPECTED = N_(
    "Something went wrong on our side. Nothing was saved from this step; what you saved before is safe. Go back and try again."
)
TITLES = {
    403: N_("You may see this, but not do that"),
    404: N_("Nothing here"),
    405: N_("This address takes no such request"),
    409: N_("Changed in the meantime"),
    413: N_("Too large"),
    422: N_("Please look at this again"),
    429: N_("Too many tries"),
    500: N_("Something went wrong"),
}
SERVER_ERROR = 500
GENERAL_TITLE = N_("This did not work")


def install(app: Flask) -> None:
    """Register the one place where errors become answers."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(web.SignInNeeded, _sign_in)
    app.register_error_handler(web.ConfirmationNeeded, _confirm)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _domain(error: DomainError) -> ResponseReturnValue:
    web.fail()
    answer = make_response(_answer(error.status, error.code, error.message))
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    return _domain(Conflict(STALE))


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    limit = (request.max_content_length or 0) // 1_000_000
    return _domain(TooLarge(TOO_LARGE, megabytes=limit))


def _http(error: HTTPException) -> ResponseReturnValue:
    web.fail()
    status = error.code or 500
    if status in {301, 302, 303, 304, 307, 308}:
        return error.get_response()
    if status == NotFound.status:
        return _domain(NotFound())
    if status >= SERVER_ERROR:
        return _answer(status, "unexpected", UNEXPECTED)
    return _answer(status, "http", TITLES.get(status, GENERAL_TITLE))


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    web.fail()
    return _answer(500, "unexpected", UNEXPECTED)


def _sign_in(_error: web.SignInNeeded) -> ResponseReturnValue:
    web.fail()
    if request.path.startswith(API_PREFIX):
        return jsonify(
            code="sign_in", message=translated(N_("Please sign in again. What you filled is kept on this tablet."))
        ), 401
    if request.method in web.SAFE_METHODS:
        return web.to_sign_in()
    return _kept_form(401, SESSION_ENDED)


def _confirm(_error: web.ConfirmationNeeded) -> ResponseReturnValue:
    web.fail()
    if request.method in web.SAFE_METHODS:
        return redirect(url_for("security.verify", next=request.full_path.rstrip("?")))
    return _kept_form(401, SHOW_AGAIN)


def _forged(_error: CSRFError) -> ResponseReturnValue:
    web.fail()
    if request.path.startswith(API_PREFIX):
        return jsonify(
            code="stale_session",
            message=translated(N_("The session has changed. Open the page anew; nothing is lost.")),
        ), 403
    return _kept_form(400, N_("This form was open while you signed in anew. What you typed is kept: send it again."))


def _kept_form(status: int, message: Message) -> ResponseReturnValue:
    """The form again with what was typed, to be sent by the person; only for forms of our own pages."""
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    fields = _typed() if ours else []
    action = request.full_path.rstrip("?")
    again = message is SHOW_AGAIN
    return render_template("errors/kept_form.html", message=message, fields=fields, action=action, again=again), status


def _answer(status: int, code: str, message: Message) -> ResponseReturnValue:
    if request.path.startswith(API_PREFIX):
        return jsonify(code=code, message=translated(message)), status
    title = TITLES.get(status, GENERAL_TITLE)
    typed = [value for _name, value in _typed() if value.strip()] if status not in {NotFound.status, TooLarge.status} else []
    try:
        page = render_template("errors/error.html", title=title, message=message, typed=typed)
    except Exception:  # the frame around the page asks the database who is there, and that may be what is broken
        log.exception("no frame for an error page")
        bare = current_app.jinja_env.get_template("errors/bare.html")
        page = bare.render(title=title, message=message, typed=typed)
    return page, status


def _typed() -> list[tuple[str, str]]:
    """What stood in the form, without secrets."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET_FIELDS]
