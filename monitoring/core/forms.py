"""Base of all forms: marked texts as labels, and errors that say what to do."""

from collections.abc import Mapping
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from monitoring.core.errors import Invalid
from monitoring.core.i18n import Message
from monitoring.core.templating import translated


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form whose typed values stay when something is wrong."""

    @property
    def given_id(self) -> UUID | None:
        """The id that was made when the form was first shown, so that a form sent twice makes one thing; None if damaged."""
        try:
            return UUID(self.new_id.data)
        except (TypeError, ValueError, AttributeError):
            return None

    def show_errors(self, error: Invalid) -> None:
        """Put a domain error beside the fields it speaks of, or at the form's head."""
        self.show(error.fields)
        if not error.fields:
            self.form_errors.append(translated(error.message))

    def show(self, fields: Mapping[str, Message]) -> None:
        """Put messages beside fields."""
        for name, message in fields.items():
            if name in self:
                self[name].errors = [*self[name].errors, translated(message)]
            else:
                self.form_errors.append(translated(message))


class TickField(SelectMultipleField):
    """Several choices, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
