"""An installation with a visit, tablets of its team, and the network in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.core.db import Database
from tests.sealing import Json
from tests.sync.installations import Clock, Installation, installed
from tests.sync.proxy import Proxy, behind_a_proxy
from tests.sync.truth import Truth


@pytest.fixture
def server(database: Database, tmp_path: Path, keyring_file: Path) -> Iterator[Installation]:
    with installed(database, tmp_path, keyring_file) as made:
        yield made


@pytest.fixture
def proxy(server: Installation) -> Iterator[Proxy]:
    """The only way to the server."""
    with behind_a_proxy(server.app) as made:
        yield made


@pytest.fixture
def hands() -> Iterator[Clock]:
    """The hands of the server's clock."""
    with Clock().hung_up() as clock:
        yield clock


@pytest.fixture
def truth(server: Installation) -> Truth:
    """What the tables hold."""
    return Truth(server)


@pytest.fixture
def pack(server: Installation) -> Json:
    """The visit's part of the pack, as the lead took it along."""
    found: Json = server.read("lead", f"visits/{server.visit}/pack/visit")
    return found


@pytest.fixture
def police(pack: Json) -> str:
    """The sheet of the form for police stations."""
    return str(next(row["id"] for row in pack["sheets"] if row["checklist"] == "POLICE"))


@pytest.fixture
def codes(server: Installation) -> list[str]:
    """Questions of that form that take yes or no."""
    form = server.read("lead", f"visits/{server.visit}/pack/form-POLICE")
    return sorted(code for code, question in form["questions"].items() if question["type"] == "yes_no_partly")
