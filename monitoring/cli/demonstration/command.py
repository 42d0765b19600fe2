"""`monitoring demo`: fill an empty home, or print the logins of a filled one."""

import json

import click
from sqlalchemy import select

from monitoring.accounts.models import Person
from monitoring.app import create_app, job_handlers, load_word_lists, open_home
from monitoring.cli.demonstration import people, places, story
from monitoring.cli.home import make_keys
from monitoring.core import jobs
from monitoring.core.archive.keys import make_identity
from monitoring.core.config import Settings, mark_home, settings_from_environment
from monitoring.core.db import Database
from monitoring.core.errors import Misconfigured
from monitoring.migrations import upgrade

LOGINS_FILE = "demonstration_logins.json"


@click.command()
@click.option("--if-new", is_flag=True, help="Do nothing when the home already holds something.")
@click.option("--logins", is_flag=True, help="Print role, e-mail, passphrase and second-factor secret, tab-separated.")
def demo(*, if_new: bool, logins: bool) -> None:
    """Fill an empty home with a demonstration."""
    settings = settings_from_environment()
    if logins:
        _print_logins(settings)
    elif settings.keyring_file.exists():
        if settings.demonstration and not (settings.home / LOGINS_FILE).exists():
            raise Misconfigured(
                f"The demonstration in {settings.home} was interrupted before it was whole. Remove that folder, then start again."
            )
        if not if_new:
            raise Misconfigured(f"{settings.home} already holds something. Set MONITORING_HOME to an empty folder.")
    else:
        _fill(settings)
        click.echo("A demonstration was made. Its logins: monitoring demo --logins")


def _fill(settings: Settings) -> None:
    click.echo("Making a demonstration (a quarter of a minute) ...")
    mark_home(settings.home, "demonstration")
    make_keys(settings)
    make_identity(settings.backup_identity_file)
    database = open_home(settings)
    upgrade(database)
    with database.writing() as session, session.begin():
        load_word_lists(session)
    with create_app(settings, database).app_context():
        accounts = people.prepared()
    with database.writing() as session, session.begin():
        people.add(session, accounts)
        places.add(session)
    _tell(settings, database)
    _keep_logins(settings, accounts)


def _tell(settings: Settings, database: Database) -> None:
    application = create_app(settings, database)
    with application.test_request_context(), database.writing() as session, session.begin():
        story.tell(session)
    jobs.run_due(database.writing, job_handlers(settings))


def _keep_logins(settings: Settings, accounts: list[people.Account]) -> None:
    rows = [[account.role, account.email, account.passphrase, account.secret] for account in accounts]
    (settings.home / LOGINS_FILE).write_text(json.dumps(rows, indent=1))


def _print_logins(settings: Settings) -> None:
    file = settings.home / LOGINS_FILE
    if not file.exists():
        raise Misconfigured(f"{settings.home} holds no demonstration. Run 'monitoring demo' in an empty home.")
    with open_home(settings).reading() as session:
        active = set(session.scalars(select(Person.email).where(Person.active)))
    for row in json.loads(file.read_text()):
        if row[1] in active:
            click.echo("\t".join(row))
