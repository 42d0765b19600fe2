"""The audit trail: rows that are only ever added."""

from uuid import UUID

from sqlalchemy import DDL, BigInteger, LargeBinary, String, event
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import ExecutableDDLElement

from monitoring.core.db import Base, Code, Moment


class AuditRow(Base):
    """One event: who, what, on which object. No content."""

    __tablename__ = "audit_rows"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    person_id: Mapped[UUID | None]
    event: Mapped[Code]
    subject_type: Mapped[Code]
    subject_id: Mapped[UUID | None]
    country: Mapped[str | None] = mapped_column(String(2))
    count: Mapped[int] = mapped_column(default=1)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The newest link of the chain; its row is locked by whoever adds one."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger())
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


TRIGGERS = {
    "sqlite": [
        """CREATE TRIGGER audit_rows_no_update BEFORE UPDATE ON audit_rows
        BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END""",
        """CREATE TRIGGER audit_rows_no_delete BEFORE DELETE ON audit_rows
        BEGIN SELECT RAISE(ABORT, 'the audit trail is never shortened'); END""",
    ],
    "postgresql": [
        """CREATE FUNCTION refuse_audit_change() RETURNS trigger AS $$
        BEGIN RAISE EXCEPTION 'the audit trail is never changed'; END $$ LANGUAGE plpgsql""",
        """CREATE TRIGGER audit_rows_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_rows
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""",
    ],
}
"""What makes the database itself refuse to change the trail; the migration runs the same statements."""


def _trigger(statement: str, dialect: str) -> ExecutableDDLElement:
    ddl: ExecutableDDLElement = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # the library's own lack
    return ddl.execute_if(dialect=dialect)


for _dialect, _statements in TRIGGERS.items():
    for _statement in _statements:
        event.listen(AuditRow.__table__, "after_create", _trigger(_statement, _dialect))
