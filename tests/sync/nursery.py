"""A program that starts servers quickly: it has read everything that `monitoring serve` needs, and forks for each line it gets.

A line says where the server is to be killed: `statement 12` before the twelfth statement that a request of a tablet sends to
the database, `before 3` and `after 3` around the third commit of such a request (after it no answer was sent yet), `never 0` not
at all. Each server is a process of its own that runs the command `serve`; only the worker is left out: tablets do not need it.
"""

import ctypes
import os
import signal
import sys
from contextlib import nullcontext
from itertools import count
from pathlib import Path

import click
from flask import has_request_context, request
from sqlalchemy import Engine, event

from monitoring.cli import commands, serving
from monitoring.core import web

END_WITH_PARENT = 1
"""PR_SET_PDEATHSIG: no server outlives a test that failed."""


def _tablet_sends() -> bool:
    return has_request_context() and request.method == "PUT"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _trap(where: str, at: int) -> None:
    numbers = count(1)
    finish = web.finish

    def finish_and_die() -> None:
        mine = next(numbers) if where != "statement" and _tablet_sends() else 0
        if where == "before" and mine == at:
            _die()
        finish()
        if where == "after" and mine == at:
            _die()

    web.finish = finish_and_die
    if where == "statement":
        event.listen(Engine, "before_cursor_execute", lambda *_about: _tablet_sends() and next(numbers) == at and _die())


def _serve(where: str, at: int, log: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    _trap(where, at)
    serving._worker_beside = lambda _settings: nullcontext()
    commands(["serve"], standalone_mode=False)


def main() -> None:
    """Fork for each line, and tell the process's number."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    log = str(Path(os.environ["MONITORING_HOME"]) / "served.log")
    click.echo("ready")
    for line in sys.stdin:
        where, at = line.split()
        child = os.fork()
        if child == 0:
            try:
                _serve(where, int(at), log)
            finally:
                os._exit(1)
        click.echo(str(child))


if __name__ == "__main__":
    main()
