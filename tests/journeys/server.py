"""A demonstration that is really served: it can be stopped, killed, started again, and bring out a new version of the tablet."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.serving import FOLDER

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "monitoring" / "static"
BUILD = "monitoring/tablet/client/build.mjs"
STARTS_WITHIN = 60
COMMAND = [sys.executable, "-m", "monitoring.cli"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """One demonstration in a folder, always at the same address."""

    def __init__(self, home: Path, files: Path) -> None:
        self.home, self._files, self._port = home, files, _free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None
        shutil.copytree(STATIC, files)

    @property
    def environment(self) -> dict[str, str]:
        """Of the commands that belong to this demonstration."""
        inherited = {name: value for name, value in os.environ.items() if name != "MONITORING_DATABASE"}
        mine = {"MONITORING_HOME": str(self.home), "PORT": str(self._port), "HOST": "127.0.0.1", FOLDER: str(self._files)}
        return inherited | mine

    def make(self) -> None:
        """Make the demonstration."""
        subprocess.run([*COMMAND, "demo"], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def logins(self) -> str:
        """What `monitoring demo --logins` prints."""
        command = [*COMMAND, "demo", "--logins"]
        return subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout

    def command(self, *words: str) -> None:
        """Run `monitoring` for this demonstration."""
        subprocess.run([*COMMAND, *words], env=self.environment, check=True, capture_output=True)

    def start(self) -> None:
        """Serve, and wait until it answers."""
        with (self.home / "server.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.journeys.serving"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz") as answer:
                    if json.load(answer)["status"] == "ok":
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def stop(self) -> None:
        """End it in an orderly way."""
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def kill(self) -> None:
        """End it without a warning."""
        if self._process:
            self._process.kill()
            self._process.wait(timeout=30)
            self._process = None

    @contextmanager
    def brought_out(self, script: Path) -> Iterator[None]:
        """Another version of the tablet's files, each bundle beginning with this script; the usual one again afterwards."""
        build, usual = self._files / "build", self._files / "usual"
        shutil.copytree(build, usual)
        try:
            subprocess.run(["node", BUILD, str(build), str(script)], cwd=ROOT, check=True)
            yield
        finally:
            shutil.rmtree(build)
            usual.rename(build)

    def add_script(self, name: str, source: str) -> None:
        """Put a script of a test's own beside the tablet's files; its imports are bundled into it."""
        command = ["npx", "--no-install", "esbuild", "--bundle", "--format=esm", f"--outfile={self._files / 'build' / name}"]
        subprocess.run(
            [*command, "--loader=ts", "--sourcefile=test.ts"], input=source.encode(), cwd=Path(__file__).parent, check=True
        )
