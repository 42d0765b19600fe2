"""Take in entries: store, recognise what came before, put aside what must wait for a person, refuse what nobody can store.

One bad entry never stops the others. What is stored gets the visit's next running number, under a lock on its row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import ChecklistDefinition, Per, QuestionDefinition
from monitoring.audit import operations as audit
from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.db import table_of
from monitoring.core.errors import DomainError, NotFound
from monitoring.core.i18n import N_, Message
from monitoring.core.permissions import Actor
from visits.plan.models import Visit
from visits.plan.queries import plan_of
from visits.plan.rules import Plan, VisitState
from visits.sheets.models import Device, Entry, Sheet
from visits.sheets.operations.answers import Fresh, refresh
from visits.sheets.queries.entries import seal_content, seal_kept
from visits.sheets.queries.waiting import waiting_count
from visits.sheets.rules import (
    CLOSED,
    MALFORMED,
    MOST_WAITING,
    OPENED,
    TALLY_FORM,
    EntryContent,
    EntryProblem,
    EntryState,
    Head,
    Incoming,
    Outcome,
    QuarantineReason,
    SheetEvent,
    SheetKind,
    as_uuid,
    check_tally,
    is_reserved,
    is_tally,
    parse_content,
    parse_entry,
)

SAME_ID = N_("An entry with this id exists already and says something else.")
SAME_COUNTER = N_("This tablet has already sent another entry with this number.")
OTHER_DEVICE = N_("This entry was made on another device.")
NO_PHOTOS = N_("There are no photos in private interviews.")
TOO_MANY_WAIT = N_("Too much from this tablet waits for a decision already. The entry stays on the tablet.")
LONGEST_LABEL = 80


@dataclass(frozen=True)
class Receipt:
    """What became of one entry."""

    id: str
    outcome: Outcome
    seq: int | None = None
    sha256: str = ""
    message: Message | None = None
    number: int | None = None


@dataclass
class BatchResult:
    """Receipts in the order of the entries, and the visits whose answers they touched."""

    receipts: list[Receipt] = field(default_factory=list)
    touched: list[tuple[Visit, Plan]] = field(default_factory=list)


Known = dict[UUID | int, Any]


class _Waiting(Exception):
    """The entry must wait for a person."""

    def __init__(self, reason: QuarantineReason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def receive(session: Session, actor: Actor, device_id: UUID, raw_entries: Iterable[object]) -> BatchResult:
    """Take in the entries of one device. Raises NotFound for a device that is not this person's."""
    device = session.get(Device, device_id, with_for_update=True)
    if device is None or device.person_id != actor.person_id:
        raise NotFound
    intake = Intake(session, actor, device)
    intake.take([intake.parse(raw) for raw in raw_entries])
    return intake.result


def why_not(actor: Actor, visit: Visit, plan: Plan) -> QuarantineReason | None:
    """Why nothing that a person brings for a visit can count for now."""
    if visit.mechanism_id != actor.mechanism_id or plan.letter(actor.person_id) is None:
        return QuarantineReason.NOT_IN_TEAM
    over = visit.state == VisitState.CANCELLED or visit.report_approved_at is not None
    return QuarantineReason.VISIT_OVER if over else None


def _label(said: Mapping[str, Any], before: str = "") -> str:
    printable = (letter for letter in str(said.get("label", before)) if letter.isprintable())
    return "".join(printable).strip()[:LONGEST_LABEL]


