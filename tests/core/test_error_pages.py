"""What went wrong is said in words that help: what happened, that nothing is lost, what to do; and never how it works inside."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from monitoring.accounts.models import Person
from monitoring.core import web
from monitoring.core.db import Database
from monitoring.core.errors import Forbidden
from monitoring.core.i18n import N_
from tests.factories import World
from tests.field import plan

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
As = Callable[[Person], FlaskClient]
INSIDE = re.compile(r"Traceback|File \"|sqlalchemy|sqlite|psycopg|site-packages|Exception|line \d+|werkzeug", re.IGNORECASE)
TYPED = "What I wrote for an hour (invented) <b>"


def _main(page: str) -> str:
    return BeautifulSoup(page, "html.parser").find("main").get_text(" ", strip=True)


def _probe(app: Flask, error: Exception) -> None:
    def probe() -> str:
        raise error

    app.add_url_rule("/probe", view_func=web.requires(web.Access.PUBLIC)(probe), methods=["GET", "POST"])


def test_hidden_and_missing_are_answered_letter_by_letter_alike(as_: As, world: World, session: Session) -> None:
    hidden, missing = plan(session, world).id, uuid4()
    session.commit()
    outsider = as_(world.outsider)
    answers = [outsider.get(f"/desk/visits/{visit}") for visit in (hidden, missing)]
    pages = [re.sub(r"[0-9a-f-]{36}|value=\"[\w.-]{60,}\"|nonce=\"[^\"]+\"", "X", answer.text) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert pages[0] == pages[1]
    assert [name for name in answers[0].headers.keys()] == [name for name in answers[1].headers.keys()]  # noqa: C416, SIM118
    assert "no such page, or it is not for you" in _main(answers[0].text)


def test_what_may_be_seen_but_not_done_says_why(as_: As, world: World, session: Session) -> None:
    visit = plan(session, world).id
    session.commit()
    answer = as_(world.member).post(f"/desk/visits/{visit}/returned")
    assert answer.status_code == 403
    assert "Only the lead of the visit" in _main(answer.text)


def test_an_accident_says_that_nothing_is_lost_and_nothing_of_the_inside(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    _probe(app, RuntimeError("secret detail"))
    answer = client.post("/probe", data={"text": TYPED})
    assert answer.status_code == 500
    assert "what you saved before is safe" in _main(answer.text)
    assert not INSIDE.search(_main(answer.text).replace(TYPED, ""))
    assert "secret detail" not in answer.text
    assert "RuntimeError" in caplog.text


def test_an_accident_gives_back_what_was_typed_but_no_secret(app: Flask, client: FlaskClient) -> None:
    _probe(app, RuntimeError())
    secrets = {"password": "old one", "new_password": "new one", "new_password_confirm": "new one", "code": "123456"}
    page = client.post("/probe", data={"text": TYPED, **secrets, "csrf_token": "mark"}).text
    assert TYPED in _main(page)
    assert "<b>" not in page
    assert [secret for secret in (*secrets.values(), "mark") if secret in page] == []


def test_somebody_else_was_faster(app: Flask, client: FlaskClient) -> None:
    _probe(app, StaleDataError("UPDATE statement on table 'x'"))
    answer = client.post("/probe", data={"text": TYPED})
    assert answer.status_code == 409
    assert "Somebody else changed this" in _main(answer.text)
    assert TYPED in _main(answer.text)


def test_a_form_from_before_a_new_sign_in_can_be_sent_again(app: Flask, as_: As, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser = as_(world.admin)
    told = {"name": TYPED, "email": "new@example.org", "roles": ["monitor", "doctor"], "csrf_token": "of another session"}
    answer = browser.post("/desk/admin/people/new", data=told)
    assert answer.status_code == 400
    assert "What you typed is kept" in _main(answer.text)
    form = next(
        f for f in BeautifulSoup(answer.text, "html.parser").find_all("form") if f.get("action") == "/desk/admin/people/new"
    )
    fields = [(field["name"], field["value"]) for field in form.find_all("input")]
    assert ("name", TYPED) in fields
    assert [value for name, value in fields if name == "roles"] == ["monitor", "doctor"]
    again: dict[str, list[str]] = {}
    for name, value in fields:
        again.setdefault(name, []).append(value)
    assert browser.post("/desk/admin/people/new", data={**again, "region_code": "", "language": ""}).status_code == 200


def test_a_form_from_elsewhere_is_not_kept(app: Flask, as_: As, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = as_(world.admin).post("/desk/admin/people/new", data={"name": TYPED}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert TYPED not in _main(answer.text)


def test_who_was_signed_out_meanwhile_keeps_the_typed_text_and_is_told_what_to_do(
    app: Flask, client: FlaskClient, world: World
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/desk/admin/people/new", data={"name": TYPED, "csrf_token": "of a dead session"})
    assert answer.status_code == 401
    assert "Your session has ended" in _main(answer.text)
    assert TYPED in _main(answer.text)
    assert 'href="/sign-in"' in answer.text


def test_a_tablet_is_told_in_its_own_way(app: Flask, client: FlaskClient, as_: As, world: World) -> None:
    assert (client.get("/tablet/api/me").status_code, client.get("/tablet/api/me").json["code"]) == (401, "sign_in")
    assert (client.put("/tablet/api/entries", json={}).status_code, client.put("/tablet/api/entries").json["code"]) == (
        401,
        "device",
    )
    lead = as_(world.lead)
    assert lead.get("/tablet/api/nothing").json["code"] == "not_found"
    assert lead.delete("/tablet/api/entries").json["code"] == "http"
    app.config["WTF_CSRF_ENABLED"] = True
    answer = lead.post("/tablet/api/device", json={"label": "x"})
    assert (answer.status_code, answer.json["code"]) == (403, "stale_session")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_that_is_too_large_is_told_so(as_: As, world: World, kind: str) -> None:
    answer = as_(world.admin).post("/desk/admin/people/new", data=b"name=" + b"x" * 21_000_000, content_type=kind)
    assert answer.status_code == 413
    assert "larger than 21 MB" in _main(answer.text)


def test_a_report_of_two_hundred_thousand_cyrillic_letters_comes_through(app: Flask, client: FlaskClient) -> None:
    _probe(app, Forbidden(N_("Read it.")))
    long = "слово за словом " * 12_500
    answer = client.post("/probe", data={"summary": long})
    assert answer.status_code == 403
    assert long in answer.text


def test_an_address_that_takes_no_such_request_says_so(as_: As, world: World) -> None:
    answer = as_(world.admin).post("/desk/admin/rights")
    assert answer.status_code == 405
    assert "takes no such request" in _main(answer.text)


@pytest.mark.parametrize("address", ["/desk/", "/desk/visits", "/sign-in", "/en/", "/en/reports", "/tablet/api/me"])
def test_a_database_that_is_gone_shows_neither_data_nor_inside(
    app: Flask, as_: As, world: World, database: Database, address: str
) -> None:
    browser = as_(world.lead)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE people RENAME TO gone")
        connection.exec_driver_sql("ALTER TABLE publications RENAME TO gone_too")
        connection.commit()
    answer = browser.get(address)
    assert answer.status_code == 500
    assert not INSIDE.search(answer.text)


def test_keys_that_do_not_fit_show_neither_data_nor_inside(as_: As, world: World, session: Session, database: Database) -> None:
    visit = plan(session, world).id
    session.commit()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE visits SET plan = x'0100000001'")
        connection.commit()
    answer = as_(world.lead).get(f"/desk/visits/{visit}")
    assert answer.status_code == 500
    assert not INSIDE.search(answer.text)
    assert "first hours" not in answer.text
