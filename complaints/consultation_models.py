"""Consultations: asked, answered, closed; or pointed to their proper way, or turned into a complaint."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints.consultation import ABOUTS, ANSWERED, CONSULTATION, ENDED, POINTED, TURNED, WAYS, WORDS
from workflows.case.tables import CaseColumns
from workflows.store.db import Base, at_most, evidence, one_of


class Consultation(CaseColumns, Base):
    """A question to the bureau, or something that is no complaint and no report (咨询等, art. 43, 44).

    ``answer_by`` is the day of our own declared time, of which the law knows nothing.
    """

    __tablename__ = "consultation"
    case_kind = "consultation"
    sealed_fields = ("name", "phone")

    number: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    about: Mapped[str]
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    name_sealed: Mapped[bytes]
    phone_sealed: Mapped[bytes]
    asked_on: Mapped[date]
    answer_by: Mapped[date]
    words: Mapped[str]

    answer: Mapped[str | None]
    links: Mapped[list[str]] = mapped_column(ARRAY(Text))
    way: Mapped[str | None]
    answered_on: Mapped[date | None]
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaint.id"))
    closed_on: Mapped[date | None]

    __table_args__ = (
        one_of("state", CONSULTATION.states),
        one_of("about", ABOUTS),
        one_of("way", tuple(WAYS)),
        one_of("channel", ("portal", "api", "phone", "post", "window")),
        evidence("answer", (ANSWERED, POINTED), (TURNED, ENDED)),
        evidence("answered_on", (ANSWERED, POINTED), (TURNED, ENDED)),
        evidence("way", (POINTED,), (ENDED,)),
        evidence("complaint_id", (TURNED,)),
        evidence("closed_on", (ENDED,)),
        at_most("words", WORDS),
        at_most("answer", WORDS),
        Index("ix_consultation_queue", "bureau_id", "answer_by", "id", postgresql_where=text("state = 'asked'")),
        Index("ix_consultation_bureau", "bureau_id", "id"),
        Index("ix_consultation_asker", "asker_id", "id"),
    )
