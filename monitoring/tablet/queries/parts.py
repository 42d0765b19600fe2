"""The parts of a pack: everything that is needed to fill a visit without asking again (docs/sync.md, "Pack")."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from facilities import queries as facilities
from monitoring.accounts import queries as accounts
from monitoring.coalition import queries as coalition
from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.errors import NotFound
from monitoring.core.permissions import Actor
from monitoring.standards import queries as standards
from monitoring.tablet.queries.before import before
from monitoring.tablet.queries.padding import canonical, padded
from monitoring.tablet.queries.words import MANDATES, in_every_language
from visits.plan.queries import SeenVisit
from visits.sheets.models import Sheet
from visits.sheets.queries import facts_of
from visits.sheets.rules import SheetKind

Json = dict[str, Any]

KEPT_AFTER = timedelta(days=14)
"""A pack expires so long after the last day of the visit."""
ON_THE_CARD = ("OP-4", "OP-18", "OP-19", "OP-20", "OP-20a", "OP-20b", "OP-20c", "OP-20d", "OP-20e", "OP-20f", "OP-21", "OP-35")
"""Provisions of OPCAT that are shown at the gate."""
FORM = "form-"


def manifest(session: Session, actor: Actor, seen: SeenVisit) -> Json:
    """What a pack consists of, by hash; and the key to which entries are sealed."""
    names = [*_PARTS, *sorted(_forms(session, seen))]
    return {
        "visit": str(seen.id),
        "made_at": clock.now().isoformat(timespec="seconds"),
        "expires_on": (seen.plan.ends_on + KEPT_AFTER).isoformat(),
        "recipient": str(safe.identity(seen.visit.mechanism_id).to_public()),
        "parts": {name: hashlib.sha256(pack_part(session, actor, seen, name)).hexdigest() for name in names},
    }


def pack_part(session: Session, actor: Actor, seen: SeenVisit, name: str) -> bytes:
    """One part, exactly as it is sent. Raises NotFound."""
    if name in _PARTS:
        return padded(canonical(_PARTS[name](session, actor, seen)))
    version = _forms(session, seen).get(name)
    if version is None:
        raise NotFound
    found = checklists.definition(session, version)
    return padded(canonical({**found.to_json(), "version": str(version), "sha256": found.sha256}))


def _forms(session: Session, seen: SeenVisit) -> dict[str, UUID]:
    """The forms of the plan, and under their number those versions with which sheets were begun before the plan changed."""
    planned = {f"{FORM}{code}": version for code, version in seen.plan.versions.items()}
    begun = set(session.scalars(select(Sheet.checklist_version_id).where(Sheet.visit_id == seen.id)))
    older = {version for version in begun if version is not None} - set(seen.plan.versions.values())
    return planned | {f"{FORM}{code}-{number}": version for version, code, number in checklists.numbers(session, older)}


def _visit(session: Session, actor: Actor, seen: SeenVisit) -> Json:
    plan = seen.plan
    names = accounts.person_names(session, [person for person, _letter in plan.members])
    sheets = list(session.scalars(select(Sheet).where(Sheet.visit_id == seen.id).order_by(Sheet.position, Sheet.id)))
    forms = checklists.definitions(session, {sheet.checklist_version_id for sheet in sheets if sheet.checklist_version_id})
    codes = {version: form.code for version, form in forms.items()}
    return {
        "visit": _head(session, seen),
        "team": [
            {"id": str(person), "name": names.get(person, ""), "letter": letter, "lead": person == plan.lead_id}
            for person, letter in plan.members
        ],
        "visit_sheet": next(str(sheet.id) for sheet in sheets if sheet.per == SheetKind.VISIT_SHEET),
        "sheets": [_sheet(sheet, codes) for sheet in sheets if _shown(sheet, actor)],
        "other_interviews": sum(_is_person(sheet) and sheet.opened_by != actor.person_id for sheet in sheets),
        "forms": {code: str(version) for code, version in plan.versions.items()},
        "facts": _facts(session, seen),
    }


def _head(session: Session, seen: SeenVisit) -> Json:
    plan = seen.plan
    return {
        "id": str(seen.id),
        "country": seen.visit.country,
        "kind": str(plan.kind),
        "kind_title": in_every_language(plan.kind.label),
        "announced": plan.announced,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "objective": plan.objective,
        "letter": seen.letter,
        "lead_id": str(plan.lead_id),
        "is_lead": seen.is_lead,
        "returned": seen.returned,
        "time_zone": accounts.region(session, plan.region_code).time_zone,
        "previous": plan.previous,
    }


def _shown(sheet: Sheet, actor: Actor) -> bool:
    if sheet.checklist_version_id is None:
        return False
    return sheet.per != SheetKind.INTERVIEW or sheet.opened_by == actor.person_id


def _is_person(sheet: Sheet) -> bool:
    return sheet.per == SheetKind.INTERVIEW and sheet.joins is None


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
        "joins": str(sheet.joins) if sheet.joins else None,
    }


def _facts(session: Session, seen: SeenVisit) -> Json:
    facts = facts_of(session, seen.visit, seen.plan)
    known = ("country", "kind", "previous", "capacity", "present", "women", "minors", "foreigners", "disabled")
    return {name: getattr(facts, name) for name in known}


def _facility(session: Session, actor: Actor, seen: SeenVisit) -> Json:
    place = facilities.facility_for(session, actor, seen.plan.facility_id)
    return {
        "id": str(place.id),
        "kind": place.kind_key,
        "name": place.names,
        "kind_title": place.kind.titles,
        "region_title": accounts.region(session, place.region_code).titles,
        "address": place.address,
        "authority_name": place.authority.names if place.authority else {},
        "capacity": place.capacity,
    }


def _titles(session: Session, actor: Actor, _seen: SeenVisit) -> Json:
    themes, calls = standards.themes(session), coalition.recommendations_in_scope(session, actor.country)
    return {
        "standards": {found.code: standards.citations(found) for found in standards.all_provisions(session)},
        "themes": {theme.code: theme.titles for theme in themes},
        "calls": {call.code: call.titles for call in calls},
        "theme_order": [theme.code for theme in themes],
        "call_order": [call.code for call in calls],
    }


def _law(session: Session, _actor: Actor, seen: SeenVisit) -> Json:
    mechanism = accounts.mechanism(session, seen.visit.mechanism_id)
    provisions = standards.provisions(session, ON_THE_CARD)
    return {
        "basis": mechanism.basis,
        "mechanism": mechanism.names,
        "mandate": in_every_language(MANDATES[mechanism.basis]),
        "provisions": [
            {
                "code": code,
                "instrument": standards.instrument_names(provisions[code]),
                "provision": provisions[code].provision,
                "requirement": provisions[code].requirement,
                "binds": seen.visit.country in provisions[code].binds,
            }
            for code in ON_THE_CARD
            if code in provisions
        ],
    }


_PARTS: Mapping[str, Callable[[Session, Actor, SeenVisit], Json]] = {
    "visit": _visit,
    "facility": _facility,
    "titles": _titles,
    "before": before,
    "law": _law,
}
