"""`demo`: an empty home becomes a demonstration with people of every role, and everything in it is visibly invented."""

import json
import re
import stat

import pyotp
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from facilities.models import Facility
from monitoring import app as composition
from monitoring.accounts.models import Mechanism, Person
from monitoring.accounts.rules import Country, Role
from monitoring.core.config import read_settings
from monitoring.core.jobs import Job
from monitoring.reports.models import Publication
from tests.cli.conftest import Shell
from visits.findings.models import Finding
from visits.plan.models import Visit
from visits.sheets.models import Answer

pytestmark = pytest.mark.xdist_group("cli")


def _logins(shell: Shell) -> list[list[str]]:
    return [line.split("\t") for line in shell.run("demo", "--logins").said.splitlines()]


def test_logins_are_four_columns_for_people_of_every_role_in_every_country(demonstration: Shell) -> None:
    rows = _logins(demonstration)
    assert {len(row) for row in rows} == {4}
    held = {(row[0].split()[0], role) for row in rows for role in row[0].split()[1].split("+")}
    assert held == {(str(country), str(role)) for country in Country for role in Role}
    assert all(re.fullmatch(r"[a-z]+\.(kz|kg|tj)@example\.org", row[1]) for row in rows)
    assert all(re.fullmatch(r"[A-Z2-7]{32}", row[3]) for row in rows)
    for column in (1, 2, 3):
        assert len({row[column] for row in rows}) == len(rows)


@pytest.mark.parametrize("part", ["coordinator.kz", "casesupervisor.tj"])
def test_a_printed_login_signs_in_by_the_ordinary_way(demonstration: Shell, part: str) -> None:
    _role, email, passphrase, secret = next(row for row in _logins(demonstration) if row[1].startswith(part))
    app = composition.create_app(read_settings({"MONITORING_HOME": str(demonstration.home)}))
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.post("/sign-in", data={"email": email, "password": passphrase})
    assert browser.post("/sign-in/code", data={"code": pyotp.TOTP(secret).now()}).headers["Location"] == "/desk/"
    assert browser.get("/desk/").status_code == 200


def test_whoever_may_no_longer_sign_in_is_not_printed(demonstration: Shell) -> None:
    with demonstration.session() as session, session.begin():
        session.scalars(select(Person).where(Person.email == "lead.kz@example.org")).one().active = False
    assert "lead.kz@example.org" not in demonstration.run("demo", "--logins").said


def test_logins_lie_where_only_the_owner_reads_them(demonstration: Shell) -> None:
    for path in demonstration.home.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_everything_in_it_is_visibly_invented(demonstration: Shell) -> None:
    demonstration.run("demo", "--logins")
    with demonstration.database().reading() as session:
        people, places = session.scalars(select(Person)).all(), session.scalars(select(Facility)).unique().all()
        assert all(person.invented and person.name.endswith("(invented)") for person in people)
        assert all("(invented" in body.names["en"] for body in session.scalars(select(Mechanism)))
        assert all(place.invented and "(invented" in place.names["en"] for place in places)
        assert all("(вымышлен" in place.names["ru"] for place in places if "ru" in place.names)
        assert {place.country for place in places} == {"KZ", "KG", "TJ"}


def test_the_story_has_every_link_of_the_chain(demonstration: Shell) -> None:
    demonstration.run("demo", "--logins")
    with demonstration.database().reading() as session:
        assert {"planned", "returned"} <= {str(state) for state in session.scalars(select(Visit.state))}
        assert session.scalars(select(Answer)).first()
        assert {"confirmed"} <= {str(state) for state in session.scalars(select(Finding.state))}
        published = session.scalars(select(Publication)).all()
        assert published
        for publication in published:
            file = demonstration.home / "public" / publication.country / f"{publication.slug}.pdf"
            assert file.read_bytes().startswith(b"%PDF")
        assert session.scalars(select(Job).where(Job.done_at.is_(None))).all() == []


def test_made_once_it_stays(demonstration: Shell) -> None:
    before = _files(demonstration)
    assert demonstration.run("demo", "--if-new").code == 0
    told = demonstration.run("demo")
    assert (told.code, "already holds something" in told.said) == (2, True)
    told = demonstration.run("init")
    assert (told.code, "is a demonstration; it can never become a installation" in told.said) == (2, True)
    assert _files(demonstration) == before


def _files(shell: Shell) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in shell.home.rglob("*") if path.suffix in {".json", ".sqlite3", ".pdf"}}


def test_one_that_was_interrupted_says_so_instead_of_being_served_half(demonstration: Shell) -> None:
    (demonstration.home / "demonstration_logins.json").unlink()
    for words in (("demo",), ("demo", "--if-new")):
        told = demonstration.run(*words)
        assert (told.code, "was interrupted" in told.said) == (2, True)


def test_it_is_never_served_beyond_this_machine(demonstration: Shell) -> None:
    demonstration.settings["HOST"] = "0.0.0.0"
    told = demonstration.run("serve")
    assert (told.code, "set HOST=127.0.0.1" in told.said) == (2, True)


def test_two_demonstrations_share_no_secret(demonstration: Shell, made_installation) -> None:
    logins = json.loads((demonstration.home / "demonstration_logins.json").read_text())
    assert len({row[2] for row in logins}) == len(logins)
    assert (demonstration.home / "keys" / "keyring.json").read_bytes() != (
        made_installation / "keys" / "keyring.json"
    ).read_bytes()


# The current answers, made anew.


def _answers(session: Session) -> list[bytes]:
    rows = session.scalars(select(Answer)).all()
    assert rows
    told = (
        {
            name: getattr(row, name)
            for name in ("visit_id", "sheet_id", "question", "conflict", "relevant", "assessed", "severity", "sides")
        }
        for row in rows
    )
    return sorted(json.dumps(row, default=str, sort_keys=True, ensure_ascii=False).encode() for row in told)


def test_answers_made_anew_are_the_same_to_the_byte(demonstration: Shell) -> None:
    demonstration.run("demo", "--logins")
    with demonstration.database().reading() as session:
        before = _answers(session)
    told = demonstration.run("rebuild")
    assert told.code == 0
    assert re.match(r"\d+ answers in \d+ visits were made anew", told.said)
    with demonstration.database().reading() as session:
        assert _answers(session) == before


def test_answers_that_were_lost_or_bent_are_put_right(demonstration: Shell) -> None:
    demonstration.run("demo", "--logins")
    with demonstration.database().reading() as session:
        before = _answers(session)
    with demonstration.session() as session, session.begin():
        first, second, *_rest = session.scalars(select(Answer).order_by(Answer.id))
        session.delete(first)
        second.sides, second.severity = [], "critical"
        session.execute(text("UPDATE answers SET relevant = NOT relevant"))
    assert demonstration.run("rebuild").code == 0
    with demonstration.database().reading() as session:
        assert _answers(session) == before
