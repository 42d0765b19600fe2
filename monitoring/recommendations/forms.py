"""The form of a recommendation."""

from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from monitoring.core.forms import Form, TickField
from monitoring.core.templating import translated
from monitoring.recommendations.models import Recommendation
from monitoring.recommendations.operations import RecommendationFacts
from monitoring.recommendations.rules import Level, Priority

Choices = list[tuple[str, str]]


class RecommendationForm(Form):
    """What is asked, of whom, until when, and why."""

    new_id = HiddenField()
    version = HiddenField()
    findings = TickField(_("Findings that it answers"))
    text = TextAreaField(
        _("What the authority is to do"), validators=[DataRequired(_("Write what the authority is to do.")), Length(max=10_000)]
    )
    authority_id = SelectField(_("Authority"), validators=[DataRequired(_("Choose the authority that is to act."))])
    addressee = StringField(_("Post or unit, if you know it"), validators=[Length(max=200)])
    level = SelectField(_("Where something has to change"))
    priority = SelectField(_("How soon"))
    due_on = DateField(_("Deadline"), validators=[DataRequired(_("Write the deadline as a date."))])

    def offer(self, findings: Choices, authorities: Choices) -> None:
        """Fill the lists."""
        self.findings.choices = findings
        self.authority_id.choices = [("", ""), *authorities]
        self.level.choices = [(str(level), translated(level.label)) for level in Level]
        self.priority.choices = [(str(priority), translated(priority.label)) for priority in Priority]

    def show_recommendation(self, found: Recommendation) -> None:
        """Fill the form with what is written."""
        self.process(
            data={
                "version": str(found.version),
                "findings": [str(row.finding_id) for row in found.findings],
                "text": found.text,
                "authority_id": str(found.authority_id),
                "addressee": found.addressee,
                "level": found.level,
                "priority": found.priority,
                "due_on": found.due_on,
            }
        )

    def facts(self) -> RecommendationFacts:
        """What was typed; the form must be valid."""
        assert self.due_on.data is not None
        return RecommendationFacts(
            text=self.text.data or "",
            authority_id=UUID(self.authority_id.data),
            addressee=self.addressee.data or "",
            level=Level(self.level.data),
            priority=Priority(self.priority.data),
            due_on=self.due_on.data,
            findings=frozenset(map(UUID, self.findings.data or [])),
        )
