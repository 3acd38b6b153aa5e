"""The bridge in the product's wiring: which messages go outside, what runs when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bridges import send
from app.bridges.client import platforms
from app.settings import Settings
from complaints.bridging import SETTINGS
from complaints.operations import bridge_rows, bridges, handing
from complaints.operations.bridge_days import CITIES
from complaints.operations.bridges import Envelope
from workflows import declared
from workflows.delivery import outbox
from workflows.delivery.jobs import Job
from workflows.delivery.leases import Lease
from workflows.delivery.outbox import Handler
from workflows.delivery.tables import Message
from workflows.store.session import Databases
from workflows.time.clock import shanghai_date

FETCH = "bridge.fetch"
COMPARE = "bridge.compare"
TOPICS = frozenset({bridges.PUSH, handing.HAND_OVER, bridge_rows.TAKEN, FETCH, COMPARE})
"""Effects outside: a platform may be slow, and holds up nothing else."""

OLD = timedelta(minutes=15)


def with_bridges(handlers: Mapping[str, tuple[Handler, ...]]) -> dict[str, tuple[Handler, ...]]:
    """The handlers of every topic, and after them the noting of what platforms are to be told."""
    noting = bridges.handlers()
    both = {topic: (*handlers.get(topic, ()), *noting.get(topic, ())) for topic in {*handlers, *noting}}
    return {**both, bridge_rows.FILE: (bridge_rows.file_rows,), handing.NUMBERED: (handing.numbered,)}


def external(told: Settings) -> dict[str, Callable[[Databases, Lease], None]]:
    """What follows outside the database from which message."""
    known = partial(platforms, told)
    effects = {
        bridges.PUSH: send.push,
        handing.HAND_OVER: send.hand_over,
        bridge_rows.TAKEN: send.taken,
        FETCH: send.fetch,
        COMPARE: send.compare,
    }
    return {topic: partial(effect, platforms=known) for topic, effect in effects.items()}


def jobs(told: Settings) -> tuple[Job, ...]:
    """What runs when, in Shanghai time."""
    return (
        Job("bridges.fetch", "*/5 * * * *", partial(fetch, told)),
        Job("bridges.compare", "20 2 * * *", partial(compare, told)),
    )


def fetch(told: Settings, session: Session, slot: datetime) -> Mapping[str, Any]:
    """Ask every connected platform for its batches, and let what has waited for long be told anew."""
    connected, swept = platforms(told), 0
    for system in connected:
        _ask(session, FETCH, f"fetch:{system}", {"system": system, "city": told.bridge_city})
        swept += bridges.sweep(session, system, slot - OLD)
        swept += handing.sweep(session, slot - OLD)
    return {"platforms": len(connected), "asked_anew": swept}


def compare(told: Settings, session: Session, slot: datetime) -> Mapping[str, Any]:
    """Compare the latest days of every connected platform, up to yesterday."""
    last, asked = shanghai_date(slot) - timedelta(days=1), 0
    for system in platforms(told):
        for city in CITIES:
            back = declared.value(session, SETTINGS["bridge.compare_days"], city, last)
            for day in (last - timedelta(days=n) for n in range(back)):
                payload = {"system": system, "city": city, "day": str(day)}
                asked += _ask(session, COMPARE, f"compare:{system}:{city}:{day}", payload)
    return {"days": asked}


def _ask(session: Session, topic: str, name: str, payload: Mapping[str, Any]) -> bool:
    """Publish a message that is about no case, unless the same one is still on its way."""
    about = Envelope(uuid5(NAMESPACE_URL, f"wuyou:bridge:{name}"))
    same = select(Message.id).where(Message.case_id == about.id, Message.done_at.is_(None), Message.dead_at.is_(None))
    if session.scalar(same.limit(1)) is not None:
        return False
    outbox.publish(session, topic, about, payload, external=True)
    return True
