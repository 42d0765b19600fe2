"""The rules that concern the server: rights, forms, decisions, clocks, restarts, backups."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from checklists import operations as publishing
from checklists import queries as checklists
from monitoring.core.errors import Invalid
from monitoring.desk import operations as desk
from tests.factories import fixed_id, read_world
from tests.field import draft
from tests.sync.installations import TEAM, Installation
from tests.sync.story import MOST_TABLETS, OUTSIDER, Story
from tests.sync.truth import Copy, broken
from visits.plan.queries import visit_for
from visits.sheets.models import Answer, Sheet
from visits.sheets.queries import WaitingGroup, waiting_groups

some = st.integers(min_value=0, max_value=7)
MOST_COPIES = 4


def publish(server: Installation, code: str) -> None:
    """A form changes a little: a new version of it is published."""
    with server.database.writing() as session, session.begin():
        known = checklists.definition(session, checklists.current_versions(session)[code])
        newer = replace(known, titles={**known.titles, "en": f"{known.titles['en']}, revised"})
        assert publishing._publish(session, 0, newer)


def change_plan(server: Installation, **changes: object) -> None:
    """Change the plan; nobody who was let go can be in it."""
    with suppress(Invalid), server.database.writing() as session, session.begin():
        world = read_world(session)
        seen = visit_for(session, world.actor("regional"), UUID(server.visit))
        now = {"team": tuple(person for person, _letter in seen.plan.members), "checklist_codes": tuple(seen.plan.versions)}
        desk.change_plan(session, world.actor("regional"), seen, draft(world, session, **(now | changes)))


def take_up(server: Installation, code: str) -> None:
    """The plan takes the newest version of a form: it is taken out, and put in again."""
    with server.database.reading() as session:
        codes = tuple(visit_for(session, read_world(session).actor("regional"), UUID(server.visit)).plan.versions)
    change_plan(server, checklist_codes=tuple(one for one in codes if one != code))
    change_plan(server, checklist_codes=codes)


class Office(Story):
    """What is done at desks and on the server."""

    @property
    def visit(self) -> str:
        return self.server.visit

    # ---- rights

    @rule(name=st.sampled_from(("member", "doctor")))
    def revoke_a_person(self, name: str) -> None:
        self._rights(name, active=False)

    @rule(name=st.sampled_from(("member", "doctor")))
    def let_a_person_in_again(self, name: str) -> None:
        self._rights(name, active=True)

    def _rights(self, name: str, *, active: bool) -> None:
        data = {"roles": ["monitor"], **({"active": "y"} if active else {})}
        self.server.forget_session("admin")  # rights are changed by somebody who has just shown who they are
        answer = self.server.ask("admin", "POST", f"/desk/admin/people/{fixed_id(name)}", data=data)
        assert answer.status_code == 302, answer.text

    @rule(who=some)
    def give_up_a_tablet(self, who: int) -> None:
        carried = self.carried[who % len(self.carried)]
        self.server.ask(carried.person, "POST", f"/desk/me/tablets/{carried.tablet.secrets.id}/end")

    @precondition(lambda self: len(self.carried) < MOST_TABLETS)
    @rule(name=st.sampled_from(TEAM))
    def hand_out_a_tablet(self, name: str) -> None:
        if self.server.active(name):
            self.hand_out(name)

    @rule(stays=st.booleans())
    def the_doctor_leaves_or_comes_back(self, stays: bool) -> None:
        change_plan(self.server, team=(fixed_id("member"), *((fixed_id("doctor"),) if stays else ())))

    # ---- forms

    @rule(code=st.sampled_from(("POLICE", "ROOM", "INTERVIEW")), also=st.booleans())
    def publish_a_version(self, code: str, also: bool) -> None:
        """The form changes; `also`: the plan takes the new version, and tablets that are away have the old one."""
        publish(self.server, code)
        if also:
            take_up(self.server, code)

    # ---- decisions

    @rule(take=st.booleans(), which=some)
    def the_lead_decides_what_waits(self, take: bool, which: int) -> None:
        groups = self._waiting()
        if groups:
            self._decide(groups[which % len(groups)], take=take)

    def decide_all_that_waits(self, reasons: Collection[str]) -> None:
        """Take in everything that waited only for something else to come."""
        for group in self._waiting():
            if group.reason in reasons:
                self._decide(group, take=True)

    def _waiting(self) -> list[WaitingGroup]:
        with self.server.database.reading() as session:
            lead = read_world(session).actor("lead")
            found = waiting_groups(session, visit_for(session, lead, UUID(self.visit)))
        order = {UUID(carried.tablet.secrets.id): carried.number for carried in (*self.carried, self.outsider)}
        return sorted(found, key=lambda group: (order[group.device_id], group.reason))

    def _decide(self, group: WaitingGroup, *, take: bool) -> None:
        address = f"/desk/visits/{self.visit}/waiting/{group.device_id}/{group.reason}"
        data = {"choice": "take_in" if take else "leave_out", "up_to": str(group.up_to)}
        answer = self.server.ask("lead", "POST", address, data=data)
        if answer.status_code != 302:
            broken(2, f"what waits cannot be decided: {answer.status_code}")

    @rule(which=some, side=st.integers(0, 1))
    def the_lead_decides_a_conflict(self, which: int, side: int) -> None:
        with self.server.database.reading() as session:
            query = select(Answer.sheet_id, Answer.question).join(Sheet, Sheet.id == Answer.sheet_id).where(Answer.conflict)
            found = [
                (row.question, str(row.sheet_id)) for row in session.execute(query.order_by(Sheet.position, Answer.question))
            ]
        if found:
            question, sheet = found[which % len(found)]
            address = f"/desk/visits/{self.visit}/sheets/{sheet}/decide"
            answer = self.server.ask("lead", "POST", address, data={"question": question, "side": str(side), "back": "index"})
            if answer.status_code != 302:
                broken(5, f"a conflict cannot be decided: {answer.status_code} {answer.text}")

    # ---- the machine that it runs on

    @rule()
    def restart(self) -> None:
        self.server.restart()

    @rule(days=st.sampled_from((1, 40)))
    def set_the_servers_clock(self, days: int) -> None:
        self.clock.off += timedelta(days=days)

    @rule(who=some)
    def sign_in_on_a_tablet(self, who: int) -> None:
        """That ends the silence of a device."""
        carried = self.carried[who % len(self.carried)]
        self.server.read(carried.person, "me", headers={"X-Device": carried.tablet.secrets.id})

    @precondition(lambda self: len(self.copies) < MOST_COPIES)
    @rule(then=st.sampled_from(("verify", "verify", "leave it", "damage it")))
    def back_up(self, then: str) -> None:
        rows = frozenset(self.truth.rows())
        copy = Copy(self.server.home.made(f"{next(self.numbers)}.age"), rows, frozenset(self.truth.stored_files()))
        if then == "damage it":
            content = bytearray(copy.file.read_bytes())
            content[len(content) // 2] ^= 1
            copy.file.write_bytes(content)
            assert self.server.home.run("verify", copy.file)[0] == 1
            return
        self.copies.append(copy)
        if then == "verify":
            self._verify(copy)

    @precondition(lambda self: self.copies)
    @rule(which=some)
    def verify_a_backup(self, which: int) -> None:
        self._verify(self.copies[which % len(self.copies)])

    def _verify(self, copy: Copy) -> None:
        code, said = self.server.home.run("verify", copy.file)
        if code != 0:
            broken(8 if "audit trail" in said else 9, f"a backup cannot be trusted: {said}")
        if "Noted" in said:
            self.truth.safe |= copy.entries | copy.files

    @precondition(lambda self: self.restorable)
    @rule()
    def restore_a_backup(self) -> None:
        """The newest of those that hold what tablets let go of: restoring an older one is known to lose that."""
        copy = self.restorable[-1]
        here = self.truth.rows().keys() | self.truth.stored_files()
        self.server.restore(copy.file)
        self.truth.restored(copy, here)

    @property
    def restorable(self) -> list[Copy]:
        return [copy for copy in self.copies if self.truth.passed <= copy.entries | copy.files]

    # ---- somebody who is not of the team

    @rule(where=st.integers(0, 2))
    def an_outsider_sends(self, where: int) -> None:
        """It waits for the lead, whatever it is."""
        tablet, pack = self.outsider.tablet, self.packs[-1]
        sheet = pack["visit_sheet"] if where else pack["sheets"][0]["id"]
        self.truth.note(self.outsider, tablet.record(sheet, "v.women", {"value": "3"}))
        if self.is_known(self.outsider):
            self.send_all(self.outsider)

    @rule()
    def an_outsider_looks(self) -> None:
        self.check_outsider()

    def check_outsider(self) -> None:
        """I6: for somebody else the visit does not exist, and no token reads."""
        here = f"visits/{self.visit}"
        for path in (f"{here}/pack", f"{here}/pack/visit", f"{here}/entries"):
            if self.server.read(OUTSIDER, path) is not None:
                broken(6, f"somebody who is not of the team reads {path}")
        if self.visit in str(self.server.read(OUTSIDER, "visits")):
            broken(6, "a list names a visit to somebody who is not of its team")
        for carried in (*self.carried[:1], self.outsider):
            for path in ("visits", f"{here}/pack", f"{here}/entries", "me"):
                if self.token_reads(carried, path) != 401:
                    broken(6, f"a token alone reads {path}")
