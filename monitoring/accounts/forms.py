"""Forms of people."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, Email, Length

from monitoring.accounts.rules import Role
from monitoring.core.forms import Form, TickField
from monitoring.core.i18n import LANGUAGES, N_
from monitoring.core.templating import translated


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


class PersonForm(Form):
    """Somebody who signs in."""

    name = StringField(_("Name"), filters=[_stripped], validators=[DataRequired(_("Write the person's name.")), Length(max=200)])
    email = EmailField(
        _("E-mail address"),
        filters=[_stripped],
        validators=[DataRequired(_("Write an e-mail address.")), Email(_("This does not look like an e-mail address."))],
    )
    region_code = SelectField(_("Region"), validate_choice=True)
    language = SelectField(_("Language"))
    roles = TickField(_("What the person may do"))
    submit = SubmitField(_("Save"))

    def offer(self, regions: list[tuple[str, str]]) -> None:
        """Fill the lists."""
        self.region_code.choices = [("", translated(N_("All regions"))), *regions]
        self.language.choices = [("", translated(N_("As the browser says"))), *LANGUAGES.items()]
        self.roles.choices = [(str(role), translated(role.label)) for role in Role]


class RightsForm(Form):
    """What somebody may do, and whether they may come in at all."""

    roles = TickField(_("What the person may do"))
    active = BooleanField(_("May sign in"))
    submit = SubmitField(_("Save"))

    def offer(self) -> None:
        """Fill the lists."""
        self.roles.choices = [(str(role), translated(role.label)) for role in Role]
