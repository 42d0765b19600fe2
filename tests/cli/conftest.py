"""The command `monitoring`, run in this process as a person runs it in a shell."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from monitoring.cli import main
from monitoring.core.config import read_settings
from monitoring.core.crypto import safe
from monitoring.core.db import Database

NAMES = ("MONITORING_HOME", "MONITORING_DATABASE", "MONITORING_KEYS", "MONITORING_BASE_URL", "HOST", "PORT")


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    said: str


@dataclass
class Shell:
    """A home folder and the settings that stand in the environment."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    capture: Any = None

    def run(self, *words: str) -> Outcome:
        """Run `monitoring` with these words."""
        held, arguments, mask = {name: os.environ.pop(name, None) for name in NAMES}, sys.argv, os.umask(0o022)
        os.environ.update({"MONITORING_HOME": str(self.home), **self.settings})
        sys.argv = ["monitoring", *words]
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.argv = arguments
            os.umask(mask)
            for name, value in held.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
        return Outcome(code, "".join(self.capture.readouterr()) if self.capture else "")

    def database(self) -> Database:
        """The database of this home."""
        return Database(read_settings({"MONITORING_HOME": str(self.home), **self.settings}).database_url)

    def session(self) -> Session:
        """A session that writes."""
        return self.database().writing()


@pytest.fixture(autouse=True, scope="package")
def _keys_of_this_process(keyring_file: Path) -> Iterator[None]:
    """Commands read the keys of their home; the other tests get theirs back."""
    held = safe._keyring, safe._store
    yield
    safe._keyring, safe._store = held


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A home that does not exist yet, in a folder with a space in its name."""
    return Shell(tmp_path / "a home", capture=capsys)


def _made(folder: Path, *words: str) -> Path:
    assert Shell(folder).run(*words).code == 0
    return folder


@pytest.fixture(scope="session")
def made_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("installation") / "home", "init")


@pytest.fixture(scope="session")
def made_demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("demonstration") / "home", "demo")


@pytest.fixture
def installation(shell: Shell, made_installation: Path) -> Shell:
    """A home just made by `init`, of this test's own."""
    shutil.copytree(made_installation, shell.home)
    return shell


@pytest.fixture
def demonstration(shell: Shell, made_demonstration: Path) -> Shell:
    """A home just made by `demo`, of this test's own."""
    shutil.copytree(made_demonstration, shell.home)
    return shell


@pytest.fixture
def staffed(installation: Shell) -> Shell:
    """An installation with its first administrator."""
    assert installation.run("add-person", "admin@example.org", "Admin (invented)", "--country", "KZ").code == 0
    return installation
