"""Sessions kept on the server: the cookie holds a random id, the table its hash; nobody signed in, a signed cookie.

Saving the session is the very end of a request: the one commit happens here, then the session's own row is
written in a short transaction of its own, so that a failed request still keeps who is signed in.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Request, Response
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, select

from monitoring.accounts.models import Person, WebSession
from monitoring.accounts.rules import SESSION_IDLE, SESSION_LONGEST
from monitoring.core import clock, web
from monitoring.core.config import Settings
from monitoring.core.crypto import safe
from monitoring.core.db import Database

TOUCH = timedelta(minutes=1)
ANONYMOUS_FOR = int(timedelta(hours=12).total_seconds())
MARK = "s."
"""The cookie of a session in the table begins with this."""

ROTATE = "_rotate"
"""Put into a session by a sign-in: the id changes."""

_texts = TaggedJSONSerializer()


class Session(SecureCookieSession):
    """A session, and the secret of its row if it has one."""

    secret: str | None = None


def row_hash(secret: str) -> str:
    """What the table keeps of a cookie's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_row(database: Database, person_id: UUID, data: dict[str, Any], created_at: datetime | None = None) -> str:
    """Make a row for a signed-in session; the secret for its cookie. What ended long ago is forgotten on the way."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    with database.writing() as session, session.begin():
        session.execute(delete(WebSession).where(WebSession.created_at < now - 2 * SESSION_LONGEST))
        session.add(
            WebSession(
                hash=row_hash(secret),
                person_id=person_id,
                data=_texts.dumps(data),
                created_at=created_at or now,
                seen_at=now,
            )
        )
    return secret


class ServerSessions(SessionInterface):
    """Flask's way to open and save sessions, on our table."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._secure = settings.secure_cookies
        self._cookie = "__Host-session" if self._secure else "session"
        self._signer = URLSafeTimedSerializer(safe.keyring.derive("anonymous sessions"), serializer=_texts)

    def open_session(self, app: Flask, request: Request) -> Session:
        """The session that the cookie names, or a new, empty one."""
        value = request.cookies.get(self._cookie, "")
        if value.startswith(MARK):
            return self._from_table(value.removeprefix(MARK))
        try:
            return Session(self._signer.loads(value, max_age=ANONYMOUS_FOR))
        except BadSignature:
            return Session()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Commit the request, then keep the session."""
        web.finish()
        assert isinstance(session, Session)
        person_key = session.get("_user_id")
        if person_key is None:
            self._keep_anonymous(session, response)
        elif session.pop(ROTATE, False) or session.secret is None:
            self._keep_new(session, response, person_key)
        elif session.modified:
            self._change(session.secret, data=_texts.dumps(dict(session)))

    def _from_table(self, secret: str) -> Session:
        now = clock.now()
        with self._database.reading() as reading:
            row = reading.get(WebSession, row_hash(secret))
        if row is None or row.revoked_at or now - row.seen_at > SESSION_IDLE or now - row.created_at > SESSION_LONGEST:
            return Session()
        if now - row.seen_at > TOUCH:
            self._change(secret, seen_at=now)
        session = Session(_texts.loads(row.data))
        session.secret = secret
        return session

    def _keep_anonymous(self, session: Session, response: Response) -> None:
        if session.secret is not None:
            self._change(session.secret, revoked_at=clock.now())
        if session.modified or session.secret is not None:
            value = self._signer.dumps(dict(session)) if session else ""
            self._set_cookie(response, str(value))

    def _keep_new(self, session: Session, response: Response, person_key: str) -> None:
        if session.secret is not None:
            self._change(session.secret, revoked_at=clock.now())
        with self._database.reading() as reading:
            person_id = reading.scalar(select(Person.id).where(Person.fs_uniquifier == person_key))
        if person_id is not None:
            self._set_cookie(response, MARK + open_row(self._database, person_id, dict(session)))

    def _change(self, secret: str, **values: Any) -> None:
        with self._database.writing() as writing, writing.begin():
            row = writing.get(WebSession, row_hash(secret))
            if row is not None:
                for name, value in values.items():
                    setattr(row, name, value)

    def _set_cookie(self, response: Response, value: str) -> None:
        response.set_cookie(self._cookie, value, httponly=True, secure=self._secure, samesite="Lax", path="/")
        response.vary.add("Cookie")
