"""The table of the local stand-in for SMS and e-mail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base


class StandInMessage(Base):
    """What the local stand-in for SMS and e-mail was given: the demo's page of messages shows it."""

    __tablename__ = "stand_in_message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str]
    to_sealed: Mapped[bytes]
    body_sealed: Mapped[bytes]
    at: Mapped[datetime]
