"""Findings: what the rules propose from answers, what people confirm."""
