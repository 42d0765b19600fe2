"""The rules of the state machine: everything that happens to a team in a place where the network comes and goes.

What people and tablets do stands here, what happens at the server in `office.py`. After each rule nothing may be lost; when all
is quiet, everything must hold.
"""

import sys
from datetime import timedelta
from functools import cache
from io import BytesIO
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from PIL import Image

from tests.cli.backup.stamps import everything
from tests.sync.office import Office
from tests.sync.truth import Carried, broken

some = st.integers(min_value=0, max_value=7)
"""One of several, counted round."""
VALUES = {
    "PC21": ("yes", "no", None),
    "PC23": ("yes", "no", "partly"),
    "v.women": ("0", "3"),
    "RM04": ("4", "9"),
    "PI02": ("yes", "no"),
}
FAULTS = ("none", "none", "request lost", "answer lost", "twice", "crash", "late")
SETTLES = frozenset({"no_sheet", "no_question"})
"""Reasons that are over once everybody has sent."""


@cache
def picture(number: int) -> bytes:
    """A photo of nothing."""
    written = BytesIO()
    Image.new("RGB", (8, 8), (number % 256, 90, 60)).save(written, "JPEG")
    return written.getvalue()


class Machine(Office):
    """Two more people than one, on tablets, on one visit."""

    # ---- on a tablet

    @rule(who=some, where=some, value=some)
    def edit(self, who: int, where: int, value: int) -> None:
        self._answer(self.one(who), where, value)

    @rule(who=some, where=some, value=some)
    def edit_and_send(self, who: int, where: int, value: int) -> None:
        carried = self.one(who)
        self._answer(carried, where, value)
        if carried.reachable:
            self.exchange(carried, carried.tablet.batch(carried.tablet.waiting))

    @rule(first=some, second=some, where=st.integers(0, 1))
    def two_people_answer_the_same_question(self, first: int, second: int, where: int) -> None:
        for number, who in enumerate((first, second)):
            self._answer(self.one(who), where, number)

    def _answer(self, carried: Carried, where: int, value: int, **more: object) -> None:
        places = self.places(carried)
        sheet, question = places[where % len(places)]
        values = VALUES[question]
        self.truth.note(carried, carried.tablet.answer(sheet, question, values[value % len(values)], **more))

    @rule(who=some, where=some)
    def attach_a_photo(self, who: int, where: int) -> None:
        carried, places = self.one(who), self.places(self.one(who))
        sheet, question = places[where % len(places)]
        photo = carried.tablet.photograph(sheet, picture(len(self.truth.files)))
        self.truth.files[photo] = sheet
        self.truth.note(carried, carried.tablet.answer(sheet, question, VALUES[question][0], photos=[photo]))

    @rule(who=some)
    def open_a_room(self, who: int) -> None:
        carried, sheet = self.one(who), str(uuid4())
        version = self.packs[carried.number]["forms"]["ROOM"]
        self.truth.note(carried, carried.tablet.open(sheet, version, f"A-{len(self.truth.made):03}"))

    @rule(who=some)
    def open_an_interview(self, who: int) -> None:
        carried, sheet = self.one(who), str(uuid4())
        version = self.packs[carried.number]["forms"]["INTERVIEW"]
        self.truth.note(carried, carried.tablet.open(sheet, version, "A-01", interview=True), interview=True)

    @precondition(lambda self: any(carried.tablet.interviews for carried in self.carried))
    @rule(which=some, value=some)
    def somebody_confides(self, which: int, value: int) -> None:
        opened = [(carried, sheet) for carried in self.carried for sheet in carried.tablet.interviews]
        carried, sheet = opened[which % len(opened)]
        self.truth.note(carried, carried.tablet.confide(sheet, "PI02", VALUES["PI02"][value % 2]), interview=True)

    @rule(who=some)
    def lock(self, who: int) -> None:
        self.one(who).tablet.lock()

    @rule(who=some)
    def kill(self, who: int) -> None:
        self.one(who).tablet.kill()

    @rule(who=some, years=st.sampled_from((-56, -1, 5)))
    def set_a_tablets_clock(self, who: int, years: int) -> None:
        self.one(who).tablet.clock += timedelta(days=365 * years)

    # ---- the network

    @rule(who=some, fault=st.sampled_from(FAULTS), most=st.sampled_from((200, 2)))
    def send(self, who: int, fault: str, most: int) -> None:
        """A batch, and what may become of it on the way."""
        carried = self.one(who)
        tablet = carried.tablet
        if not carried.reachable or fault == "request lost":
            return
        request = tablet.batch(tablet.waiting[:most])
        if fault == "late":
            self.late.append((carried, request))
            return
        answer = self.deliver(carried, request)
        if fault == "twice":
            self.deliver(carried, request)
        if fault == "crash":
            tablet.kill()
        elif fault != "answer lost":
            self.take(carried, request, answer)

    @rule(who=some, fault=st.sampled_from(("none", "answer lost")))
    def send_a_photo(self, who: int, fault: str) -> None:
        carried = self.one(who)
        waiting = carried.tablet.waiting_files
        if waiting and carried.reachable:
            request = carried.tablet.file(waiting[0])
            answer = self.deliver(carried, request)
            if fault == "none":
                self.take(carried, request, answer)

    @precondition(lambda self: self.late)
    @rule(which=some)
    def a_late_request_arrives(self, which: int) -> None:
        """In whatever order; nobody waits for its answer any more."""
        self.deliver(*self.late.pop(which % len(self.late)))

    @rule(who=some)
    def partition(self, who: int) -> None:
        self.one(who).reachable = not self.one(who).reachable

    @rule(who=some)
    def read_what_colleagues_wrote(self, who: int) -> None:
        if self.one(who).reachable:
            self.pull(self.one(who))

    @rule(who=some)
    def take_the_visit_along_anew(self, who: int) -> None:
        if self.one(who).reachable:
            self.take_along(self.one(who))

    @rule(who=some)
    def send_everything_again(self, who: int) -> None:
        """I3: it changes nothing, and the receipts are the same."""
        carried = self.one(who)
        tablet, known = carried.tablet, self.truth.rows()
        again = [out for out in tablet.disk.outbox.values() if out.id in known and out.fate == known[out.id].state]
        if not again or not self.is_known(carried):
            return
        before = everything(self.server.database)
        request = tablet.batch(again)
        answer = self.deliver(carried, request)
        if everything(self.server.database) != before:
            broken(3, "sending again changed something")
        told = [(out.seq, out.fate) for out in again]
        self.take(carried, request, answer)
        if any(out.id in tablet.disk.outbox for out in again) and [(out.seq, out.fate) for out in again] != told:
            broken(3, "sending again gave other receipts")

    @rule(who=some, where=some)
    def a_damaged_entry_among_good_ones(self, who: int, where: int) -> None:
        """Nothing is kept of it, and it stops nothing."""
        carried = self.one(who)
        self._answer(carried, where, 0)
        tablet = carried.tablet
        damaged = tablet.damaged(tablet.waiting[-1])
        if carried.reachable and self.is_known(carried):
            self.exchange(carried, tablet.batch(tablet.waiting, damaged))
            if damaged["id"] in self.truth.rows():
                broken(3, "a damaged entry was kept")

    # ---- what must hold

    @invariant()
    def nothing_is_lost(self) -> None:
        self.truth.check_nothing_lost()

    @rule()
    def settle(self) -> None:
        """The network is back, everybody sends and reads: then everything must hold."""
        everybody = [*self.carried, self.outsider]
        while self.late:
            self.deliver(*self.late.pop())
        for carried in everybody:
            known = self.is_known(carried)
            carried.reachable = known or (self.server.active(carried.person) and self._enrolled_again(carried))
        for _round in range(2):
            for carried in everybody:
                if carried.reachable:
                    self.send_all(carried)
        self.decide_all_that_waits(SETTLES)
        for carried in self.carried:
            self.pull(carried)
        self.truth.check_nothing_lost()
        self.truth.check_quiet(everybody)
        self.check_outsider()

    def _enrolled_again(self, carried: Carried) -> bool:
        if not self.server.enrol_again(carried.person, carried.tablet):
            broken(9, f"the tablet of {carried.person}, made after the backup, cannot come back")
        return True

    def teardown(self) -> None:
        """Every story ends quietly, unless it broke off."""
        try:
            if sys.exc_info()[0] is None:
                self.settle()
        finally:
            super().teardown()
