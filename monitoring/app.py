"""The composition root: the only place that knows every part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

from babel.support import Translations
from flask import Flask, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from checklists import operations as checklists
from checklists.rules import QuestionDefinition, Reason, Severity, Source, Value
from facilities import operations as facilities
from facilities import permissions as facility_permissions
from facilities import routes as facility_pages
from facilities.permissions import FacilityPermission
from monitoring.accounts import adapters as sign_in
from monitoring.accounts import operations as accounts
from monitoring.accounts import permissions as account_permissions
from monitoring.accounts import routes as account_pages
from monitoring.accounts.models import Person
from monitoring.accounts.permissions import AccountPermission
from monitoring.accounts.rules import Country, Role
from monitoring.admin import routes as admin_pages
from monitoring.coalition import operations as coalition
from monitoring.core import error_pages, installation, jobs, templating, web
from monitoring.core.config import Settings
from monitoring.core.crypto import KeyStore, read_keyring, safe
from monitoring.core.db import Database
from monitoring.core.i18n import N_, Message
from monitoring.core.permissions import Permission, PermissionTable
from monitoring.desk import permissions as desk_permissions
from monitoring.desk import queries as desk
from monitoring.desk import routes as desk_pages
from monitoring.desk.permissions import DeskPermission
from monitoring.public import routes as public_pages
from monitoring.recommendations import permissions as recommendation_permissions
from monitoring.recommendations import routes as recommendation_pages
from monitoring.recommendations.permissions import RecommendationPermission
from monitoring.recommendations.rules import RecommendationState
from monitoring.reports import operations as reports
from monitoring.reports import permissions as report_permissions
from monitoring.reports import routes as report_pages
from monitoring.reports.operations.publishing import PDF_JOB
from monitoring.reports.permissions import ReportPermission
from monitoring.reports.rules import ReportState
from monitoring.standards import operations as standards
from monitoring.tablet import permissions as tablet_permissions
from monitoring.tablet import routes as tablet_pages
from monitoring.tablet.permissions import TabletPermission
from visits.findings import permissions as finding_permissions
from visits.findings import queries as findings
from visits.findings import routes as finding_pages
from visits.findings.models import Finding
from visits.findings.permissions import FindingPermission
from visits.findings.rules import FindingState
from visits.plan import permissions as visit_permissions
from visits.plan.permissions import VisitPermission
from visits.plan.queries import SeenVisit
from visits.sheets import permissions as sheet_permissions
from visits.sheets import queries as sheets
from visits.sheets import routes as sheet_pages
from visits.sheets.models import Device
from visits.sheets.rules import Confidence

LARGEST_REQUEST = 21_000_000
"""Bytes; a photo may have 20 MB."""

PERMISSIONS = PermissionTable(
    account_permissions.GRANTS,
    facility_permissions.GRANTS,
    visit_permissions.GRANTS,
    sheet_permissions.GRANTS,
    finding_permissions.GRANTS,
    recommendation_permissions.GRANTS,
    report_permissions.GRANTS,
    tablet_permissions.GRANTS,
    desk_permissions.GRANTS,
)
PAGES = (
    account_pages.bp,
    facility_pages.bp,
    sheet_pages.bp,
    sheet_pages.devices,
    finding_pages.bp,
    recommendation_pages.bp,
    report_pages.bp,
    desk_pages.bp,
    admin_pages.bp,
    tablet_pages.bp,
    public_pages.bp,
)
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
        """Whether the page belongs to this item: the longest address of the menu that this one begins with."""
        return self is max((item for item in MENU if item.holds(request.path)), key=_length, default=None)

    def holds(self, path: str) -> bool:
        """Whether a page lies under this item; under the first page lies only itself."""
        return path == self.address or (self.endpoint != "desk.home" and path.startswith(self.address))

    @property
    def address(self) -> str:
        """Where it leads."""
        return url_for(self.endpoint)


def _length(item: MenuItem) -> int:
    return len(item.address)


MENU = (
    MenuItem("desk.home", N_("Home"), DeskPermission.HOME),
    MenuItem("desk.places", N_("Places"), FacilityPermission.SEE),
    MenuItem("desk.visits", N_("Visits"), VisitPermission.SEE),
    MenuItem("findings.index", N_("Findings"), FindingPermission.SEE),
    MenuItem("recommendations.index", N_("Recommendations"), RecommendationPermission.SEE),
    MenuItem("desk.coalition", N_("Coalition"), DeskPermission.COALITION),
    MenuItem("reports.index", N_("Reports"), ReportPermission.SEE),
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
    load_device = partial(device_by_token, database)
    web.install(app, web.Parts(settings, database, PERMISSIONS, sign_in.load_actor, load_device, dict(FOREIGN_VIEWS)))
    csrf = CSRFProtect(app)
    Bootstrap5(app)
    sign_in.install(app, database, settings)
    error_pages.install(app)
    add_pages(app)
    for view in app.view_functions.values():
        if getattr(view, "access_rule", None) is web.Access.DEVICE:
            csrf.exempt(view)  # no cookie authorises it, so no other site can borrow one
    return app


def device_by_token(database: Database, authorization: str) -> sheets.Sender | None:
    """Which device sends, read in a short transaction of its own: what is slow comes after it and before the writing."""
    with database.reading() as session:
        return sheets.sender_for(session, authorization)


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
        WTF_CSRF_SSL_STRICT=False,  # it asks for a referrer, and we tell browsers to send none
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
        visit_overview=visit_overview,
        findings_of_sheet=findings_of_sheet,
        own_tablets=own_tablets,
        in_words=in_words,
        document_words=document_words,
        may_plan=LocalProxy(lambda: web.may(VisitPermission.PLAN)),
        may_keep=LocalProxy(lambda: web.may(FacilityPermission.KEEP)),
        may_fill=LocalProxy(lambda: web.may(TabletPermission.FILL)),
        **LABELS,
        country_labels={str(country): country.label for country in Country},
        source_labels=lambda keys: ", ".join(templating.translated(Source(key).label) for key in keys),
    )


@web.requires(web.Access.PUBLIC)
def healthz() -> ResponseReturnValue:
    """Whether it runs; nothing more is said to the outside."""
    return jsonify(status="ok")


def _labels(words: type[Any]) -> Callable[[str], Message]:
    return lambda key: words(key).label


LABELS = {
    "reason_label": _labels(Reason),
    "source_label": _labels(Source),
    "confidence_label": _labels(Confidence),
    "state_label": _labels(FindingState),
    "recommendation_state_label": _labels(RecommendationState),
    "report_state_label": _labels(ReportState),
}
"""Words that templates look up by key."""


def visit_overview(seen: SeenVisit) -> desk.Overview:
    """A visit's head and the counts of its parts, for the frame around its pages."""
    return desk.overview(web.session(), web.actor(), seen)


