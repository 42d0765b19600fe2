"""HTTPS without a proxy: certificates of the installation's own, and a server that a tablet can trust."""

import http.client
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from cryptography import x509
from flask import Flask

from monitoring.app import create_app
from monitoring.cli import commands, tls
from monitoring.core import certificates, clock
from monitoring.core.certificates import Certificates, Names, fingerprint, prepare, read
from monitoring.core.config import Settings, read_settings
from monitoring.core.db import Database
from monitoring.core.errors import Misconfigured
from monitoring.core.occupancy import alone_in
from tests.cli.backup.stamps import stamp

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
USUAL = Names(("localhost", "127.0.0.1"), ())
PATIENCE = 60


@pytest.fixture
def files(tmp_path: Path, database: Database) -> Certificates:
    return Certificates(tmp_path / "certificates")


def names_in(path: Path) -> set[str]:
    held = read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in held}


def test_keys_are_read_by_their_owner_only_and_the_names_are_those_asked_for(files: Certificates) -> None:
    prepare(files, Names(("localhost", "127.0.0.1"), ("monitoring.example.org", "192.168.7.5")))
    assert {stat.S_IMODE(key.stat().st_mode) for key in (files.authority_key, files.server_key)} == {0o400}
    assert names_in(files.server) == {"localhost", "127.0.0.1", "monitoring.example.org", "192.168.7.5"}
    read(files.server).verify_directly_issued_by(read(files.authority))


def test_a_start_changes_nothing_that_is_good(files: Certificates) -> None:
    prepare(files, USUAL)
    before = {path.name: path.read_bytes() for path in files.folder.iterdir()}
    prepare(files, USUAL)
    assert {path.name: path.read_bytes() for path in files.folder.iterdir()} == before


