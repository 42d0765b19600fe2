"""The report drafts itself: everything that the visit has to say stands in it, in its order, and nothing that is secret."""

import pytest
from sqlalchemy.orm import Session

from monitoring.documents.rules import Block, Document, from_json, texts_of
from monitoring.reports.queries import document_of
from monitoring.reports.routes import _say_in
from tests.factories import World
from tests.field import CRITICAL, HIGH, say, seen_by
from tests.stories import ASKED, PRAISED, TORTURE, WORDS
from visits.findings import operations as findings

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def _document(story, report, name: str = "lead", tell=say) -> Document:
    return document_of(story.session, seen_by(story.session, story.world, story.visit, name), report, tell)


def _parts(document: Document) -> dict[str, list[Block]]:
    """The blocks under each heading of the second level."""
    found: dict[str, list[Block]] = {}
    for block in document.blocks:
        if block.kind == "heading" and block.level == 2:
            found[block.text] = []
        else:
            found[list(found)[-1]].append(block)
    return found


def test_the_parts_stand_in_their_order(story) -> None:
    report = story.begin()
    story.write(report, practice="What others can learn (invented).", closing="Thanks (invented).")
    parts = _parts(_document(story, report))
    assert list(parts) == [
        "Summary", "The place and the visit", "Access and cooperation", "Good practice", "Findings and recommendations",
        "Closing words", "Annex: what the team filled",
    ]  # fmt: skip
    assert all(parts.values())


def test_the_summary_counts_what_was_confirmed(story) -> None:
    text = story.begin().content["texts"]["summary"]
    assert "On 24 November 2026 a team of 3 visited Temporary detention isolator No. 9 (invented)." in text
    assert "Problems confirmed: 3 (critical: 2, high: 1)." in text
    assert "Recommendations made: 1." in text


def test_the_facts_of_place_and_visit(story) -> None:
    (facts,) = _parts(_document(story, story.begin()))["The place and the visit"]
    told = dict(facts.pairs)
    assert told["Place"] == "Temporary detention isolator No. 9 (invented)"
    assert told["Kind of visit"] == "Periodic visit, unannounced"
    assert (told["Days"], told["People in the team"], told["Places by its own figures"]) == ("1", "3", "20")
    assert {"Kind of place", "Region", "Authority"} <= set(told)


def test_access_tells_the_gate_what_went_wrong_and_what_was_refused(story) -> None:
    text = story.begin().content["texts"]["access"]
    lines = text.split("\n")
    assert lines[0] == "The team came to the gate at 09:10 and was let in at 09:40."
    assert any(line.endswith(" no.") for line in lines[1:])
    assert "refused (10:05)" in lines[-1]
    assert "duty officer" not in text


def test_findings_stand_by_theme_each_with_its_recommendations(story) -> None:
    blocks = _parts(_document(story, story.begin()))["Findings and recommendations"]
    told = [(str(block.kind), block.text) for block in blocks]
    assert told == [
        ("heading", "Access to a lawyer"),
        ("finding", WORDS[CRITICAL]),
        ("finding", WORDS[HIGH]),
        ("recommendation", ASKED),
        ("heading", "Torture and ill-treatment"),
        ("finding", WORDS[TORTURE]),
    ]
    finding, asked = dict(blocks[2].pairs), dict(blocks[3].pairs)
    assert finding["Coalition recommendations"].startswith("SH-1a · ")
    assert finding["Standards"]
    assert finding["Support"] == "one source"
    assert asked["To"].endswith(", Head of the isolator (invented)")
    assert (asked["Deadline"], asked["How soon"]) == ("15 January 2031", "soon")
    assert [block.severity for block in blocks if block.kind == "finding"] == ["critical", "high", "critical"]


def test_good_practice_stands_by_itself_and_dropped_findings_nowhere(story) -> None:
    document = _document(story, story.begin())
    (praised,) = _parts(document)["Good practice"]
    assert (praised.kind, praised.text, praised.ref) == ("paragraph", WORDS[PRAISED], str(story.findings()[PRAISED].id))
    everything = " ".join(texts_of(document))
    assert "Known already" not in everything
    assert everything.count(WORDS[PRAISED]) == 1


@pytest.mark.parametrize(("interviews", "told"), [(5, True), (4, False), (0, False)])
def test_the_annex_says_how_far_each_sheet_is_and_hides_few_interviews(tell, interviews: int, told: bool) -> None:
    story = tell(interviews)
    document = _document(story, story.begin())
    (annex,) = _parts(document)["Annex: what the team filled"]
    filled = dict(annex.pairs)
    assert "4 of " in next(value for name, value in filled.items() if name.startswith("Police custody"))
    assert any(name.endswith("A-01") for name in filled)
    assert ("Private interviews" in filled) is told
    assert filled.get("Private interviews", "5") == "5"
    assert not any("B-0" in text for text in texts_of(document))


def test_who_reads_it_makes_no_difference(story) -> None:
    report = story.begin()
    assert _document(story, report, "lead") == _document(story, report, "regional") == _document(story, report, "national")


def test_what_nobody_touched_follows_the_visit_and_what_was_written_stays(story) -> None:
    report = story.begin()
    story.write(report, closing="My own words (invented).", access="Nobody was let in at all (invented).")
    finding = story.findings()[TORTURE]
    seen = seen_by(story.session, story.world, story.visit, "lead")
    findings.drop(story.session, story.actor("lead"), seen, finding, "It was a broom (invented)")
    parts = _parts(_document(story, report))
    assert "Problems confirmed: 2 (critical: 1, high: 1)." in parts["Summary"][0].text
    assert parts["Access and cooperation"][0].text == "Nobody was let in at all (invented)."
    story.write(report, summary="Two problems (invented).")
    assert _parts(_document(story, report))["Summary"][0].text == "Two problems (invented)."


def test_a_draft_sent_from_a_browser_unchanged_goes_on_following(story) -> None:
    report = story.begin()
    access = report.content["texts"]["access"]
    story.write(report, access=access.replace("\n", "\r\n") + "\r\n")
    assert report.content["texts"]["access"] == access == report.content["drafted"]["access"]


def test_a_russian_report_is_russian(story, app) -> None:
    with app.test_request_context():
        report = story.begin("ru")
        document = _document(story, report, tell=_say_in("ru"))
        headings = [block.text for block in document.blocks if block.kind == "heading"]
        assert headings[0] == "Краткое изложение" or not headings[0].isascii()
        names = [name for block in document.blocks for name, _value in block.pairs]
        assert [name for name in (*headings, *names) if name.isascii()] == []
        assert "24 ноября 2026" in document.subtitle


def test_a_document_survives_its_json(session: Session, world: World, story) -> None:
    document = _document(story, story.begin())
    assert from_json(document.to_json()) == document
