"""What is known of a visit as a whole."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists.rules import NOT_ASSESSED, VisitFacts
from visits.plan.models import Visit
from visits.plan.rules import Plan
from visits.sheets.models import Answer
from visits.sheets.rules import FACTS, Side, sides_from_json


def facts_of(session: Session, visit: Visit, plan: Plan) -> VisitFacts:
    """What the plan says, and counts from the talk at the beginning."""
    query = select(Answer).where(Answer.visit_id == visit.id, Answer.question.in_(FACTS))
    return facts_from(visit, plan, {answer.question: sides_from_json(answer.sides) for answer in session.scalars(query)})


def facts_from(visit: Visit, plan: Plan, said: Mapping[str, tuple[Side, ...]]) -> VisitFacts:
    """The same from answers that are at hand; a count on which people disagree is not known."""
    known: dict[str, float] = {}
    for question in FACTS:
        sides = said.get(question, ())
        if len(sides) == 1 and isinstance(sides[0].value, str) and sides[0].value != NOT_ASSESSED:
            known[question.removeprefix("v.")] = float(sides[0].value)
    return VisitFacts(country=visit.country, kind=str(plan.kind), previous=plan.previous, **known)
