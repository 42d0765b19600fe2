"""The office: pages that put several rooms together."""

from monitoring.desk.routes import coalition, home, places, visits, waiting
from monitoring.desk.routes.blueprint import bp

__all__ = ["bp", "coalition", "home", "places", "visits", "waiting"]
