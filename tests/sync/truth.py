"""What must hold, worked out apart from the server's own rules, and held against its tables and answers.

Whatever does not hold raises `Broken` with the number of the invariant (docs/sync.md).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from monitoring.accounts.models import Person
from monitoring.audit.queries import verify
from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from monitoring.media.models import MediaFile
from monitoring.media.operations import sha256_in_storage
from tests.factories import fixed_id
from tests.sealing import Json
from tests.sync.installations import TEAM, Installation
from tests.sync.tablets import Outgoing, Tablet
from visits.plan.models import Visit
from visits.sheets.models import Answer, Device, Entry, InterviewTotal, Sheet, WaitingFile

SILENT_DAYS = 30


class Broken(AssertionError):
    """An invariant does not hold."""

    def __init__(self, number: int, said: str) -> None:
        super().__init__(f"I{number}: {said}")
        self.number = number


def broken(number: int, said: str) -> NoReturn:
    raise Broken(number, said)


@dataclass
class Carried:
    """A tablet, whose it is, and what it ever made."""

    person: str
    tablet: Tablet
    number: int
    reachable: bool = True


@dataclass
class Made:
    """An entry that somebody made on a tablet, in plain words, and the best receipt that came back for it."""

    said: Json
    by: Carried
    interview: bool
    receipt: str = ""


@dataclass
class Copy:
    """A backup: what lay in the database when it was made."""

    file: Any
    entries: frozenset[str]
    files: frozenset[str]
    verified: bool = False


@dataclass
class Truth:
    """Everything that ever happened, as an all-knowing bystander would tell it."""

    server: Installation
    made: dict[str, Made] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Photos by name, with the sheet that they belong to."""
    passed: set[str] = field(default_factory=set)
    """Entries and files whose sealed copy a tablet let go of."""
    safe: set[str] = field(default_factory=set)
    """Entries and files that lie in a verified backup of this epoch."""
    gone: set[str] = field(default_factory=set)
    """Entries that a restored backup did not hold; they come back when they are offered again."""
    refused: set[str] = field(default_factory=set)
    """Names of damaged entries."""

    @property
    def database(self) -> Database:
        return self.server.database

    def note(self, by: Carried, *said: Json, interview: bool = False) -> None:
        for entry in said:
            self.made[entry["id"]] = Made(entry, by, interview)

    def let_go(self, passed: Outgoing) -> None:
        """A tablet deletes a sealed copy: only a verified backup may allow that."""
        if passed.id not in self.safe:
            broken(1, f"a tablet let go of {passed.id}, which no verified backup of this epoch holds")
        self.passed.add(passed.id)

    def restored(self, copy: Copy, before: Iterable[str]) -> None:
        """The server goes back to what a backup holds: what it does not hold is gone until it is offered again."""
        self.gone |= set(before) - copy.entries - copy.files
        self.safe = set(copy.entries | copy.files)
        for name, row in self.rows().items():
            if row.state != "stored":
                self.made[name].receipt = "quarantined"

    # ---- what the tables say

    def rows(self) -> dict[str, Row[Any]]:
        """Everything that came from tablets, by id."""
        columns = (Entry.id, Entry.state, Entry.sha256, Entry.seq, Entry.quarantine_number, Entry.device_id, Entry.visit_id)
        desk = select(Device.id).where(Device.token_hash.is_(None))
        with self.database.reading() as session:
            found = session.execute(select(*columns).where(Entry.device_id.not_in(desk)))
            return {str(row.id): row for row in found}

    def stored_files(self) -> set[str]:
        with self.database.reading() as session:
            return {*session.scalars(select(MediaFile.sha256)), *session.scalars(select(WaitingFile.sha256))}

    def standing(self, carried: Carried) -> bool:
        """Whether what this tablet brings may count just now."""
        with self.database.reading() as session:
            device = session.get(Device, UUID(carried.tablet.secrets.id))
            if device is None:
                return False
            person = session.get_one(Person, device.person_id)
            plan = session.get_one(Visit, UUID(self.server.visit)).plan
        silent = (clock.now() - (device.seen_at or device.enrolled_at)).total_seconds() > SILENT_DAYS * 86400
        member = str(person.id) in {member for member, _letter in plan["members"]}
        return person.active and device.revoked_at is None and not silent and member

    # ---- after every step

    def check_nothing_lost(self) -> None:
        """I1, I2, I9: on the server, or still on its tablet; with a receipt: on the server, exactly as it was sent."""
        rows = self.rows()
        for name, made in self.made.items():
            held = made.by.tablet.disk.outbox.get(name)
            row = rows.get(name)
            if row is None and held is None:
                broken(9 if self.gone else 1 if made.receipt else 2, f"{name} is nowhere: {made.said}")
            if row is None and made.receipt and name not in self.gone:
                broken(1, f"{name} has the receipt '{made.receipt}' and is not on the server")
            if row is not None and held is not None and row.sha256 != held.sha256:
                broken(3, f"{name} was changed after it came")
            if row is not None and made.receipt == "stored" and name not in self.gone and row.state != "stored":
                broken(1, f"{name} was stored and is {row.state} now")
        files = self.stored_files()
        lost = (self.files.keys() & self.passed) - files
        if lost:
            broken(9, f"photos are nowhere: {lost}")
        strangers = rows.keys() - self.made.keys()
        if strangers:
            broken(3, f"nobody made {strangers}")
        self.gone -= rows.keys() | files

    # ---- when all is quiet

    def check_quiet(self, carried: Iterable[Carried]) -> None:
        """Everything else, once everybody has sent and read."""
        with self.database.reading() as session:
            stored = self._stored(session)
            self._check_delivered(session, carried)
            self._check_answers(session, stored)
            self._check_interviews(session, stored)
            self._check_files(session, stored)
            verdict = verify(session, safe.keyring.audit_key)
        if not verdict.intact:
            broken(8, f"the audit chain is broken at {verdict.broken_at}")
        self._check_readers([one for one in carried if one.person in TEAM], stored)

    def _stored(self, session: Session) -> dict[str, Json]:
        """What counts as part of the visit, as whoever made it said it; of the desk's own, as it can be read."""
        query = select(Entry.id).where(Entry.state == "stored")
        names = {str(name) for name in session.scalars(query)}
        return {name: self.made[name].said for name in names & self.made.keys()}

    def _check_delivered(self, session: Session, carried: Iterable[Carried]) -> None:
        known = {str(name) for name in session.scalars(select(Entry.id))}
        for one in carried:
            left = [out.id for out in one.tablet.disk.outbox.values() if out.fate == "waiting"]
            if one.reachable and left:
                broken(1, f"{len(left)} entries of {one.person} still wait although all is quiet")
        reachable = {one.number for one in carried if one.reachable}
        for name, made in self.made.items():
            if made.by.number in reachable and name not in known:
                broken(9 if self.gone else 1, f"{name} never came: {made.by.tablet.disk.outbox[name].fate}")

    def _check_answers(self, session: Session, stored: Mapping[str, Json]) -> None:
        """I5: sides are exactly what nobody replaced; a conflict is when they differ; everybody who said so is named."""
        everything = self._with_desk(stored)
        by_place: dict[tuple[str, str], list[Json]] = defaultdict(list)
        for said in everything.values():
            by_place[said["sheet"], said["question"]].append(said)
        rows = {(str(row.sheet_id), row.question): row for row in session.scalars(select(Answer))}
        for place, history in by_place.items():
            if place[1].startswith("sheet.") or self._is_interview(place[0]):
                continue
            expected = _sides(history)
            row = rows.pop(place, None)
            found = row.sides if row is not None else []
            shown = {_key(side["heads"][0]["content"]["value"]): {h["author"] for h in side["heads"]} for side in found}
            if shown != expected:
                broken(5, f"{place}: people said {expected}, the visit shows {shown}")
            if row is not None and row.conflict != (len(expected) > 1):
                broken(5, f"{place}: {len(expected)} sides, conflict {row.conflict}")
        if rows:
            broken(5, f"answers that nobody gave: {sorted(rows)}")

    def _is_interview(self, sheet: str) -> bool:
        return any(made.interview and made.said["sheet"] == sheet for made in self.made.values())

    def _with_desk(self, stored: Mapping[str, Json]) -> dict[str, Json]:
        """What tablets brought, with its authors, and what was decided at the desk."""
        found = {name: {**said, "author": self._author(name)} for name, said in stored.items()}
        for entry in self._readable("lead"):
            if entry["id"] not in self.made:
                found[entry["id"]] = entry
        return found

    def _author(self, name: str) -> str:
        return str(fixed_id(self.made[name].by.person))

    def _readable(self, name: str) -> list[Json]:
        """Everything that the interface gives somebody of the visit, from the beginning."""
        found, seq, more = [], 0, True
        while more:
            told = self.server.read(name, f"visits/{self.server.visit}/entries?after={seq}")
            if told is None:
                return []
            found += told["entries"]
            seq, more = told["seq"], told["more"]
        return found

    def _check_interviews(self, session: Session, stored: Mapping[str, Json]) -> None:
        """I6: what is said in an interview leaves the server as totals only, and these are right."""
        said = [stored[name] for name, made in self.made.items() if made.interview and name in stored]
        by_place: dict[tuple[str, str], list[Json]] = defaultdict(list)
        for entry in said:
            if not entry["question"].startswith("sheet."):
                by_place[entry["sheet"], entry["question"]].append({**entry, "author": ""})
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for (_sheet, question), history in by_place.items():
            for value in _sides(history):
                counts[question, json.loads(value)] += 1
        rows = {(r.question, r.choice): r.people for r in session.scalars(select(InterviewTotal)) if r.choice[0] not in "*!"}
        if rows != dict(counts):
            broken(5, f"interviews add up to {dict(counts)}, the totals say {rows}")
        private = {made.said["sheet"] for made in self.made.values() if made.interview}
        leaked = [entry["id"] for entry in self._readable("member") if entry["sheet"] in private]
        if leaked:
            broken(6, f"entries of interviews came out: {leaked}")

    def _check_files(self, session: Session, stored: Mapping[str, Json]) -> None:
        """I7: every photo that the visit names is there, whole, or counted as missing."""
        here = {(str(row.subject_id), row.sha256): row for row in session.scalars(select(MediaFile))}
        missing = 0
        for row in session.scalars(select(Answer)):
            for photo in {photo for side in row.sides for head in side["heads"] for photo in head["content"].get("photos", ())}:
                found = here.get((str(row.sheet_id), photo))
                missing += found is None
                if found is not None and sha256_in_storage(self.server.home.settings.media, found.original_name) != photo:
                    broken(7, f"the photo {photo} is not what was sent")
        told = self.server.read("lead", f"visits/{self.server.visit}/entries")
        if told is not None and told["photos_missing"] != missing:
            broken(7, f"{missing} photos are missing, and {told['photos_missing']} are said to be")
        sheets = {str(name) for name in session.scalars(select(Sheet.id))}
        if any(sheet not in sheets for sheet, _photo in here):
            broken(7, "a photo lies beside no sheet")

    def _check_readers(self, carried: list[Carried], stored: Mapping[str, Json]) -> None:
        """I4: everyone with the same rights reads the same, whether at once or bit by bit; and it is what was said."""
        told = {name: self._readable(name) for name in TEAM}
        told = {name: entries for name, entries in told.items() if entries}
        if len({json.dumps(entries, sort_keys=True) for entries in told.values()}) > 1:
            broken(4, "two members of the team read different things")
        ordinary = {name for name in stored if not self.made[name].interview}
        for name, entries in told.items():
            read = {entry["id"]: entry for entry in entries}
            if read.keys() & self.made.keys() != ordinary:
                broken(4, f"{name} reads {len(read)} entries, and the visit has {len(ordinary)} from tablets")
            wrong = [one for one in ordinary if not _same(read[one], stored[one], self._author(one))]
            if wrong:
                broken(4, f"{name} reads something else than what was said: {wrong}")
        for one in carried:
            if one.person in told and one.reachable:
                lacking = {entry["id"] for entry in told[one.person]} - one.tablet.disk.copies.keys() - self._own(one)
                if lacking:
                    broken(4, f"the tablet of {one.person} never got {lacking}")

    def _own(self, one: Carried) -> set[str]:
        return {name for name, made in self.made.items() if made.by is one}


def _sides(history: list[Json]) -> dict[str, set[str]]:
    """Who stands behind which answer: an entry stands when no other one that counts was made in its place."""
    replaced = {base for said in history for base in said["bases"]}
    found: dict[str, set[str]] = defaultdict(set)
    for said in history:
        if said["id"] not in replaced and said["content"]["value"] is not None:
            found[_key(said["content"]["value"])].add(said["author"])
    return dict(found)


def _key(value: object) -> str:
    return json.dumps(value)


def _same(read: Json, said: Json, author: str) -> bool:
    same = all(read[name] == said[name] for name in ("sheet", "question")) and set(read["bases"]) == set(said["bases"])
    return same and read["author"] == author and read["content"]["value"] == said["content"]["value"]
