"""A report on the screen: written, sent, read, approved, checked, published; what was typed is never lost."""

import pytest
from sqlalchemy.orm import Session

from monitoring.recommendations import operations as recommendations
from tests.factories import World
from tests.field import HIGH, facts, plan, seen_by
from tests.pages import Page
from tests.stories import ASKED, WORDS
from visits.findings import operations as findings

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def address(story, session: Session) -> str:
    """Where the lead finds the report that was begun."""
    report = story.begin()
    session.commit()
    return f"/desk/reports/{report.id}"


def _steps(page: Page) -> list[str]:
    return [form["action"].rsplit("/", 1)[-1] for form in page.soup.select("main form[action]")]


def test_it_begins_with_one_tap_and_a_second_tap_is_the_same(story, session: Session, as_, world: World) -> None:
    session.commit()
    lead, begin = as_(world.lead), f"/desk/visits/{story.visit.id}/report"
    page = Page(lead.get(begin))
    assert "Begin the report" in page.buttons()
    first, again = (lead.post(begin, data=page.filled()).headers["Location"] for _tap in range(2))
    assert first == again == lead.get(begin).headers["Location"]
    shown = Page(lead.get(first))
    assert shown.heading == "Report on the visit to Temporary detention isolator No. 9 (invented)"
    assert WORDS[HIGH] in shown.main
    assert ASKED in shown.main
    assert "a team of 3 visited" in str(shown.fields()["summary"])


def test_before_the_return_there_is_nothing_to_begin(session: Session, as_, world: World) -> None:
    visit = plan(session, world)
    session.commit()
    assert Page(as_(world.lead).get(f"/desk/visits/{visit.id}/report")).buttons() == []
    assert as_(world.lead).post(f"/desk/visits/{visit.id}/report").status_code == 403


def test_words_are_saved_and_the_next_step_is_offered_to_whose_turn_it_is(as_, world: World, address: str) -> None:
    lead = as_(world.lead)
    answer = lead.post(address, data=Page(lead.get(address)).filled(closing="My words (invented)."))
    assert answer.headers["Location"] == address
    assert "My words (invented)." in Page(lead.get(address)).one("article.paper").text
    assert _steps(Page(lead.get(address))) == ["review"]
    assert _steps(Page(as_(world.member).get(address))) == []
    lead.post(f"{address}/review")
    assert _steps(Page(lead.get(address))) == []
    assert _steps(Page(as_(world.reviewer).get(address))) == ["approve", "back"]
    as_(world.reviewer).post(f"{address}/approve", data={"read": Page(as_(world.reviewer).get(address)).fields()["read"]})
    assert _steps(Page(as_(world.publisher).get(address))) == ["publish", "back"]
    assert as_(world.member).get(address).status_code == 404
    as_(world.publisher).post(f"{address}/publish")
    assert _steps(Page(as_(world.publisher).get(address))) == []
    assert _steps(Page(lead.get(address))) == []


def test_a_missing_title_is_said_and_everything_typed_stays(as_, world: World, address: str) -> None:
    lead = as_(world.lead)
    sent = Page(lead.get(address)).filled(title=" ", summary="A long text of mine (invented).\nAnd more.")
    page = Page(lead.post(address, data=sent))
    assert page.status == 422
    assert list(page.errors()) == ["title"]
    kept = page.filled()
    assert (kept["summary"].replace("\r\n", "\n"), kept["access"].replace("\r\n", "\n")) == (sent["summary"], sent["access"])


def test_a_stale_page_overwrites_nobody_and_shows_what_was_typed(as_, world: World, address: str) -> None:
    lead, member = as_(world.lead), as_(world.member)
    stale = Page(member.get(address)).filled(closing="Typed in the other tab (invented).")
    lead.post(address, data=Page(lead.get(address)).filled(closing="First (invented)."))
    page = Page(member.post(address, data=stale))
    assert page.status == 409
    assert "Typed in the other tab (invented)." in page.main
    assert "First (invented)." in Page(lead.get(address)).main


