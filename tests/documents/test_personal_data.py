"""What looks like personal data is found, and a report about nobody is left alone. All numbers are invented."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.documents.rules import HitKind, find_personal_data

FOUND = [
    ("His number is 910315301234.", HitKind.NATIONAL_NUMBER, "910315301234"),
    ("ИИН 910315 301234 записан", HitKind.NATIONAL_NUMBER, "910315 301234"),
    ("PIN 21503199101234", HitKind.NATIONAL_NUMBER, "21503199101234"),
    ("ИНН: 123456789", HitKind.NATIONAL_NUMBER, "123456789"),
    ("call +7 701 123 45 67 at night", HitKind.TELEPHONE, "+7 701 123 45 67"),
    ("тел. 8 (701) 123-45-67", HitKind.TELEPHONE, "8 (701) 123-45-67"),
    ("+996 555 123456", HitKind.TELEPHONE, "+996 555 123456"),
    ("+992 90 123 4567", HitKind.TELEPHONE, "+992 90 123 4567"),
    ("write to a.person@example.org.", HitKind.EMAIL, "a.person@example.org"),
    ("born on 15.03.1991 in", HitKind.BIRTH_DATE, "15.03.1991"),
    ("дата рождения: 15.03.1991", HitKind.BIRTH_DATE, "15.03.1991"),
    ("15 марта 1991 года рождения", HitKind.BIRTH_DATE, "15 марта 1991"),
    ("15.03.1991 г.р.", HitKind.BIRTH_DATE, "15.03.1991"),
    ("15.03.1991 гр, житель", HitKind.BIRTH_DATE, "15.03.1991"),
]
LEFT_ALONE = [
    "On 14 October 2026 a team of 3 visited the place.",
    "14 октября 2026 группа (3 чел.) посетила учреждение.",
    "21 ноября 2026 г. группа вернулась.",
    "CPT/Inf (2015) 44, para 9; UN Convention against Torture (1984), 11",
    "Cell 3: 9.5 m², 4 people, 1.9 m² each; 12 of 60 questions",
    "from 22:00 to 06:00, 48 hours, 2019-2022",
    "The bill of 125000000000 tenge",
]


@pytest.mark.parametrize(("text", "kind", "said"), FOUND)
def test_it_is_found(text: str, kind: HitKind, said: str) -> None:
    hits = find_personal_data(text)
    assert [(hit.kind, hit.text) for hit in hits] == [(kind, said)]
    assert text[hits[0].start : hits[0].end] == said


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_it_is_left_alone(text: str) -> None:
    assert find_personal_data(text) == []


@given(st.text(max_size=200), st.sampled_from(FOUND), st.text(max_size=200))
def test_it_is_found_wherever_it_stands(before: str, found: tuple[str, HitKind, str], after: str) -> None:
    text, kind, said = found
    assert any(hit.kind is kind and said in hit.text for hit in find_personal_data(f"{before}\n{text}\n{after}"))


@given(st.text(alphabet="0123456789 +-().@,:/абвabc", max_size=400))
def test_hits_do_not_overlap_and_say_what_stands_there(text: str) -> None:
    hits = find_personal_data(text)
    assert all(text[hit.start : hit.end] == hit.text for hit in hits)
    assert all(a.end <= b.start for a, b in pairwise(hits))


def test_a_decision_holds_however_it_is_written() -> None:
    first, second = (find_personal_data(text)[0].key for text in ("+7 701 123 45 67", "+7 (701) 123-45-67"))
    assert first == second
