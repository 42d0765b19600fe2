"""Read visits: decrypted and filtered here, so that nobody else can even count them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor
from visits.plan.models import Visit
from visits.plan.permissions import Standing, standing
from visits.plan.rules import Plan, VisitState, from_json


@dataclass(frozen=True)
class SeenVisit:
    """A visit that a person may see, its plan, and what the person is to it."""

    visit: Visit
    plan: Plan
    standing: Standing
    person_id: UUID

    @property
    def id(self) -> UUID:
        """The visit's id."""
        return self.visit.id

    @property
    def is_lead(self) -> bool:
        """Whether the person leads the visit."""
        return self.standing is Standing.LEAD

    @property
    def in_team(self) -> bool:
        """Whether the person is in the team."""
        return self.standing in {Standing.LEAD, Standing.MEMBER}

    @property
    def is_coordinator(self) -> bool:
        """Whether the person sees it as a coordinator."""
        return self.standing is Standing.COORDINATOR

    @property
    def returned(self) -> bool:
        """Whether the team is back."""
        return self.visit.state == VisitState.RETURNED

    @property
    def planned(self) -> bool:
        """Whether it still lies ahead."""
        return self.visit.state == VisitState.PLANNED

    @property
    def letter(self) -> str | None:
        """The person's letter in the team."""
        return self.plan.letter(self.person_id)


def _seen(actor: Actor, visit: Visit) -> SeenVisit | None:
    plan = from_json(visit.plan)
    found = standing(actor, visit, plan)
    return SeenVisit(visit, plan, found, actor.person_id) if found else None


def visit_for(session: Session, actor: Actor, visit_id: UUID, *, lock: bool = False, cancelled: bool = False) -> SeenVisit:
    """A visit that the actor may see; a cancelled one only where asked for. Raises NotFound.

    `lock` holds its row until the end of the transaction.
    """
    query = select(Visit).where(Visit.id == visit_id)
    visit = session.scalars(query.with_for_update() if lock else query).first()
    found = _seen(actor, visit) if visit is not None else None
    if found is None or (found.visit.state == VisitState.CANCELLED and not cancelled):
        raise NotFound
    return found


def visits_for(session: Session, actor: Actor) -> list[SeenVisit]:
    """The visits that the actor may see, newest first; cancelled ones are left out."""
    query = select(Visit).where(
        Visit.country == actor.country, Visit.mechanism_id == actor.mechanism_id, Visit.state != VisitState.CANCELLED
    )
    found = [seen for visit in session.scalars(query) if (seen := _seen(actor, visit))]
    return sorted(found, key=lambda seen: (seen.plan.starts_on, str(seen.id)), reverse=True)


def plan_of(visit: Visit) -> Plan:
    """The plan itself, for operations that already checked who asks."""
    return from_json(visit.plan)


def facilities_with_visit(session: Session, facility_id: UUID) -> bool:
    """Whether a place was visited before (only visits from which the team has returned count)."""
    query = select(Visit.id).where(Visit.facility_id == facility_id, Visit.state == VisitState.RETURNED)
    return session.scalars(query.limit(1)).first() is not None
