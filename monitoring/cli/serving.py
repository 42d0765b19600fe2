"""Serve the pages, and run the worker beside them."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click
import waitress
from flask import Flask
from sqlalchemy.exc import DBAPIError

from monitoring.app import create_app, job_handlers, open_home
from monitoring.cli import tls as https
from monitoring.cli.home import current_database
from monitoring.core import jobs
from monitoring.core.config import Settings, settings_from_environment
from monitoring.core.db import Database
from monitoring.core.errors import Misconfigured
from monitoring.core.occupancy import staying_in

log = logging.getLogger("monitoring")

THREADS = 8
PAUSE = 1.0
"""Seconds between two looks at the table of jobs."""
LARGEST_BODY = 22_000_000
LOG_LINE = "%(asctime)s %(levelname)s %(message)s"


@click.command()
@click.option("--tls", is_flag=True, help="Speak HTTPS with a certificate made here, for tablets on the office's network.")
@click.option(
    "--host-name", "host_names", multiple=True, help="With --tls: a name or address by which tablets find this machine."
)
def serve(*, tls: bool, host_names: tuple[str, ...]) -> None:
    """Serve the application and run its worker."""
    logging.basicConfig(level=logging.INFO, format=LOG_LINE)
    settings = settings_from_environment()
    database = current_database(settings)
    signal.signal(signal.SIGTERM, _stop)
    with staying_in(settings.home):
        settings = https.secured(settings, host_names) if tls else settings
        application = create_app(settings, database)
        with _worker_beside(settings):
            click.echo(f"Serving at {settings.base_url}/  (stop with Ctrl-C)")
            if tls:
                https.tell(settings)
            try:
                _serve_https(settings, application) if tls else _serve_http(settings, application)
            except KeyboardInterrupt:
                return
            except OSError as error:
                where = f"{settings.host}, port {settings.port}"
                raise Misconfigured(f"Cannot listen at {where}: {error.strerror}. Stop what runs there, or set PORT.") from error


def _serve_http(settings: Settings, application: Flask) -> None:
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


def _serve_https(settings: Settings, application: Flask) -> None:
    server = https.server(settings, application, threads=THREADS, largest_body=LARGEST_BODY)
    try:
        server.start()
    finally:
        server.stop()


@contextmanager
def _worker_beside(settings: Settings) -> Iterator[None]:
    """A worker that ends with this process, however this process ends."""
    environment = {**os.environ, "MONITORING_BASE_URL": settings.base_url}
    command = [sys.executable, "-m", "monitoring.cli", "worker", "--beside", str(os.getpid())]
    helper = subprocess.Popen(command, env=environment)  # noqa: S603  (this very program)
    try:
        yield
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
    with staying_in(settings.home):
        try:
            while beside in {None, os.getppid()}:
                _work(database, handlers)
                if once:
                    return
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            return


def _work(database: Database, handlers: jobs.Handlers) -> None:
    try:
        jobs.run_due(database.writing, handlers)
    except DBAPIError as error:
        log.error("the database did not answer: %s; it will be asked again", type(error.orig).__name__)  # noqa: TRY400
