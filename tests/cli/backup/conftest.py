"""A home with a database of the test's own, its own keys, and the commands as people type them."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from monitoring.cli import commands
from monitoring.core.archive.keys import make_identity
from monitoring.core.config import Settings, mark_home, read_settings
from monitoring.core.crypto import KeyStore, read_keyring, safe
from monitoring.core.db import Database
from monitoring.core.errors import DomainError, Misconfigured
from tests.cli.backup.stamps import stamp


@dataclass
class Home:
    """One installation, and what its commands answer."""

    folder: Path
    keys: Path
    database_url: str

    @property
    def settings(self) -> Settings:
        return read_settings(self.environment)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "MONITORING_HOME": str(self.folder),
            "MONITORING_KEYS": str(self.keys),
            "MONITORING_DATABASE": self.database_url,
        }

    @property
    def database(self) -> Database:
        return Database(self.database_url)

    def run(self, *arguments: object) -> tuple[int, str]:
        """Exit code and everything that was said, as the command `monitoring` gives them."""
        result = CliRunner().invoke(commands, [str(part) for part in arguments], env=self.environment)
        if isinstance(result.exception, Misconfigured | DomainError):
            return 2, f"{result.output}{result.exception}"
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def backed_up(self, name: str = "backup.age") -> Path:
        """A backup that passed `verify`; the files lie outside the home."""
        file = self.made(name)
        code, said = self.run("verify", file)
        assert code == 0, said
        return file

    def made(self, name: str = "backup.age") -> Path:
        """A backup, not looked at yet."""
        file = self.folder.parent / "elsewhere" / name
        file.parent.mkdir(exist_ok=True)
        code, said = self.run("backup", file)
        assert code == 0, said
        return file


@pytest.fixture
def home(tmp_path: Path, keyring_file: Path, database: Database) -> Iterator[Home]:
    """An installation on this test's database; the keys in use elsewhere are put back afterwards."""
    keys, before = tmp_path / "keys", (safe.keyring, safe.store)
    keys.mkdir(mode=0o700)
    shutil.copy(keyring_file, keys)
    make_identity(keys / "backup_identity.txt")
    keyring = read_keyring(keys / "keyring.json")
    safe.unlock(keyring, KeyStore(keys / "data_keys.sqlite3", keyring))
    mark_home(tmp_path / "home", "installation")
    stamp(database)
    yield Home(tmp_path / "home", keys, database.engine.url.render_as_string(hide_password=False))
    safe.unlock(*before)


@pytest.fixture
def empty_home(home: Home, tmp_path: Path) -> Home:
    """A second machine: the saved keyring and backup key, nothing else."""
    keys = tmp_path / "other" / "keys"
    keys.mkdir(mode=0o700, parents=True)
    for name in ("keyring.json", "backup_identity.txt"):
        shutil.copy(home.keys / name, keys)
    folder = tmp_path / "other" / "home"
    return Home(folder, keys, str(make_url(f"sqlite:///{folder / 'monitoring.sqlite3'}")))
