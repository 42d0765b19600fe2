"""Who may work with accounts, and what decides about a person's rights."""

from monitoring.accounts.models import Person
from monitoring.accounts.rules import Role
from monitoring.core.errors import Forbidden
from monitoring.core.i18n import N_
from monitoring.core.permissions import Actor, Grants, Permission


class AccountPermission(Permission):
    """What the pages of people and rights ask for."""

    MANAGE = "accounts.manage"
    READ_TRAIL = "accounts.read_trail"


GRANTS: Grants = {
    AccountPermission.MANAGE: frozenset({Role.ADMIN}),
    AccountPermission.READ_TRAIL: frozenset({Role.AUDITOR}),
}


def actor_of(person: Person) -> Actor:
    """The person reduced to what decides about rights."""
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


def check_may_manage(actor: Actor) -> None:
    """Raise Forbidden unless the actor is an administrator."""
    if not actor.has(Role.ADMIN):
        raise Forbidden(N_("Only an administrator may change people and their rights."))