class Intake:
    """One batch on its way into the tables. `stopped` says why nothing of it can count for now."""

    def __init__(self, session: Session, actor: Actor, device: Device, stopped: QuarantineReason | None = None) -> None:
        self._session, self._actor, self._device, self._stopped = session, actor, device, stopped
        self._visits: dict[UUID, tuple[Visit, Plan]] = {}
        self._stops: dict[UUID, QuarantineReason | None] = {}
        self._sheets: dict[UUID, Sheet] = {}
        self._keys: dict[UUID, bytes | None] = {}
        self._waiting: int | None = None
        self._seq: dict[UUID, int] = {}
        self._rows: list[dict[str, Any]] = []
        self._heads: dict[UUID, dict[tuple[UUID, str], list[Head]]] = {}
        self._here: dict[UUID | int, dict[str, Any]] = {}
        self._now = clock.now()
        self.result = BatchResult()

    def take(self, parsed: list[Incoming | Receipt]) -> None:
        """Take in what was parsed and opened; a receipt stands for what could not be."""
        entries = [entry for entry in parsed if isinstance(entry, Incoming)]
        self._load(entries)
        known = self._known(entries)
        for entry in parsed:
            self.result.receipts.append(entry if isinstance(entry, Receipt) else self._one(entry, known))
        self._write()

    def parse(self, raw: object) -> Incoming | Receipt:
        """An entry that was written in the office."""
        name = str(raw.get("id", ""))[:60] if isinstance(raw, dict) else ""
        try:
            entry = parse_entry(raw)
        except DomainError as problem:
            return Receipt(name, Outcome.REFUSED, message=problem.message)
        if entry.device != self._device.id:
            return Receipt(name, Outcome.REFUSED, message=OTHER_DEVICE)
        return entry

    def _load(self, entries: list[Incoming]) -> None:
        ids = {entry.visit for entry in entries}
        query = select(Visit).where(Visit.id.in_(ids)).order_by(Visit.id).with_for_update()
        for visit in self._session.scalars(query.execution_options(populate_existing=True)):
            plan = plan_of(visit)
            self._visits[visit.id], self._stops[visit.id] = (visit, plan), self._stop(visit, plan)
            self._seq[visit.id] = visit.last_seq
        self._sheets = {s.id: s for s in self._session.scalars(select(Sheet).where(Sheet.visit_id.in_(list(self._visits))))}

    def _known(self, entries: list[Incoming]) -> Known:
        """What came before, by id and by this device's counter."""
        columns = select(Entry.id, Entry.device_id, Entry.counter, Entry.seq, Entry.sha256, Entry.quarantine_number)
        found = {row.id: row for row in self._session.execute(columns.where(Entry.id.in_([entry.id for entry in entries])))}
        old = [entry.counter for entry in entries if entry.counter <= self._device.last_counter]
        if not old:
            return dict(found)
        mine = columns.where(Entry.device_id == self._device.id, Entry.counter.in_(old))
        return {**found, **{row.counter: row for row in self._session.execute(mine)}}

    def _one(self, entry: Incoming, known: Known) -> Receipt:
        before = self._before(entry, known)
        if before is not None:
            return before
        try:
            question = self._check(entry)
            content = parse_content(entry.content, entry.question, question)
            self._check_content(entry, content)
        except _Waiting as waiting:
            return self._put_aside(entry, waiting.reason)
        except DomainError as problem:
            return Receipt(str(entry.id), Outcome.REFUSED, None, entry.sha256, problem.message)
        return self._store(entry, content)

    def _before(self, entry: Incoming, known: Known) -> Receipt | None:
        found = known.get(entry.id)
        if found is not None:
            if found.sha256 == entry.sha256 and found.device_id == self._device.id:
                number = found.quarantine_number if found.seq is None else None
                return Receipt(str(entry.id), Outcome.DUPLICATE, found.seq, found.sha256, number=number)
            return Receipt(str(entry.id), Outcome.REFUSED, None, entry.sha256, SAME_ID)
        here = self._here.get(entry.id)
        if here is not None and here["sha256"] == entry.sha256:
            number = here["quarantine_number"]
            return Receipt(str(entry.id), Outcome.DUPLICATE, here["seq"], entry.sha256, number=number)
        if here is not None or entry.counter in self._here or entry.counter in known:
            return Receipt(str(entry.id), Outcome.REFUSED, None, entry.sha256, SAME_COUNTER)
        return None

    def _check(self, entry: Incoming) -> QuestionDefinition | None:
        if self._stopped is not None:
            raise _Waiting(self._stopped)
        stop = self._stops.get(entry.visit, QuarantineReason.NO_VISIT)
        if stop is not None:
            raise _Waiting(stop)
        if entry.question == OPENED and entry.sheet not in self._sheets:
            self._open_sheet(entry, *self._visits[entry.visit])
        sheet = self._sheets.get(entry.sheet)
        if sheet is None or sheet.visit_id != entry.visit:
            raise _Waiting(QuarantineReason.NO_SHEET)
        self._check_own(sheet)
        return self._question(entry, sheet)

    def _stop(self, visit: Visit, plan: Plan) -> QuarantineReason | None:
        return why_not(self._actor, visit, plan)

    def _check_own(self, sheet: Sheet) -> None:
        if sheet.per == SheetKind.INTERVIEW and sheet.opened_by != self._actor.person_id:
            raise _Waiting(QuarantineReason.NOT_YOURS)

    def _check_content(self, entry: Incoming, content: EntryContent) -> None:
        if content.photos and self._sheets[entry.sheet].per == SheetKind.INTERVIEW:
            raise EntryProblem(NO_PHOTOS)
        if is_tally(entry.question):
            version = self._visits[entry.visit][1].versions.get(TALLY_FORM)
            check_tally(content.value, checklists.definition(self._session, version) if version else None)

    def _question(self, entry: Incoming, sheet: Sheet) -> QuestionDefinition | None:
        if entry.question in {OPENED, CLOSED}:
            return None
        if sheet.checklist_version_id is None:
            if not is_reserved(entry.question):
                raise _Waiting(QuarantineReason.NO_QUESTION)
            return None
        definition = checklists.definition(self._session, sheet.checklist_version_id)
        if entry.question not in definition.questions:
            raise _Waiting(QuarantineReason.NO_QUESTION)
        return definition.questions[entry.question]

    def _open_sheet(self, entry: Incoming, visit: Visit, plan: Plan) -> None:
        said: Mapping[str, Any] = entry.opened or {}
        form, version_id = self._form(said, plan)
        if form.per is Per.VISIT:
            raise EntryProblem(N_("This form is filled once in a visit, and its sheet exists already."))
        if self._session.get(Sheet, entry.sheet) is not None:
            raise _Waiting(QuarantineReason.NO_SHEET)
        parse_content(entry.content, OPENED, None)
        sheet = Sheet(
            id=entry.sheet,
            visit_id=visit.id,
            checklist_version_id=version_id,
            per=str(form.per),
            position=100 + len(self._sheets),
            label=_label(said),
            joins=self._joined(entry, form),
            opened_by=self._actor.person_id,
            opened_at=self._now,
        )
        self._session.add(sheet)
        self._sheets[sheet.id] = sheet

    def _form(self, said: Mapping[str, Any], plan: Plan) -> tuple[ChecklistDefinition, UUID]:
        """Any version of a form of the plan that was ever published: the tablet may have been away when the form changed."""
        version_id = as_uuid(said.get("version"), "version")
        form = checklists.definitions(self._session, {version_id}).get(version_id)
        if form is None or form.code not in plan.versions:
            raise _Waiting(QuarantineReason.NO_SHEET)
        return form, version_id

    def _joined(self, entry: Incoming, form: ChecklistDefinition) -> UUID | None:
        """The sheet that a new one goes on from: an interview of the same person in the same visit, on the same form."""
        said = (entry.opened or {}).get("joins")
        if said is None:
            return None
        sheet = self._sheets.get(as_uuid(said, "joins"))
        if sheet is None or sheet.visit_id != entry.visit:
            raise _Waiting(QuarantineReason.NO_SHEET)
        own = sheet.opened_by == self._actor.person_id and sheet.per == SheetKind.INTERVIEW
        version = sheet.checklist_version_id
        if not own or version is None or checklists.definition(self._session, version).code != form.code:
            raise EntryProblem(MALFORMED, what="joins")
        return sheet.id

    def _store(self, entry: Incoming, content: EntryContent) -> Receipt:
        sheet = self._sheets[entry.sheet]
        self._seq[entry.visit] += 1
        seq = self._seq[entry.visit]
        if entry.question == CLOSED:
            sheet.closed_at = self._now
        if entry.question == OPENED:
            sheet.label = _label(entry.opened or {}, sheet.label)
        said = content.to_json()
        self._keep(self._row(entry, EntryState.STORED, seq, seal_content(entry.id, said, self._key(sheet))))
        if entry.question not in {OPENED, CLOSED}:
            heads = self._heads.setdefault(entry.visit, {}).setdefault((entry.sheet, entry.question), [])
            heads.append(Head(entry.id, self._actor.person_id, entry.bases, said))
        return Receipt(str(entry.id), Outcome.STORED, seq, entry.sha256)

    def _key(self, sheet: Sheet) -> bytes | None:
        if sheet.id not in self._keys:
            self._keys[sheet.id] = safe.store.key_for(sheet.id) if sheet.per == SheetKind.INTERVIEW else None
        return self._keys[sheet.id]

    def _put_aside(self, entry: Incoming, reason: QuarantineReason) -> Receipt:
        """Keep an entry as it came, sealed; what was written in the office is not kept: its writer is told at once."""
        if entry.kept is None:
            return Receipt(str(entry.id), Outcome.QUARANTINED, None, entry.sha256)
        if self._waiting is None:
            self._waiting = waiting_count(self._session, self._device.id)
        if self._waiting >= MOST_WAITING:
            return Receipt(str(entry.id), Outcome.REFUSED, None, entry.sha256, TOO_MANY_WAIT)
        self._waiting += 1
        self._device.last_quarantined += 1
        number = self._device.last_quarantined
        blank = replace(entry, question="", bases=(), device_time="")
        row = self._row(blank, EntryState.QUARANTINED, None, seal_kept(entry.id, entry.kept()))
        self._keep({**row, "quarantine_reason": str(reason), "quarantine_number": number})
        return Receipt(str(entry.id), Outcome.QUARANTINED, None, entry.sha256, number=number)

    def _keep(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        self._here[row["id"]] = self._here[row["counter"]] = row

    def _row(self, entry: Incoming, state: EntryState, seq: int | None, sealed: bytes) -> dict[str, Any]:
        return {
            "id": entry.id,
            "visit_id": entry.visit,
            "sheet_id": entry.sheet,
            "question": entry.question,
            "bases": [str(base) for base in entry.bases],
            "author_id": self._actor.person_id,
            "device_id": self._device.id,
            "counter": entry.counter,
            "device_time": entry.device_time,
            "received_at": self._now,
            "seq": seq,
            "state": str(state),
            "quarantine_reason": None,
            "quarantine_number": None,
            "sha256": entry.sha256,
            "sealed_content": sealed,
        }

    def _write(self) -> None:
        if not self._rows:
            return
        self._session.flush()
        self._save(self._rows)
        self._device.last_counter = max(self._device.last_counter, *(row["counter"] for row in self._rows))
        for visit_id, (visit, plan) in self._visits.items():
            heads = self._heads.get(visit_id)
            if heads:
                refresh(self._session, visit, plan, heads, Fresh(visit.last_seq, heads))
                self.result.touched.append((visit, plan))
            self._session.execute(
                update(Visit).where(Visit.id == visit_id).values(last_seq=self._seq[visit_id]),
                execution_options={"synchronize_session": False},
            )
        self._session.flush()
        self._note(len(self._rows))

    def _save(self, rows: list[dict[str, Any]]) -> None:
        self._session.execute(insert(table_of(Entry)), rows)

    def _note(self, count: int) -> None:
        audit.record(self._session, self._actor, SheetEvent.ENTRIES_RECEIVED, self._device, count=count)
