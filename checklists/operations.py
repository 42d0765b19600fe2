"""Publish the built-in forms as versions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists.adapters import read_library
from checklists.models import Checklist, ChecklistVersion
from checklists.rules import ChecklistDefinition
from monitoring.core import clock
from monitoring.core.word_lists import LoadReport


def load(session: Session) -> list[LoadReport]:
    """Publish each built-in form whose content is not yet the newest version; old versions stay for ever."""
    new = sum(_publish(session, position, definition) for position, definition in enumerate(read_library()))
    session.flush()
    return [LoadReport("checklists", new, 0, _forms(session) - new)]


def _forms(session: Session) -> int:
    return len(session.scalars(select(Checklist.code)).all())


def _publish(session: Session, position: int, definition: ChecklistDefinition) -> bool:
    newest = session.scalars(
        select(ChecklistVersion)
        .where(ChecklistVersion.checklist_code == definition.code)
        .order_by(ChecklistVersion.number.desc())
        .limit(1)
    ).first()
    if newest is not None and newest.sha256 == definition.sha256:
        return False
    checklist = session.get(Checklist, definition.code) or Checklist(code=definition.code)
    checklist.titles, checklist.per = definition.titles, str(definition.per)
    checklist.facility_kinds, checklist.position = list(definition.facility_kinds), position
    session.add(checklist)
    session.flush()
    session.add(
        ChecklistVersion(
            checklist_code=definition.code,
            number=newest.number + 1 if newest else 1,
            sha256=definition.sha256,
            definition=definition.to_json(),
            published_at=clock.now(),
        )
    )
    return True
