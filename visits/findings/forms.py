"""Forms of findings."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from checklists.rules import Severity
from monitoring.core.forms import Form, TickField
from monitoring.core.templating import translated
from visits.findings.models import Finding
from visits.findings.operations import FindingFacts
from visits.findings.rules import CallLink, FindingKind
from visits.sheets.rules import Confidence

Choices = list[tuple[str, str]]


class FindingForm(Form):
    """What the lead decides about a finding."""

    version = HiddenField()
    text = TextAreaField(
        _("What was found"), validators=[DataRequired(_("Write in one or two sentences what was found.")), Length(max=10_000)]
    )
    severity = SelectField(_("How grave it is"), validators=[Optional()])
    theme = SelectField(_("Theme"), validators=[DataRequired(_("Choose the theme."))])
    confidence = SelectField(_("How well it is supported"))
    calls = TickField(_("Recommendations of the coalition that it bears on"))

    def offer(self, finding: Finding, themes: Choices, calls: Choices) -> None:
        """Fill the lists; what the rules suggested stands first."""
        self.severity.choices = [(str(level), translated(level.label)) for level in Severity]
        if finding.kind != FindingKind.PROBLEM:
            del self.severity
        self.theme.choices = themes
        self.confidence.choices = [(str(level), translated(level.label)) for level in Confidence]
        linked = {row.coalition_code for row in finding.calls}
        self.calls.choices = sorted(calls, key=lambda choice: choice[0] not in linked)

    def show_finding(self, finding: Finding, text: str) -> None:
        """Fill the form with what is known."""
        self.process(
            data={
                "version": str(finding.version),
                "text": text,
                "severity": finding.severity,
                "theme": finding.theme,
                "confidence": finding.confidence,
                "calls": [row.coalition_code for row in finding.calls if row.state != CallLink.DECLINED],
            }
        )

    def facts(self) -> FindingFacts:
        """What was typed; the form must be valid."""
        return FindingFacts(
            text=self.text.data or "",
            severity=Severity(self.severity.data) if "severity" in self and self.severity.data else Severity.LOW,
            theme=self.theme.data,
            confidence=Confidence(self.confidence.data),
            calls=frozenset(self.calls.data or []),
        )


class DropForm(Form):
    """Why a finding is dropped."""

    reason = TextAreaField(
        _("Why it is dropped"),
        validators=[DataRequired(_("Write why it is dropped; the team will want to know.")), Length(max=5000)],
    )
