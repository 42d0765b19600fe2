"""Settings: the environment before the file, and for each wrong one a sentence that says what to do."""

import json
from pathlib import Path

import pytest

from monitoring.core.config import MARKER_FILE, is_demonstration, is_loopback, mark_home, read_settings
from monitoring.core.errors import Misconfigured


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "a home with spaces"


def _file(home: Path, **values: object) -> dict[str, str]:
    home.mkdir()
    (home / "settings.json").write_text(json.dumps(values))
    return {"MONITORING_HOME": str(home)}


def test_a_fresh_home_needs_no_setting(home: Path) -> None:
    settings = read_settings({"MONITORING_HOME": str(home)})
    assert settings.database_url == f"sqlite:///{home}/monitoring.sqlite3"
    assert (settings.host, settings.port, settings.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.keyring_file == home / "keys" / "keyring.json"
    assert (settings.demonstration, settings.on_loopback, settings.secure_cookies) == (False, True, False)


def test_the_file_is_read_and_the_environment_comes_before_it(home: Path) -> None:
    environment = _file(home, PORT=9000, MONITORING_BASE_URL="https://monitoring.example.org/")
    assert read_settings(environment).port == 9000
    assert read_settings(environment).base_url == "https://monitoring.example.org"
    assert read_settings(environment).secure_cookies
    assert read_settings({**environment, "PORT": "9001"}).port == 9001


def test_an_empty_variable_is_as_if_it_were_not_there(home: Path) -> None:
    assert read_settings({**_file(home, PORT=9000), "PORT": ""}).port == 9000


def test_keys_may_lie_elsewhere(home: Path, tmp_path: Path) -> None:
    settings = read_settings({"MONITORING_HOME": str(home), "MONITORING_KEYS": str(tmp_path / "safe")})
    assert (settings.keyring_file, settings.key_store_file) == (
        tmp_path / "safe" / "keyring.json",
        tmp_path / "safe" / "data_keys.sqlite3",
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8000.5", "²", " "])
def test_a_port_that_is_none(home: Path, port: str) -> None:
    with pytest.raises(Misconfigured, match="must be a number from 1 to 65535"):
        read_settings({"MONITORING_HOME": str(home), "PORT": port})


@pytest.mark.parametrize("address", ["monitoring.example.org", "ftp://example.org", "https://", "http://[", "https://a:port"])
def test_an_address_that_is_none(home: Path, address: str) -> None:
    with pytest.raises(Misconfigured, match=r"must look like https://monitoring\.example\.org"):
        read_settings({"MONITORING_HOME": str(home), "MONITORING_BASE_URL": address})


@pytest.mark.parametrize("url", ["mysql://here/db", "monitoring.sqlite3", "postgres://here/db"])
def test_a_database_of_another_kind(home: Path, url: str) -> None:
    with pytest.raises(Misconfigured, match="must begin with sqlite:/// or postgresql://"):
        read_settings({"MONITORING_HOME": str(home), "MONITORING_DATABASE": url})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not valid JSON"),
        ("[1]", "must hold an object"),
        ('{"PORTT": 1}', "settings that do not exist: PORTT. Known: HOST"),
        ('{"PORT": "many"}', "must be a number"),
    ],
)
def test_a_file_with_mistakes_says_where(home: Path, content: str, said: str) -> None:
    home.mkdir()
    (home / "settings.json").write_text(content)
    with pytest.raises(Misconfigured, match=said):
        read_settings({"MONITORING_HOME": str(home)})


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "monitoring.example.org", "::"])
def test_a_demonstration_is_served_on_this_machine_only(home: Path, host: str) -> None:
    mark_home(home, "demonstration")
    with pytest.raises(Misconfigured, match=r"set HOST=127\.0\.0\.1"):
        read_settings({"MONITORING_HOME": str(home), "HOST": host})
    assert read_settings({"MONITORING_HOME": str(home)}).demonstration


@pytest.mark.parametrize(("kind", "other"), [("demonstration", "installation"), ("installation", "demonstration")])
def test_a_home_stays_what_it_is(home: Path, kind: str, other: str) -> None:
    mark_home(home, kind)
    mark_home(home, kind)
    with pytest.raises(Misconfigured, match=f"is a {kind}; it can never become a {other}"):
        mark_home(home, other)
    assert is_demonstration(home) == (kind == "demonstration")


@pytest.mark.parametrize("content", ["", "{}", "[]", '"demonstration"'])
def test_a_damaged_mark_makes_no_demonstration(home: Path, content: str) -> None:
    home.mkdir()
    (home / MARKER_FILE).write_text(content)
    for read in (lambda: is_demonstration(home), lambda: mark_home(home, "demonstration")):
        with pytest.raises(Misconfigured, match="damaged"):
            read()


@pytest.mark.parametrize(
    ("address", "here"), [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("192.0.2.1", False), ("", False)]
)
def test_which_addresses_are_of_this_machine(address: str, *, here: bool) -> None:
    assert is_loopback(address) is here


def test_this_machine_may_also_be_reached_by_its_newer_address(home: Path) -> None:
    settings = read_settings({"MONITORING_HOME": str(home), "HOST": "::1"})
    assert (settings.base_url, settings.on_loopback) == ("http://[::1]:8000", True)
