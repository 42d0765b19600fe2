"""The demonstration: made-up people, places and visits, so that everything can be tried without harming anybody."""

from monitoring.cli.demonstration.command import demo

__all__ = ["demo"]