def findings_of_sheet(seen: SeenVisit, sheet_id: UUID) -> dict[str, list[Finding]]:
    """What was made of the answers of a sheet, by question."""
    return findings.made_from(web.session(), seen, sheet_id)


def own_tablets() -> list[Device]:
    """The tablets of whoever looks."""
    return sheets.devices_of(web.session(), web.actor().person_id)


def in_words(question: QuestionDefinition, value: Value) -> str:
    """An answer as people read it."""
    return question.in_words(value, templating.language(), templating.translated)


def person_roles(person: Person) -> str:
    """A person's roles in words."""
    return ", ".join(templating.translated(Role(role.name).label) for role in person.roles)


def job_handlers(settings: Settings) -> jobs.Handlers:
    """What the worker can do, for one installation."""

    def build_pdf(session: Session, payload: Mapping[str, Any]) -> None:
        reports.build_pdf(session, payload, settings.public, document_words(str(payload.get("language", "en"))))

    return {PDF_JOB: build_pdf}


@cache
def document_words(language: str) -> dict[str, str]:
    """The words that a page or a typeset document adds to the texts of a report, in the report's language."""
    catalogue = Translations.load(templating.TRANSLATIONS, [language])
    words = {str(level): level.label for level in Severity} | {"recommendation": N_("Recommendation")}
    return {name: str(catalogue.gettext(text)) for name, text in words.items()}


def load_word_lists(session: Session) -> list[str]:
    """Load the built-in registers and checklists, a line each; loading them again changes nothing."""
    installation.ensure(session)
    reports = [*standards.load(session), *coalition.load(session), *facilities.load(session), *checklists.load(session)]
    return [f"regions: {accounts.load_regions(session)} new or changed", *map(str, reports)]
