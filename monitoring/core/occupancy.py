"""Who is in a home: servers and workers together, or one command that must be alone in it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitoring.core.errors import Misconfigured

LOCK_FILE = "in_use.lock"


@contextmanager
def staying_in(home: Path) -> Iterator[None]:
    """As a server or a worker, beside others. Raises Misconfigured while a backup is being restored."""
    handle = stay_in(home)
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """As the only one. Raises Misconfigured while a server or a worker runs."""
    handle = _take(home, fcntl.LOCK_EX, "The server or the worker still runs. Stop them, then run this again.")
    try:
        yield
    finally:
        os.close(handle)


def stay_in(home: Path) -> int:
    """As a server of another program's, for as long as the process lives. Raises Misconfigured."""
    return _take(home, fcntl.LOCK_SH, "A backup is being restored here. Wait until that has ended.")


def _take(home: Path, kind: int, otherwise: str) -> int:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise Misconfigured(otherwise) from error
    return handle
