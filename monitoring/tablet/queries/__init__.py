"""What a tablet reads: its visits, and the parts of a pack."""

from monitoring.tablet.queries.padding import padded
from monitoring.tablet.queries.parts import manifest, pack_part
from monitoring.tablet.queries.visits import device_for, device_json, entries_since, tablet_visit, visit_list

__all__ = ["device_for", "device_json", "entries_since", "manifest", "pack_part", "padded", "tablet_visit", "visit_list"]
