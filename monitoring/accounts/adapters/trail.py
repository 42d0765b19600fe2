"""What is put on record of signing in and out, and of attempts at what is not for the person.

Each row has a short transaction of its own, after the request's: it stays when the request fails.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import Flask, Response, g, request
from flask_login import user_logged_out
from flask_security import user_failed_authn

from monitoring.accounts.models import Person
from monitoring.accounts.permissions import actor_of
from monitoring.accounts.rules import AccountEvent
from monitoring.audit import operations as audit
from monitoring.core import web
from monitoring.core.permissions import Actor

DENIED = frozenset({403, 404})


def install(app: Flask) -> None:
    """Listen to the library and look at every answer."""
    user_failed_authn.connect(_failed, app)
    user_logged_out.connect(_signed_out, app)
    app.after_request(_denied)


def failed_sign_in(person: Person | None) -> None:
    """Somebody could not show who they are; of an unknown address nothing is kept."""
    _later(None, AccountEvent.SIGN_IN_FAILED, Person.__tablename__ if person else "", person)


def _failed(_app: Flask, user: Person, **_details: Any) -> None:
    failed_sign_in(user)


def _signed_out(_app: Flask, user: Person, **_details: Any) -> None:
    if isinstance(user, Person):
        _later(actor_of(user), AccountEvent.SIGNED_OUT, Person.__tablename__, user)


def _later(actor: Actor | None, event: AccountEvent, kind: str, person: Person | None) -> None:
    subject, country = (person.id, person.country) if person else (None, None)
    web.afterwards(_row(actor, event, kind, subject, country))


def _row(actor: Actor | None, event: AccountEvent, kind: str, subject: UUID | None, country: str | None) -> Callable[[], None]:
    return partial(audit.record_now, web.parts().database, actor, event, kind, subject, country=country)


def _denied(response: Response) -> Response:
    """What does not exist and what is not for the person answer alike, so both are kept; the address is not, only its name."""
    actor: Actor | None = g.get("actor")
    guarded = request.endpoint is not None and web.access_rule(request.endpoint) is not web.Access.PUBLIC
    if response.status_code in DENIED and actor is not None and guarded:
        ids = [value for value in (request.view_args or {}).values() if isinstance(value, UUID)]
        web.afterwards(_row(actor, AccountEvent.DENIED, str(request.endpoint), ids[-1] if ids else None, actor.country))
    return response
