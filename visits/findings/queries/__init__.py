"""Read findings: always through a visit that the person may see."""

from visits.findings.queries.evidence import EvidenceView, Proposed, evidence_of, proposed, proposed_of_all
from visits.findings.queries.findings import (
    SeenFinding,
    evidence_for_call,
    finding_for,
    findings_of_visit,
    findings_of_visits,
    listing,
    made_from,
    states_of_visits,
)

__all__ = [
    "EvidenceView",
    "Proposed",
    "SeenFinding",
    "evidence_for_call",
    "evidence_of",
    "finding_for",
    "findings_of_visit",
    "findings_of_visits",
    "listing",
    "made_from",
    "proposed",
    "proposed_of_all",
    "states_of_visits",
]
