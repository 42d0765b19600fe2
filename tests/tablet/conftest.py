"""A visit, and tablets that reach the server over HTTP."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import World
from tests.field import Tablet, plan
from visits.plan.models import Visit


@pytest.fixture
def visit(app: Flask, session: Session, world: World) -> Visit:
    """Planned after the application has read its keys: what is sealed here is opened there."""
    return plan(session, world)


@pytest.fixture
def tablet(session: Session, world: World, visit: Visit) -> Callable[[str], Tablet]:
    """A tablet of somebody, enrolled for good."""

    def enrolled(name: str) -> Tablet:
        made = Tablet(session, world.actor(name), visit)
        session.commit()
        return made

    return enrolled


@pytest.fixture
def as_(as_, session: Session):
    """A browser in which somebody is signed in; what the test prepared is committed first."""

    def signed_in(person):
        session.commit()
        return as_(person)

    return signed_in


@pytest.fixture
def lead(tablet) -> Tablet:
    return tablet("lead")


@pytest.fixture
def wire(lead: Tablet, client: FlaskClient):
    """The lead's way to the server."""
    return lead.wire(client)
