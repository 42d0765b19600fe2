"""Every text that people read is in every catalogue, nothing else is, and Russian lacks none."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from checklists.adapters import read_library
from monitoring.core.catalogues import TRANSLATED, complete, read
from monitoring.core.i18n import understood
from monitoring.tablet.adapters import client_texts

ROOT = Path(__file__).resolve().parent.parent.parent
TRANSLATIONS = ROOT / "monitoring" / "translations"
KEYWORDS = {"_": None, "N_": None, "t": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
RUSSIAN_FORMS = {"ACCESS", "ROOM", "INTERVIEW", "POLICE"}


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """Everything that the sources mark."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(ROOT), methods, options, KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _file, _line, message, _comments, _context in found}


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> list[str]:
    return [message.string or ""] if isinstance(message.string, str | None) else list(message.string)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_holds_what_the_sources_say(texts: set[str], language: str) -> None:
    assert {_key(message) for message in _messages(read(TRANSLATIONS, language))} == texts, "run: make translations"


def test_russian_is_complete() -> None:
    assert [_key(message) for message in _messages(read(TRANSLATIONS, "ru")) if message.fuzzy or not all(_forms(message))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_nobody_is_left_with_a_gap(language: str) -> None:
    assert [_key(message) for message in _messages(complete(TRANSLATIONS, language)) if not all(_forms(message))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_values_have_their_places(language: str) -> None:
    for message in _messages(read(TRANSLATIONS, language)):
        wanted = sorted(re.findall(r"%\(\w+\)s", _key(message)))
        for form in filter(None, _forms(message)):
            assert sorted(re.findall(r"%\(\w+\)s", form)) == wanted, form


def test_the_texts_of_the_client_are_found_by_its_build(texts: set[str]) -> None:
    assert set(client_texts()) <= texts


def test_four_forms_are_in_russian_and_say_that_nobody_reviewed_them() -> None:
    forms = {form.code: form for form in read_library()}
    assert {code for code, form in forms.items() if "ru" in form.languages} == RUSSIAN_FORMS
    for code in RUSSIAN_FORMS:
        form = forms[code]
        assert form.languages["ru"] == "unreviewed"
        for question in form.questions.values():
            for said in (question.texts, question.helps, question.units, *(choice.labels for choice in question.choices)):
                assert ("ru" in said) == ("en" in said), question.code


def test_a_reader_of_kazakh_reads_russian_before_english() -> None:
    assert understood("kk") == ("kk", "ru", "en")
    assert understood("ru") == ("ru", "en")
    assert understood("en") == ("en",)
