"""Whom a backup is sealed to: an age key whose private half may lie on this machine or in another building."""

import os
from pathlib import Path

from pyrage import IdentityError, RecipientError, x25519

from monitoring.core import clock
from monitoring.core.config import Settings
from monitoring.core.errors import Misconfigured

PUBLIC = "# public key: "


def make_identity(path: Path) -> None:
    """Make a key pair in a file that only its owner reads, as any age tool reads it; an existing file is kept."""
    identity = x25519.Identity.generate()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = f"# created: {clock.now():%Y-%m-%dT%H:%M:%SZ}\n{PUBLIC}{identity.to_public()}\n{identity}\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(text)


def read_identities(path: Path) -> list[x25519.Identity]:
    """The private keys in a file. Raises Misconfigured with what to do."""
    if not path.exists():
        raise Misconfigured(f"There is no backup key at {path}. Say where it is with --identity, or put the saved copy back.")
    lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    try:
        found = [x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except IdentityError as error:
        raise Misconfigured(f"{path} is not a backup key: it must hold a line that begins with AGE-SECRET-KEY-1.") from error
    if not found:
        raise Misconfigured(f"{path} holds no backup key: it must hold a line that begins with AGE-SECRET-KEY-1.")
    return found


def recipient(settings: Settings) -> x25519.Recipient:
    """The public key that backups are sealed to. Raises Misconfigured."""
    if settings.backup_recipient:
        return _public(settings.backup_recipient)
    if not settings.backup_identity_file.exists():
        raise Misconfigured("There is no backup key yet. Run 'monitoring load': it makes one.")
    return read_identities(settings.backup_identity_file)[0].to_public()


def _public(text: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(text)
    except RecipientError as error:
        raise Misconfigured(f"MONITORING_BACKUP_RECIPIENT is '{text}'; it must be an age public key (age1...).") from error
