"""E-mail addresses: one way to write each."""

from email_validator import EmailNotValidError, validate_email

from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_

NOT_AN_ADDRESS = N_("This does not look like an e-mail address.")


def usual_address(text: str) -> str:
    """An address as it is kept and looked for. Raises Invalid."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid(N_("Please look at this again."), {"email": NOT_AN_ADDRESS}) from error
