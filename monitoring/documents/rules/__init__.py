"""Documents as data, and what in a text looks like personal data."""

from monitoring.documents.rules.blocks import Block, BlockKind, Document, digest, from_json, texts_of
from monitoring.documents.rules.personal_data import Hit, HitKind, find_personal_data

__all__ = ["Block", "BlockKind", "Document", "Hit", "HitKind", "digest", "find_personal_data", "from_json", "texts_of"]
