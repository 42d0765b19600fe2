"""Servers that are killed while tablets send, and started again: real processes, real sockets, the real command."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Condition
from typing import Any

from tests.cli.backup.conftest import Home
from tests.sync.wires import Answer, Request, Wire, over

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
"""Seconds until a server that does not come up counts as broken."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _environment(home: Home, port: int) -> dict[str, str]:
    return {**os.environ, **home.environment, "HOST": "127.0.0.1", "PORT": str(port), "PYTHONPATH": str(ROOT)}


def is_gone(process: int) -> bool:
    """Whether there is no such process any more; the nursery lets its children go at once."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@dataclass
class Life:
    """One server from its start to its end, and how many answers it gave."""

    process: int
    port: int
    gone: Callable[[], bool]
    answers: int = 0
    changed: Condition = field(default_factory=Condition)

    def wait_until_it_answers(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the server does not come up")

    @property
    def wire(self) -> Wire:
        put = over(lambda: self.port)

        def counted(request: Request) -> Answer:
            try:
                return put(request)
            finally:
                with self.changed:
                    self.answers += 1
                    self.changed.notify_all()

        return counted

    def kill_after(self, answers: int) -> None:
        """Kill it when so many requests have come back: the others are somewhere in the middle."""
        with self.changed:
            self.changed.wait_for(lambda: self.answers >= answers, PATIENCE)
        self.kill()

    def kill(self) -> None:
        if not self.gone():
            os.kill(self.process, signal.SIGKILL)
        self.wait_until_it_is_gone()

    def wait_until_it_is_gone(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self.gone():
            assert time.monotonic() < until, "the server does not end"
            time.sleep(0.01)


class Nursery:
    """Starts servers on one home."""

    def __init__(self, program: "subprocess.Popen[str]", port: int) -> None:
        self._program, self._port = program, port

    def start(self, where: str = "never", at: int = 0) -> Life:
        """A server that kills itself there, or never."""
        self._say(f"{where} {at}")
        process = int(self._hear())
        life = Life(process, self._port, partial(is_gone, process))
        life.wait_until_it_answers()
        return life

    def _say(self, line: str) -> None:
        assert self._program.stdin is not None
        print(line, file=self._program.stdin, flush=True)

    def _hear(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline()


@contextmanager
def nursery(home: Home) -> Iterator[Nursery]:
    """A nursery for a home; it ends with the test."""
    port = free_port()
    command = [sys.executable, "-m", "tests.sync.nursery"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=_environment(home, port), cwd=ROOT, **pipes) as program:
        made = Nursery(program, port)
        try:
            assert made._hear() == "ready\n"
            yield made
        finally:
            program.kill()


@contextmanager
def as_people_start_it(home: Home) -> Iterator[Life]:
    """`monitoring serve` with its worker, exactly as in an office."""
    port = free_port()
    log = (home.folder / "served.log").open("ab")
    command = [sys.executable, "-m", "monitoring.cli", "serve"]
    with log, subprocess.Popen(command, env=_environment(home, port), cwd=ROOT, stdout=log, stderr=log) as server:
        life = Life(server.pid, port, lambda: server.poll() is not None)
        try:
            life.wait_until_it_answers()
            yield life
        finally:
            server.kill()
