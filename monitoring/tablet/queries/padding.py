"""Answers in steps of one size, so that their length names no place."""

import json

STEP = 16 * 1024


def canonical(data: object) -> bytes:
    """One way to write it: keys in order, nothing between."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def padded(body: bytes) -> bytes:
    """Filled up with spaces to a multiple of 16 KiB; JSON stays JSON."""
    return body + b" " * (-len(body) % STEP)
