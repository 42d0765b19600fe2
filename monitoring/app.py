"""The composition root: the only place that knows every part."""

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from monitoring.core import error_pages, templating, web
from monitoring.core.config import Settings
from monitoring.core.crypto import KeyStore, read_keyring, safe
from monitoring.core.db import Database
from monitoring.core.permissions import PermissionTable

LARGEST_REQUEST = 21_000_000
"""Bytes; a photo may have 20 MB."""

PERMISSIONS = PermissionTable()
FOREIGN_VIEWS: dict[str, web.Access] = {"static": web.Access.PUBLIC, "bootstrap.static": web.Access.PUBLIC}


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """Put the application together for one installation. Raises Misconfigured."""
    app = Flask("monitoring", template_folder=str(templating.TEMPLATES), static_folder="static")
    unlock(settings)
    configure(app, settings)
    templating.install(app)
    install_web(app, settings, database or Database(settings.database_url))
    error_pages.install(app)
    add_rooms(app)
    return app


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


def install_web(app: Flask, settings: Settings, database: Database) -> None:
    """Requests: sessions, rights, headers, forms."""
    web.install(app, web.Parts(settings, database, PERMISSIONS, lambda: None, dict(FOREIGN_VIEWS)))
    CSRFProtect(app)
    Bootstrap5(app)


def add_rooms(app: Flask) -> None:
    """Every room's pages."""


def load_word_lists(session: Session) -> None:
    """Load the built-in registers and checklists; loading them again changes nothing."""
