"""What a tablet reads: its visits, and everything needed to fill the sheets of one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from facilities import queries as facilities
from facilities.models import Facility
from monitoring.accounts import queries as accounts
from monitoring.coalition import queries as coalition
from monitoring.core.errors import NotFound
from monitoring.core.i18n import text_in
from monitoring.core.permissions import Actor
from monitoring.standards import queries as standards
from visits.plan.queries import SeenVisit, visit_for, visits_for
from visits.sheets.models import Device, Entry, Sheet
from visits.sheets.queries import facts_of
from visits.sheets.rules import SheetKind

Json = dict[str, Any]


def device_for(session: Session, actor: Actor, device_id: str) -> Json | None:
    """The person's device by the id that the browser remembers, if it may still send."""
    try:
        found = session.get(Device, UUID(device_id)) if device_id else None
    except ValueError:
        return None
    if found is None or found.person_id != actor.person_id or found.revoked_at is not None:
        return None
    return device_json(found)


def device_json(device: Device) -> Json:
    """A device, and the number of its next entry."""
    return {"id": str(device.id), "next_counter": device.last_counter + 1}


def tablet_visit(session: Session, actor: Actor, visit_id: UUID) -> SeenVisit:
    """A visit that the actor fills. Raises NotFound, also for coordinators: they read in the office."""
    seen = visit_for(session, actor, visit_id)
    if not seen.in_team or seen.visit.report_approved_at is not None:
        raise NotFound
    return seen


def visit_list(session: Session, actor: Actor, language: str, kinds: Mapping[str, str]) -> list[Json]:
    """The actor's visits that can be filled. `kinds` are the kinds of visit in words."""
    seen = [found for found in visits_for(session, actor) if found.in_team and found.visit.report_approved_at is None]
    places = facilities.facilities_by_id(session, {found.plan.facility_id for found in seen})
    regions = {region.code: region for region in accounts.regions(session, actor.country)}
    counts = _sheet_counts(session, [found.id for found in seen])
    return [
        {
            "id": str(found.id),
            "title": text_in(places[found.plan.facility_id].names, language),
            "kind_title": kinds[found.plan.kind],
            "region_title": text_in(regions[found.plan.region_code].titles, language),
            "starts_on": found.plan.starts_on.isoformat(),
            "ends_on": found.plan.ends_on.isoformat(),
            "announced": found.plan.announced,
            "lead": found.is_lead,
            "letter": found.letter,
            "returned": found.returned,
            "sheets": counts.get(found.id, {"total": 0, "begun": 0}),
        }
        for found in seen
    ]


def _sheet_counts(session: Session, visit_ids: list[UUID]) -> dict[UUID, Json]:
    forms = select(Sheet.visit_id, func.count()).where(Sheet.visit_id.in_(visit_ids), Sheet.checklist_version_id.is_not(None))
    begun = select(Entry.visit_id, func.count(Entry.sheet_id.distinct()).label("sheets")).where(Entry.visit_id.in_(visit_ids))
    started = {row.visit_id: row.sheets for row in session.execute(begun.group_by(Entry.visit_id))}
    return {
        visit_id: {"total": count, "begun": min(count, started.get(visit_id, 0))}
        for visit_id, count in session.execute(forms.group_by(Sheet.visit_id))
    }


def pack(session: Session, actor: Actor, seen: SeenVisit, language: str, kinds: Mapping[str, str]) -> Json:
    """All that a tablet needs to fill a visit without asking again."""
    plan = seen.plan
    place = facilities.facility_for(session, actor, plan.facility_id)
    region = accounts.region(session, plan.region_code)
    names = accounts.person_names(session, [person for person, _letter in plan.members])
    sheets = list(session.scalars(select(Sheet).where(Sheet.visit_id == seen.id).order_by(Sheet.position, Sheet.opened_at)))
    codes = {version: code for code, version in plan.versions.items()}
    versions = checklists.definitions(session, set(plan.versions.values()))
    return {
        "visit": _visit(seen, kinds, region.time_zone),
        "facility": _facility(place, text_in(region.titles, language), language),
        "team": [
            {"id": str(person), "name": names.get(person, ""), "letter": letter, "lead": person == plan.lead_id}
            for person, letter in plan.members
        ],
        "visit_sheet": next(str(sheet.id) for sheet in sheets if sheet.per == SheetKind.VISIT_SHEET),
        "sheets": [_sheet(sheet, codes) for sheet in sheets if _shown(sheet, actor)],
        "other_interviews": sum(sheet.per == SheetKind.INTERVIEW and sheet.opened_by != actor.person_id for sheet in sheets),
        "versions": {str(key): {**found.to_json(), "sha256": found.sha256} for key, found in versions.items()},
        "forms": {code: str(version) for code, version in plan.versions.items()},
        "facts": _facts(session, seen),
        "titles": _titles(session, actor, language),
        "language": language,
    }


def _visit(seen: SeenVisit, kinds: Mapping[str, str], time_zone: str) -> Json:
    plan = seen.plan
    return {
        "id": str(seen.id),
        "country": seen.visit.country,
        "kind": str(plan.kind),
        "kind_title": kinds[plan.kind],
        "announced": plan.announced,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "objective": plan.objective,
        "letter": seen.letter,
        "lead_id": str(plan.lead_id),
        "is_lead": seen.is_lead,
        "returned": seen.returned,
        "time_zone": time_zone,
        "previous": plan.previous,
    }


def _facility(place: Facility, region: str, language: str) -> Json:
    return {
        "id": str(place.id),
        "name": text_in(place.names, language),
        "kind_title": text_in(place.kind.titles, language),
        "address": place.address,
        "region_title": region,
        "authority_name": text_in(place.authority.names, language) if place.authority else "",
        "capacity": place.capacity,
    }


def _shown(sheet: Sheet, actor: Actor) -> bool:
    if sheet.checklist_version_id is None:
        return False
    return sheet.per != SheetKind.INTERVIEW or sheet.opened_by == actor.person_id


def _sheet(sheet: Sheet, codes: Mapping[UUID, str]) -> Json:
    return {
        "id": str(sheet.id),
        "checklist": codes.get(sheet.checklist_version_id, "") if sheet.checklist_version_id else "",
        "version": str(sheet.checklist_version_id),
        "per": sheet.per,
        "label": sheet.label,
        "position": sheet.position,
        "opened_by": str(sheet.opened_by) if sheet.opened_by else None,
        "closed": sheet.closed_at is not None,
    }


def _facts(session: Session, seen: SeenVisit) -> Json:
    facts = facts_of(session, seen.visit, seen.plan)
    known = ("country", "kind", "previous", "capacity", "present", "women", "minors", "foreigners", "disabled")
    return {name: getattr(facts, name) for name in known}


def _titles(session: Session, actor: Actor, language: str) -> Json:
    codes = {row.code: standards.citation(row, language) for row in standards.all_provisions(session)}
    return {
        "standards": codes,
        "themes": standards.theme_titles(session, language),
        "calls": coalition.titles_in_scope(session, actor.country, language),
    }
