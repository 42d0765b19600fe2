"""Keep the register."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from facilities.models import Authority, Facility, FacilityKind
from facilities.permissions import check_may_keep
from facilities.rules import FacilityEvent, lies_in, next_due, searchable
from monitoring.accounts import operations as accounts
from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor
from monitoring.core.word_lists import LoadReport, load_rows, read_rows

SWAPPED = N_("This position lies outside the country. Latitude and longitude seem to be swapped: latitude comes first.")
ELSEWHERE = N_("This position lies outside the country. Look at the figures once more.")
DATA = Path(__file__).parent / "data"
BUILT_IN = UUID("5b1c86f4-60dc-4c63-8a5c-2d1f8a4d70f1")
COUNTRIES = ("KZ", "KG", "TJ")


@dataclass(frozen=True)
class FacilityFacts:
    """What is written of a place."""

    names: dict[str, str]
    kind_key: str
    region_code: str
    authority_id: UUID | None = None
    address: str = ""
    position: tuple[float, float] | None = None
    capacity: int | None = None
    official: bool = True
    public_body: bool = True
    sensitive: bool = False
    notes: str = ""
    invented: bool = False


def load(session: Session) -> list[LoadReport]:
    """Bring kinds of place and authorities in line with the built-in data."""
    rows = read_rows(DATA / "kinds.csv")
    names = {row["title"]: row["title_ru"] for row in read_rows(DATA / "authorities.csv")}
    used = {(country, row[f"authority_{country.lower()}"]) for row in rows for country in COUNTRIES}
    authorities = [
        {"id": authority_id(country, name), "country": country, "names": {"en": name, "ru": names[name]}, "parent_id": None}
        for country, name in sorted(used)
        if name
    ]
    kinds = [
        {
            "key": row["kind"],
            "titles": {"en": row["title"], "ru": row["title_ru"]},
            "authority_class": row["authority"],
            "interval_months": int(row["interval_months"]),
            "checklist_code": row["checklist"],
            "coalition_code": row["coalition_recommendation"] or None,
            "authorities": {
                c: str(authority_id(c, row[f"authority_{c.lower()}"])) for c in COUNTRIES if row[f"authority_{c.lower()}"]
            },
            "position": position,
        }
        for position, row in enumerate(rows)
    ]
    return [load_rows(session, Authority, authorities), load_rows(session, FacilityKind, kinds)]


def authority_id(country: str, name: str) -> UUID:
    """The id of a built-in authority: the same in every installation."""
    return uuid5(BUILT_IN, f"{country}|{name}")


def add_facility(session: Session, actor: Actor, facts: FacilityFacts, facility_id: UUID | None = None) -> Facility:
    """Add a place to the register; with the same id a second time it is the same place (a double click)."""
    check_may_keep(actor, facts.region_code)
    if actor.mechanism_id is None:
        raise Invalid(N_("You belong to no mechanism, so there is no register to add this place to."))
    _check_position(actor, facts)
    accounts.take_turns(session, actor.mechanism_id)
    found = session.get(Facility, facility_id) if facility_id else None
    if found is not None and found.mechanism_id == actor.mechanism_id:
        return found
    facility = Facility(
        id=facility_id,
        country=actor.country,
        mechanism_id=actor.mechanism_id,
        created_at=clock.now(),
        names={},
        search_text="",
        invented=facts.invented,
    )
    _write(facility, facts)
    session.add(facility)
    session.flush()
    audit.record(session, actor, FacilityEvent.ADDED, facility)
    return facility


def change_facility(session: Session, actor: Actor, facility: Facility, facts: FacilityFacts) -> None:
    """Change what is written of a place."""
    check_may_keep(actor, facts.region_code, facility)
    _check_position(actor, facts)
    _write(facility, facts)
    session.flush()
    audit.record(session, actor, FacilityEvent.CHANGED, facility)


def _check_position(actor: Actor, facts: FacilityFacts) -> None:
    if facts.position is None or lies_in(actor.country, *facts.position):
        return
    latitude, longitude = facts.position
    message = SWAPPED if lies_in(actor.country, longitude, latitude) else ELSEWHERE
    raise Invalid(message, {"position": message})


def _write(facility: Facility, facts: FacilityFacts) -> None:
    facility.names = {language: name for language, name in facts.names.items() if name}
    facility.kind_key, facility.region_code, facility.authority_id = facts.kind_key, facts.region_code, facts.authority_id
    facility.address, facility.capacity, facility.notes = facts.address, facts.capacity, facts.notes
    facility.latitude, facility.longitude = facts.position or (None, None)
    facility.official, facility.public_body, facility.sensitive = facts.official, facts.public_body, facts.sensitive
    facility.search_text = searchable(*facts.names.values(), facts.address)


def note_visit(session: Session, facility_id: UUID, on: date) -> None:
    """Write the last visit and when the next is due: told by the plan of visits after a return."""
    facility = session.get_one(Facility, facility_id)
    if facility.last_visit_on is None or facility.last_visit_on < on:
        facility.last_visit_on = on
        facility.next_due_on = next_due(on, facility.kind.interval_months)
    session.flush()
