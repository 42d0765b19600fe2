"""The made-up people: one of every role in each country, with passphrase and second factor."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from flask import current_app
from sqlalchemy.orm import Session

from monitoring.accounts.adapters import new_passphrase
from monitoring.accounts.models import Mechanism, Person, PersonRole
from monitoring.accounts.rules import Role

SPACE = UUID("0e1f6c5a-93c3-4c29-9d0e-7f2a4e1b7c55")

MECHANISMS = {
    "KZ": ("National Preventive Mechanism (invented office)", "НПМ (вымышленный офис)", "opcat", 43.238, 76.945),
    "KG": (
        "Ombudsman as NPM (invented office)",
        "Омбудсмен (вымышленный офис)",
        "opcat",
        42.875,
        74.604,
    ),
    "TJ": ("Monitoring Group (invented office)", "Группа мониторинга (вымышленный офис)", "agreement", 38.560, 68.774),
}
REGIONS = {"KZ": ("KZ-75", "KZ-19"), "KG": ("KG-GB", "KG-O"), "TJ": ("TJ-DU", "TJ-SU")}
NAMES = {
    "KZ": (
        "Aigul", "Bolat", "Saule", "Timur", "Dana", "Yerlan", "Madina",
        "Ruslan", "Zhanna", "Askar", "Gulnar", "Marat", "Laura",
    ),
    "KG": (
        "Aizada", "Bakyt", "Cholpon", "Nurlan", "Jyldyz", "Emil", "Gulzat",
        "Azamat", "Meerim", "Talant", "Asel", "Kuban", "Nargiza",
    ),
    "TJ": (
        "Zarina", "Farrukh", "Nigora", "Sherali", "Malika", "Jamshed", "Munira",
        "Rustam", "Shahlo", "Firuz", "Lola", "Davron", "Parvina",
    ),
}  # fmt: skip
PARTS: tuple[tuple[str, int | None, tuple[Role, ...]], ...] = (
    # part in the story, region (0 or 1) or the whole country, roles; names are taken in this order
    ("coordinator", None, (Role.NATIONAL_COORDINATOR,)),
    ("regional", 0, (Role.REGIONAL_COORDINATOR,)),
    ("lead", 0, (Role.MONITOR,)),
    ("monitor", 0, (Role.MONITOR,)),
    ("doctor", 0, (Role.MONITOR, Role.DOCTOR)),
    ("outsider", 1, (Role.MONITOR,)),
    ("reviewer", None, (Role.REVIEWER,)),
    ("publisher", None, (Role.PUBLISHER,)),
    ("analyst", None, (Role.ANALYST,)),
    ("admin", None, (Role.ADMIN,)),
    ("auditor", None, (Role.AUDITOR,)),
    ("caseworker", None, (Role.CASE_WORKER,)),
    ("casesupervisor", None, (Role.CASE_SUPERVISOR,)),
)


@dataclass(frozen=True)
class Account:
    """A made-up person before it is in the database."""

    id: UUID
    part: str
    country: str
    name: str
    email: str
    roles: tuple[Role, ...]
    region: str | None
    passphrase: str
    password: str
    secret: str
    sealed_secret: str

    @property
    def role(self) -> str:
        """Country and roles, for the list of logins."""
        return f"{self.country} {'+'.join(self.roles)}"


def person_id(country: str, part: str) -> UUID:
    """The id of somebody in the story."""
    return uuid5(SPACE, f"person|{country}|{part}")


def mechanism_id(country: str) -> UUID:
    """The id of a country's mechanism."""
    return uuid5(SPACE, f"mechanism|{country}")


def prepared() -> list[Account]:
    """Everybody, with passphrases hashed: slow, so it happens before the transaction."""
    totp = current_app.extensions["security"].totp_factory._totp  # noqa: SLF001  (the library shows its secrets no other way)
    return [
        _account(country, part, region, roles, name, totp.new())
        for country, names in NAMES.items()
        for (part, region, roles), name in zip(PARTS, names, strict=True)
    ]


def _account(country: str, part: str, region: int | None, roles: tuple[Role, ...], name: str, totp: object) -> Account:
    passphrase, hashed = new_passphrase()
    return Account(
        id=person_id(country, part),
        part=part,
        country=country,
        name=f"{name} (invented)",
        email=f"{part}.{country.lower()}@example.org",
        roles=roles,
        region=REGIONS[country][region] if region is not None else None,
        passphrase=passphrase,
        password=hashed,
        secret=totp.base32_key,  # type: ignore[attr-defined]  # the library has no types
        sealed_secret=totp.to_json(encrypt=True),  # type: ignore[attr-defined]  # the library has no types
    )


def add(session: Session, accounts: list[Account]) -> None:
    """Add the mechanisms and the people."""
    for country, (name, name_ru, basis, latitude, longitude) in MECHANISMS.items():
        session.add(
            Mechanism(
                id=mechanism_id(country),
                country=country,
                names={"en": name, "ru": name_ru},
                basis=basis,
                office_latitude=latitude,
                office_longitude=longitude,
                last_visit_number=0,
            )
        )
    session.flush()
    for account in accounts:
        session.add(
            Person(
                id=account.id,
                email=account.email,
                name=account.name,
                password=account.password,
                active=True,
                fs_uniquifier=account.id.hex,
                tf_primary_method="authenticator",
                tf_totp_secret=account.sealed_secret,
                country=account.country,
                mechanism_id=mechanism_id(account.country),
                region_code=account.region,
                invented=True,
                roles=[PersonRole(person_id=account.id, name=str(role)) for role in account.roles],
            )
        )
    session.flush()
