"""Settings: from the environment, else from one file in the home folder; checked at start.

| name | what | default |
|---|---|---|
| MONITORING_HOME | folder with database, keys, media and published pages | instance |
| MONITORING_DATABASE | database URL | SQLite in the home folder |
| MONITORING_KEYS | folder with the keyring and the key store | keys/ in the home folder |
| MONITORING_BASE_URL | address under which the people reach it | http://127.0.0.1:PORT |
| MONITORING_BACKUP_RECIPIENT | public age key (age1...) that backups are sealed to | that of the key made by `init` |
| HOST, PORT | where it listens | 127.0.0.1, 8000 |
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from monitoring.core.errors import Misconfigured

SETTINGS_FILE = "settings.json"
MARKER_FILE = "home.json"
KNOWN = frozenset(
    {"MONITORING_DATABASE", "MONITORING_KEYS", "MONITORING_BASE_URL", "MONITORING_BACKUP_RECIPIENT", "HOST", "PORT"}
)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations."""

    home: Path
    database_url: str
    keys: Path
    base_url: str
    host: str
    port: int
    demonstration: bool
    backup_recipient: str = ""

    @property
    def keyring_file(self) -> Path:
        """The master keys."""
        return self.keys / "keyring.json"

    @property
    def key_store_file(self) -> Path:
        """The data keys, each wrapped by a master key."""
        return self.keys / "data_keys.sqlite3"

    @property
    def backup_identity_file(self) -> Path:
        """The private half of the key that backups are sealed to, unless it lies elsewhere."""
        return self.keys / "backup_identity.txt"

    @property
    def authority_file(self) -> Path:
        """The certificate that a tablet trusts when `serve --tls` is used; anybody may have it."""
        return self.keys / "authority.crt"

    @property
    def media(self) -> Path:
        """Where files that people hand in lie, encrypted."""
        return self.home / "media"

    @property
    def public(self) -> Path:
        """Where published pages lie, and nothing else."""
        return self.home / "public"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are to be sent over TLS only; browsers also take them from localhost."""
        return self.base_url.startswith("https://")

    @property
    def insists_on_tls(self) -> bool:
        """Whether browsers are to remember that it is reached over TLS only; not of this machine, which has other servers."""
        return self.secure_cookies and urlsplit(self.base_url).hostname not in LOOPBACK


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read and check the settings. Raises Misconfigured with what to set."""
    home = Path(environment.get("MONITORING_HOME", "instance")).expanduser().resolve()
    values = {**_from_file(home / SETTINGS_FILE), **{k: v for k, v in environment.items() if k in KNOWN and v}}
    host, port = values.get("HOST", "127.0.0.1"), _port(values.get("PORT", "8000"))
    in_address = f"[{host}]" if ":" in host else host
    settings = Settings(
        home=home,
        database_url=values.get("MONITORING_DATABASE", f"sqlite:///{home / 'monitoring.sqlite3'}"),
        keys=Path(values.get("MONITORING_KEYS", str(home / "keys"))).expanduser().resolve(),
        base_url=values.get("MONITORING_BASE_URL", f"http://{in_address}:{port}").rstrip("/"),
        host=host,
        port=port,
        demonstration=is_demonstration(home),
        backup_recipient=values.get("MONITORING_BACKUP_RECIPIENT", ""),
    )
    _check(settings)
    return settings


def _from_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        values = json.loads(path.read_text())
    except ValueError as error:
        raise Misconfigured(f"{path} is not valid JSON: {error}. Mend it or remove it.") from error
    if not isinstance(values, dict):
        raise Misconfigured(f"{path} must hold an object with settings.")
    unknown = sorted(set(values) - KNOWN)
    if unknown:
        raise Misconfigured(f"{path} has settings that do not exist: {', '.join(unknown)}. Known: {', '.join(sorted(KNOWN))}.")
    return {name: str(value) for name, value in values.items()}


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise Misconfigured(f"PORT is '{text}'; it must be a number from 1 to {HIGHEST_PORT}.")
    return int(text)


def _check(settings: Settings) -> None:
    if not _is_address(settings.base_url):
        raise Misconfigured(f"MONITORING_BASE_URL is '{settings.base_url}'; it must look like https://monitoring.example.org.")
    if not settings.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise Misconfigured("MONITORING_DATABASE must begin with sqlite:/// or postgresql://.")
    if settings.demonstration and not settings.on_loopback:
        raise Misconfigured(
            "This home holds a demonstration, and a demonstration is served on this machine only: set HOST=127.0.0.1."
        )


def is_loopback(address: str) -> bool:
    """Whether an IP address is of this machine."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        return address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError:
        return False


def is_demonstration(home: Path) -> bool:
    """Whether the home was filled by `monitoring demo`; one made by `monitoring init` never becomes one."""
    return kind_of(home) == "demonstration"


def kind_of(home: Path) -> str | None:
    """What the home was marked as, if it was. Raises Misconfigured when the mark is damaged."""
    marker = home / MARKER_FILE
    if not marker.exists():
        return None
    try:
        return str(json.loads(marker.read_text())["kind"])
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(
            f'{marker} is damaged. It says {{"kind": "installation"}} in an installation: put the saved copy back.'
        ) from error


def mark_home(home: Path, kind: str) -> None:
    """Say once what a home is: `demonstration` or `installation`. Raises Misconfigured when it is the other."""
    have = kind_of(home)
    if have not in {kind, None}:
        raise Misconfigured(f"{home} is a {have}; it can never become a {kind}. Set MONITORING_HOME to another folder.")
    if have:
        return
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / MARKER_FILE).write_text(json.dumps({"kind": kind}))


def settings_from_environment() -> Settings:
    """The settings of this process."""
    return read_settings(os.environ)
