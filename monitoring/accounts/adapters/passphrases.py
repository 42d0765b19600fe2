"""First passphrases."""

from flask_security.utils import hash_password

from monitoring.accounts.rules import proposed_passphrase


def new_passphrase() -> tuple[str, str]:
    """A proposed passphrase and its hash; slow on purpose: call it before the transaction begins."""
    passphrase = proposed_passphrase()
    return passphrase, str(hash_password(passphrase))
