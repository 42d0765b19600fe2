"""What was published stays as it was published: as a page, and as a tagged PDF with every letter in it."""

import hashlib
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from facilities import operations as facilities
from facilities.operations import FacilityFacts
from monitoring import app as composition
from monitoring.core import jobs
from monitoring.core.config import Settings
from monitoring.core.db import Database
from monitoring.core.errors import Forbidden
from monitoring.documents.adapters import to_pdf
from monitoring.documents.rules import Block, BlockKind, Document, from_json, texts_of
from monitoring.reports.models import Publication
from monitoring.reports.operations.publishing import pdf_file
from monitoring.reports.queries import publication, publications_for_call
from tests.factories import World
from tests.field import HIGH, facts, seen_by, sheet_of
from tests.pages import Page
from tests.stories import ASKED, PRAISED, WORDS
from visits.findings import operations as findings

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

WORDS_OF_THE_PAGE = composition.document_words("en")


def test_a_publication_is_frozen(story) -> None:
    published = story.publish(story.approved(closing="As it was (invented)."))
    before = published.content
    story.findings()[HIGH].text = "Changed behind the back (invented)."
    story.recommendation.text = "Changed too (invented)."
    story.session.flush()
    assert published.content == before
    assert from_json(published.content) == from_json(story.session.get_one(Publication, published.id).content)
    assert WORDS[HIGH] in str(published.content)
    assert "behind the back" not in str(published.content)


@on_sqlite
def test_once_approved_no_page_offers_to_change_what_stands(story, as_) -> None:
    finding, police = story.findings()[HIGH], sheet_of(story.session, story.visit, "POLICE").id
    addresses = (f"/desk/findings/{finding.id}", f"/desk/visits/{story.visit.id}/sheets/{police}")
    story.session.commit()
    lead = as_(story.world.lead)
    assert all(Page(lead.get(address)).buttons() for address in addresses)
    story.approved()
    story.session.commit()
    assert [Page(lead.get(address)).buttons() for address in addresses] == [[], []]
    assert "can no longer be changed" in Page(lead.get(addresses[0])).main


@on_sqlite
def test_after_approval_findings_and_texts_are_closed(story) -> None:
    report, seen = story.approved(), seen_by(story.session, story.world, story.visit, "lead")
    finding = story.findings()[HIGH]
    for act in (
        lambda: findings.edit(story.session, story.actor("lead"), seen, finding, facts(finding)),
        lambda: findings.drop(story.session, story.actor("lead"), seen, finding, "Too late (invented)"),
        lambda: story.write(report, closing="Too late (invented)."),
    ):
        with pytest.raises(Forbidden):
            act()


def test_what_is_published_says_where_and_what_it_bears_on(story) -> None:
    published = story.publish(story.approved())
    assert published.slug == "2026-1-temporary-detention-isolator-no-9-invented"
    assert (published.country, published.language, published.published_by) == ("KZ", "en", story.world.publisher.id)
    assert "SH-1a" in published.coalition_codes
    assert publication(story.session, "KZ", published.slug) is published
    assert publications_for_call(story.session, "SH-1a") == [published]
    assert publications_for_call(story.session, "KG-1") == []
    assert story.recommendation.state == "published"


@on_sqlite
def test_an_address_that_is_taken_gets_a_number(tell) -> None:
    """A body that follows another one counts its visits anew."""
    first, second = tell(0), tell(0)
    earlier = first.publish(first.approved())
    earlier.slug = "2026-2-temporary-detention-isolator-no-9-invented"
    first.session.flush()
    assert second.publish(second.approved()).slug == f"{earlier.slug}-2"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_worker_makes_the_pdf_and_binds_it_to_its_bytes(story, database: Database, settings: Settings) -> None:
    published = story.publish(story.approved(closing="Thanks (invented)."))
    story.session.commit()
    assert jobs.run_due(database.writing, composition.job_handlers(settings)) == 1
    with database.reading() as reading:
        built = reading.get_one(Publication, published.id)
        content = pdf_file(settings.public, built).read_bytes()
    assert built.pdf_sha256 == hashlib.sha256(content).hexdigest()
    told = " ".join(_text(content).split())
    for text in (WORDS[HIGH], WORDS[PRAISED], ASKED, "Thanks (invented).", "Access and cooperation", "15 January 2031", "SH-1a"):
        assert text in told
    for text in texts_of(from_json(built.content)):
        assert " ".join(text.split())[:60] in told


