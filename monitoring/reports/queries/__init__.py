"""Read reports and what was published."""

from monitoring.reports.queries.access import Say
from monitoring.reports.queries.documents import authors_of, document_of, draft_texts, hits_of, texts_now
from monitoring.reports.queries.publications import publication, publications, publications_for_call
from monitoring.reports.queries.reports import SeenReport, decisions_of, report_for, report_of_visit, reports_for

__all__ = [
    "Say",
    "SeenReport",
    "authors_of",
    "decisions_of",
    "document_of",
    "draft_texts",
    "hits_of",
    "publication",
    "publications",
    "publications_for_call",
    "report_for",
    "report_of_visit",
    "reports_for",
    "texts_now",
]
