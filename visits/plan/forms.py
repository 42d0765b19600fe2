"""The form of a plan."""

from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from monitoring.core.forms import Form, TickField
from monitoring.core.templating import translated
from visits.plan.operations import PlanDraft
from visits.plan.rules import CancelReason, Plan, VisitKind

Choices = list[tuple[str, str]]


class PlanForm(Form):
    """What a coordinator decides about a visit."""

    new_id = HiddenField()
    version = HiddenField()
    facility_id = SelectField(_("Place"), validators=[DataRequired(_("Choose the place."))])
    kind = SelectField(_("Kind of visit"), validators=[DataRequired(_("Choose the kind of visit."))])
    announced = RadioField(_("Is the place told beforehand?"), validators=[InputRequired(_("Say whether the place is told."))])
    starts_on = DateField(_("First day"), validators=[DataRequired(_("Write the first day as a date."))])
    ends_on = DateField(_("Last day"), validators=[DataRequired(_("Write the last day as a date."))])
    objective = TextAreaField(
        _("What the visit is to find out"),
        validators=[DataRequired(_("Write one sentence that the team can hold on to.")), Length(max=5000)],
    )
    lead_id = SelectField(_("Lead of the visit"), validators=[DataRequired(_("Choose who leads the visit."))])
    team = TickField(_("Members"))
    checklist_codes = TickField(_("Forms"))

    def offer(self, places: Choices, people: Choices, checklists: Choices) -> None:
        """Fill the lists."""
        self.facility_id.choices = [("", ""), *places]
        self.kind.choices = [("", ""), *((str(kind), translated(kind.label)) for kind in VisitKind)]
        self.announced.choices = [("no", str(_("No, unannounced"))), ("yes", str(_("Yes, announced")))]
        self.lead_id.choices = [("", ""), *people]
        self.team.choices = people
        self.checklist_codes.choices = checklists

    def draft(self) -> PlanDraft:
        """What was typed; the form must be valid."""
        assert self.starts_on.data is not None
        assert self.ends_on.data is not None
        return PlanDraft(
            facility_id=UUID(self.facility_id.data),
            kind=VisitKind(self.kind.data),
            announced=self.announced.data == "yes",
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            objective=self.objective.data or "",
            lead_id=UUID(self.lead_id.data),
            team=tuple(map(UUID, self.team.data or [])),
            checklist_codes=tuple(self.checklist_codes.data or []),
        )

    def show_plan(self, plan: Plan, version: int) -> None:
        """Fill the form with what is planned."""
        self.process(
            data={
                "version": str(version),
                "facility_id": str(plan.facility_id),
                "kind": str(plan.kind),
                "announced": "yes" if plan.announced else "no",
                "starts_on": plan.starts_on,
                "ends_on": plan.ends_on,
                "objective": plan.objective,
                "lead_id": str(plan.lead_id),
                "team": [str(person) for person, _letter in plan.members if person != plan.lead_id],
                "checklist_codes": list(plan.versions),
            }
        )


class CancelForm(Form):
    """Why a visit is cancelled."""

    reason = SelectField(_("Why"), validators=[DataRequired(_("Choose the reason."))])

    def offer(self) -> None:
        """Fill the list."""
        self.reason.choices = [(str(reason), translated(reason.label)) for reason in CancelReason]
