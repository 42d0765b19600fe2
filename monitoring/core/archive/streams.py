"""Sealed streams: what is written is encrypted on its way to the disk, what is read was checked on its way from it.

The age library pushes and pulls by itself, so it works in a thread at the other end of a pipe; nothing is held whole.
"""

import os
import tarfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage import x25519

BLOCK = 1 << 20
NO_KEY = "No matching keys found"


class Damaged(Exception):
    """A backup is not what was packed; the sentence says where."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its place whole or not at all; only its owner reads it."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring to the disk which files a folder holds."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def sealing(target: BinaryIO, recipient: x25519.Recipient) -> Iterator[BinaryIO]:
    """What is written here goes into `target`, encrypted. Raises OSError when the disk does."""
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as helper:
        done = helper.submit(_encrypt, reading, target, recipient)
        try:
            with os.fdopen(writing, "wb") as stream:
                yield stream
        except BrokenPipeError:
            done.result()
            raise
        done.result()


@contextmanager
def opening(source: BinaryIO, identities: Sequence[x25519.Identity]) -> Iterator[BinaryIO]:
    """What `source` holds, decrypted; to the last byte, even if the reader stops earlier. Raises Damaged."""
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as helper:
        done = helper.submit(_decrypt, source, writing, identities)
        try:
            with os.fdopen(reading, "rb") as stream:
                yield stream
                while stream.read(BLOCK):
                    pass
        except (tarfile.TarError, Damaged):
            done.result()
            raise
        done.result()


def _encrypt(reading: int, target: BinaryIO, recipient: x25519.Recipient) -> None:
    try:
        with os.fdopen(reading, "rb") as plain:
            pyrage.encrypt_io(plain, target, [recipient])
    except pyrage.EncryptError as error:  # all that the library leaves of a full disk is its sentence
        raise OSError(str(error).removeprefix("OSError: ")) from error


def _decrypt(source: BinaryIO, writing: int, identities: Sequence[x25519.Identity]) -> None:
    try:
        with os.fdopen(writing, "wb") as plain:
            pyrage.decrypt_io(source, plain, list(identities))
    except BrokenPipeError:
        return  # the reader has seen enough and says why
    except pyrage.DecryptError as error:
        said = "no key opens it" if str(error) == NO_KEY else "it is not a sealed file, or its beginning was changed"
        raise Damaged(said) from error
    except OSError as error:
        raise Damaged("it was changed or cut off after it was made") from error
