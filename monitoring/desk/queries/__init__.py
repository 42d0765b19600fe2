"""What the office shows of several rooms at once."""

from monitoring.desk.queries.agenda import Task, agenda
from monitoring.desk.queries.overviews import Overview, VisitRow, overview, place_history, visit_rows

__all__ = ["Overview", "Task", "VisitRow", "agenda", "overview", "place_history", "visit_rows"]
