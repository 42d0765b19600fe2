"""Two ways to a server: straight into the application, and over a socket."""

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask

PATIENCE = 20
"""Seconds until a request counts as lost."""


class Unreachable(Exception):
    """There is no way to the server just now."""


@dataclass(frozen=True)
class Request:
    """What a tablet sends. Its nonce is how it knows the answer again."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    nonce: str
    ids: tuple[str, ...] = ()
    """The entries in it; of a file, none."""


@dataclass(frozen=True)
class Answer:
    """What came back from wherever."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Wire = Callable[[Request], Answer]
"""Takes a request to a server. Raises Unreachable."""


def straight(app: Callable[[], Flask]) -> Wire:
    """Into the application that runs just now."""

    def put(request: Request) -> Answer:
        found = app().test_client().put(f"/tablet/api/{request.path}", headers=dict(request.headers), data=request.body)
        return Answer(found.status_code, found.headers, found.get_data())

    return put


def over(port: Callable[[], int]) -> Wire:
    """Over a socket of this machine, with a connection of its own for each request."""

    def put(request: Request) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port(), timeout=PATIENCE)
        try:
            connection.request("PUT", f"/tablet/api/{request.path}", request.body, dict(request.headers))
            found = connection.getresponse()
            return Answer(found.status, found.headers, found.read())
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable from error
        finally:
            connection.close()

    return put