def test_what_changed_while_the_reviewer_read_is_shown_before_it_is_approved(
    story, session: Session, as_, world: World, address: str
) -> None:
    as_(world.lead).post(f"{address}/review")
    reviewer = as_(world.reviewer)
    read = Page(reviewer.get(address)).fields()["read"]
    seen, finding = seen_by(session, world, story.visit, "lead"), story.findings()[HIGH]
    findings.edit(session, world.actor("lead"), seen, finding, facts(finding, text="Quite another thing (invented)."))
    session.commit()
    page = Page(reviewer.post(f"{address}/approve", data={"read": read}))
    assert page.status == 422
    assert "nothing was approved" in page.one("[role=alert]").text
    assert "Quite another thing (invented)." in page.main
    assert reviewer.post(f"{address}/approve").status_code == 422
    assert reviewer.post(f"{address}/approve", data={"read": page.fields()["read"]}).status_code == 302


def test_a_remark_is_needed_and_reaches_the_writers(as_, world: World, address: str) -> None:
    as_(world.lead).post(f"{address}/review")
    reviewer = as_(world.reviewer)
    page = Page(reviewer.post(f"{address}/back", data={"remark": "  "}))
    assert (page.status, list(page.errors())) == (422, ["remark"])
    assert reviewer.post(f"{address}/back", data={"remark": "Name the sources (invented)."}).status_code == 302
    shown = Page(as_(world.lead).get(address)).main
    assert "Reviewer (invented) sent it back: Name the sources (invented)." in shown


def test_personal_data_is_shown_and_accepted_on_the_page(as_, world: World, address: str) -> None:
    lead, publisher, coordinator = as_(world.lead), as_(world.publisher), as_(world.regional)
    lead.post(address, data=Page(lead.get(address)).filled(closing="Call +7 701 000 00 00 (invented)."))
    assert "looks like a telephone number" in Page(lead.get(address)).one(".personal-data").text
    lead.post(f"{address}/review")
    as_(world.reviewer).post(f"{address}/approve", data={"read": Page(as_(world.reviewer).get(address)).fields()["read"]})
    refused = Page(publisher.post(f"{address}/publish"))
    assert refused.status == 422
    assert "nothing was published" in refused.one("[role=alert]").text
    for browser in (publisher, coordinator):
        hit = Page(browser.get(address)).fields()["hit"]
        empty = Page(browser.post(f"{address}/personal-data", data={"hit": hit, "reason": " "}))
        assert (empty.status, "Write why this may be published" in empty.main) == (422, True)
        assert (
            browser.post(f"{address}/personal-data", data={"hit": hit, "reason": "Our own number (invented)."}).status_code == 302
        )
    assert Page(publisher.get(address)).main.count("Our own number (invented).") == 2
    assert publisher.post(f"{address}/publish").status_code == 302
    assert publisher.post(f"{address}/publish").status_code == 403


def test_open_findings_are_said_and_nothing_was_sent(story, session: Session, as_, world: World, address: str) -> None:
    seen, finding = seen_by(session, world, story.visit, "lead"), story.findings()[HIGH]
    findings.drop(session, world.actor("lead"), seen, finding, "x (invented)")
    findings.take_up_again(session, world.actor("lead"), seen, finding)
    session.commit()
    page = Page(as_(world.lead).post(f"{address}/review"))
    assert page.status == 422
    assert "1" in page.one("[role=alert]").text
    assert as_(world.reviewer).get(address).status_code == 404


def test_a_step_that_breaks_half_way_changes_nothing(as_, world: World, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_(world.lead).post(f"{address}/review")
    as_(world.reviewer).post(f"{address}/approve", data={"read": Page(as_(world.reviewer).get(address)).fields()["read"]})
    publisher = as_(world.publisher)

    def broken(*_anything: object) -> None:
        raise RuntimeError("the power went (invented)")

    with monkeypatch.context() as broken_for_now:
        broken_for_now.setattr(recommendations, "mark_published", broken)
        page = Page(publisher.post(f"{address}/publish"))
    assert page.status == 500
    assert "Nothing was saved from this step" in page.main
    assert "the power went" not in page.main
    assert (
        "No report is published" in Page(publisher.get("/en/")).main or Page(publisher.get("/en/reports")).rows("main li") == []
    )
    assert publisher.post(f"{address}/publish").status_code == 302
    assert len(Page(publisher.get("/en/reports")).rows("main li")) == 1


def test_a_report_lists_once_for_each_who_may_read_it(as_, world: World, address: str) -> None:
    assert [address in Page(as_(world.people[name]).get("/desk/reports")).addresses() for name in ("lead", "regional")] == [
        True,
        True,
    ]
    assert address not in Page(as_(world.reviewer).get("/desk/reports")).addresses()
    as_(world.lead).post(f"{address}/review")
    assert Page(as_(world.reviewer).get("/desk/reports")).addresses().count(address) == 1
