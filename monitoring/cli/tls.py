"""HTTPS without a proxy: for an office whose tablets come by its own network."""

import ssl
from collections.abc import Sequence
from dataclasses import replace
from socket import gethostname, socket
from typing import Any
from urllib.parse import urlsplit

import click
from cheroot.server import HTTPConnection
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from flask import Flask

from monitoring.core.certificates import Certificates, Names, fingerprint, prepare, read
from monitoring.core.config import Settings

EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  (recognised, not listened on)
LARGEST_HEAD = 65_536


class _Connection(HTTPConnection):
    """A connection that agrees on its keys in its own thread, so that a silent caller keeps nobody else waiting."""

    def communicate(self) -> bool:
        """Agree, then serve."""
        try:
            self.socket.do_handshake()
        except OSError:
            return False
        return bool(super().communicate())  # type: ignore[no-untyped-call]  # the library's own lack


class _Adapter(BuiltinSSLAdapter):
    """TLS 1.2 and newer; the agreement is left to the connection's thread."""

    def __init__(self, certificate: str, private_key: str) -> None:
        super().__init__(certificate, private_key)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2

    def wrap(self, sock: socket) -> tuple[ssl.SSLSocket, dict[str, Any]]:
        """The socket, and what the application is to know."""
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, {"wsgi.url_scheme": "https", "HTTPS": "on"}


def secured(settings: Settings, host_names: Sequence[str]) -> Settings:
    """The settings with certificates made and an address that begins with https. Raises Misconfigured."""
    address = urlsplit(settings.base_url)
    if address.netloc == f"{settings.host}:{settings.port}":  # nobody gave another address
        name = host_names[0] if host_names else gethostname() if settings.host in EVERYWHERE else settings.host
        address = urlsplit(f"https://{f'[{name}]' if ':' in name else name}:{settings.port}")
    wanted = dict.fromkeys([str(address.hostname), *host_names])
    prepare(Certificates(settings.keys), Names(("localhost", "127.0.0.1", gethostname()), tuple(wanted)))
    return replace(settings, base_url=f"https://{address.netloc}")


def server(settings: Settings, application: Flask, *, threads: int, largest_body: int) -> Server:
    """A server that speaks HTTPS only."""
    files = Certificates(settings.keys)
    made = Server((settings.host, settings.port), application, numthreads=threads, server_name="monitoring", timeout=30)
    made.ssl_adapter = _Adapter(str(files.server), str(files.server_key))
    made.ConnectionClass = _Connection
    made.max_request_body_size, made.max_request_header_size = largest_body, LARGEST_HEAD
    return made


def tell(settings: Settings) -> None:
    """How a tablet comes to trust this server."""
    files = Certificates(settings.keys)
    click.echo(f"A tablet trusts this server once it has the certificate {files.authority}.")
    click.echo(f"Carry that file to the tablet, or open {settings.base_url}/tablet/trust there: the page has it, and the steps.")
    click.echo(f"The device must show this SHA-256 of it: {fingerprint(read(files.authority))}")
