"""The form of a place."""

from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from facilities.adapters import read_position
from facilities.models import Facility
from facilities.operations import FacilityFacts
from monitoring.core.forms import Form

MOST_PEOPLE = 100_000
LONGEST_LINK = 2000
"""Links of maps are long."""


def _written(field: Field) -> str:
    return str(field.data or "").strip()


class FacilityForm(Form):
    """What is written of a place; what was typed stays when something is wrong."""

    new_id = HiddenField()
    version = HiddenField()
    name_en = StringField(_("Name in English"), validators=[DataRequired(_("Write the name of the place.")), Length(max=300)])
    name_ru = StringField(_("Name in Russian"), validators=[Length(max=300)])
    name_local = StringField(_("Name in the national language"), validators=[Length(max=300)])
    kind_key = SelectField(_("Kind of place"), validators=[DataRequired(_("Choose what kind of place it is."))])
    region_code = SelectField(_("Region"), validators=[DataRequired(_("Choose the region."))])
    authority_id = SelectField(_("Authority that answers for it"))
    address = StringField(_("Address"), validators=[Length(max=500)])
    position = StringField(_("Position on the map"), validators=[Length(max=LONGEST_LINK)])
    capacity = IntegerField(
        _("Places by its own figures"),
        validators=[Optional(), NumberRange(0, MOST_PEOPLE, _("Write a whole number, 0 or more."))],
    )
    official = BooleanField(_("Officially a place of detention"), default=True)
    public_body = BooleanField(_("Run by the state"), default=True)
    sensitive = BooleanField(_("Keep it off public maps"))
    notes = TextAreaField(_("Notes for colleagues"), validators=[Length(max=5000)])

    def facts(self, local: str) -> FacilityFacts:
        """What was typed, checked. Raises Invalid for a position that cannot be read."""
        text = _written(self.position)
        return FacilityFacts(
            names={
                "en": _written(self.name_en),
                "ru": (self.name_ru.data or "").strip(),
                local: (self.name_local.data or "").strip(),
            },
            kind_key=self.kind_key.data,
            region_code=self.region_code.data,
            authority_id=UUID(self.authority_id.data) if self.authority_id.data else None,
            address=_written(self.address),
            position=read_position(text) if text else None,
            capacity=self.capacity.data,
            official=self.official.data,
            public_body=self.public_body.data,
            sensitive=self.sensitive.data,
            notes=_written(self.notes),
        )

    def show_facility(self, facility: Facility, local: str) -> None:
        """Fill the form with what is known."""
        self.process(
            data={
                "version": str(facility.version),
                "name_en": facility.names.get("en", ""),
                "name_ru": facility.names.get("ru", ""),
                "name_local": facility.names.get(local, ""),
                "kind_key": facility.kind_key,
                "region_code": facility.region_code,
                "authority_id": str(facility.authority_id or ""),
                "address": facility.address,
                "position": f"{facility.latitude}, {facility.longitude}" if facility.latitude is not None else "",
                "capacity": facility.capacity,
                "official": facility.official,
                "public_body": facility.public_body,
                "sensitive": facility.sensitive,
                "notes": facility.notes,
            }
        )
