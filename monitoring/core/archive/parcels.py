"""A parcel: a sealed tar of members, and behind them a manifest with the size and SHA-256 of each.

The manifest comes last because the sums are known only then, and with it its MAC: who merely knows the public key can
make a sealed file, but not one that this installation takes for its own.
"""

import hashlib
import hmac
import json
import os
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from pyrage import x25519

from monitoring.core.archive.streams import BLOCK, Damaged, opening, replacing, sealing

FORMAT = 1
MANIFEST, MAC = "manifest.json", "manifest.mac"
LARGEST_MANIFEST = 200_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


@dataclass(frozen=True)
class Member:
    """One file in a parcel."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a parcel says of itself; `told` is what the rooms say of their own content."""

    made_at: datetime
    members: Mapping[str, Member]
    told: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """The manifest as it stands in the parcel."""
        members = {name: [member.size, member.sha256] for name, member in self.members.items()}
        said = {"format": FORMAT, "made_at": self.made_at.isoformat(), "members": members, "told": self.told}
        return json.dumps(said, indent=1, sort_keys=True).encode()


class _Summed:
    """A file that sums up what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sum, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.sum.update(block)
        self.size += len(block)
        return block

    @property
    def member(self) -> Member:
        return Member(self.size, self.sum.hexdigest())


@contextmanager
def pack(
    path: Path,
    recipient: x25519.Recipient,
    members: Iterable[tuple[str, Path]],
    made_at: datetime,
    told: Mapping[str, Any],
    key: bytes,
) -> Iterator[Manifest]:
    """Write a parcel; it takes its place when the block under `with` has ended well.

    A file that is gone when its turn comes is left out: whoever needs it asks the manifest. Raises OSError.
    """
    with replacing(path) as file:
        with sealing(file, recipient) as stream, tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            added = ((name, _add(tar, name, source)) for name, source in members)
            manifest = Manifest(made_at, {name: member for name, member in added if member is not None}, told)
            text = manifest.to_bytes()
            _add_bytes(tar, MANIFEST, text)
            _add_bytes(tar, MAC, _mac(key, text).encode())
        yield manifest


def _add(tar: tarfile.TarFile, name: str, source: Path) -> Member | None:
    try:
        file = source.open("rb")
    except FileNotFoundError:
        return None
    with file:
        summed = _Summed(file)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = os.fstat(file.fileno()).st_size, 0o600
        tar.addfile(entry, summed)
        return summed.member


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, BytesIO(content))


def _mac(key: bytes, text: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def unpack(path: Path, identities: Sequence[x25519.Identity], folder: Path, key: bytes) -> Manifest:
    """Open a parcel into an empty folder and hold every member against the manifest. Raises Damaged, OSError."""
    with path.open("rb") as file, opening(file, identities) as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|") as tar:
                found = {entry.name: _take(tar, entry, folder) for entry in tar}
        except tarfile.TarError as error:
            raise Damaged("what is sealed in it is no archive, or not a whole one") from error
    manifest = _read_manifest(folder, key)
    del found[MANIFEST], found[MAC]
    _compare(found, manifest.members)
    return manifest


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> Member:
    content = tar.extractfile(entry) if entry.isreg() and _NAME.fullmatch(entry.name) else None
    if content is None:
        raise Damaged(f"it holds something that no backup holds: {entry.name!r}")
    place = folder / entry.name
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    summed = _Summed(content)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := summed.read(BLOCK):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return summed.member


def _read_manifest(folder: Path, key: bytes) -> Manifest:
    text, mac = folder / MANIFEST, folder / MAC
    if not text.exists() or not mac.exists():
        raise Damaged("its manifest is missing")
    if not hmac.compare_digest(_mac(key, text.read_bytes()), mac.read_text()):
        raise Damaged("it was made with another keyring than the one here, or by somebody else")
    said = json.loads(text.read_bytes())
    if said["format"] != FORMAT:
        raise Damaged(f"its format is {said['format']}, and this release reads {FORMAT}")
    members = {name: Member(*values) for name, values in said["members"].items()}
    return Manifest(datetime.fromisoformat(said["made_at"]), members, said["told"])


def _compare(found: Mapping[str, Member], named: Mapping[str, Member]) -> None:
    for name, member in named.items():
        if name not in found:
            raise Damaged(f"a member is missing: {name}")
        if found[name] != member:
            raise Damaged(f"a member is not what was packed: {name}")
    for name in found:
        if name not in named:
            raise Damaged(f"it holds something that its manifest does not name: {name}")
