"""Serve the pages, and run the worker beside them."""

import logging
import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Any

import click
import waitress
from sqlalchemy.exc import DBAPIError

from monitoring.app import create_app, job_handlers, open_home
from monitoring.cli.home import current_database
from monitoring.core import jobs
from monitoring.core.config import Settings, settings_from_environment
from monitoring.core.db import Database
from monitoring.core.errors import Misconfigured

log = logging.getLogger("monitoring")

THREADS = 8
PAUSE = 1.0
"""Seconds between two looks at the table of jobs."""
LARGEST_BODY = 22_000_000
LOG_LINE = "%(asctime)s %(levelname)s %(message)s"


@click.command()
def serve() -> None:
    """Serve the application and run its worker."""
    logging.basicConfig(level=logging.INFO, format=LOG_LINE)
    settings = settings_from_environment()
    application = create_app(settings, current_database(settings))
    signal.signal(signal.SIGTERM, _stop)
    beside = [sys.executable, "-m", "monitoring.cli", "worker", "--beside", str(os.getpid())]
    helper = subprocess.Popen(beside)  # noqa: S603  (this program itself)
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
            **behind_proxy(settings),
        )
    except OSError as error:
        raise Misconfigured(
            f"Cannot listen at {settings.host}, port {settings.port}: {error.strerror}. Stop what runs there, or set PORT."
        ) from error
    finally:
        helper.terminate()
        helper.wait()


def behind_proxy(settings: Settings) -> dict[str, Any]:
    """What to believe of a proxy on this machine: an https address means that there is one, and only it knows who asks."""
    if not (settings.secure_cookies and settings.on_loopback):
        return {}
    believed = {"x-forwarded-for", "x-forwarded-proto"}
    return {"trusted_proxy": settings.host, "trusted_proxy_headers": believed, "clear_untrusted_proxy_headers": True}


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Asked to stop: leave by the ordinary way, so that the worker is stopped too."""
    raise SystemExit(0)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@click.option("--beside", type=int, help="Stop when this process, which started it, is gone.")
def worker(*, once: bool, beside: int | None) -> None:
    """Do the jobs on the table, one at a time."""
    logging.basicConfig(level=logging.INFO, format=LOG_LINE)
    settings = settings_from_environment()
    database, handlers = open_home(settings), job_handlers(settings)
    signal.signal(signal.SIGTERM, _stop)
    try:
        while True:
            _work(database, handlers)
            if once or (beside and os.getppid() != beside):
                return
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return


def _work(database: Database, handlers: jobs.Handlers) -> None:
    try:
        jobs.run_due(database.writing, handlers)
    except DBAPIError as error:
        log.error("the database did not answer: %s; it will be asked again", type(error.orig).__name__)  # noqa: TRY400
