"""Servers that are broken on purpose, each in one way that lost people their work elsewhere. The machine notices every one."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any
from uuid import uuid4

import pytest
from flask import request
from sqlalchemy import text

from monitoring.cli.backup import command as backups
from monitoring.cli.backup import restoring
from monitoring.cli.backup.contents import Told
from monitoring.core import web
from monitoring.core.db import Database
from visits.plan import queries as plan
from visits.plan.permissions import Standing
from visits.sheets.operations import answers, receiving
from visits.sheets.operations.watermarks import raise_watermarks
from visits.sheets.rules import Head, QuarantineReason, Side, current

Patch = pytest.MonkeyPatch


def receipt_before_commit(patch: Patch) -> None:
    """What was promised is rolled back."""
    finish = web.finish

    def broken() -> None:
        if request.method == "PUT":
            web.session().rollback()
        finish()

    patch.setattr(web, "finish", broken)


def last_write_wins(patch: Patch) -> None:
    """Of several answers the one with the highest id stands, and nobody learns of the others."""

    def broken(heads: Collection[Head]) -> tuple[Side, ...]:
        return current(heads)[-1:]

    patch.setattr(answers, "current", broken)


def a_duplicate_counts_twice(patch: Patch) -> None:
    """What is sent again is stored again."""
    known = receiving.Intake._known

    def broken(self: receiving.Intake, incoming: Any) -> Any:
        found = known(self, incoming)
        for entry in incoming:
            if found.pop(entry.id, None) is not None:
                found.pop(entry.counter, None)
                object.__setattr__(entry, "id", uuid4())
                object.__setattr__(entry, "counter", uuid4().int % 2**52 + 1)
        return found

    patch.setattr(receiving.Intake, "_known", broken)


def watermark_before_verify(patch: Patch) -> None:
    """Tablets let go as soon as a backup was made, whether it can be opened or not."""
    make = backups.make

    @wraps(make)
    def broken(settings: Any, file: Any) -> Any:
        manifest = make(settings, file)
        database = Database(settings.database_url)
        with database.writing() as session, session.begin():
            raise_watermarks(session, Told.read(manifest.told).held)
        database.engine.dispose()
        return manifest

    patch.setattr(backups, "make", broken)


def the_epoch_stays(patch: Patch) -> None:
    """A restored server does not say that it was restored, so nobody offers anything again."""
    patch.setattr(restoring.installation, "begin_epoch", lambda _session, _made_at: None)


def a_revoked_person_goes_on(patch: Patch) -> None:
    """Nobody looks whether the sender still may."""
    patch.setattr(receiving, "why_not", lambda *_about: None)
    patch.setattr("visits.sheets.queries.devices.stopped", lambda *_about: None)


def quarantine_is_a_bin(patch: Patch) -> None:
    """What waits for the lead has a receipt and is kept nowhere."""
    aside = receiving.Intake._put_aside

    def broken(self: receiving.Intake, entry: Any, reason: QuarantineReason) -> Any:
        receipt = aside(self, entry, reason)
        self._rows = [row for row in self._rows if row["id"] != entry.id]
        return receipt

    patch.setattr(receiving.Intake, "_put_aside", broken)


def everybody_is_of_the_team(patch: Patch) -> None:
    """Nobody looks whose visit it is."""
    patch.setattr(plan, "standing", lambda *_about: Standing.MEMBER)


def the_trail_is_cut(patch: Patch) -> None:
    """Whoever restarts the server takes a row out of the audit trail."""
    from tests.sync.installations import Installation  # noqa: PLC0415

    restart = Installation.restart

    def broken(self: Installation) -> None:
        with self.database.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text("DROP TRIGGER IF EXISTS audit_rows_no_delete"))
            else:
                connection.execute(text("ALTER TABLE audit_rows DISABLE TRIGGER ALL"))
            connection.execute(text("DELETE FROM audit_rows WHERE number = 1"))
        restart(self)

    patch.setattr(Installation, "restart", broken)


SABOTAGE: dict[Callable[[Patch], None], frozenset[int]] = {
    receipt_before_commit: frozenset({1}),
    watermark_before_verify: frozenset({1}),
    a_duplicate_counts_twice: frozenset({3}),
    last_write_wins: frozenset({5}),
    the_epoch_stays: frozenset({1, 9}),
    a_revoked_person_goes_on: frozenset({6}),
    quarantine_is_a_bin: frozenset({1}),
    everybody_is_of_the_team: frozenset({6}),
    the_trail_is_cut: frozenset({8}),
}
"""What is broken, and which invariants may notice it."""
