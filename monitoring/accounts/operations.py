"""Add and change people; end sessions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitoring.accounts.models import Mechanism, Person, PersonRole, Region, WebSession
from monitoring.accounts.permissions import check_may_manage
from monitoring.accounts.queries import people, region_rows
from monitoring.accounts.rules import GENERAL_NAMES, AccountEvent, Country, Role
from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.errors import Conflict, Invalid
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor


@dataclass(frozen=True)
class NewPerson:
    """Somebody who is to be added."""

    email: str
    name: str
    country: Country
    roles: frozenset[Role]
    mechanism_id: UUID | None = None
    organisation_id: UUID | None = None
    region_code: str | None = None
    language: str = ""
    invented: bool = False


def load_regions(session: Session) -> int:
    """Load the built-in regions; how many were new or changed."""
    changed = 0
    have = {region.code: region for region in session.scalars(select(Region))}
    for row in region_rows():
        region = have.get(row["code"]) or Region(code=row["code"], titles={})
        values = (row["country"], {"en": row["title"], "ru": row["title_ru"]}, row["time_zone"])
        if (region.country, region.titles, region.time_zone) != values:
            region.country, region.titles, region.time_zone = values
            session.add(region)
            changed += 1
    session.flush()
    return changed


def add_person(session: Session, actor: Actor | None, new: NewPerson, passphrase: str) -> Person:
    """Add somebody who signs in with a first passphrase and then sets up the second factor. Raises Invalid.

    `passphrase` is its hash. Nobody acts when the command adds the first administrator.
    """
    if actor is not None:
        check_may_manage(actor)
    if session.scalars(select(Person).where(Person.email == new.email.lower())).first() is not None:
        raise Invalid(N_("Please look at this again."), {"email": N_("Somebody with this e-mail address exists already.")})
    person = Person(
        id=uuid4(),
        email=new.email.lower(),
        name=new.name,
        password=passphrase,
        active=True,
        fs_uniquifier=uuid4().hex,
        country=str(new.country),
        mechanism_id=new.mechanism_id,
        organisation_id=new.organisation_id,
        region_code=new.region_code,
        language=new.language,
        invented=new.invented,
    )
    person.roles = [PersonRole(person_id=person.id, name=str(role)) for role in sorted(new.roles)]
    session.add(person)
    session.flush()
    audit.record(session, actor, AccountEvent.PERSON_ADDED, person)
    return person


def change_person(session: Session, actor: Actor, person: Person, roles: Iterable[Role], *, active: bool) -> None:
    """Change what somebody may do, or let them in no longer. Raises Conflict for the last administrator."""
    check_may_manage(actor)
    wanted = frozenset(map(str, roles))
    others = [p for p in people(session, actor) if p.id != person.id and p.active and Role.ADMIN in {r.name for r in p.roles}]
    if not others and (not active or Role.ADMIN not in wanted) and Role.ADMIN in {role.name for role in person.roles}:
        raise Conflict(N_("This is the last administrator. Make somebody else an administrator first."))
    have = {role.name: role for role in person.roles}
    person.roles = [have.get(name) or PersonRole(person_id=person.id, name=name) for name in sorted(wanted)]
    person.active = active
    if not active:
        end_sessions(session, actor, person)
    session.flush()
    audit.record(session, actor, AccountEvent.PERSON_CHANGED, person)


def end_sessions(session: Session, actor: Actor, person: Person, *, only: str | None = None) -> None:
    """End all of somebody's sessions, or the one with this hash: one's own, or as administrator."""
    if actor.person_id != person.id:
        check_may_manage(actor)
    query = update(WebSession).where(WebSession.person_id == person.id, WebSession.revoked_at.is_(None))
    if only is not None:
        query = query.where(WebSession.hash == only)
    session.execute(query.values(revoked_at=clock.now()))
    audit.record(session, actor, AccountEvent.SESSIONS_ENDED, person)


def end_all_sessions(session: Session) -> int:
    """End everybody's sessions, because the server was restored; how many."""
    ended = session.execute(update(WebSession).where(WebSession.revoked_at.is_(None)).values(revoked_at=clock.now()))
    return int(ended.rowcount)  # type: ignore[attr-defined]  # an update counts its rows


def renew_passphrase(session: Session, actor: Actor, person: Person, hashed: str) -> None:
    """Give somebody who forgot it a new passphrase; the second factor stays, so that it alone opens nothing."""
    check_may_manage(actor)
    person.password, person.fs_uniquifier = hashed, uuid4().hex
    end_sessions(session, actor, person)
    audit.record(session, actor, AccountEvent.PASSPHRASE_RENEWED, person)


def renew_second_factor(session: Session, actor: Actor, person: Person) -> None:
    """Let somebody who lost the phone set up the second factor at the next sign-in; the passphrase stays."""
    check_may_manage(actor)
    person.tf_primary_method = person.tf_totp_secret = person.tf_last_counter = person.mf_recovery_codes = None
    person.fs_uniquifier = uuid4().hex
    end_sessions(session, actor, person)
    audit.record(session, actor, AccountEvent.SECOND_FACTOR_RENEWED, person)


def mechanism_of(session: Session, country: Country) -> Mechanism:
    """The body that visits in a country; under its general name when there is none yet."""
    mechanism = session.scalars(select(Mechanism).where(Mechanism.country == country).order_by(Mechanism.id)).first()
    if mechanism is None:
        names, basis = GENERAL_NAMES[country]
        mechanism = Mechanism(country=str(country), names=names, basis=basis)
        session.add(mechanism)
        session.flush()
    return mechanism


def describe_mechanism(
    session: Session, mechanism: Mechanism, names: Mapping[str, str | None], office: tuple[float, float] | None
) -> None:
    """Change what the body is called, and where its office is (latitude and longitude in degrees)."""
    mechanism.names = {**mechanism.names, **{language: name for language, name in names.items() if name}}
    if office is not None:
        mechanism.office_latitude, mechanism.office_longitude = office
    session.flush()


def take_turns(session: Session, mechanism_id: UUID | None) -> None:
    """Hold the mechanism until the commit: two who add something at once take turns, and a double click finds the first."""
    session.execute(select(Mechanism.id).where(Mechanism.id == mechanism_id).with_for_update())
