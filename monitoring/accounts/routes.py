"""Pages about oneself, the choice of language, and the buttons of a demonstration."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import login_user

from monitoring.accounts import operations, queries
from monitoring.accounts.models import Person
from monitoring.core.config import is_loopback
from monitoring.core.errors import NotFound
from monitoring.core.i18n import LANGUAGES
from monitoring.core.templating import language_cookie
from monitoring.core.web import Access, actor, parts, requires, session

bp = Blueprint("accounts", __name__)

A_YEAR = 31_536_000


@bp.get("/desk/me")
@requires(Access.SIGNED_IN)
def me() -> ResponseReturnValue:
    """Who I am here, and where I am signed in."""
    person = session().get_one(Person, actor().person_id)
    return render_template("accounts/me.html", person=person, sessions=queries.sessions_of(session(), person.id))


@bp.post("/desk/me/sessions/end")
@requires(Access.SIGNED_IN)
def end_session() -> ResponseReturnValue:
    """End one of my sessions, or all."""
    person = session().get_one(Person, actor().person_id)
    operations.end_sessions(session(), actor(), person, only=request.form.get("hash"))
    flash(_("The session has ended."))
    return redirect(url_for("accounts.me"))


@bp.post("/language")
@requires(Access.PUBLIC)
def language() -> ResponseReturnValue:
    """Choose the language, and go back to where one was."""
    chosen, back = request.form.get("language", ""), request.form.get("next", "/")
    answer = redirect(_in_language(_own_path(back), chosen))
    if chosen in LANGUAGES:
        secure = parts().settings.secure_cookies
        answer.set_cookie(language_cookie(), chosen, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure)
    return answer


def _own_path(address: str) -> str:
    """The address if it is a path of this site, else the first page."""
    split = urlsplit(address)
    ours = not split.scheme and not split.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address.rstrip("?") if ours else "/"


def _in_language(path: str, language: str) -> str:
    """Public pages carry their language in the address."""
    first, _slash, rest = path.lstrip("/").partition("/")
    return f"/{language}/{rest}" if first in LANGUAGES and language in LANGUAGES else path


@bp.post("/sign-in/demonstration")
@requires(Access.PUBLIC)
def demonstration() -> ResponseReturnValue:
    """Sign in as a made-up person: only in a demonstration, and only on this machine."""
    if not demonstration_offered():
        raise NotFound
    wanted = request.form.get("person", "")
    people = {str(person.id): person for person in queries.invented_people(session())}
    if wanted not in people:
        raise NotFound
    login_user(session().get_one(Person, UUID(wanted)), remember=False, authn_via=["demonstration"])
    return redirect(_own_path(request.form.get("next") or url_for("desk.home")))


def demonstration_offered() -> bool:
    """Whether the sign-in page offers its made-up people: not to a browser on another machine, whatever server runs this."""
    settings = parts().settings
    return settings.demonstration and settings.on_loopback and is_loopback(request.remote_addr or "")


def demonstration_people() -> list[Person]:
    """The made-up people for the sign-in page."""
    return queries.invented_people(session()) if demonstration_offered() else []
