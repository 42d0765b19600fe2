"""The command `monitoring`: make, fill, check and serve an installation."""

import os
import sys

import click

from monitoring.cli import backup, demonstration, doctor, home, serving
from monitoring.core.errors import DomainError, Misconfigured


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Detention Monitoring: make, fill, check and serve an installation."""


for command in (
    home.init,
    home.load,
    home.rebuild,
    home.mechanism,
    home.add_person,
    demonstration.demo,
    serving.serve,
    serving.worker,
    doctor.doctor,
    backup.backup,
    backup.verify,
    backup.restore,
):
    commands.add_command(command)


def main() -> None:
    """Run a command; what is misconfigured is said in plain words, with exit code 2."""
    os.umask(0o077)
    try:
        commands()
    except (Misconfigured, DomainError) as error:
        click.echo(str(error), err=True)
        for sentence in getattr(error, "fields", {}).values():
            click.echo(f"- {sentence.in_source_language()}", err=True)
        sys.exit(2)
