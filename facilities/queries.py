"""Read the register: an actor sees the places of the own mechanism."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from facilities.models import Authority, Facility, FacilityKind
from facilities.rules import searchable
from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor


@dataclass(frozen=True)
class Filters:
    """What a list of places is narrowed to."""

    search: str = ""
    kind: str = ""
    region: str = ""
    due: str = ""


def listing(actor: Actor, filters: Filters, today: date) -> Select[Facility]:
    """The places an actor sees, narrowed, those longest due first."""
    query = select(Facility).where(Facility.country == actor.country, Facility.mechanism_id == actor.mechanism_id)
    for word in searchable(filters.search).split():
        query = query.where(Facility.search_text.contains(word, autoescape=True))
    if filters.kind:
        query = query.where(Facility.kind_key == filters.kind)
    if filters.region:
        query = query.where(Facility.region_code == filters.region)
    if filters.due == "never":
        query = query.where(Facility.last_visit_on.is_(None))
    elif filters.due == "overdue":
        query = query.where(or_(Facility.next_due_on < today, Facility.last_visit_on.is_(None)))
    return query.order_by(Facility.last_visit_on.is_not(None), Facility.next_due_on, Facility.search_text, Facility.id)


def facility_for(session: Session, actor: Actor, facility_id: UUID) -> Facility:
    """A place of the actor's mechanism. Raises NotFound."""
    found = session.get(Facility, facility_id)
    if found is None or found.country != actor.country or found.mechanism_id != actor.mechanism_id:
        raise NotFound
    return found


def facilities_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, Facility]:
    """Places by id, for whoever has already been shown something that names them."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(Facility).where(Facility.id.in_(wanted))).unique()}


def kinds(session: Session) -> list[FacilityKind]:
    """All kinds of place in their order."""
    return list(session.scalars(select(FacilityKind).order_by(FacilityKind.position)))


def authorities(session: Session, country: str) -> list[Authority]:
    """A country's authorities by name."""
    found = session.scalars(select(Authority).where(Authority.country == country))
    return sorted(found, key=lambda authority: str(authority.names.get("en", "")))
