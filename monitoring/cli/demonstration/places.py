"""The made-up places: none of them exists, and every name says so."""

from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from facilities.models import Facility, FacilityKind
from facilities.rules import searchable
from monitoring.cli.demonstration.people import MECHANISMS, REGIONS, SPACE, mechanism_id
from monitoring.core import clock

PLACES = (
    ("isolator", "temporary_detention_isolator", "Temporary detention isolator No. 9", "Изолятор № 9", 0, 24),
    ("isolator_b", "temporary_detention_isolator", "Temporary detention isolator No. 10", "Изолятор № 10", 1, 18),
    ("station", "police_station", "Police station No. 77", "Отдел полиции № 77", 0, 6),
    ("remand", "remand_prison", "Remand prison No. 99", "Следственный изолятор № 99", 0, 620),
    ("colony", "correctional_colony", "Correctional colony No. 98", "Исправительная колония № 98", 1, 850),
    ("psychiatric", "psychiatric_hospital", "Psychiatric hospital No. 97", "Психиатрическая больница № 97", 0, 240),
    ("elderly", "home_for_elderly", "Home for the elderly No. 96", "Дом престарелых № 96", 1, 130),
    ("orphanage", "orphanage", "Children's home No. 95", "Детский дом № 95", 0, 80),
    ("barracks", "army_barracks", "Army barracks No. 94", "Воинская часть № 94", 1, 400),
    ("women", "womens_colony", "Women's colony No. 93", "Женская колония № 93", 0, 310),
)
"""Key, kind, name in English and in Russian, region (0 or 1), places by its own figures."""


def place_id(country: str, key: str) -> UUID:
    """The id of a place in the story."""
    return uuid5(SPACE, f"place|{country}|{key}")


def add(session: Session) -> None:
    """Add the places of all three countries, each a little way from the office."""
    for country, (_name, _name_ru, _basis, latitude, longitude) in MECHANISMS.items():
        for number, (key, kind, name, name_ru, region, capacity) in enumerate(PLACES, start=1):
            authorities = session.get_one(FacilityKind, kind).authorities
            names = {"en": f"{name} (invented)", "ru": f"{name_ru} (вымышленный)"}
            session.add(
                Facility(
                    id=place_id(country, key),
                    country=country,
                    mechanism_id=mechanism_id(country),
                    names=names,
                    search_text=searchable(*names.values()),
                    kind_key=kind,
                    authority_id=UUID(authorities[country]) if country in authorities else None,
                    region_code=REGIONS[country][region],
                    latitude=round(latitude + 0.031 * number, 5),
                    longitude=round(longitude - 0.043 * number, 5),
                    capacity=capacity,
                    invented=True,
                    created_at=clock.now(),
                )
            )
    session.flush()
