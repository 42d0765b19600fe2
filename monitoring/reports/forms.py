"""Forms of reports."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from monitoring.core.forms import Form
from monitoring.reports.models import Report
from monitoring.reports.rules import TEXTS

LONGEST = 50_000


class ReportForm(Form):
    """What people write in a report."""

    version = HiddenField()
    title = StringField(_("Title"), validators=[DataRequired(_("Write a title.")), Length(max=300)])
    summary = TextAreaField(_("Summary"), validators=[Length(max=LONGEST)])
    access = TextAreaField(_("Access and cooperation"), validators=[Length(max=LONGEST)])
    practice = TextAreaField(_("Good practice"), validators=[Length(max=LONGEST)])
    closing = TextAreaField(_("Closing words"), validators=[Length(max=LONGEST)])

    def show_report(self, report: Report, texts: Mapping[str, str]) -> None:
        """Fill the form with what is written."""
        self.process(data={"version": str(report.version), **texts})

    def texts(self) -> dict[str, str]:
        """What was typed."""
        return {name: self[name].data or "" for name in TEXTS}


class RemarkForm(Form):
    """What the writers are to change."""

    remark = TextAreaField(
        _("What the writers are to change"),
        validators=[DataRequired(_("Write what the writers are to change.")), Length(max=10_000)],
    )
