"""Make an installation, load its word lists, add its first people."""

import click
from sqlalchemy import inspect, select

from facilities.adapters import read_position
from monitoring.accounts import operations as accounts
from monitoring.accounts.adapters import new_passphrase, usual_address
from monitoring.accounts.rules import Country, Role
from monitoring.app import create_app, load_word_lists, open_home
from monitoring.core.archive.keys import make_identity
from monitoring.core.config import Settings, mark_home, settings_from_environment
from monitoring.core.crypto import new_keyring, write_keyring
from monitoring.core.db import Database
from monitoring.core.errors import Misconfigured
from monitoring.migrations import is_current, upgrade
from visits.plan.models import Visit
from visits.plan.queries import plan_of
from visits.plan.rules import VisitState
from visits.sheets.operations import rebuild as rebuild_answers


@click.command()
def init() -> None:
    """Make a new, empty installation: keys, database, word lists. No account is made by itself."""
    settings = settings_from_environment()
    mark_home(settings.home, "installation")
    if not settings.keyring_file.exists():
        make_keys(settings)
        click.echo(f"Keys made: {settings.keyring_file}")
        click.echo("Keep a copy of this file apart from the database: without it nothing can be read again.")
    bring_up_to_date()
    click.echo(f"The installation in {settings.home} is ready. Now add the first administrator: monitoring add-person --help")


@click.command()
def load() -> None:
    """Bring the database up to date and load the built-in registers and checklists; again changes nothing."""
    for line in bring_up_to_date():
        click.echo(line)


def make_keys(settings: Settings) -> None:
    """Make the keys of a new home. Raises Misconfigured when its database was filled under keys that are gone."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database_url)
    if inspect(database.engine).has_table("alembic_version"):
        raise Misconfigured(
            f"The database already holds data, and without its own keys nobody can read it. "
            f"Put the saved keyring back at {settings.keyring_file}, or set MONITORING_DATABASE to an empty one."
        )
    database.engine.dispose()
    write_keyring(settings.keyring_file, new_keyring())


def bring_up_to_date() -> list[str]:
    """Migrate and load; what was loaded, a line each."""
    settings = settings_from_environment()
    database = open_home(settings)
    _make_backup_key(settings)
    upgrade(database)
    with database.writing() as session, session.begin():
        return load_word_lists(session)


def _make_backup_key(settings: Settings) -> None:
    """Make the key that backups are sealed to, unless there is one or its private half lies elsewhere."""
    if settings.backup_recipient or settings.backup_identity_file.exists():
        return
    make_identity(settings.backup_identity_file)
    click.echo(f"Backup key made: {settings.backup_identity_file}")
    click.echo("Keep a copy of it in another building, with the keyring: without both no backup can be opened.")


@click.command()
def rebuild() -> None:
    """Make the table of current answers anew from the entries; nothing else is touched."""
    with current_database(settings_from_environment()).writing() as session, session.begin():
        visits = session.scalars(select(Visit).where(Visit.state != VisitState.CANCELLED)).all()
        questions = sum(rebuild_answers(session, visit, plan_of(visit)) for visit in visits)
    click.echo(f"{questions} answers in {len(visits)} visits were made anew.")


@click.command()
@click.argument("country", type=click.Choice([str(country) for country in Country]))
@click.option("--name", help="What it is called, in English.")
@click.option("--name-ru", help="What it is called, in Russian.")
@click.option("--office", help="Where its office is, like '43.238, 76.945': distances are measured from there.")
def mechanism(country: str, name: str | None, name_ru: str | None, office: str | None) -> None:
    """Say what the body that visits in a country is called, and where its office is."""
    position = read_position(office) if office else None
    with current_database(settings_from_environment()).writing() as session, session.begin():
        body = accounts.mechanism_of(session, Country(country))
        accounts.describe_mechanism(session, body, {"en": name, "ru": name_ru}, position)
        click.echo(f"{country}: {body.names['en']}, office at {body.office_latitude}, {body.office_longitude}")


def current_database(settings: Settings) -> Database:
    """The database of a finished home. Raises Misconfigured with what to do."""
    database = open_home(settings)
    if not is_current(database):
        raise Misconfigured("The database is not up to date. Run 'monitoring load' first.")
    return database


@click.command("add-person")
@click.argument("email")
@click.argument("name")
@click.option("--country", type=click.Choice([str(country) for country in Country]), required=True)
@click.option("--role", "roles", type=click.Choice([str(role) for role in Role]), multiple=True, default=["admin"])
def add_person(email: str, name: str, country: str, roles: tuple[str, ...]) -> None:
    """Add a person (by default an administrator) and print the first passphrase, once."""
    settings = settings_from_environment()
    database = current_database(settings)
    with create_app(settings, database).app_context():
        address = usual_address(email)
        passphrase, hashed = new_passphrase()
    with database.writing() as session, session.begin():
        body = accounts.mechanism_of(session, Country(country))
        new = accounts.NewPerson(address, name, Country(country), frozenset(map(Role, roles)), mechanism_id=body.id)
        accounts.add_person(session, None, new, hashed)
    click.echo(f"{email} can sign in with this passphrase, shown only now: {passphrase}")
    click.echo("The second factor is set up at the first sign-in.")
