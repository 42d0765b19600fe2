"""The made-up world of the tests, and short makers of valid objects. Everything in it is visibly invented."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilities.models import Authority, Facility
from monitoring import app as composition
from monitoring.accounts.models import Mechanism, Person, PersonRole
from monitoring.accounts.rules import Role
from monitoring.core.permissions import Actor

SPACE = UUID("6f0c2d52-5f50-4d0f-9c0b-6f4c1b6b1d11")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALMATY, ASTANA, BISHKEK, DUSHANBE = "KZ-75", "KZ-71", "KG-GB", "TJ-DU"

PEOPLE = {
    # name in the world: (mechanism, region, roles)
    "national": ("KZ", None, {Role.NATIONAL_COORDINATOR}),
    "regional": ("KZ", ALMATY, {Role.REGIONAL_COORDINATOR}),
    "other_regional": ("KZ", ASTANA, {Role.REGIONAL_COORDINATOR}),
    "lead": ("KZ", ALMATY, {Role.MONITOR}),
    "member": ("KZ", ALMATY, {Role.MONITOR}),
    "doctor": ("KZ", ALMATY, {Role.MONITOR, Role.DOCTOR}),
    "outsider": ("KZ", ALMATY, {Role.MONITOR}),
    "astana_monitor": ("KZ", ASTANA, {Role.MONITOR}),
    "reviewer": ("KZ", None, {Role.REVIEWER}),
    "publisher": ("KZ", None, {Role.PUBLISHER}),
    "analyst": ("KZ", None, {Role.ANALYST}),
    "case_worker": ("KZ", None, {Role.CASE_WORKER}),
    "case_supervisor": ("KZ", None, {Role.CASE_SUPERVISOR}),
    "admin": ("KZ", None, {Role.ADMIN}),
    "auditor": ("KZ", None, {Role.AUDITOR}),
    "kg_national": ("KG", None, {Role.NATIONAL_COORDINATOR}),
    "kg_monitor": ("KG", BISHKEK, {Role.MONITOR}),
    "kg_second": ("KG", BISHKEK, {Role.MONITOR}),
    "tj_national": ("TJ", None, {Role.NATIONAL_COORDINATOR}),
    "tj_monitor": ("TJ", DUSHANBE, {Role.MONITOR}),
}
MECHANISMS = {
    "KZ": ("National Preventive Mechanism (invented office)", "opcat", 43.238, 76.945),
    "KG": ("Ombudsman as National Preventive Mechanism (invented office)", "opcat", 42.875, 74.604),
    "TJ": ("Monitoring Group (invented office)", "agreement", 38.560, 68.774),
}
PLACES = {
    "isolator": ("KZ", ALMATY, "temporary_detention_isolator", "Temporary detention isolator No. 9 (invented)", 20),
    "colony": ("KZ", ASTANA, "correctional_colony", "Correctional colony No. 99 (invented)", 400),
    "kg_isolator": ("KG", BISHKEK, "temporary_detention_isolator", "Temporary detention isolator No. 8 (invented)", 12),
    "tj_remand": ("TJ", DUSHANBE, "remand_prison", "Remand prison No. 7 (invented)", 90),
}


def fixed_id(name: str) -> UUID:
    """The same id for the same name in every run."""
    return uuid5(SPACE, name)


def actor_of(person: Person) -> Actor:
    """What decides about a person's rights."""
    return Actor(
        person_id=person.id,
        name=person.name,
        country=person.country,
        mechanism_id=person.mechanism_id,
        organisation_id=person.organisation_id,
        region_code=person.region_code,
        roles=frozenset(role.name for role in person.roles),
        language=person.language,
    )


@dataclass
class World:
    """People by their part in the story, places by their kind."""

    people: dict[str, Person]
    places: dict[str, Facility]
    mechanisms: dict[str, Mechanism]

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def actor(self, name: str) -> Actor:
        return actor_of(self.people[name])


def make_world(session: Session) -> None:
    """Load the word lists and make the people and places."""
    composition.load_word_lists(session)
    for country, (name, basis, latitude, longitude) in MECHANISMS.items():
        session.add(
            Mechanism(
                id=fixed_id(country),
                country=country,
                names={"en": name},
                basis=basis,
                office_latitude=latitude,
                office_longitude=longitude,
            )
        )
    session.flush()
    for name, (country, region, roles) in PEOPLE.items():
        session.add(make_person(name, country, region, roles))
    for name, place in PLACES.items():
        session.add(make_facility(session, name, *place))
    session.flush()


def make_person(name: str, country: str, region: str | None, roles: set[Role]) -> Person:
    """Somebody who can sign in, with the second factor set up."""
    person_id = fixed_id(name)
    return Person(
        id=person_id,
        email=f"{name}@example.org",
        name=f"{name.replace('_', ' ').capitalize()} (invented)",
        password=None,
        active=True,
        fs_uniquifier=person_id.hex,
        tf_primary_method="authenticator",
        country=country,
        mechanism_id=fixed_id(country),
        region_code=region,
        roles=[PersonRole(person_id=person_id, name=role) for role in sorted(roles)],
        invented=True,
    )


def make_facility(session: Session, name: str, country: str, region: str, kind: str, title: str, capacity: int) -> Facility:
    """A place that does not exist."""
    authority = session.scalars(select(Authority).where(Authority.country == country).order_by(Authority.id)).first()
    return Facility(
        id=fixed_id(name),
        country=country,
        mechanism_id=fixed_id(country),
        names={"en": title},
        search_text=title.lower(),
        kind_key=kind,
        authority_id=authority.id if authority else None,
        region_code=region,
        capacity=capacity,
        invented=True,
        created_at=NOON,
    )


def read_world(session: Session) -> World:
    """The world as this test's session sees it."""
    people = {person.id: person for person in session.scalars(select(Person))}
    places = {place.id: place for place in session.scalars(select(Facility)).unique()}
    mechanisms = {found.country: found for found in session.scalars(select(Mechanism))}
    return World(
        {name: people[fixed_id(name)] for name in PEOPLE},
        {name: places[fixed_id(name)] for name in PLACES},
        mechanisms,
    )
