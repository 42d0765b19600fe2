"""Verbs of reports."""

from monitoring.reports.operations.publishing import accept_hit, build_pdf, publish
from monitoring.reports.operations.writing import approve, draft, send_back, send_to_review, write

__all__ = ["accept_hit", "approve", "build_pdf", "draft", "publish", "send_back", "send_to_review", "write"]
