"""Make an installation, load its word lists, add its first people."""

import click
from sqlalchemy import select

from monitoring.accounts import operations as accounts
from monitoring.accounts.adapters import new_passphrase
from monitoring.accounts.rules import Country, Role
from monitoring.app import create_app, load_word_lists, open_home
from monitoring.core.archive.keys import make_identity
from monitoring.core.config import Settings, mark_home, settings_from_environment
from monitoring.core.crypto import new_keyring, write_keyring
from monitoring.migrations import upgrade
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
        write_keyring(settings.keyring_file, new_keyring())
        click.echo(f"Keys made: {settings.keyring_file}")
        click.echo("Keep a copy of this file apart from the database: without it nothing can be read again.")
    bring_up_to_date()
    click.echo(f"The installation in {settings.home} is ready. Now add the first administrator: monitoring add-person --help")


@click.command()
def load() -> None:
    """Bring the database up to date and load the built-in registers and checklists; again changes nothing."""
    for line in bring_up_to_date():
        click.echo(line)


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
    with open_home(settings_from_environment()).writing() as session, session.begin():
        visits = session.scalars(select(Visit).where(Visit.state != VisitState.CANCELLED)).all()
        questions = sum(rebuild_answers(session, visit, plan_of(visit)) for visit in visits)
    click.echo(f"{questions} answers in {len(visits)} visits were made anew.")


@click.command("add-person")
@click.argument("email")
@click.argument("name")
@click.option("--country", type=click.Choice([str(country) for country in Country]), required=True)
@click.option("--role", "roles", type=click.Choice([str(role) for role in Role]), multiple=True, default=["admin"])
def add_person(email: str, name: str, country: str, roles: tuple[str, ...]) -> None:
    """Add a person (by default an administrator) and print the first passphrase, once."""
    settings = settings_from_environment()
    with create_app(settings).app_context():
        passphrase, hashed = new_passphrase()
    new = accounts.NewPerson(email, name, Country(country), frozenset(map(Role, roles)))
    with open_home(settings).writing() as session, session.begin():
        accounts.add_person(session, None, new, hashed)
    click.echo(f"{email} can sign in with this passphrase, shown only now: {passphrase}")
    click.echo("The second factor is set up at the first sign-in.")
