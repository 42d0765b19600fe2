"""Domain errors: raised where a rule is broken, turned into a page or a JSON problem in one place (error_pages)."""

from collections.abc import Mapping

from monitoring.core.i18n import N_, Message


class DomainError(Exception):
    """Something a person asked for cannot be done; the message says what to do."""

    status = 400
    code = "bad_request"
    retry_after: int | None = None
    """Seconds after which it may be tried again."""

    def __init__(self, message: Message | str, **values: object) -> None:
        marked = message if isinstance(message, Message) else Message(message)
        self.message = marked.having(**values) if values else marked
        super().__init__(self.message.in_source_language())


class NotFound(DomainError):
    """There is no such thing, or it is not for this person: the two answer alike."""

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__(N_("There is no such page, or it is not for you."))


class Forbidden(DomainError):
    """The person sees the thing but may not do this with it."""

    status = 403
    code = "forbidden"


class Conflict(DomainError):
    """Somebody else changed the thing in the meantime, or it is in a state that does not allow this."""

    status = 409
    code = "conflict"


class Invalid(DomainError):
    """What was typed or sent cannot be taken; `fields` says it field by field."""

    status = 422
    code = "invalid"

    def __init__(self, message: Message | str, fields: Mapping[str, Message] | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.fields: Mapping[str, Message] = fields or {}


class Damaged(DomainError):
    """What arrived is not what was sent: nothing is wrong with that, and it is to be sent again."""

    status = 422
    code = "damaged"


class TooLarge(DomainError):
    """What was sent is larger than we take."""

    status = 413
    code = "too_large"


class Misconfigured(Exception):
    """The installation cannot start; the sentence says what to set."""
