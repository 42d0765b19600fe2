"""Read people, mechanisms and regions."""

import csv
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts.models import Mechanism, Person, PersonRole, Region, WebSession
from monitoring.accounts.rules import SESSION_IDLE, SESSION_LONGEST, Role
from monitoring.core import clock
from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor

DATA = Path(__file__).parent / "data"


def region_rows() -> list[dict[str, str]]:
    """The built-in list of regions."""
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def person_names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names by id, for showing who did something."""
    wanted = {person_id for person_id in ids if person_id is not None}
    if not wanted:
        return {}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in found}


def people_of_mechanism(session: Session, mechanism_id: UUID | None, *roles: str) -> list[Person]:
    """Active people of a mechanism who hold at least one of the roles, by name."""
    query = (
        select(Person)
        .where(Person.mechanism_id == mechanism_id, Person.active)
        .where(Person.roles.any(PersonRole.name.in_(roles)))
        .order_by(Person.name)
    )
    return list(session.scalars(query))


def people(session: Session, actor: Actor) -> list[Person]:
    """Everybody whom an administrator looks after: own country, own mechanism or organisation."""
    own = Person.mechanism_id == actor.mechanism_id
    if actor.organisation_id is not None:
        own = Person.organisation_id == actor.organisation_id
    return list(session.scalars(select(Person).where(Person.country == actor.country, own).order_by(Person.name)))


def person_for(session: Session, actor: Actor, person_id: UUID) -> Person:
    """One of those people. Raises NotFound."""
    found = next((person for person in people(session, actor) if person.id == person_id), None)
    if found is None:
        raise NotFound
    return found


def invented_people(session: Session) -> list[Person]:
    """The made-up people of a demonstration, in the order in which their work goes through the house."""
    order = list(Role)
    found = session.scalars(select(Person).where(Person.invented, Person.active).order_by(Person.name))
    return sorted(found, key=lambda person: min((order.index(Role(held.name)) for held in person.roles), default=len(order)))


def mechanism(session: Session, mechanism_id: UUID | None) -> Mechanism:
    """A mechanism. Raises NotFound."""
    found = session.get(Mechanism, mechanism_id) if mechanism_id else None
    if found is None:
        raise NotFound
    return found


def regions(session: Session, country: str) -> list[Region]:
    """A country's regions, by name."""
    found = session.scalars(select(Region).where(Region.country == country))
    return sorted(found, key=lambda region: str(region.titles.get("en", region.code)))


def region(session: Session, code: str) -> Region:
    """A region by its ISO 3166-2 code. Raises NotFound."""
    found = session.get(Region, code)
    if found is None:
        raise NotFound
    return found


def sessions_of(session: Session, person_id: UUID) -> list[WebSession]:
    """A person's open sessions, newest first."""
    now = clock.now()
    fresh = (WebSession.seen_at >= now - SESSION_IDLE, WebSession.created_at >= now - SESSION_LONGEST)
    query = select(WebSession).where(WebSession.person_id == person_id, WebSession.revoked_at.is_(None), *fresh)
    return list(session.scalars(query.order_by(WebSession.created_at.desc())))
