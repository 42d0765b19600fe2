"""A batch of 200 sealed entries against a bare endpoint that inserts 200 rows in one transaction into the same database."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Column, Integer, MetaData, String, Table, Text, insert, select
from sqlalchemy.orm import Session

from checklists import queries as checklists
from checklists.rules import QuestionDefinition, QuestionType
from monitoring.core import clock
from monitoring.core.crypto import safe
from monitoring.core.db import Database
from tests.bench.home import Home, homes, served
from tests.bench.measure import in_turns, table
from tests.factories import World, read_world
from tests.field import plan
from tests.sealing import Sealer
from visits.plan.models import Visit
from visits.plan.queries import plan_of
from visits.sheets.models import Device, Sheet
from visits.sheets.operations import enrol

ENTRIES = 200
ROUNDS = 25
WARM = 2
AIM = 0.2

Batch = list[dict[str, Any]]


def report() -> str:
    """The table: milliseconds, and the ratio bare / ours of the medians (1 would be as fast as bare)."""
    with homes() as both:
        rows = [_measure(home) for home in both]
    heads = ("database", "ours, ms", "95th", "bare, ms", "95th", "bare / ours", "aim", "of the processor, ms", "bare")
    return table(f"A batch of {ENTRIES} sealed entries over HTTP, durable, {ROUNDS} rounds in turns", heads, rows)


def _measure(home: Home) -> tuple[object, ...]:
    with home.database.writing() as session:
        world = read_world(session)
        enrolled = enrol(session, world.actor("lead"), "bench")
        session.commit()
        batches = [_batch(session, world, enrolled.device, number) for number in range(ROUNDS + WARM)]
        session.commit()
    sealer = Sealer(str(safe.identity(world.mechanisms["KZ"].id).to_public()), enrolled.device.id)
    sealed = [json.dumps(sealer.batch(*batch)).encode() for batch in batches]
    bodies = [json.dumps({"nonce": "1", "entries": batch}).encode() for batch in batches]
    token = {"Authorization": f"Device {enrolled.device.id}:{enrolled.token}"}
    with served(home.app) as ours, served(_bare(home.database)) as bare:
        here, there = iter(sealed), iter(bodies)
        works = (lambda: _send(ours, here, token), lambda: _send_bare(bare, there))
        in_turns(WARM, *works)
        mine, plain = in_turns(ROUNDS, *works)
    return home.engine, mine.median, mine.high, plain.median, plain.high, plain.median / mine.median, AIM, mine.busy, plain.busy


def _send(connection: HTTPConnection, bodies: Iterator[bytes], headers: dict[str, str]) -> None:
    receipts = _put(connection, "/tablet/api/entries", next(bodies), headers)["receipts"]
    outcomes = {receipt["outcome"] for receipt in receipts}
    assert (len(receipts), outcomes) == (ENTRIES, {"stored"}), outcomes


def _send_bare(connection: HTTPConnection, bodies: Iterator[bytes]) -> None:
    assert _put(connection, "/rows", next(bodies), {}) == {"stored": ENTRIES}


def _put(connection: HTTPConnection, address: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    connection.request("PUT", address, body, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 200, said
    found: dict[str, Any] = json.loads(said)
    return found


def _batch(session: Session, world: World, device: Device, number: int) -> Batch:
    """A whole visit's worth: both forms that are filled once, and rooms until the batch is full."""
    visit = plan(session, world)
    versions = plan_of(visit).versions
    found: Batch = []
    for sheet in session.scalars(select(Sheet).where(Sheet.visit_id == visit.id, Sheet.checklist_version_id.is_not(None))):
        assert sheet.checklist_version_id is not None
        questions = checklists.definition(session, sheet.checklist_version_id).questions.values()
        found += [_entry(visit, str(sheet.id), q.code, _value(q)) for q in questions]
    room = checklists.definition(session, versions["ROOM"])
    while len(found) < ENTRIES:
        sheet_id, label = str(uuid4()), f"A-{len(found)}"
        opened = {"version": str(versions["ROOM"]), "label": label, "about": None}
        found.append(_entry(visit, sheet_id, "sheet.opened", None) | {"opened": opened})
        found += [_entry(visit, sheet_id, q.code, _value(q)) for q in room.questions.values()]
    numbered = enumerate(found[:ENTRIES], start=number * ENTRIES + 1)
    return [entry | {"device": str(device.id), "counter": counter} for counter, entry in numbered]


def _entry(visit: Visit, sheet: str, question: str, value: object) -> dict[str, Any]:
    content = {"value": value, "note": "Seen in the corridor (invented).", "sources": ["observation"], "photos": []}
    return {
        "id": str(uuid4()), "visit": str(visit.id), "sheet": sheet, "question": question, "content": content, "bases": [],
        "device_time": clock.now().isoformat(timespec="milliseconds"),
    }  # fmt: skip


def _value(question: QuestionDefinition) -> object:
    return {
        QuestionType.YES_NO_PARTLY: _usual(question),
        QuestionType.NUMBER: "3",
        QuestionType.TIME: "09:15",
        QuestionType.TEXT: "invented",
        QuestionType.CHOICE: question.choices[0].key if question.choices else None,
        QuestionType.MULTI: [question.choices[0].key] if question.choices else None,
    }.get(question.type)


def _usual(question: QuestionDefinition) -> str:
    """An answer that is no problem, but for every tenth question."""
    bad = {str(rule.when[2][1]) for rule in question.problems if rule.when[0] == "="}
    usual = next(answer for answer in ("yes", "no", "partly") if answer not in bad)
    return next(iter(sorted(bad)), usual) if int(question.code[-2:]) % 10 == 0 else usual


def _bare(database: Database) -> Flask:
    """What a framework and a database do with the same batch without any of our rules: parse, insert, commit."""
    metadata = MetaData()
    rows = Table(
        "bare_rows", metadata, Column("id", String(36), primary_key=True), Column("sheet", String(36)),
        Column("question", String(60)), Column("content", Text), Column("counter", Integer),
    )  # fmt: skip
    metadata.create_all(database.engine)
    app = Flask("bare")

    @app.put("/rows")
    def put_rows() -> ResponseReturnValue:
        said = request.get_json()["entries"]
        plain = [
            {**{name: entry[name] for name in ("id", "sheet", "question", "counter")}, "content": json.dumps(entry["content"])}
            for entry in said
        ]
        with database.engine.begin() as connection:
            connection.execute(insert(rows), plain)
        return jsonify(stored=len(said))

    return app
