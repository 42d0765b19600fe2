"""Check for personal data, publish, and make the PDF."""

import hashlib
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from facilities import queries as facilities
from monitoring.accounts.rules import Role
from monitoring.audit import operations as audit
from monitoring.core import clock, jobs
from monitoring.core.archive.streams import replacing
from monitoring.core.errors import Invalid
from monitoring.core.i18n import N_, text_in
from monitoring.core.permissions import Actor
from monitoring.documents.adapters import to_pdf
from monitoring.documents.rules import BlockKind, Document, from_json
from monitoring.recommendations import operations as recommendations
from monitoring.reports.models import PersonalDataDecision, Publication, Report, ReportStep
from monitoring.reports.permissions import check_may_accept, check_may_publish
from monitoring.reports.queries import SeenReport, decisions_of, hits_of
from monitoring.reports.rules import DecisionRole, ReportEvent, ReportState, accepted, slug
from visits.findings.queries import findings_of_visit
from visits.findings.rules import CallLink, FindingState
from visits.plan.permissions import Standing
from visits.plan.queries import SeenVisit

PDF_JOB = "reports.build_pdf"


def accept_hit(session: Session, actor: Actor, found: SeenReport, key: str, reason: str) -> None:
    """Accept, with a reason, something that looks like personal data. Raises Forbidden, Invalid."""
    check_may_accept(actor, found.report)
    if key not in {hit.key for hit in hits_of(from_json(found.report.content["document"]))}:
        raise Invalid(N_("This place is no longer in the text. Open the page anew."))
    if not reason.strip():
        raise Invalid(N_("Write why this may be published. If you are not sure, send the report back to be changed."))
    role = DecisionRole.PUBLISHER if actor.has(Role.PUBLISHER) else DecisionRole.COORDINATOR
    before = {(row.hit_key, row.role): row for row in decisions_of(session, found.report)}
    decision = before.get((key, role)) or PersonalDataDecision(report_id=found.report.id, hit_key=key, role=role)
    decision.person_id, decision.at = actor.person_id, clock.now()
    decision.reason = reason.strip()
    session.add(decision)
    session.flush()
    audit.record(session, actor, ReportEvent.PERSONAL_DATA_ACCEPTED, found.report)


def publish(session: Session, actor: Actor, found: SeenReport) -> Publication:
    """Publish an approved report: nothing is published while something that looks like personal data is open."""
    report = found.report
    check_may_publish(actor, report)
    document = from_json(report.content["document"])
    if not _decided(session, report, document):
        raise Invalid(
            N_("Some places look like personal data and are not decided yet. See the list below; nothing was published.")
        )
    publication = Publication(
        report_id=report.id,
        country=report.country,
        slug=_free_slug(session, found),
        language=report.language,
        title=document.title,
        content=document.to_json(),
        coalition_codes=_calls(session, found, actor),
        published_at=clock.now(),
        published_by=actor.person_id,
    )
    session.add(publication)
    report.state = ReportState.PUBLISHED
    report.steps.append(ReportStep(report_id=report.id, state=ReportState.PUBLISHED, person_id=actor.person_id, at=clock.now()))
    asked = [UUID(block.ref) for block in document.blocks if block.kind is BlockKind.RECOMMENDATION]
    recommendations.mark_published(session, actor, found.visit.id, asked)
    jobs.enqueue(session, PDF_JOB, publication=str(publication.id), language=publication.language)
    session.flush()
    audit.record(session, actor, ReportEvent.PUBLISHED, report)
    return publication


def _decided(session: Session, report: Report, document: Document) -> bool:
    """Whether two people, a publisher and a coordinator, accepted everything in the document that looks like personal data."""
    keys = {hit.key for hit in hits_of(document)}
    rows = [row for row in decisions_of(session, report) if row.hit_key in keys]
    people = {key: {row.person_id for row in rows if row.hit_key == key} for key in keys}
    both = all(len(found) == len(DecisionRole) for found in people.values())
    return both and accepted(keys, {(row.hit_key, row.role) for row in rows})


def _free_slug(session: Session, found: SeenReport) -> str:
    """The address, with a number behind it where another mechanism of the country has taken it already."""
    place = facilities.facilities_by_id(session, [found.plan.facility_id])[found.plan.facility_id]
    wanted = slug(found.plan.starts_on.year, found.visit.public_number or 0, text_in(place.names, "en"))
    query = select(Publication.slug).where(Publication.country == found.report.country, Publication.slug.startswith(wanted))
    taken = set(session.scalars(query))
    more = (f"{wanted}-{number}" for number in count(2))
    return wanted if wanted not in taken else next(free for free in more if free not in taken)


def _calls(session: Session, found: SeenReport, actor: Actor) -> list[str]:
    seen = SeenVisit(found.visit, found.plan, Standing.COORDINATOR, actor.person_id)
    confirmed = [finding for finding in findings_of_visit(session, seen) if finding.state == FindingState.CONFIRMED]
    return sorted({row.coalition_code for finding in confirmed for row in finding.calls if row.state == CallLink.LINKED})


def build_pdf(session: Session, payload: Mapping[str, Any], folder: Path, words: Mapping[str, str]) -> None:
    """Typeset a publication and bind it to its bytes: a job."""
    publication = session.get_one(Publication, UUID(str(payload["publication"])))
    made = to_pdf(from_json(publication.content), words, publication.published_at)
    place = pdf_file(folder, publication)
    place.parent.mkdir(parents=True, exist_ok=True)
    with replacing(place) as file:
        file.write(made)
    publication.pdf_sha256, publication.built_at = hashlib.sha256(made).hexdigest(), clock.now()


def pdf_file(folder: Path, publication: Publication) -> Path:
    """Where the PDF of a publication lies."""
    return folder / publication.country / f"{publication.slug}.pdf"
