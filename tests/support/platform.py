"""The product's own stand-in for the other platforms, on loopback, and a worker that talks with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from app import wiring
from app.bridges import send
from app.bridges.book import Book
from app.bridges.client import Http
from app.bridges.schedule import TOPICS
from app.bridges.stand_in import StandIn
from complaints.operations import bridge_rows, bridges, handing
from workflows.delivery import leases, outbox
from workflows.delivery.tables import Message
from workflows.store.session import Databases, Role

TOKEN = "stand-in-token"
DAY = date(2026, 7, 20)
EFFECTS = {
    bridges.PUSH: send.push,
    handing.HAND_OVER: send.hand_over,
    bridge_rows.TAKEN: send.taken,
    "bridge.fetch": send.fetch,
    "bridge.compare": send.compare,
}


@dataclass
class Platforms:
    """Both platforms behind one stand-in."""

    server: StandIn
    db: Databases
    seconds: float = 1.0
    failed: list[str] = field(default_factory=list)

    @property
    def book(self) -> Book:
        return self.server.book

    def known(self) -> dict[str, Http]:
        systems = ("national", "hotline")
        return {s: Http(f"{self.server.address}/{s}", TOKEN, seconds=self.seconds) for s in systems}

    def drain(self) -> None:
        """What follows inside the database, until nothing follows any more."""
        while True:
            with self.db.transaction(Role.WORKER) as session:
                drained = outbox.drain(session, wiring.HANDLERS)
                assert not drained.failed, [m.last_error for m in session.query(Message).all() if m.last_error]
                if not drained.done:
                    return

    def work(self, rounds: int = 6) -> None:
        """Let a worker do what is due; what failed is due again at once."""
        for _ in range(rounds):
            self.drain()
            self.due_now()
            if not self.deliver():
                return

    def deliver(self) -> bool:
        with self.db.transaction(Role.WORKER) as session:
            taken = leases.take(session, only=TOPICS)
        for lease in taken:
            self.one(lease)
        return bool(taken)

    def one(self, lease: leases.Lease) -> None:
        try:
            partial(EFFECTS[lease.topic], platforms=self.known)(self.db, lease)
        except outbox.Postponed as error:
            self.failed.append(error.code)
            with self.db.transaction(Role.WORKER) as session:
                leases.failed(session, lease, error)
            return
        with self.db.transaction(Role.WORKER) as session:
            leases.done(session, lease)

    def due_now(self) -> None:
        with self.db.transaction(Role.WORKER) as session:
            for message in session.query(Message).filter(Message.done_at.is_(None), Message.dead_at.is_(None)):
                message.next_at = message.created_at

    def ask(self, topic: str, **payload: Any) -> None:
        """Publish a message that is about no case."""
        with self.db.transaction(Role.WORKER) as session:
            outbox.publish(session, topic, bridges.Envelope(bridge_rows.new_id()), payload, external=True)

    def fetch(self, system: str) -> None:
        self.ask("bridge.fetch", system=system, city="3205")
        self.work()

    def compare(self, system: str = "national", city: str = "3205", day: date = DAY) -> None:
        self.ask("bridge.compare", system=system, city=city, day=str(day))
        self.work()


@contextmanager
def standing_in(db: Databases, folder: Any, today: date = DAY) -> Iterator[Platforms]:
    """Run the stand-in on a free port."""
    book = Book(folder / "stand-in.sqlite", lambda: today)
    server = StandIn(0, book, {"national": TOKEN, "hotline": TOKEN}, silence=3.0)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.02), daemon=True)
    thread.start()
    yield Platforms(server, db)
    server.shutdown()
    server.server_close()
    book.close()


def row(number: str, **changes: str) -> dict[str, str]:
    """A row as a platform offers it."""
    return {
        "number": number,
        "kind": "complaint",
        "received_on": "2026-07-17",
        "name": "张热线",
        "phone": "13900000077",
        "address": "苏州市姑苏区平江路9号",
        "respondent": "试样服饰店",
        "respondent_address": "苏州市姑苏区观前街1号",
        "category": "服装鞋帽",
        "problem": "质量",
        "requests": "退货;退款",
        "happened_on": "2026-07-01",
        "amount": "399",
        "narrative": "购买的外套洗了一次就脱线，店员拒绝退换。",
    } | changes
