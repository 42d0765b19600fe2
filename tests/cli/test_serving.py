"""`serve` and `worker`: they start, answer, do the jobs, and end together."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitoring.cli.serving import behind_proxy
from monitoring.core import clock
from monitoring.core.config import Settings, read_settings
from monitoring.core.jobs import Job
from tests.cli.conftest import Shell

pytestmark = pytest.mark.xdist_group("cli")
WITHIN = 60


def _until(what: Callable[[], object]) -> object:
    """Wait until something is so."""
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {WITHIN} seconds: {what}")


class Served:
    """A server in a process of its own."""

    def __init__(self, shell: Shell) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {**os.environ, "MONITORING_HOME": str(shell.home), "PORT": str(self.port), "HOST": "127.0.0.1"}
        self.log = shell.home.parent / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "monitoring.cli", "serve"], env=self.environment, stdout=log, stderr=log
            )
        _until(self.answers)

    def get(self, path: str) -> tuple[int, str, dict[str, str]]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return json.loads(self.get("/healthz")[1]) == {"status": "ok"}
        except OSError:
            return False

    def children(self) -> list[int]:
        return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if self._is_child(path)]

    def _is_child(self, path: Path) -> bool:
        try:
            return int(path.read_text().rpartition(")")[2].split()[1]) == self.process.pid
        except (OSError, IndexError):
            return False


@pytest.fixture
def served(staffed: Shell) -> Iterator[Served]:
    found = Served(staffed)
    yield found
    if found.process.poll() is None:
        found.process.kill()
        found.process.wait()


def _runs(process: int) -> bool:
    return Path(f"/proc/{process}").exists() and ") Z " not in Path(f"/proc/{process}/stat").read_text()


def test_it_serves_does_its_jobs_and_ends_with_its_worker(served: Served, staffed: Shell) -> None:
    status, page, headers = served.get("/sign-in")
    assert (status, "Sign in" in page, "Server" in headers) == (200, True, False)
    (worker,) = _until(served.children)
    with staffed.session() as session, session.begin():
        session.add(Job(name="nobody knows this", payload={}, due_at=clock.now(), tries=0, last_error=""))
    _until(lambda: _tried(staffed))
    assert f"Serving at http://127.0.0.1:{served.port}/" in served.log.read_text()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=WITHIN) == 0
    _until(lambda: not _runs(worker))


def _tried(shell: Shell) -> bool:
    with shell.database().reading() as reading:
        return reading.scalars(select(Job)).one().tries > 0


def test_a_worker_whose_server_was_killed_ends_too(served: Served) -> None:
    (worker,) = _until(served.children)
    served.process.kill()
    served.process.wait()
    _until(lambda: not _runs(worker))


def test_a_port_that_is_taken_is_a_sentence(staffed: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, "MONITORING_HOME": str(staffed.home), "PORT": str(taken.getsockname()[1])}
        told = subprocess.run(
            [sys.executable, "-m", "monitoring.cli", "serve"], env=environment, capture_output=True, text=True, check=False
        )
    assert told.returncode == 2
    assert "Stop what runs there, or set PORT" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_worker_does_what_is_due_and_stops_when_asked_for_once(staffed: Shell) -> None:
    with staffed.session() as session, session.begin():
        session.add(Job(name="nobody knows this", payload={}, due_at=clock.now(), tries=0, last_error=""))
        session.add(Job(name="nobody knows this", payload={}, due_at=clock.now() + timedelta(days=1), tries=0, last_error=""))
    assert staffed.run("worker", "--once").code == 0
    with staffed.database().reading() as reading:
        assert sorted(job.tries for job in reading.scalars(select(Job))) == [0, 1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"MONITORING_HOME": str(tmp_path)})


def test_only_a_proxy_on_this_machine_is_believed_and_only_where_there_is_one(settings: Settings) -> None:
    assert behind_proxy(settings) == {}
    assert behind_proxy(replace(settings, base_url="https://monitoring.example.org", host="0.0.0.0")) == {}
    believed = behind_proxy(replace(settings, base_url="https://monitoring.example.org"))
    assert (believed["trusted_proxy"], believed["clear_untrusted_proxy_headers"]) == ("127.0.0.1", True)
    assert believed["trusted_proxy_headers"] == {"x-forwarded-for", "x-forwarded-proto"}
