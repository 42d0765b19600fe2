"""How texts, dates and numbers are shown: translated, in the person's language, exact on demand."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext
from markupsafe import Markup
from wtforms import Field

from monitoring.core import web
from monitoring.core.clock import now
from monitoring.core.i18n import LANGUAGES, SOURCE_LANGUAGE, Message, text_in

LANGUAGE_COOKIE = "language"
HERE = Path(__file__).resolve().parent.parent
TEMPLATES = HERE / "templates" if (HERE / "templates").is_dir() else HERE.parent / "templates"
TRANSLATIONS = HERE / "translations"


def install(app: Flask) -> None:
    """Give templates their filters and the application its languages."""
    Babel(app, locale_selector=language, default_translation_directories=str(TRANSLATIONS))
    app.jinja_env.filters.update(tr=translated, day=day, moment=moment, number=number, texts=localised)
    app.jinja_env.globals.update(
        language=language, languages=LANGUAGES, may=web.may, maybe_actor=web.maybe_actor, now=now, aria=aria
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def language() -> str:
    """The language of this request: the address's, the choice made here, the one kept for the person, the browser's wish."""
    kept = g.actor.language if g.get("actor") else None
    wanted = (g.get("language"), (request.view_args or {}).get("language"), request.cookies.get(language_cookie()), kept)
    chosen = next((str(language) for language in wanted if language in LANGUAGES), None)
    return chosen or request.accept_languages.best_match(list(LANGUAGES)) or SOURCE_LANGUAGE


def language_cookie() -> str:
    """The name of the cookie that keeps a choice; over TLS no neighbouring host can set it."""
    return f"__Host-{LANGUAGE_COOKIE}" if web.parts().settings.secure_cookies else LANGUAGE_COOKIE


def translated(message: Message | str) -> str:
    """A marked text in the language of this request, with its values (which may be marked texts themselves)."""
    if isinstance(message, Message) and message.values:
        values = {name: translated(v) if isinstance(v, Message) else v for name, v in message.values.items()}
        return str(gettext(str(message))) % values
    return str(gettext(str(message))) if message else ""


def localised(texts: dict[str, str] | None) -> str:
    """A text kept in several languages, in the language of this request."""
    return text_in(texts or {}, language())


def day(value: date | None) -> str:
    """A date as people say it: 24 November 2026."""
    if value is None:
        return ""
    return format_date(value, "d MMMM y", locale=str(get_locale() or SOURCE_LANGUAGE))


def moment(value: datetime | None, time_zone: str = "UTC") -> Markup:
    """A moment at a place: day and time as text, exact for machines."""
    if value is None:
        return Markup("")
    local = value.astimezone(ZoneInfo(time_zone))
    text = f"{day(local.date())}, {local:%H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), text)


def number(value: float | None, digits: int = 1) -> str:
    """A number with the decimal sign of the language."""
    if value is None:
        return ""
    return str(format_decimal(round(value, digits), locale=str(get_locale() or SOURCE_LANGUAGE)))


def aria(field: Field, hint: str | None = None) -> dict[str, str]:
    """What a form control says to those who do not see it: its hint, its errors, that it is wrong."""
    described = [f"{field.id}-hint"] * bool(hint) + [f"{field.id}-error"] * bool(field.errors)
    said = {"aria-describedby": " ".join(described)} if described else {}
    return {**said, "aria-invalid": "true"} if field.errors else said
