"""The composition root: the only place that knows every part."""

from dataclasses import dataclass

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from checklists import operations as checklists
from facilities import operations as facilities
from facilities import permissions as facility_permissions
from facilities import routes as facility_pages
from monitoring.accounts import adapters as sign_in
from monitoring.accounts import operations as accounts
from monitoring.accounts import permissions as account_permissions
from monitoring.accounts import routes as account_pages
from monitoring.accounts.models import Person
from monitoring.accounts.permissions import AccountPermission
from monitoring.accounts.rules import Role
from monitoring.admin import routes as admin_pages
from monitoring.coalition import operations as coalition
from monitoring.core import error_pages, jobs, templating, web
from monitoring.core.config import Settings
from monitoring.core.crypto import KeyStore, read_keyring, safe
from monitoring.core.db import Database
from monitoring.core.i18n import N_, Message
from monitoring.core.permissions import Permission, PermissionTable
from monitoring.standards import operations as standards

LARGEST_REQUEST = 21_000_000
"""Bytes; a photo may have 20 MB."""

PERMISSIONS = PermissionTable(account_permissions.GRANTS, facility_permissions.GRANTS)
JOBS: jobs.Handlers = {}
PAGES = (account_pages.bp, facility_pages.bp, admin_pages.bp)
FOREIGN_VIEWS: dict[str, web.Access] = {
    "static": web.Access.PUBLIC,
    "bootstrap.static": web.Access.PUBLIC,
    **sign_in.FOREIGN_VIEWS,
}


@dataclass(frozen=True)
class MenuItem:
    """One word of the main menu, for those who hold the permission."""

    endpoint: str
    title: Message
    permission: Permission

    @property
    def current(self) -> bool:
        """Whether the page belongs to this item."""
        return request.endpoint is not None and request.endpoint.split(".")[0] == self.endpoint.split(".")[0]


MENU = (
    MenuItem("admin.people", N_("People"), AccountPermission.MANAGE),
    MenuItem("admin.trail", N_("Audit trail"), AccountPermission.READ_TRAIL),
)


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """Put the application together for one installation. Raises Misconfigured."""
    app = Flask("monitoring", template_folder=str(templating.TEMPLATES), static_folder="static")
    database = database or open_home(settings)
    unlock(settings)
    configure(app, settings)
    templating.install(app)
    CSRFProtect(app)
    Bootstrap5(app)
    sign_in.install(app, database, settings)
    web.install(app, web.Parts(settings, database, PERMISSIONS, sign_in.load_actor, dict(FOREIGN_VIEWS)))
    error_pages.install(app)
    add_pages(app)
    return app


def open_home(settings: Settings) -> Database:
    """Read the keys of an installation and open its database. Raises Misconfigured."""
    unlock(settings)
    return Database(settings.database_url)


def unlock(settings: Settings) -> None:
    """Read the keys."""
    keyring = read_keyring(settings.keyring_file)
    safe.unlock(keyring, KeyStore(settings.key_store_file, keyring))


def configure(app: Flask, settings: Settings) -> None:
    """Flask's own settings."""
    app.config.update(
        SECRET_KEY=safe.keyring.derive("cookies"),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
        SETTINGS=settings,
    )


def add_pages(app: Flask) -> None:
    """Every room's pages, and what the frame around them shows."""
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    app.add_url_rule("/healthz", view_func=healthz)
    app.jinja_env.globals.update(
        menu=lambda: [item for item in MENU if web.may(item.permission)],
        demonstration=lambda: web.parts().settings.demonstration,
        demonstration_people=account_pages.demonstration_people,
        person_roles=person_roles,
    )


@web.requires(web.Access.PUBLIC)
def healthz() -> ResponseReturnValue:
    """Whether it runs; nothing more is said to the outside."""
    return jsonify(status="ok")


def person_roles(person: Person) -> str:
    """A person's roles in words."""
    return ", ".join(templating.translated(Role(role.name).label) for role in person.roles)


def load_word_lists(session: Session) -> list[str]:
    """Load the built-in registers and checklists, a line each; loading them again changes nothing."""
    reports = [*standards.load(session), *coalition.load(session), *facilities.load(session), *checklists.load(session)]
    return [f"regions: {accounts.load_regions(session)} new or changed", *map(str, reports)]
