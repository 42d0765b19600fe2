"""The made-up people are offered in a demonstration, on this machine, and nowhere else."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from monitoring import app as composition
from monitoring.core.config import Settings
from monitoring.core.db import Database
from tests.factories import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HERE, THERE = "127.0.0.1", "198.51.100.7"


def _served(settings: Settings, database: Database, **changes: object) -> FlaskClient:
    app: Flask = composition.create_app(replace(settings, **changes), database=database)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    return app.test_client()


@pytest.fixture
def demonstration(settings: Settings, database: Database) -> FlaskClient:
    return _served(settings, database, demonstration=True)


def test_one_tap_signs_in_under_a_banner(demonstration: FlaskClient, world: World) -> None:
    page = demonstration.get("/sign-in?next=/desk/visits").text
    assert "every person, place and problem here is invented" in page
    assert f'value="{world.lead.id}"' in page
    answer = demonstration.post("/sign-in/demonstration", data={"person": str(world.lead.id), "next": "/desk/visits"})
    assert answer.headers["Location"] == "/desk/visits"
    assert demonstration.get("/desk/").status_code == 200


def test_an_installation_has_no_buttons(client: FlaskClient, world: World) -> None:
    assert str(world.lead.id) not in client.get("/sign-in").text
    assert client.post("/sign-in/demonstration", data={"person": str(world.lead.id)}).status_code == 404
    assert client.get("/desk/").status_code == 302


def test_a_demonstration_that_listens_to_others_has_no_buttons(settings: Settings, database: Database, world: World) -> None:
    open_to_all = _served(settings, database, demonstration=True, host="0.0.0.0")
    assert str(world.lead.id) not in open_to_all.get("/sign-in").text
    assert open_to_all.post("/sign-in/demonstration", data={"person": str(world.lead.id)}).status_code == 404


def test_a_browser_on_another_machine_gets_no_buttons(demonstration: FlaskClient, world: World) -> None:
    away = {"REMOTE_ADDR": THERE}
    assert str(world.lead.id) not in demonstration.get("/sign-in", environ_base=away).text
    answer = demonstration.post("/sign-in/demonstration", data={"person": str(world.lead.id)}, environ_base=away)
    assert answer.status_code == 404


def test_only_made_up_people_have_a_button(demonstration: FlaskClient, world: World, session: Session) -> None:
    world.lead.invented = False
    session.commit()
    assert str(world.lead.id) not in demonstration.get("/sign-in").text
    for person in (str(world.lead.id), "nobody", ""):
        assert demonstration.post("/sign-in/demonstration", data={"person": person}).status_code == 404


def test_the_button_leads_nowhere_else(demonstration: FlaskClient, world: World) -> None:
    told = {"person": str(world.lead.id), "next": "https://evil.example.org/"}
    assert demonstration.post("/sign-in/demonstration", data=told).headers["Location"] == "/"


def test_who_must_show_again_may_do_it_with_a_tap(demonstration: FlaskClient, world: World) -> None:
    demonstration.post("/sign-in/demonstration", data={"person": str(world.admin.id)})
    page = demonstration.get("/sign-in/again?next=/desk/admin/people/new").text
    assert f'value="{world.admin.id}"' in page
    assert f'value="{world.lead.id}"' not in page
