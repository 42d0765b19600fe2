"""Failures of the network that lost people their work elsewhere (docs/sync.md), each as a test: a tablet behind a proxy."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from monitoring.media.models import MediaFile
from tests.sync.installations import Installation
from tests.sync.machine import picture
from tests.sync.proxy import FINE, Fault, Kind, Proxy
from tests.sync.tablets import Stranger, Tablet
from tests.sync.truth import Truth
from tests.sync.wires import Answer, Unreachable, over

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Where nothing depends on the database."""


def filled(server: Installation, name: str, sheet: str, codes: list[str]) -> Tablet:
    """A tablet with an answer to each of these questions, not sent yet."""
    tablet = server.tablet(name)
    for code in codes:
        tablet.answer(sheet, code, "no")
    return tablet


def fates(tablet: Tablet) -> set[str]:
    return {out.fate for out in (*tablet.disk.outbox.values(), *tablet.disk.files.values())}


def photos_missing(server: Installation) -> int:
    return int(server.read("lead", f"visits/{server.visit}/entries")["photos_missing"])


@only_sqlite
@pytest.mark.parametrize("length", [0, 1, 200, 500])
def test_failure_08_a_body_that_arrives_cut_off_or_empty_is_kept_and_sent_again(
    server: Installation, proxy: Proxy, truth: Truth, police: str, codes: list[str], length: int
) -> None:
    tablet = filled(server, "lead", police, codes[:5])
    photo = tablet.photograph(police, picture(1))
    tablet.answer(police, codes[0], "no", photos=[photo])
    proxy.choose = lambda _seen: Fault(Kind.TRUNCATE, length)
    request = tablet.batch(tablet.waiting)
    answer = over(lambda: proxy.port)(request)
    assert answer.status == 422
    with pytest.raises(Unreachable):
        tablet.take(request, answer)
    request = tablet.file(tablet.waiting_files[0])
    assert over(lambda: proxy.port)(request).status == 422
    assert fates(tablet) == {"waiting"}
    assert (truth.rows(), truth.stored_files()) == ({}, set())
    proxy.choose = lambda seen: FINE if seen.number % 3 else Fault(Kind.TRUNCATE, length)
    tablet.stubborn(over(lambda: proxy.port))
    assert fates(tablet) == {"stored"}
    assert (len(truth.rows()), truth.stored_files()) == (6, {photo})


SEEDS = 3
MANY_SEEDS = 50
PHOTOS = 12


@only_sqlite
@pytest.mark.parametrize(
    "seed", [*range(SEEDS), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(SEEDS, MANY_SEEDS))]
)
def test_failure_09_the_connection_is_cut_in_each_of_12_photos_and_all_12_arrive_once(
    server: Installation, proxy: Proxy, truth: Truth, police: str, codes: list[str], seed: int
) -> None:
    tablet, chance = server.tablet("lead"), random.Random(seed)
    photos = [tablet.photograph(police, picture(number)) for number in range(PHOTOS)]
    for code, photo in zip(codes, photos, strict=False):
        tablet.answer(police, code, "no", photos=[photo])
    tried: set[str] = set()

    def cut_once(seen) -> Fault:
        if "/media/" not in seen.line or seen.line in tried:
            return FINE
        tried.add(seen.line)
        kind = chance.choice((Kind.CUT, Kind.CUT, Kind.CUT_ANSWER))
        return Fault(kind, chance.randrange(seen.length if kind is Kind.CUT else 300))

    proxy.choose = cut_once
    request = tablet.batch(tablet.waiting)
    tablet.take(request, over(lambda: proxy.port)(request))
    assert photos_missing(server) == PHOTOS
    assert "photos have not arrived" in server.ask("lead", "GET", f"/desk/visits/{server.visit}/sheets").text
    assert tablet.stubborn(over(lambda: proxy.port)) == PHOTOS
    assert (len(tried), photos_missing(server)) == (PHOTOS, 0)
    with server.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MediaFile)) == PHOTOS
    assert truth.stored_files() == set(photos)


def test_failure_11_three_answers_in_ten_get_lost_and_every_entry_counts_once(
    server: Installation, proxy: Proxy, truth: Truth, police: str, codes: list[str]
) -> None:
    chance = random.Random(11)
    proxy.choose = lambda _seen: Fault(Kind.LOSE_ANSWER) if chance.random() < 0.3 else FINE
    tablets = [server.tablet(name) for name in ("lead", "member", "doctor")]
    lost = 0
    for code in codes[:8]:
        for tablet in tablets:
            tablet.answer(police, code, "no")
            tablet.answer(police, code, "yes")
            lost += tablet.stubborn(over(lambda: proxy.port))
    assert lost > 10
    rows = truth.rows()
    assert rows.keys() == {name for tablet in tablets for name in tablet.disk.outbox}
    assert {row.state for row in rows.values()} == {"stored"}
    assert sorted(row.seq for row in rows.values()) == list(range(1, 8 * 3 * 2 + 1))


