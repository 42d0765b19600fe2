"""Write down how far a verified backup goes: below that, a tablet may let its sealed copies go."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import BindParameter, Table, bindparam, update
from sqlalchemy.orm import Session

from monitoring.core.db import table_of
from visits.plan.models import Visit
from visits.sheets.models import Device
from visits.sheets.queries.watermarks import Held


def raise_watermarks(session: Session, held: Held) -> None:
    """Raise the watermarks to what a verified backup of this epoch holds; never down, and never above what is here.

    Devices before visits, as a batch of entries takes them: otherwise the two could wait for each other.
    """
    _raise(session, table_of(Device), ("backed_up_quarantined", "last_quarantined"), held.devices)
    _raise(session, table_of(Visit), ("backed_up_seq", "last_seq"), held.visits)


def _raise(session: Session, table: Table, columns: tuple[str, str], numbers: Mapping[UUID, int]) -> None:
    """In the order of ids, so that it never waits for a batch of entries that waits for it."""
    if not numbers:
        return
    mark, last = table.c[columns[0]], table.c[columns[1]]
    here: BindParameter[UUID] = bindparam("here")
    number: BindParameter[int] = bindparam("number")
    query = update(table).where(table.c.id == here, mark < number, last >= number).values({mark: number})
    session.connection().execute(query, [{"here": one, "number": numbers[one]} for one in sorted(numbers)])
