"""People and their rights: who may change them, and what stays impossible."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.accounts import operations, queries
from monitoring.accounts.models import Mechanism, Person, Region
from monitoring.accounts.operations import NewPerson
from monitoring.accounts.rules import AccountEvent, Country, Role
from monitoring.audit.models import AuditRow
from monitoring.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories import PEOPLE, World

NEW = NewPerson("new@example.org", "New (invented)", Country.KZ, frozenset({Role.MONITOR}))


def _last(session: Session) -> AuditRow:
    return session.scalars(select(AuditRow).order_by(AuditRow.number.desc())).first()


def test_an_administrator_adds_a_person_and_that_is_on_record(session: Session, world: World) -> None:
    person = operations.add_person(session, world.actor("admin"), NEW, "a hash")
    assert (person.email, [role.name for role in person.roles], person.tf_primary_method) == (
        "new@example.org",
        ["monitor"],
        None,
    )
    row = _last(session)
    assert (row.event, row.subject_id, row.person_id) == (AccountEvent.PERSON_ADDED, person.id, world.admin.id)


def test_who_is_added_by_command_shows_in_the_trail_of_the_country(session: Session, world: World) -> None:
    operations.add_person(session, None, NEW, "a hash")
    assert (_last(session).person_id, _last(session).country) == (None, "KZ")


@pytest.mark.parametrize("name", sorted(set(PEOPLE) - {"admin"}))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nobody_but_an_administrator_changes_people(session: Session, world: World, name: str) -> None:
    actor, other = world.actor(name), world.case_worker if name != "case_worker" else world.analyst
    with pytest.raises(Forbidden):
        operations.add_person(session, actor, NEW, "a hash")
    with pytest.raises(Forbidden):
        operations.change_person(session, actor, other, [Role.ADMIN], active=True)
    with pytest.raises(Forbidden):
        operations.end_sessions(session, actor, other)
    with pytest.raises(Forbidden):
        operations.renew_passphrase(session, actor, other, "a hash")
    with pytest.raises(Forbidden):
        operations.renew_second_factor(session, actor, other)


def test_two_people_never_share_an_address(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as caught:
        operations.add_person(session, world.actor("admin"), replace(NEW, email="LEAD@example.org"), "a hash")
    assert "email" in caught.value.fields


def test_an_administrator_looks_after_the_own_country_and_mechanism_only(session: Session, world: World) -> None:
    seen = {person.id for person in queries.people(session, world.actor("admin"))}
    assert seen == {world.people[name].id for name, (country, _region, _roles) in PEOPLE.items() if country == "KZ"}
    with pytest.raises(NotFound):
        queries.person_for(session, world.actor("admin"), world.kg_monitor.id)


def test_roles_change_at_once_and_stay_what_they_were_otherwise(session: Session, world: World) -> None:
    kept = next(role for role in world.doctor.roles if role.name == Role.DOCTOR)
    operations.change_person(session, world.actor("admin"), world.doctor, [Role.DOCTOR, Role.REVIEWER], active=True)
    session.commit()
    session.expire_all()
    assert sorted(role.name for role in session.get_one(Person, world.doctor.id).roles) == ["doctor", "reviewer"]
    assert kept in world.doctor.roles


def test_the_last_administrator_stays(session: Session, world: World) -> None:
    admin = world.actor("admin")
    for change in ({"roles": [Role.MONITOR], "active": True}, {"roles": [Role.ADMIN], "active": False}):
        with pytest.raises(Conflict):
            operations.change_person(session, admin, world.admin, change["roles"], active=change["active"])
    operations.change_person(session, admin, world.analyst, [Role.ADMIN], active=True)
    operations.change_person(session, admin, world.admin, [Role.MONITOR], active=True)
    assert {role.name for role in world.admin.roles} == {"monitor"}


def test_an_administrator_who_may_not_sign_in_does_not_count(session: Session, world: World) -> None:
    operations.change_person(session, world.actor("admin"), world.analyst, [Role.ADMIN], active=False)
    with pytest.raises(Conflict):
        operations.change_person(session, world.actor("admin"), world.admin, [], active=True)


def test_a_new_second_factor_forgets_the_old_one_altogether(session: Session, world: World) -> None:
    world.lead.tf_totp_secret, world.lead.tf_last_counter, world.lead.mf_recovery_codes = "sealed", 7, ["hash"]
    before = world.lead.fs_uniquifier
    operations.renew_second_factor(session, world.actor("admin"), world.lead)
    session.commit()
    session.expire_all()
    lead = session.get_one(Person, world.lead.id)
    assert (lead.tf_primary_method, lead.tf_totp_secret, lead.tf_last_counter, lead.mf_recovery_codes) == (None,) * 4
    assert lead.fs_uniquifier != before
    assert _last(session).event == AccountEvent.SECOND_FACTOR_RENEWED


def test_the_body_that_visits_is_made_once_and_described(session: Session, world: World) -> None:
    assert operations.mechanism_of(session, Country.KZ).id == world.mechanisms["KZ"].id
    for person in session.scalars(select(Person).where(Person.country == "TJ")):
        person.mechanism_id = None
    for place in world.places.values():
        if place.country == "TJ":
            session.delete(place)
    session.flush()
    session.delete(world.mechanisms["TJ"])
    session.flush()
    made = operations.mechanism_of(session, Country.TJ)
    assert operations.mechanism_of(session, Country.TJ) is made
    assert (made.names["en"], made.basis) == ("Monitoring Group", "agreement")
    operations.describe_mechanism(session, made, {"en": "Group (invented)", "ru": None}, (38.56, 68.774))
    session.commit()
    session.expire_all()
    kept = session.get_one(Mechanism, made.id)
    assert (kept.names["en"], kept.names["ru"], kept.office_latitude) == ("Group (invented)", "Группа мониторинга", 38.56)


def test_every_region_has_a_time_zone_that_exists_and_loading_again_changes_nothing(session: Session, world: World) -> None:
    assert operations.load_regions(session) == 0
    regions = session.scalars(select(Region)).all()
    assert {region.country for region in regions} == {"KZ", "KG", "TJ"}
    for region in regions:
        ZoneInfo(region.time_zone)
        assert region.titles["en"]
        assert region.titles["ru"]