LETTERS = {
    "kk": "Әділ Ғалым Қайрат Ңыңғыл Өмір Ұлан Үміт һәм Ішкі әғқңөұүһі",
    "ky": "Ыңгайлуу Өкмөт Үй жаңы көңүл ңөү",
    "tg": "Ғайрат Ҷумҳурӣ Қонун Ӯзбек Ҳуқуқ ғӣқӯҳҷ",
    "ru": "Ёлка, съезд, подъём — «Щука» № 9",
    "en": "“Quoted”, 9.5 m², 1–4; naïve café",
}


def _pdf(language: str, *texts: str) -> bytes:
    blocks = (Block(BlockKind.HEADING, "One"), *(Block(BlockKind.PARAGRAPH, text) for text in texts))
    document = Document("A title (invented)", "A subtitle", "A body (invented)", language, blocks)
    return to_pdf(document, WORDS_OF_THE_PAGE, datetime(2026, 11, 24, tzinfo=UTC))


def _text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def _poppler(content: bytes, folder: Path) -> str:
    (folder / "made.pdf").write_bytes(content)
    command = ["pdftotext", "-layout", str(folder / "made.pdf"), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("language", sorted(LETTERS))
def test_every_letter_is_set_and_can_be_copied_out(language: str, tmp_path: Path) -> None:
    content = _pdf(language, LETTERS[language])
    for told in (_text(content), _poppler(content, tmp_path)):
        assert LETTERS[language] in " ".join(told.split())


def _kinds(node: Any) -> Iterator[str]:
    found = node.get_object()
    if isinstance(found, list):
        for child in found:
            yield from _kinds(child)
    elif hasattr(found, "get"):
        if "/S" in found:
            yield str(found["/S"])
        if "/K" in found:
            yield from _kinds(found["/K"])


def test_the_pdf_is_tagged_and_says_that_it_is_pdf_ua() -> None:
    document = Document(
        "A title (invented)", "Subtitle", "A body (invented)", "ru",
        (
            Block(BlockKind.HEADING, "Findings"),
            Block(BlockKind.HEADING, "A theme", level=3),
            Block(BlockKind.FINDING, "Found (invented).", pairs=(("Standards", "CPT"),), severity="critical", ref="x"),
            Block(BlockKind.RECOMMENDATION, "Asked (invented).", pairs=(("To", "Somebody"),)),
            Block(BlockKind.FACTS, pairs=(("Days", "1"),)),
        ),
    )  # fmt: skip
    reader = PdfReader(BytesIO(to_pdf(document, composition.document_words("ru"), datetime(2026, 11, 24, tzinfo=UTC))))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"] == True  # noqa: E712  (pypdf's own boolean)
    assert str(root["/Lang"]) == "ru"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid:part>1<" in metadata or 'pdfuaid:part="1"' in metadata
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("A title (invented)", "A body (invented)")
    kinds = list(_kinds(root["/StructTreeRoot"]["/K"]))
    assert {"/H1", "/H2", "/P"} <= set(kinds)
    assert "Рекомендация" in "\n".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize(
    "text", ['#panic("x") $x$ @ref <a> *b* _c_ `d` \\ {e}', '"); #import "/etc/passwd"', "= not a heading", "// no comment"]
)
def test_nothing_in_a_text_is_read_as_code(text: str) -> None:
    assert text.replace(" ", "") in _text(_pdf("en", text)).replace(" ", "").replace("\n", "")


def test_the_same_report_gives_the_same_bytes() -> None:
    assert _pdf("en", "Same (invented).") == _pdf("en", "Same (invented).")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_renamed_place_changes_no_publication(story, session: Session, world: World) -> None:
    published = story.publish(story.approved())
    renamed = FacilityFacts(names={"en": "Renamed (invented)"}, kind_key="police_station", region_code="KZ-75")
    facilities.change_facility(session, world.actor("regional"), world.places["isolator"], renamed)
    assert "Renamed" not in str(session.scalars(select(Publication.content)).one())
    assert published.title == "Report on the visit to Temporary detention isolator No. 9 (invented)"
