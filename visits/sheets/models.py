"""Devices, sheets, entries, and the answers that the entries add up to."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitoring.core.db import Code, Encrypted, Identified, Moment, sealed_column


class Device(Identified):
    """One person on one tablet or browser.

    A tablet has a token, of which only the hash is kept, and a key under which its receipts are authenticated. What
    its token brings after revocation or long silence waits for a person: such entries are numbered per device.
    """

    __tablename__ = "devices"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    label: Mapped[str] = mapped_column(String(80), default="")
    enrolled_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    seen_at: Mapped[Moment | None]
    last_counter: Mapped[int] = mapped_column(BigInteger, default=0)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    _mac_key: Mapped[bytes | None] = sealed_column("mac_key")
    mac_key = Encrypted[str | None]("mac_key")
    last_quarantined: Mapped[int] = mapped_column(default=0)
    backed_up_quarantined: Mapped[int] = mapped_column(default=0)


class Sheet(Identified):
    """One filling of one checklist version within a visit. The visit sheet has no checklist.

    `joins` names the sheet that this one goes on from (an interview that was taken up again): both count as one person.
    """

    __tablename__ = "sheets"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), index=True)
    checklist_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("checklist_versions.id"))
    per: Mapped[Code]
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(80), default="")
    about: Mapped[UUID | None]
    joins: Mapped[UUID | None]
    opened_by: Mapped[UUID | None]
    opened_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]


class Entry(Identified):
    """One recorded change, exactly as it came; never changed afterwards.

    `content` is encrypted under the keyring; that of an interview under the key of its sheet in the key store.
    `seq` is the visit's own running number, `counter` the device's. A quarantined entry has no seq but a number of its
    device; its content is what the tablet sent, still sealed, and its question is not known before it is taken in.
    `decided_by` says who took it in or left it out.
    """

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("device_id", "counter"),
        UniqueConstraint("visit_id", "seq"),
        Index("ix_entries_sheet_question", "sheet_id", "question"),
        Index("ix_entries_device", "device_id", "state", "visit_id"),
    )

    visit_id: Mapped[UUID] = mapped_column(index=True)
    sheet_id: Mapped[UUID]
    question: Mapped[Code]
    bases: Mapped[list[str]]
    author_id: Mapped[UUID]
    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.id"))
    counter: Mapped[int] = mapped_column(BigInteger)
    device_time: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[Moment]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[Code]
    quarantine_reason: Mapped[str | None] = mapped_column(String(60))
    quarantine_number: Mapped[int | None]
    decided_by: Mapped[UUID | None]
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_content: Mapped[bytes] = mapped_column(LargeBinary)


class Answer(Identified):
    """The current answer to one question on one sheet: the sides that no other entry replaces.

    Rebuilt from the entries by one command, the same to the byte; interviews have none (totals only).
    """

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("sheet_id", "question"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), index=True)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id"))
    question: Mapped[Code]
    conflict: Mapped[bool]
    relevant: Mapped[bool]
    assessed: Mapped[bool]
    severity: Mapped[str | None] = mapped_column(String(10))
    _sides: Mapped[bytes] = sealed_column("sides", nullable=False)
    sides = Encrypted[list[dict[str, Any]]]("sides")


class InterviewTotal(Identified):
    """How many people gave an answer, per visit, question and answer key; `asked` stands under the key `*`."""

    __tablename__ = "interview_totals"
    __table_args__ = (UniqueConstraint("visit_id", "question", "choice"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), index=True)
    question: Mapped[Code]
    choice: Mapped[Code]
    people: Mapped[int]


class WaitingFile(Identified):
    """A file that waits in quarantine: kept as it came, sealed, until a person decides; `decided_by` left it out.

    `number` is counted together with the device's quarantined entries.
    """

    __tablename__ = "waiting_files"
    __table_args__ = (UniqueConstraint("device_id", "sha256"),)

    visit_id: Mapped[UUID] = mapped_column(index=True)
    sheet_id: Mapped[UUID]
    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.id"))
    envelope_id: Mapped[UUID]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    bytes_received: Mapped[int]
    name: Mapped[str] = mapped_column(String(64))
    reason: Mapped[Code]
    number: Mapped[int]
    received_at: Mapped[Moment]
    decided_by: Mapped[UUID | None]
