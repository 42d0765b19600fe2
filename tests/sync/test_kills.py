"""The server is killed while four tablets send: what it acknowledged is there, once, and the rest comes again."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitoring.core.db import Database
from tests.sync.installations import Installation, installed
from tests.sync.lives import Life, as_people_start_it, nursery
from tests.sync.machine import picture
from tests.sync.tablets import Stranger, Tablet
from tests.sync.truth import Truth
from tests.sync.wires import Unreachable

SENDERS = ("lead", "member", "doctor", "lead")
QUESTIONS = ("PC21", "PC23")
PHOTO_EVERY = 4
KINDS = ("moment", "statement", "before", "after")


@dataclass
class Sender:
    """A tablet that goes on and on, what it made, and what the server acknowledged."""

    tablet: Tablet
    sheet: str
    made: set[str] = field(default_factory=set)
    photos: set[str] = field(default_factory=set)

    def work(self, life: Life) -> int:
        """Record and send until the server is gone; how much was on its way then."""
        chance = random.Random(len(self.made))
        while True:
            for _entry in range(chance.randint(1, 3)):
                said = self.tablet.answer(self.sheet, chance.choice(QUESTIONS), chance.choice(("yes", "no")))
                self.made.add(said["id"])
            if len(self.made) % PHOTO_EVERY == 0:
                self.photos.add(self.tablet.photograph(self.sheet, picture(len(self.photos))))
            try:
                self.tablet.send(life.wire)
            except (Unreachable, Stranger):
                return len(self.tablet.waiting) + len(self.tablet.waiting_files)

    @property
    def acknowledged(self) -> dict[str, str]:
        """What has a receipt, with the fingerprint of what was sent."""
        here = {**self.tablet.disk.outbox, **self.tablet.disk.files}
        return {out.id: out.sha256 for out in here.values() if out.fate == "stored"}


@dataclass
class Counts:
    """What a run adds up to."""

    kills: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0
    lost: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills of the server: acknowledged {self.acknowledged}, unacknowledged {self.unacknowledged} "
            f"(offered again), lost {self.lost}"
        )


class Siege:
    """Senders around one server that keeps being killed."""

    def __init__(self, server: Installation) -> None:
        self.server, self.truth, self.counts = server, Truth(server), Counts()
        pack = server.read("lead", f"visits/{server.visit}/pack/visit")
        sheet = next(row["id"] for row in pack["sheets"] if row["checklist"] == "POLICE")
        self.senders = [Sender(server.tablet(name), sheet) for name in SENDERS]
        server.stop()

    def endure(self, life: Life, kind: str, answers: int) -> None:
        """Everybody sends while the server lives; afterwards everything acknowledged must be there."""
        with ThreadPoolExecutor(len(self.senders)) as people:
            at_work = [people.submit(sender.work, life) for sender in self.senders]
            if kind == "moment":
                life.kill_after(answers)
            open_ends = sum(done.result() for done in at_work)
        life.wait_until_it_is_gone()
        self.counts.kills += 1
        self.counts.unacknowledged += open_ends
        self.check()

    def check(self) -> None:
        """Every acknowledged thing lies in the database as it was sent; ids are unique there, so it lies there once."""
        rows = {name: row.sha256 for name, row in self.truth.rows().items()} | {name: name for name in self.truth.stored_files()}
        acknowledged = {name: sha256 for sender in self.senders for name, sha256 in sender.acknowledged.items()}
        self.server.stop()
        self.counts.acknowledged = len(acknowledged)
        self.counts.lost = sum(rows.get(name) != sha256 for name, sha256 in acknowledged.items())
        assert self.counts.lost == 0

    def deliver_the_rest(self, life: Life) -> None:
        """The server stays up: everything that was ever made is there in the end, and nothing else."""
        for sender in self.senders:
            sender.tablet.stubborn(life.wire)
        life.kill()
        self.check()
        made = {name for sender in self.senders for name in sender.made}
        photos = {name for sender in self.senders for name in sender.photos}
        assert (self.truth.rows().keys(), self.truth.stored_files()) == (made, photos)
        numbers = [row.seq for row in self.truth.rows().values()]
        assert len(set(numbers)) == len(numbers)


@pytest.fixture
def siege(database: Database, tmp_path: Path, keyring_file: Path):
    with installed(database, tmp_path, keyring_file) as server:
        yield Siege(server)


def lay(siege: Siege, kills: int, say: Callable[[str, object], None]) -> None:
    """Kill so often, at moments and at places drawn from a seed that is told."""
    number = random.SystemRandom().randrange(10**6)
    chance = random.Random(number)
    with nursery(siege.server.home) as servers:
        for turn in range(kills):
            kind = KINDS[turn % len(KINDS)]
            at = chance.randint(1, 80 if kind == "statement" else 8)
            siege.endure(servers.start(kind if kind != "moment" else "never", at), kind, at)
        siege.deliver_the_rest(servers.start())
    say("said", f"{siege.counts}; {siege.server.database.engine.dialect.name}, seed {number}")
    assert siege.counts.kills == kills
    assert siege.counts.acknowledged > kills
    assert siege.counts.unacknowledged >= kills


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_twenty_kills_in_mid_commit_lose_nothing(siege: Siege, record_property) -> None:
    lay(siege, 20, record_property)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_hundred_kills_in_mid_commit_lose_nothing(siege: Siege, record_property) -> None:
    with as_people_start_it(siege.server.home) as life:
        siege.endure(life, "moment", 5)
    siege.counts.kills = 0
    lay(siege, 200, record_property)
