"""The database: base class of all tables, column types, engine and sessions.

SQLite needs two events to be safe with several writers: the driver's own transaction handling is switched
off, and a writing transaction begins IMMEDIATE (a deferred one that writes later fails or loses updates).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast, overload
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool

from monitoring.core.crypto import safe

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """A moment: given with its zone, kept and returned in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Moment = Annotated[datetime, mapped_column(Utc)]
"""A column type: UTC in the database, aware in Python."""
Code = Annotated[str, mapped_column(String(60))]
"""A column type: a short key of a word list."""


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {datetime: Utc, dict[str, Any]: JSON, list[str]: JSON, list[dict[str, Any]]: JSON}


def table_of(model: type[Base]) -> Table:
    """The bare table of a model, for inserting many rows at once without an object for each."""
    return cast("Table", model.__table__)


class Identified(Base):
    """Base of tables with a random UUID as primary key, given when the object is made (not at the flush)."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)

    def __init__(self, **values: Any) -> None:
        self.id = values.pop("id", None) or uuid4()
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)


T = TypeVar("T")


class Encrypted(Generic[T]):
    """An attribute whose column holds only ciphertext, bound to its table, column and row.

    Use: `_note: Mapped[bytes | None] = sealed_column("note")` and `note = Encrypted[str]("note")`.
    The value is anything JSON can hold. Needs `Identified`: the row's id is part of what is authenticated.
    """

    def __init__(self, column: str) -> None:
        self._column, self._hidden = column, f"_{column}"

    def __set_name__(self, owner: type[Identified], _name: str) -> None:
        self._table = owner.__tablename__

    def _context(self, row_id: UUID) -> str:
        return f"{self._table}|{self._column}|{row_id}"

    def sealed(self, row_id: UUID, value: T) -> bytes:
        """What the column holds in the row with this id: for inserting many rows at once."""
        plain = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
        return safe.keyring.encrypt(plain, self._context(row_id))

    @overload
    def __get__(self, row: None, owner: type) -> "Encrypted[T]": ...
    @overload
    def __get__(self, row: Identified, owner: type) -> T: ...
    def __get__(self, row: Identified | None, owner: type) -> "Encrypted[T] | T":
        if row is None:
            return self
        sealed = getattr(row, self._hidden)
        if sealed is None:
            return None  # type: ignore[return-value]  # a column that may be empty is declared Encrypted[X | None]
        value: T = json.loads(safe.keyring.decrypt(sealed, self._context(row.id)))
        return value

    def __set__(self, row: Identified, value: T) -> None:
        setattr(row, self._hidden, None if value is None else self.sealed(row.id, value))


def sealed_column(name: str, *, nullable: bool = True) -> Mapped[Any]:
    """The column that an `Encrypted` attribute of the same name (without underscore) writes to."""
    return mapped_column(name, LargeBinary, nullable=nullable)


def make_engine(url: str) -> Engine:
    """An engine for a database URL; `.execution_options(write=True)` gives the one that writes.

    Errors never repeat the values of a statement: they would stand in the log.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    memory = {"poolclass": StaticPool} if url in {"sqlite://", "sqlite:///:memory:"} else {}
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True, **memory)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


SessionMaker = Callable[[], Session]


class Database:
    """One database: sessions that read, sessions that write."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self.reading = sessionmaker(self.engine, expire_on_commit=False)
        self.writing = sessionmaker(self.engine.execution_options(write=True), expire_on_commit=False)
