"""Opening envelopes: age (X25519) outside, AES-256-GCM inside."""

import pyrage
from pyrage import x25519

from monitoring.core.crypto import CannotOpen, unseal

__all__ = ["CannotOpen", "unseal", "unwrap"]


def unwrap(identity: x25519.Identity, wrapped: bytes) -> bytes:
    """What a tablet wrapped with age to the mechanism's public key. Raises CannotOpen."""
    try:
        return bytes(pyrage.decrypt(wrapped, [identity]))
    except pyrage.DecryptError as error:
        raise CannotOpen from error