def test_failure_12_the_same_batch_sixteen_times_at_once_counts_once(
    server: Installation, proxy: Proxy, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet = filled(server, "lead", police, codes[:5])
    photo = tablet.photograph(police, picture(12))
    batch, file = tablet.batch(tablet.waiting), tablet.file(tablet.waiting_files[0])
    put = over(lambda: proxy.port)
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(put, [batch] * 16 + [file] * 4))
    assert {answer.status for answer in answers} == {200}
    assert (truth.rows().keys(), truth.stored_files()) == (set(batch.ids), {photo})
    tablet.stubborn(put)
    assert fates(tablet) == {"stored"}
    assert max(row.seq for row in truth.rows().values()) <= 6


@only_sqlite
def test_failure_23_errors_of_a_server_in_trouble_and_silence_are_tried_again_until_all_is_there(
    server: Installation, proxy: Proxy, truth: Truth, police: str, codes: list[str]
) -> None:
    chance = random.Random(23)
    faults = [Fault(Kind.STATUS, 500), Fault(Kind.STATUS, 502), Fault(Kind.LOSE_REQUEST), Fault(Kind.LOSE_ANSWER), FINE]
    proxy.choose = lambda _seen: chance.choice(faults)
    tablet = filled(server, "lead", police, codes[:8])
    photos = {tablet.photograph(police, picture(number)) for number in range(3)}
    assert tablet.stubborn(over(lambda: proxy.port)) > 3
    assert fates(tablet) == {"stored"}
    assert (len(truth.rows()), truth.stored_files()) == (8, photos)


@only_sqlite
def test_failure_23_one_entry_that_the_server_does_not_take_is_parked_and_the_others_go_on(
    server: Installation, proxy: Proxy, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet = filled(server, "lead", police, codes[:9])
    huge = tablet.waiting[4]
    assert isinstance(huge.sealed, dict)
    tablet.disk.outbox[huge.id] = replace(huge, sealed={**huge.sealed, "sealed": "A" * 9_000_000})
    tablet.stubborn(over(lambda: proxy.port))
    assert {out.id: out.fate for out in tablet.disk.outbox.values() if out.fate != "stored"} == {huge.id: "parked"}
    assert truth.rows().keys() == tablet.disk.outbox.keys() - {huge.id}


@only_sqlite
def test_failure_25_a_sign_in_page_of_the_network_is_no_receipt(
    server: Installation, proxy: Proxy, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet, put = filled(server, "lead", police, codes[:3]), over(lambda: proxy.port)
    tablet.photograph(police, picture(25))
    proxy.choose = lambda _seen: Fault(Kind.PORTAL)
    with pytest.raises(Stranger):
        tablet.send(put)
    request = tablet.file(tablet.waiting_files[0])
    with pytest.raises(Stranger):
        tablet.take(request, put(request))
    assert (fates(tablet), truth.rows()) == ({"waiting"}, {})
    proxy.choose = lambda _seen: FINE
    tablet.send(put)
    assert fates(tablet) == {"stored"}


@only_sqlite
def test_failure_25_nobody_in_between_can_make_up_or_repeat_a_receipt(
    server: Installation, proxy: Proxy, police: str, codes: list[str]
) -> None:
    tablet, put = filled(server, "lead", police, codes[:3]), over(lambda: proxy.port)
    first = tablet.batch(tablet.waiting)
    genuine = put(first)
    changed = genuine.body.replace(b'"stored"', b'"duplicate"')
    forged = Answer(200, genuine.headers, changed)
    unsigned = Answer(200, {}, genuine.body)
    for answer in (forged, unsigned):
        with pytest.raises(Stranger):
            tablet.take(first, answer)
    second = tablet.batch(tablet.waiting)
    for request in (first, second):
        with pytest.raises(Stranger):
            tablet.take(request, genuine)
    assert fates(tablet) == {"waiting"}
    with pytest.raises(Unreachable):
        tablet.take(second, Answer(503, {}, b""))
    tablet.take(second, put(second))
    assert fates(tablet) == {"stored"}


@only_sqlite
def test_failure_35_one_that_nobody_can_open_among_fifty_stops_none_of_the_others(
    server: Installation, proxy: Proxy, truth: Truth, police: str, codes: list[str]
) -> None:
    tablet = filled(server, "lead", police, (codes * 5)[:50])
    spoilt = tablet.waiting[17].id
    tablet.spoil(spoilt)
    tablet.stubborn(over(lambda: proxy.port))
    assert {out.id for out in tablet.disk.outbox.values() if out.fate == "refused"} == {spoilt}
    assert tablet.disk.outbox[spoilt].message
    assert truth.rows().keys() == tablet.disk.outbox.keys() - {spoilt}
