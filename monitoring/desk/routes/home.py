"""What waits for me."""

from flask import render_template
from flask.typing import ResponseReturnValue

from monitoring.core import clock
from monitoring.core.templating import language
from monitoring.core.web import actor, requires, session
from monitoring.desk.permissions import DeskPermission
from monitoring.desk.queries import agenda
from monitoring.desk.routes.blueprint import bp


@bp.get("/")
@requires(DeskPermission.HOME)
def home() -> ResponseReturnValue:
    """Sentences in order of urgency, each with its one action."""
    return render_template("desk/home.html", tasks=agenda(session(), actor(), clock.now().date(), language()))
