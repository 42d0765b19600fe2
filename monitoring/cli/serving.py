"""Serve the pages, and run the worker beside them."""

import logging
import signal
import subprocess
import sys
import time
from types import FrameType

import click
import waitress

from monitoring.app import create_app, job_handlers, open_home
from monitoring.core import jobs
from monitoring.core.config import settings_from_environment
from monitoring.core.errors import Misconfigured
from monitoring.migrations import is_current

THREADS = 8
PAUSE = 1.0
"""Seconds between two looks at the table of jobs."""
LARGEST_BODY = 22_000_000


@click.command()
def serve() -> None:
    """Serve the application and run its worker."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = settings_from_environment()
    if not is_current(open_home(settings)):
        raise Misconfigured("The database is not up to date. Run 'monitoring load' first.")
    application = create_app(settings)
    helper = subprocess.Popen([sys.executable, "-m", "monitoring.cli", "worker"])
    click.echo(f"Serving at {settings.base_url}/  (stop with Ctrl-C)")
    try:
        waitress.serve(
            application,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            max_request_body_size=LARGEST_BODY,
            ident=None,
            _quiet=True,
        )
    finally:
        helper.terminate()
        helper.wait()


class _Stopped(Exception):
    """The worker was asked to stop."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
def worker(*, once: bool) -> None:
    """Do the jobs on the table, one at a time."""
    settings = settings_from_environment()
    database, handlers = open_home(settings), job_handlers(settings)
    signal.signal(signal.SIGTERM, _stop)
    try:
        while True:
            jobs.run_due(database.writing, handlers)
            if once:
                return
            time.sleep(PAUSE)
    except (_Stopped, KeyboardInterrupt):
        return
