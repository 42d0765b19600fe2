"""The visits that a person fills, and the device on which."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from facilities import queries as facilities
from monitoring.accounts import queries as accounts
from monitoring.core.errors import NotFound
from monitoring.core.i18n import text_in
from monitoring.core.permissions import Actor
from visits.plan.queries import SeenVisit, visit_for, visits_for
from visits.sheets.models import Device, Entry, Sheet
from visits.sheets.queries import entries_after, missing_photos, own_device, waiting_for
from visits.sheets.rules import EntryState

Json = dict[str, Any]
MOST_ENTRIES = 1000
"""In one answer."""


def device_for(session: Session, actor: Actor, device_id: str) -> Device | None:
    """The person's device by the id that the browser remembers, if it may still send."""
    try:
        return own_device(session, actor, UUID(device_id))
    except (ValueError, NotFound):
        return None


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
    ids = [found.id for found in seen]
    places = facilities.facilities_by_id(session, {found.plan.facility_id for found in seen})
    regions = {region.code: region for region in accounts.regions(session, actor.country)}
    counts, photos, waiting = _sheet_counts(session, ids), missing_photos(session, ids), waiting_for(session, seen)
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
            "photos_missing": sum(photos[found.id].values()),
            "waiting": waiting.get(found.id, 0),
        }
        for found in seen
    ]


def _sheet_counts(session: Session, visit_ids: list[UUID]) -> dict[UUID, Json]:
    forms = select(Sheet.visit_id, func.count()).where(Sheet.visit_id.in_(visit_ids), Sheet.checklist_version_id.is_not(None))
    begun = select(Entry.visit_id, func.count(Entry.sheet_id.distinct()).label("sheets"))
    begun = begun.where(Entry.visit_id.in_(visit_ids), Entry.state == EntryState.STORED)
    started = {row.visit_id: row.sheets for row in session.execute(begun.group_by(Entry.visit_id))}
    return {
        visit_id: {"total": count, "begun": min(count, started.get(visit_id, 0))}
        for visit_id, count in session.execute(forms.group_by(Sheet.visit_id))
    }


def entries_since(session: Session, seen: SeenVisit, after: int) -> Json:
    """What colleagues wrote after a running number, whether there is more, and how many photos have not arrived."""
    found = entries_after(session, seen, after, MOST_ENTRIES)
    return {
        "entries": [entry.to_json() for entry in found],
        "seq": found[-1].seq if found else after,
        "more": len(found) == MOST_ENTRIES,
        "photos_missing": sum(missing_photos(session, [seen.id])[seen.id].values()),
    }