def test_it_is_renewed_before_it_ends_by_the_same_authority(files: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(files, USUAL)
    authority, first = files.authority.read_bytes(), read(files.server)
    monkeypatch.setattr(clock, "now", lambda: first.not_valid_after_utc - timedelta(days=30))
    prepare(files, USUAL)
    assert read(files.server).not_valid_after_utc > first.not_valid_after_utc
    assert files.authority.read_bytes() == authority


def test_a_new_name_within_its_limits_needs_no_new_trust(files: Certificates) -> None:
    prepare(files, Names(("localhost",), ("office.example.org",)))
    authority = files.authority.read_bytes()
    prepare(files, Names(("localhost",), ("tablets.office.example.org", "10.1.2.3")))
    assert names_in(files.server) == {"localhost", "tablets.office.example.org", "10.1.2.3"}
    assert files.authority.read_bytes() == authority


@pytest.mark.parametrize("name", ["bank.example.com", "203.0.113.7", "not-localhost"])
def test_the_authority_speaks_for_no_other_name(files: Certificates, name: str) -> None:
    prepare(files, USUAL)
    with pytest.raises(Misconfigured, match="was not made for"):
        prepare(files, Names(USUAL.usual, (name,)))
    prepare(files, Names((*USUAL.usual, name), ()))
    assert names_in(files.server) == {"localhost", "127.0.0.1"}


def test_what_is_no_name_is_refused(files: Certificates) -> None:
    with pytest.raises(Misconfigured, match="not the name of a computer"):
        prepare(files, Names((), ("a..b",)))


def test_a_damaged_certificate_is_named(files: Certificates) -> None:
    prepare(files, USUAL)
    files.authority.write_text("damaged")
    with pytest.raises(Misconfigured, match=r"authority\.crt is damaged"):
        prepare(files, USUAL)


@pytest.mark.parametrize(
    ("given", "host_names", "address"),
    [
        ({}, (), "https://127.0.0.1:8000"),
        ({"HOST": "0.0.0.0", "PORT": "8443"}, ("10.0.0.9",), "https://10.0.0.9:8443"),
        ({"HOST": "0.0.0.0"}, (), f"https://{socket.gethostname()}:8000"),
        ({"HOST": "0.0.0.0"}, ("fd00::9",), "https://[fd00::9]:8000"),
        ({"MONITORING_BASE_URL": "http://office.example.org"}, (), "https://office.example.org"),
    ],
)
def test_the_address_begins_with_https_and_is_in_the_certificate(tmp_path, given, host_names, address, database) -> None:
    settings = tls.secured(read_settings({"MONITORING_HOME": str(tmp_path), **given}), host_names)
    assert settings.base_url == address
    assert settings.secure_cookies
    host = re.sub(r"https://\[?(.*?)\]?(:\d+)?$", r"\1", address)
    assert {host, "localhost", "127.0.0.1"} <= names_in(Certificates(settings.keys).server)


@pytest.fixture
def trusted(settings: Settings, tmp_path: Path, database: Database) -> Flask:
    """An application whose server made its own certificate; nobody is signed in."""
    prepare(Certificates(tmp_path / "certificates"), USUAL)
    app = create_app(settings, database=database)
    app.extensions["parts"] = replace(app.extensions["parts"], settings=replace(settings, keys=tmp_path / "certificates"))
    return app


@pytest.mark.parametrize(("language", "words"), [("en", "Download the certificate"), ("ru", "Скачать сертификат")])
def test_everybody_finds_the_certificate_and_the_steps_without_signing_in(trusted: Flask, language: str, words: str) -> None:
    client, authority = trusted.test_client(), trusted.extensions["parts"].settings.authority_file
    page = client.get("/tablet/trust", headers={"Accept-Language": language})
    assert page.status_code == 200
    assert all(text in page.text for text in (words, "Android", "iPad", "Chrome"))
    assert fingerprint(read(authority)) not in page.text  # whoever stands in between could write it there
    file = client.get("/tablet/trust/authority.crt")
    assert (file.mimetype, file.data) == ("application/x-x509-ca-cert", authority.read_bytes())
    assert b"PRIVATE" not in file.data


def test_a_server_without_a_certificate_of_its_own_has_no_such_page(settings: Settings, app: Flask) -> None:
    missing = app.test_client().get("/tablet/no-such-page")
    for address in ("/tablet/trust", "/tablet/trust/authority.crt"):
        answer = app.test_client().get(address)
        assert answer.status_code == missing.status_code == 404


@contextmanager
def served(settings: Settings, app: Flask) -> Iterator[int]:
    """The application behind TLS; its port."""
    server = tls.server(replace(settings, port=0), app, threads=3, largest_body=1_000_000)
    server.prepare()
    thread = Thread(target=server.serve)
    thread.start()
    yield server.bind_addr[1]
    server.stop()
    thread.join()


@pytest.fixture
def secure(settings: Settings, database: Database, tmp_path: Path) -> Iterator[tuple[Settings, int]]:
    """An installation on TLS, exactly as `serve --tls` puts it together."""
    made = tls.secured(replace(settings, keys=tmp_path / "certificates"), ())
    app = create_app(replace(made, keys=settings.keys), database=database)
    app.config["SETTINGS"] = made
    with served(made, app) as port:
        yield made, port


def trusting(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(Certificates(settings.keys).authority))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_who_trusts_the_authority_is_connected(secure: tuple[Settings, int], host: str) -> None:
    settings, port = secure
    connection = http.client.HTTPSConnection(host, port, context=trusting(settings), timeout=PATIENCE)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    assert connection.sock.version() == "TLSv1.3"


def test_who_does_not_trust_it_is_warned(secure: tuple[Settings, int]) -> None:
    _settings, port = secure
    with pytest.raises(ssl.SSLCertVerificationError):
        http.client.HTTPSConnection("localhost", port, timeout=PATIENCE).request("GET", "/healthz")


@pytest.mark.parametrize(("version", "accepted"), [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_nothing_older_than_tls_1_2_is_spoken(secure: tuple[Settings, int], version: ssl.TLSVersion, accepted: bool) -> None:
    settings, port = secure
    context = trusting(settings)
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # or the client itself would not offer the old version
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = version
    with socket.create_connection(("localhost", port), timeout=PATIENCE) as plain:
        if accepted:
            with context.wrap_socket(plain, server_hostname="localhost") as wrapped:
                assert wrapped.version() == "TLSv1.2"
        else:
            with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
                context.wrap_socket(plain, server_hostname="localhost")


def test_cookies_are_sent_over_tls_only_and_a_form_needs_no_referrer(secure: tuple[Settings, int]) -> None:
    settings, port = secure
    connection = http.client.HTTPSConnection("localhost", port, context=trusting(settings), timeout=PATIENCE)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    page, cookies = answer.read().decode(), answer.headers.get_all("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-session="))
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    head = {"Cookie": session.partition(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", f"csrf_token={token}&email=nobody@example.org&password=wrong-wrong-wrong", head)
    assert connection.getresponse().status == 200


def test_a_silent_caller_keeps_nobody_waiting(secure: tuple[Settings, int]) -> None:
    settings, port = secure
    with socket.create_connection(("localhost", port)) as silent:
        connection = http.client.HTTPSConnection("localhost", port, context=trusting(settings), timeout=PATIENCE)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):  # it was not even given up yet
            silent.recv(1)


def test_a_caller_without_tls_gets_nothing_and_the_server_goes_on(secure: tuple[Settings, int]) -> None:
    settings, port = secure
    plain = http.client.HTTPConnection("localhost", port, timeout=PATIENCE)
    plain.request("GET", "/healthz")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        plain.getresponse()
    connection = http.client.HTTPSConnection("localhost", port, context=trusting(settings), timeout=PATIENCE)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200


def test_the_doctor_says_when_the_certificate_ends_soon(settings: Settings, monkeypatch, database: Database, tmp_path) -> None:
    stamp(database)
    prepare(Certificates(tmp_path), USUAL)
    keys = {path.name: path for path in settings.keys.iterdir()}
    for name in ("keyring.json", "data_keys.sqlite3"):
        (tmp_path / name).write_bytes(keys[name].read_bytes())
    environment = {
        "MONITORING_HOME": str(tmp_path),
        "MONITORING_KEYS": str(tmp_path),
        "MONITORING_DATABASE": settings.database_url,
    }
    ends = certificates.ends_at(tmp_path / "server.crt")
    assert "certificate ends" not in CliRunner().invoke(commands, ["doctor"], env=environment).output
    monkeypatch.setattr(clock, "now", lambda: ends - timedelta(days=3))
    assert f"certificate ends on {ends:%Y-%m-%d}" in CliRunner().invoke(commands, ["doctor"], env=environment).output


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_until_empty(home: Path) -> None:
    """Until no server and no worker is in a home any more."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with alone_in(home):
                return
        except Misconfigured:
            assert time.monotonic() < until, "somebody is still there"
            time.sleep(0.1)


def test_serve_tls_tells_how_to_trust_it_and_its_worker_ends_with_it_even_when_it_is_killed(settings, database, tmp_path) -> None:
    stamp(database)
    port, out = free_port(), tmp_path / "said.txt"
    environment = {
        **os.environ, "MONITORING_HOME": str(settings.home), "MONITORING_KEYS": str(settings.keys), "PORT": str(port),
        "MONITORING_DATABASE": settings.database_url, "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "monitoring.cli", "serve", "--tls", "--host-name", "10.0.0.9"]
    with out.open("wb") as file:
        server = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        answer = ask_until_it_answers(server, settings, port)
    finally:
        server.kill()
        server.wait(PATIENCE)
    wait_until_empty(settings.home)
    said = out.read_text()
    authority = Certificates(settings.keys).authority
    assert answer == 200
    assert f"https://10.0.0.9:{port}/tablet/trust" in said
    assert str(authority) in said
    assert fingerprint(read(authority)) in said


def ask_until_it_answers(server: subprocess.Popen[bytes], settings: Settings, port: int) -> int:
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        try:
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=trusting(settings), timeout=PATIENCE)
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not start")
