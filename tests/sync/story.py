"""What the state machine acts upon: an installation, three people of a team with their tablets, somebody who is not of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from itertools import count
from typing import ClassVar

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import select

from tests.sealing import Json
from tests.sync.installations import TEAM, Clock, Installation
from tests.sync.tablets import Refused
from tests.sync.truth import Carried, Copy, Truth, broken
from tests.sync.wires import Answer, Request
from visits.sheets.models import Device, Sheet

OUTSIDER = "outsider"
MOST_TABLETS = 6

Begin = Callable[[], AbstractContextManager[tuple[Installation, Clock]]]


class Story(RuleBasedStateMachine):
    """The stage. The rules stand in the classes that build on it."""

    begin: ClassVar[Begin]

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        try:
            self.server, self.clock = self._open.enter_context(type(self).begin())
            self.truth = Truth(self.server)
            self.carried: list[Carried] = []
            self.packs: dict[int, Json] = {}
            self.late: list[tuple[Carried, Request]] = []
            self.copies: list[Copy] = []
            self.numbers = count()
            for name in TEAM:
                self.hand_out(name)
            self.outsider = self._stranger()
        except BaseException:
            self._open.close()
            raise

    def teardown(self) -> None:
        self._open.close()

    # ---- tablets

    def hand_out(self, name: str) -> Carried:
        """Somebody gets a tablet and takes the visit along."""
        carried = Carried(name, self.server.tablet(name), len(self.carried))
        carried.tablet.let_go = self.truth.let_go
        self.carried.append(carried)
        self.take_along(carried)
        return carried

    def _stranger(self) -> Carried:
        carried = Carried(OUTSIDER, self.server.tablet(OUTSIDER), -1)
        carried.tablet.let_go = self.truth.let_go
        self.packs[-1] = self.packs[0]
        return carried

    def take_along(self, carried: Carried) -> None:
        """Fetch the visit's part of the pack; what one may not see stays as it was."""
        found = self.server.read(carried.person, f"visits/{self.server.visit}/pack/visit")
        self.packs[carried.number] = found or self.packs.get(carried.number) or self.packs[0]

    def one(self, number: int) -> Carried:
        return self.carried[number % len(self.carried)]

    def places(self, carried: Carried) -> list[tuple[str, str]]:
        """Questions that somebody may answer: few, so that people meet at them."""
        pack = self.packs[carried.number]
        police = [row["id"] for version in self.police_versions for row in pack["sheets"] if row["version"] == version]
        fixed = [(sheet, code) for sheet in police for code in ("PC21", "PC23")]
        rooms = [(sheet, "RM04") for sheet in self._rooms(carried)]
        return [*fixed, (pack["visit_sheet"], "v.women"), *rooms]

    @property
    def police_versions(self) -> list[str]:
        """Every version of the form that tablets carry."""
        return list(dict.fromkeys(pack["forms"]["POLICE"] for pack in self.packs.values()))

    def _rooms(self, carried: Carried) -> list[str]:
        own = [
            made.said["sheet"]
            for made in self.truth.made.values()
            if made.by is carried and not made.interview and made.said["question"] == "sheet.opened"
        ]
        packed = [row["id"] for row in self.packs[carried.number]["sheets"] if row["per"] == "room"]
        return list(dict.fromkeys([*own, *packed]))

    # ---- what comes to the server

    def deliver(self, carried: Carried, request: Request) -> Answer:
        """A request arrives. Only what may count may become part of the visit, and everything that may count must."""
        standing, before, sheets = self.truth.standing(carried), self.truth.rows(), self._sheets()
        answer = self.server.wire(request)
        if answer.status == 401 and not self.is_known(carried):
            return answer
        if answer.status != 200:
            broken(2, f"the server answers {answer.status} to {request.path}: {answer.body[:200]!r}")
        for name in request.ids:
            if name in before:
                continue
            row, made = self.truth.rows().get(name), self.truth.made.get(name)
            if row is None or made is None:
                broken(1, f"{name} was received and is not there")
            if not standing and row.state != "quarantined":
                broken(6, f"{carried.person} may not add to the visit, and {name} is {row.state}")
            opens = made.said["question"] == "sheet.opened"
            if standing and row.state != "stored" and (made.said["sheet"] in sheets and not opens):
                broken(2, f"{name} is {row.state} although nothing stands against it: {made.said}")
        return answer

    def _sheets(self) -> set[str]:
        with self.server.database.reading() as session:
            return {str(name) for name in session.scalars(select(Sheet.id))}

    def is_known(self, carried: Carried) -> bool:
        """Whether the server knows this tablet: a backup may be older than it."""
        with self.server.database.reading() as session:
            known = {str(name) for name in session.scalars(select(Device.id))}
        return carried.tablet.secrets.id in known

    def take(self, carried: Carried, request: Request, answer: Answer) -> None:
        """The answer reaches the tablet, and what it says is a promise from now on."""
        asked = [carried.tablet.disk.outbox[name] for name in request.ids]
        try:
            carried.tablet.take(request, answer)
        except Refused as refused:
            if refused.status != 401:
                raise
            return
        for out in asked:
            if out.fate == "refused":
                broken(2, f"{out.id} is refused: {out.message}")
            if out.fate != "waiting":
                self.truth.made[out.id].receipt = out.fate

    def exchange(self, carried: Carried, request: Request) -> None:
        """There and back."""
        self.take(carried, request, self.deliver(carried, request))

    def send_all(self, carried: Carried) -> None:
        """Everything that waits, and the question how far the backups go."""
        tablet = carried.tablet
        self.exchange(carried, tablet.batch(tablet.waiting))
        while tablet.waiting and self.is_known(carried):
            self.exchange(carried, tablet.batch(tablet.waiting))
        for out in tablet.waiting_files:
            if self.is_known(carried):
                self.exchange(carried, tablet.file(out))

    # ---- what a tablet reads

    def pull(self, carried: Carried) -> None:
        """Fetch what colleagues wrote since."""
        disk, more = carried.tablet.disk, True
        while more:
            told = self.server.read(carried.person, f"visits/{self.server.visit}/entries?after={disk.seq}")
            if told is None:
                return
            for entry in told["entries"]:
                disk.copies.setdefault(entry["id"], entry)
            disk.seq, more = told["seq"], told["more"]

    def token_reads(self, carried: Carried, path: str) -> int:
        """What a device's token alone is answered when it tries to read."""
        headers = carried.tablet.batch([]).headers
        carried.tablet.awaited = None
        return self.server.app.test_client().get(f"/tablet/api/{path}", headers=dict(headers)).status_code
