"""Recommendations on the screen: proposed from the findings, mistakes keep what was typed."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from monitoring.core import clock
from monitoring.recommendations.queries import recommendations_of_visit
from tests.factories import World
from tests.field import CRITICAL, confirm_all, plan, returned_visit, seen_by
from tests.pages import Page
from visits.findings.queries import findings_of_visit

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TEXT = "Write the hour of the first call into the register (invented)."


@pytest.fixture
def visit(session: Session, world: World):
    found = returned_visit(session, world)
    confirm_all(session, world, found)
    session.commit()
    return found


@pytest.fixture
def lead(as_, world: World):
    return as_(world.lead)


def _critical(session: Session, world: World, visit) -> str:
    found = findings_of_visit(session, seen_by(session, world, visit, "lead"))
    session.commit()  # a writing session holds the lock as long as it reads
    return next(str(finding.id) for finding in found if finding.question == CRITICAL)


def _written(session: Session, world: World, visit) -> list:
    found = recommendations_of_visit(session, seen_by(session, world, visit, "lead"))
    session.commit()  # a writing session holds the lock as long as it reads
    return found


def test_a_finding_without_an_answer_leads_to_a_form_that_proposes_the_rest(lead, session: Session, world: World, visit) -> None:
    page = Page(lead.get(f"/desk/visits/{visit.id}/recommendations"))
    critical = _critical(session, world, visit)
    address = f"/desk/visits/{visit.id}/recommendations/new?finding={critical}"
    assert address in page.addresses()
    fields = Page(lead.get(address)).fields()
    assert fields["findings"] == [critical]
    assert fields["authority_id"] == str(world.places["isolator"].authority_id)
    assert fields["priority"] == "urgent"
    assert fields["due_on"] == (clock.today("Asia/Almaty") + timedelta(days=30)).isoformat()
    answer = lead.post(address, data=Page(lead.get(address)).filled(text=TEXT, addressee="Duty officer (invented)"))
    page = Page(lead.get(answer.headers["Location"]))
    assert f"1. {TEXT}" in page.main
    assert "Duty officer (invented)" in page.main
    assert "30 days left" in page.main


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"text": " "}, "what the authority is to do"),
        ({"text": "x" * 10_001}, "10000"),
        ({"authority_id": ""}, "Choose the authority"),
        ({"findings": []}, "at least one confirmed finding"),
        ({"due_on": "next week"}, "as a date"),
        ({"due_on": "2020-01-01"}, "in the future"),
        ({"addressee": "x" * 201}, "200"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(
    lead, session: Session, world: World, visit, changes: dict, says: str
) -> None:
    address = f"/desk/visits/{visit.id}/recommendations/new?finding={_critical(session, world, visit)}"
    typed = {"text": TEXT, "addressee": "Duty officer (invented)", "level": "law", **changes}
    sent = Page(lead.get(address)).filled(**typed)
    page = Page(lead.post(address, data=sent))
    assert page.status == 422
    assert list(page.errors()) == list(changes)
    assert says in " ".join(page.errors().values())
    assert page.filled() == sent
    assert _written(session, world, visit) == []


def test_a_double_click_writes_one(lead, session: Session, world: World, visit) -> None:
    address = f"/desk/visits/{visit.id}/recommendations/new?finding={_critical(session, world, visit)}"
    sent = Page(lead.get(address)).filled(text=TEXT)
    assert [lead.post(address, data=sent).status_code for _click in range(2)] == [302, 302]
    assert lead.post(address, data={**sent, "new_id": "damaged"}).status_code == 302
    assert [found.number for found in _written(session, world, visit)] == [1, 2]


def test_a_stale_change_overwrites_nobody(as_, lead, session: Session, world: World, visit) -> None:
    address = f"/desk/visits/{visit.id}/recommendations/new?finding={_critical(session, world, visit)}"
    lead.post(address, data=Page(lead.get(address)).filled(text=TEXT))
    (written,) = _written(session, world, visit)
    second = as_(world.lead)
    stale = Page(second.get(f"/desk/recommendations/{written.id}")).filled(text="From the second tab (invented).")
    first = Page(lead.get(f"/desk/recommendations/{written.id}")).filled(text="From the first tab (invented).")
    assert lead.post(f"/desk/recommendations/{written.id}", data=first).status_code == 302
    page = Page(second.post(f"/desk/recommendations/{written.id}", data=stale))
    assert page.status == 409
    assert "From the second tab (invented)." in page.main
    assert "From the first tab (invented)." in Page(lead.get(f"/desk/recommendations/{written.id}")).main


def test_only_who_may_write_is_offered_to(as_, lead, session: Session, world: World, visit) -> None:
    address = f"/desk/visits/{visit.id}/recommendations/new?finding={_critical(session, world, visit)}"
    lead.post(address, data=Page(lead.get(address)).filled(text=TEXT))
    (written,) = _written(session, world, visit)
    for name, offered in (("lead", True), ("member", False), ("regional", False)):
        browser = as_(world.people[name])
        page = Page(browser.get(f"/desk/visits/{visit.id}/recommendations"))
        assert any("/recommendations/new" in link for link in page.addresses()) is offered
        assert bool(Page(browser.get(f"/desk/recommendations/{written.id}")).buttons()) is offered
        answer = browser.post(f"/desk/recommendations/{written.id}/remove") if not offered else None
        assert answer is None or answer.status_code == 403
    assert lead.post(f"/desk/recommendations/{written.id}/remove").status_code == 302
    assert _written(session, world, visit) == []


def test_before_the_return_nothing_is_offered_and_the_reason_is_told(lead, session: Session, world: World) -> None:
    visit = plan(session, world)
    session.commit()
    page = Page(lead.get(f"/desk/visits/{visit.id}/recommendations"))
    assert not any("/recommendations/new" in link for link in page.addresses())
    refused = Page(lead.get(f"/desk/visits/{visit.id}/recommendations/new"))
    assert (refused.status, "once the team has returned" in refused.main) == (403, True)
