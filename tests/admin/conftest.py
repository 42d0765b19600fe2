"""Administrators hash many passphrases; here they cost little."""

from tests.accounts.conftest import quick_hashes

__all__ = ["quick_hashes"]
