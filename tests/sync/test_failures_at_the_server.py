"""Failures of servers, clocks and rights that lost people their work elsewhere (docs/sync.md), each as a test."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from checklists import queries as checklists
from monitoring.accounts.models import WebSession
from monitoring.core import clock
from tests.factories import fixed_id, read_world
from tests.sealing import Json
from tests.sync.installations import Clock, Installation
from tests.sync.machine import picture
from tests.sync.office import publish, take_up
from tests.sync.tablets import Refused, Tablet
from tests.sync.truth import Truth
from visits.findings.queries import findings_of_visit
from visits.plan.queries import visit_for
from visits.sheets.models import Answer, InterviewTotal, Sheet

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Where nothing depends on the database."""


def end_access(server: Installation, name: str) -> None:
    answer = server.ask("admin", "POST", f"/desk/admin/people/{fixed_id(name)}", data={"roles": ["monitor"]})
    assert answer.status_code == 302


def sides(server: Installation, sheet: str, question: str) -> list[Json]:
    """What the table of answers holds of a question."""
    with server.database.reading() as session:
        query = select(Answer).where(Answer.sheet_id == UUID(sheet), Answer.question == question)
        return [row for answer in session.scalars(query) for row in answer.sides]


def values(found: list[Json]) -> list[Any]:
    return [side["heads"][0]["content"]["value"] for side in found]


