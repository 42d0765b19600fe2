"""The shape of permissions: each feature declares its own, the application merges them into one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Permission(StrEnum):
    """Base of each feature's own permissions; a member's value is `room.verb`."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who asks, reduced to what decides about rights."""

    person_id: UUID
    name: str
    country: str
    mechanism_id: UUID | None
    organisation_id: UUID | None
    region_code: str | None
    roles: frozenset[str]
    language: str = "en"

    def has(self, *roles: str) -> bool:
        """Whether the person holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


Grants = Mapping[Permission, frozenset[str]]
"""Which roles hold a permission."""


class PermissionTable:
    """Who may enter which room: the union of what the features declare."""

    def __init__(self, *grants: Grants) -> None:
        self._grants: dict[Permission, frozenset[str]] = {}
        for table in grants:
            self._grants.update(table)

    def allows(self, actor: Actor, permission: Permission) -> bool:
        """Whether one of the actor's roles holds the permission; an undeclared permission is held by nobody."""
        return not actor.roles.isdisjoint(self._grants.get(permission, frozenset()))

    def items(self) -> Mapping[Permission, frozenset[str]]:
        """The whole table, for the page that shows it and the test that walks it."""
        return dict(self._grants)
