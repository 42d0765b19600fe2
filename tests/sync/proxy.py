"""A network that misbehaves: a proxy on this machine that does to each request what a test asks for."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import waitress
from flask import Flask

BLOCK = 65_536
PAGE = b"<!doctype html><title>Sign in to this network (invented)</title><form method=post></form>"


class Kind(StrEnum):
    """What may become of a request."""

    PASS = "pass"
    LOSE_REQUEST = "lose_request"
    LOSE_ANSWER = "lose_answer"
    DELAY = "delay"
    """It waits so many milliseconds on the way."""
    TRUNCATE = "truncate"
    """So many bytes of the body arrive, and look like the whole of it; 0 empties it."""
    CUT = "cut"
    """The connection ends after so many bytes of the body."""
    CUT_ANSWER = "cut_answer"
    """The connection ends after so many bytes of the answer."""
    PORTAL = "portal"
    """Somebody else answers: 200, with a page of HTML."""
    STATUS = "status"
    """Somebody else answers, with this status."""


@dataclass(frozen=True)
class Fault:
    """One of them, and how much."""

    kind: Kind = Kind.PASS
    at: int = 0


FINE = Fault()


@dataclass(frozen=True)
class Seen:
    """What the proxy knows of a request before it decides: the how many-th it is, its first line, the length of its body."""

    number: int
    line: str
    length: int


Choose = Callable[[Seen], Fault]


class Proxy(ThreadingTCPServer):
    """Listens on a port of this machine, and passes on to another."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, target: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target, self.seen = target, 0
        self.choose: Choose = lambda _seen: FINE

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(StreamRequestHandler):
    """One connection, one request."""

    server: Proxy

    def handle(self) -> None:
        head, body = self._request()
        if not head:
            return
        self.server.seen += 1
        fault = self.server.choose(Seen(self.server.seen, head.split(b"\r\n")[0].decode("latin-1"), len(body)))
        with suppress(OSError):
            self._deal(fault, head, body)

    def _request(self) -> tuple[bytes, bytes]:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline(BLOCK)
            if not line:
                return b"", b""
            head += line
        return head, self.rfile.read(_length(head))

    def _deal(self, fault: Fault, head: bytes, body: bytes) -> None:
        if fault.kind is Kind.LOSE_REQUEST:
            return
        if fault.kind in {Kind.PORTAL, Kind.STATUS}:
            self.wfile.write(_page(200 if fault.kind is Kind.PORTAL else fault.at))
            return
        if fault.kind is Kind.DELAY:
            time.sleep(fault.at / 1000)
        if fault.kind is Kind.TRUNCATE:
            body = body[: fault.at]
            head = _with_length(head, len(body))
        answer = self._ask(head, body[: fault.at] if fault.kind is Kind.CUT else body, whole=fault.kind is not Kind.CUT)
        if fault.kind is not Kind.LOSE_ANSWER:
            self.wfile.write(answer[: fault.at] if fault.kind is Kind.CUT_ANSWER else answer)

    def _ask(self, head: bytes, body: bytes, *, whole: bool) -> bytes:
        """The server's answer, byte for byte; nothing when the connection was cut before."""
        with socket.create_connection(("127.0.0.1", self.server.target)) as upstream:
            upstream.sendall(_closing(head) + body)
            if not whole:
                return b""
            found = b""
            while block := upstream.recv(BLOCK):
                found += block
            return found


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return int(next((line.split(b":")[1] for line in lines if line.startswith(b"content-length:")), b"0"))


def _without(head: bytes, name: bytes) -> list[bytes]:
    return [line for line in head.rstrip(b"\r\n").split(b"\r\n") if not line.lower().startswith(name + b":")]


def _with_length(head: bytes, length: int) -> bytes:
    return b"\r\n".join([*_without(head, b"content-length"), b"Content-Length: %d" % length]) + b"\r\n\r\n"


def _closing(head: bytes) -> bytes:
    return b"\r\n".join([*_without(head, b"connection"), b"Connection: close"]) + b"\r\n\r\n"


def _page(status: int) -> bytes:
    head = f"HTTP/1.1 {status} Invented\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\nConnection: close\r\n\r\n"
    return head.encode() + PAGE


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The application on a port of this machine, as waitress serves it."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8, ident=None)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.close()


@contextmanager
def behind_a_proxy(app: Flask) -> Iterator[Proxy]:
    """The application, reached only through a proxy."""
    with served(app) as target, Proxy(target) as proxy:
        thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
