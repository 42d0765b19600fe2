"""What is known of a visit as a whole."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists.rules import NOT_ASSESSED, VisitFacts
from visits.plan.models import Visit
from visits.plan.rules import Plan
from visits.sheets.models import Answer
from visits.sheets.rules import FACTS, sides_from_json


def facts_of(session: Session, visit: Visit, plan: Plan) -> VisitFacts:
    """Counts from the talk at the beginning; one on which people disagree is not known."""
    query = select(Answer).where(Answer.visit_id == visit.id, Answer.question.in_(FACTS))
    known: dict[str, float] = {}
    for answer in session.scalars(query):
        sides = sides_from_json(answer.sides)
        if len(sides) == 1 and isinstance(sides[0].value, str) and sides[0].value != NOT_ASSESSED:
            known[answer.question.removeprefix("v.")] = float(sides[0].value)
    return VisitFacts(country=visit.country, kind=str(plan.kind), previous=plan.previous, **known)
