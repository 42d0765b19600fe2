"""Every route says who may enter, and nobody else comes in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from monitoring.accounts.rules import Role
from monitoring.core import web
from monitoring.core.permissions import Permission


def test_every_route_declares_who_may_enter(app: Flask) -> None:
    with app.app_context():
        silent = [rule.endpoint for rule in app.url_map.iter_rules() if web.access_rule(rule.endpoint) is None]
    assert silent == []


def test_every_permission_that_a_route_asks_for_is_held_by_somebody(app: Flask) -> None:
    with app.app_context():
        asked = {web.access_rule(rule.endpoint) for rule in app.url_map.iter_rules()}
        held = {permission: roles for permission, roles in web.parts().permissions.items().items() if roles <= set(Role)}
    assert {rule for rule in asked if isinstance(rule, Permission)} <= set(held)


def test_no_address_holds_a_number_that_counts(app: Flask) -> None:
    assert [str(rule) for rule in app.url_map.iter_rules() if "<int:" in str(rule)] == []


@pytest.mark.parametrize("address", ["/desk/", "/desk/places", "/desk/visits", "/desk/reports", "/desk/admin/people"])
def test_nobody_reads_the_office_without_signing_in(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_the_tablet_is_told_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/tablet/api/visits")
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in")