def test_failure_02_what_somebody_without_rights_still_held_waits_and_nothing_is_readable(
    server: Installation, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet = server.tablet("member")
    tablet.answer(police, codes[0], "yes")
    tablet.send(server.wire)
    queue = {tablet.answer(police, code, "no")["id"] for code in codes[:5]}
    end_access(server, "member")
    tablet.send(server.wire)
    rows = truth.rows()
    assert {rows[name].state for name in queue} == {"quarantined"}
    assert sorted(rows[name].quarantine_number for name in queue) == [1, 2, 3, 4, 5]
    for path in ("visits", f"visits/{server.visit}/pack", f"visits/{server.visit}/pack/visit", f"visits/{server.visit}/entries"):
        assert server.read("member", path) is None
    assert values(sides(server, police, codes[0])) == ["yes"]
    assert len(tablet.disk.outbox) == 6
    server.home.backed_up()
    tablet.send(server.wire)
    assert tablet.disk.outbox == {}


def test_failure_18_a_draft_of_an_old_version_is_finished_and_stays_with_it(
    server: Installation, truth: Truth, pack: Json, police: str, codes: list[str]
) -> None:
    tablet = server.tablet("member")
    room, interview = str(uuid4()), str(uuid4())
    tablet.answer(police, codes[0], "no")
    for code in ("POLICE", "ROOM", "INTERVIEW"):
        publish(server, code)
        take_up(server, code)
    newer = server.read("lead", f"visits/{server.visit}/pack/visit")["forms"]
    assert all(newer[code] != pack["forms"][code] for code in ("POLICE", "ROOM", "INTERVIEW"))
    tablet.open(room, pack["forms"]["ROOM"], "B-01")
    tablet.answer(room, "RM04", "4")
    tablet.open(interview, pack["forms"]["INTERVIEW"], "B-01", interview=True)
    tablet.confide(interview, "PI02", "yes")
    tablet.answer(police, codes[1], "no")
    tablet.send(server.wire)
    assert {row.state for row in truth.rows().values()} == {"stored"}
    with server.database.reading() as session:
        rows = session.execute(
            select(Sheet.id, Sheet.checklist_version_id).where(Sheet.id.in_(map(UUID, (police, room, interview))))
        )
        versions = {str(row.id): str(row.checklist_version_id) for row in rows}
    assert versions == {police: pack["forms"]["POLICE"], room: pack["forms"]["ROOM"], interview: pack["forms"]["INTERVIEW"]}


def test_failure_18_a_tablet_that_takes_the_visit_along_anew_still_has_the_form_of_each_sheet(
    server: Installation, pack: Json, police: str, codes: list[str]
) -> None:
    tablet, room = server.tablet("member"), str(uuid4())
    tablet.open(room, pack["forms"]["ROOM"], "B-01")
    tablet.send(server.wire)
    for code in ("POLICE", "ROOM"):
        publish(server, code)
        take_up(server, code)
    here = f"visits/{server.visit}/pack"
    newer, manifest = server.read("member", f"{here}/visit"), server.read("member", here)
    forms = {name: server.read("member", f"{here}/{name}") for name in manifest["parts"] if name.startswith("form-")}
    assert {"form-POLICE", "form-POLICE-1", "form-ROOM", "form-ROOM-1"} <= forms.keys()
    by_version = {form["version"]: form["code"] for form in forms.values()}
    assert {row["id"]: row["checklist"] for row in newer["sheets"]}.items() >= {police: "POLICE", room: "ROOM"}.items()
    assert all(by_version[row["version"]] == row["checklist"] for row in newer["sheets"])


def test_failure_18_what_is_found_on_an_old_version_and_on_a_new_one_is_one_finding(
    server: Installation, pack: Json, police: str
) -> None:
    tablet = server.tablet("lead")
    tablet.answer(police, "PC21", "no")
    tablet.send(server.wire)
    publish(server, "POLICE")
    take_up(server, "POLICE")
    newer = server.read("lead", f"visits/{server.visit}/pack/visit")
    (sheet,) = [row["id"] for row in newer["sheets"] if row["version"] == newer["forms"]["POLICE"]]
    tablet.answer(sheet, "PC21", "no")
    tablet.send(server.wire)
    with server.database.reading() as session:
        (finding,) = findings_of_visit(session, visit_for(session, read_world(session).actor("lead"), UUID(server.visit)))
        assert {str(row.sheet_id) for row in finding.evidence} == {police, sheet}
    for page in ("findings", f"sheets/{sheet}", "sheets"):
        assert server.ask("lead", "GET", f"/desk/visits/{server.visit}/{page}").status_code == 200
    assert server.ask("lead", "GET", f"/desk/findings/{finding.id}").status_code == 200


def test_failure_18_people_on_two_versions_of_the_interview_are_counted_together(server: Installation, pack: Json) -> None:
    tablet = server.tablet("lead")
    publish(server, "INTERVIEW")
    take_up(server, "INTERVIEW")
    newer = server.read("lead", f"visits/{server.visit}/pack/visit")["forms"]["INTERVIEW"]
    for version in (pack["forms"]["INTERVIEW"], newer):
        sheet = str(uuid4())
        tablet.open(sheet, version, "A-01", interview=True)
        tablet.confide(sheet, "PI02", "yes")
        tablet.send(server.wire)
    with server.database.reading() as session:
        query = select(InterviewTotal.people).where(InterviewTotal.question == "PI02", InterviewTotal.choice == "yes")
        assert session.scalars(query).all() == [2]


@only_sqlite
def test_failure_18_a_form_that_nobody_knows_here_waits_and_a_form_of_the_whole_visit_is_refused(
    server: Installation, truth: Truth, pack: Json
) -> None:
    tablet = server.tablet("lead")
    unknown = tablet.open(str(uuid4()), str(uuid4()), "A-01")
    with server.database.reading() as session:
        other = str(checklists.current_versions(session)["PRISON"])
    foreign = tablet.open(str(uuid4()), other, "A-02")
    twice = tablet.open(str(uuid4()), pack["forms"]["POLICE"], "A-03")
    tablet.send(server.wire)
    assert {name: row.state for name, row in truth.rows().items()} == dict.fromkeys((unknown["id"], foreign["id"]), "quarantined")
    assert tablet.disk.outbox[twice["id"]].fate == "refused"


@only_sqlite
def test_failure_19_a_part_that_is_missing_or_changed_is_noticed(server: Installation, pack: Json) -> None:
    here = f"/tablet/api/visits/{server.visit}/pack"
    manifest = server.read("lead", f"visits/{server.visit}/pack")
    parts = {name: server.ask("lead", "GET", f"{here}/{name}").get_data() for name in manifest["parts"]}
    assert {name: hashlib.sha256(body).hexdigest() for name, body in parts.items()} == manifest["parts"]
    tablet = server.tablet("member")
    tablet.open(str(uuid4()), pack["forms"]["ROOM"], "B-01")
    tablet.send(server.wire)
    changed = {name: server.ask("lead", "GET", f"{here}/{name}").get_data() for name in manifest["parts"]}
    differs = {name for name, body in changed.items() if hashlib.sha256(body).hexdigest() != manifest["parts"][name]}
    assert differs == {"visit"}
    assert server.ask("lead", "GET", f"{here}/form-PRISON").status_code == 404


@only_sqlite
def test_failure_20_the_session_is_over_and_the_outbox_drains(
    server: Installation, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet = server.tablet("lead")
    for code in codes[:3]:
        tablet.answer(police, code, "no")
    with server.database.writing() as session, session.begin():
        session.execute(update(WebSession).values(revoked_at=clock.now()))
    for path in ("me", "visits", f"visits/{server.visit}/entries?after=0", f"visits/{server.visit}/pack"):
        answer = server._ask("lead", "GET", f"/tablet/api/{path}")
        assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in")
    tablet.photograph(police, picture(20))
    tablet.send(server.wire)
    assert {out.fate for out in (*tablet.disk.outbox.values(), *tablet.disk.files.values())} == {"stored"}
    assert len(truth.rows()) == 3


TYPED = "Look at the rooms of the second floor, at night as well (invented)."


@only_sqlite
@pytest.mark.parametrize("signed_in_anew", [False, True])
def test_failure_21_a_form_that_was_open_for_eight_days_keeps_what_was_typed(
    server: Installation, hands: Clock, *, signed_in_anew: bool
) -> None:
    server.app.config["WTF_CSRF_ENABLED"] = True
    page = server.ask("regional", "GET", "/desk/visits/new")
    token = BeautifulSoup(page.text, "html.parser").select_one("[name=csrf_token]")
    assert token is not None
    hands.off = timedelta(days=8)
    if signed_in_anew:
        server.ask("regional", "GET", "/desk/")
    answer = server._ask("regional", "POST", "/desk/visits/new", data={"csrf_token": token["value"], "objective": TYPED})
    assert answer.status_code == (400 if signed_in_anew else 401)
    kept = BeautifulSoup(answer.text, "html.parser").select_one("form [name=objective]")
    assert kept is not None
    assert (kept.get("value") or kept.text) == TYPED
    assert token["value"] not in answer.text


@only_sqlite
def test_failure_21_a_page_of_another_site_puts_nothing(
    server: Installation, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet = server.tablet("lead")
    tablet.answer(police, codes[0], "no")
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        request = tablet.batch(tablet.waiting)
        answer = server.app.test_client().put("/tablet/api/entries", headers={**request.headers, **headers}, data=request.body)
        assert answer.status_code == 403
    assert truth.rows() == {}


@only_sqlite
def test_failure_22_sending_with_the_token_needs_no_session_and_goes_on_after_signing_out(
    server: Installation, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet = server.tablet("lead")
    for code in codes[:3]:
        tablet.answer(police, code, "no")
    assert server._ask("lead", "POST", "/sign-out").status_code == 302
    tablet.send(server.wire)
    assert len(truth.rows()) == 3


@pytest.mark.parametrize("year", [1970, 2031])
def test_failure_26_a_clock_of_another_year_changes_neither_order_nor_answers(
    server: Installation, truth: Truth, police: str, codes: list[str], year: int
) -> None:
    right, wrong = server.tablet("member"), server.tablet("lead")
    wrong.clock = wrong.clock.replace(year=year)
    first = wrong.answer(police, codes[0], "yes")
    wrong.send(server.wire)
    right.disk.copies.update({entry["id"]: entry for entry in server.read("member", f"visits/{server.visit}/entries")["entries"]})
    second = right.answer(police, codes[0], "no")
    third = wrong.answer(police, codes[1], "no")
    right.send(server.wire)
    wrong.send(server.wire)
    rows = truth.rows()
    assert [rows[said["id"]].seq for said in (first, second, third)] == [1, 2, 3]
    assert values(sides(server, police, codes[0])) == ["no"]
    told = {entry["id"]: entry for entry in server.read("lead", f"visits/{server.visit}/entries")["entries"]}
    assert told[first["id"]]["device_time"].startswith(str(year))
    assert told[first["id"]]["received_at"][:4] == str(clock.now().year)


def test_failure_28_two_people_answer_at_once_and_both_are_kept_and_named(
    server: Installation, police: str, codes: list[str]
) -> None:
    first, second = server.tablet("lead"), server.tablet("member")
    first.answer(police, codes[0], "yes", note="Seen in the register (invented).")
    second.answer(police, codes[0], "no", note="Told by two officers (invented).")
    for tablet in (second, first):
        tablet.send(server.wire)
    found = sides(server, police, codes[0])
    assert values(found) == ["no", "yes"]
    assert [side["heads"][0]["author"] for side in found] == [str(fixed_id("member")), str(fixed_id("lead"))]
    page = server.ask("doctor", "GET", f"/desk/visits/{server.visit}/sheets").text
    assert all(name in page for name in ("Lead (invented)", "Member (invented)", "register (invented)", "officers (invented)"))


def test_failure_34_yesterdays_backup_is_restored_and_nothing_is_lost(
    server: Installation, truth: Truth, pack: Json, police: str, codes: list[str]
) -> None:
    early, away = server.tablet("lead"), server.tablet("member")
    for tablet in (early, away):
        tablet.answer(police, codes[0], "no")
        tablet.send(server.wire)
    yesterday = server.home.backed_up()
    late = server.tablet("doctor")
    room = str(uuid4())
    away.open(room, pack["forms"]["ROOM"], "B-01")
    for tablet in (early, away, late):
        tablet.answer(police, codes[1], "no")
        tablet.answer(room, "RM04", "4")
        tablet.photograph(police, picture(len(tablet.disk.copies)))
        tablet.send(server.wire)
    assert len(early.disk.outbox) == 3 - 1  # the first one passed: a verified backup holds it
    before, files = truth.rows().keys(), truth.stored_files()
    server.restore(yesterday)
    assert truth.rows().keys() < before
    for tablet in (early, early):
        tablet.send(server.wire)
    for number in range(5):  # others' entries take the numbers that the one who is away was told
        early.answer(police, codes[2 + number], "no")
    early.send(server.wire)
    server.home.backed_up("today.age")
    with pytest.raises(Refused):
        late.send(server.wire)
    assert server.enrol_again("doctor", late)
    for tablet in (away, away, late, late, early):
        tablet.send(server.wire)
    assert truth.rows().keys() >= before
    assert truth.stored_files() == files
    assert all(not tablet.waiting and not tablet.waiting_files for tablet in (early, away, late))


@only_sqlite
def test_failure_34_nobody_comes_back_under_the_id_of_a_tablet_that_is_known(server: Installation) -> None:
    tablet: Tablet = server.tablet("member")
    for name in ("member", "lead", "outsider"):
        assert not server.enrol_again(name, tablet)
    end_access(server, "member")
    assert not server.enrol_again("lead", tablet)


def test_failure_34_a_restored_server_that_lacks_a_form_keeps_what_comes_for_it(
    server: Installation, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet = server.tablet("lead")
    backup = server.home.backed_up()
    publish(server, "ROOM")
    take_up(server, "ROOM")
    newer = server.read("lead", f"visits/{server.visit}/pack/visit")["forms"]["ROOM"]
    room = str(uuid4())
    tablet.open(room, newer, "A-01")
    tablet.answer(room, "RM04", "4")
    tablet.answer(police, codes[0], "no")
    tablet.send(server.wire)
    server.restore(backup)
    tablet.send(server.wire)
    tablet.send(server.wire)
    assert sorted(row.state for row in truth.rows().values()) == ["quarantined", "quarantined", "stored"]
