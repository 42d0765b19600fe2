"""Sheets and the entries that fill them: append-only, merged without losing anybody's answer."""
