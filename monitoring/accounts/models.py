"""People, where they belong, and their sessions."""

from datetime import date
from typing import Any
from uuid import UUID

from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from monitoring.core.db import Base, Code, Identified, Moment


class Region(Base):
    """A first-level region (ISO 3166-2) with its time zone."""

    __tablename__ = "regions"

    code: Mapped[Code] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2), index=True)
    titles: Mapped[dict[str, Any]]
    time_zone: Mapped[Code]


class Mechanism(Identified):
    """The body that visits: an NPM, a monitoring group. `basis` is `opcat` or `agreement`."""

    __tablename__ = "mechanisms"

    country: Mapped[str] = mapped_column(String(2), index=True)
    names: Mapped[dict[str, Any]]
    basis: Mapped[Code]
    office_latitude: Mapped[float | None]
    office_longitude: Mapped[float | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    last_visit_number: Mapped[int] = mapped_column(default=0)


class Organisation(Identified):
    """A member of a coalition, or an office."""

    __tablename__ = "organisations"

    country: Mapped[str] = mapped_column(String(2), index=True)
    names: Mapped[dict[str, Any]]


class PersonRole(Base, RoleMixin):
    """One role of one person; the names are `rules.Role`."""

    __tablename__ = "person_roles"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    name: Mapped[Code] = mapped_column(primary_key=True)


class Person(Identified, UserMixin):
    """Somebody who signs in. Belongs to one country, and to a mechanism or an organisation.

    Without a `language` the browser's is taken.
    """

    __tablename__ = "people"

    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None]
    country: Mapped[str] = mapped_column(String(2), index=True)
    mechanism_id: Mapped[UUID | None] = mapped_column(ForeignKey("mechanisms.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    language: Mapped[str] = mapped_column(String(2), default="")
    invented: Mapped[bool] = mapped_column(default=False)
    roles: Mapped[list[PersonRole]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    def verify_and_update_password(self, password: str) -> bool:
        """Check a passphrase; the slow part runs outside any transaction, so that nobody waits for it.

        Nothing has been written when a sign-in comes here: the commit only gives the lock back.
        """
        opened = object_session(self)
        if opened is not None:
            opened.commit()
        return bool(super().verify_and_update_password(password))


class WebSession(Base):
    """A signed-in session; the cookie holds a random id, this table only its hash."""

    __tablename__ = "web_sessions"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    data: Mapped[str]
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]


class SignInAttempt(Base):
    """Failed sign-ins by account or network, hashed, in a window of time."""

    __tablename__ = "sign_in_attempts"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
