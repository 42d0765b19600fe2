"""What everybody may read."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitoring.core.errors import NotFound
from monitoring.reports.models import Publication


def publications(session: Session, country: str | None = None) -> list[Publication]:
    """Published reports, newest first."""
    query = select(Publication).order_by(Publication.published_at.desc(), Publication.id)
    return list(session.scalars(query.where(Publication.country == country) if country else query))


def publication(session: Session, country: str, slug: str) -> Publication:
    """One published report. Raises NotFound."""
    found = session.scalars(select(Publication).where(Publication.country == country, Publication.slug == slug)).first()
    if found is None:
        raise NotFound
    return found


def publications_for_call(session: Session, code: str) -> list[Publication]:
    """Published reports with findings that bear on a coalition recommendation."""
    return [found for found in publications(session) if code in found.coalition_codes]
