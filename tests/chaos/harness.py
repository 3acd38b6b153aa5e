"""A whole installation for breaking: private servers, web, workers, ticker, each to be killed by its process id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psutil
import requests
from sqlalchemy import select, text

from app import database, settings
from app.embedded import Postgres, Redis
from app.keys import load_keys
from app.places import Places
from complaints.intake_rules import PER_DAY
from complaints.models import Complaint
from seeds import reference
from tests.support import world as worlds
from tests.support.http import token_for
from tests.support.net import free_port
from workflows.case import journal
from workflows.case.tables import CaseEvent
from workflows.declared import DeclaredSetting
from workflows.delivery import outbox
from workflows.store.session import Databases, Role

WAIT = 60.0
DOUBLED = """
    SELECT count(*) FROM (
        SELECT 1 FROM notice GROUP BY case_id, recipient_id, key, channel, values->>'event' HAVING count(*) > 1
    ) d
"""


@dataclass
class System:
    """Everything of one installation, each process in a group of its own."""

    places: Places
    postgres: Postgres
    redis: Redis
    db: Databases
    port: int
    web_workers: int = 1
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)
    world: worlds.World = None
    token: str = ""

    @property
    def env(self) -> dict[str, str]:
        plain = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        return plain | {
            "WUYOU_DATA": str(self.places.data),
            "PORT": str(self.port),
            "PYTHONPATH": str(Path.cwd()),
            "WUYOU_DEMO": "0",
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    def spawn(self, name: str, *module: str) -> subprocess.Popen:
        log = (self.places.logs / f"{name}.log").open("ab")
        with log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *module], env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        return self.processes[name]

    def worker(self, name: str = "worker") -> subprocess.Popen:
        return self.spawn(name, "app.worker")

    def ticker(self, name: str = "ticker") -> subprocess.Popen:
        return self.spawn(name, "app.ticker")

    def web(self) -> None:
        bind = f"127.0.0.1:{self.port}"
        options = [
            "--workers",
            str(self.web_workers),
            "--threads",
            "8",
            "--worker-class",
            "gthread",
            "--no-control-socket",
        ]
        self.spawn("web", "gunicorn", "--bind", bind, *options, "app.wsgi:application")
        wait_for(self.ready, "the web server to get ready")

    def ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def kill(self, name: str, *, group: bool = False) -> None:
        process = self.processes.pop(name)
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name, group=True)
        self.redis.stop()
        self.postgres.stop(signal.SIGQUIT)

    def file(self, key: str, *, timeout: float = 10, **changes: Any) -> requests.Response:
        """File a complaint over HTTP with an idempotency key."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        return requests.post(f"{self.url}/complaints", json=self.body() | changes, headers=headers, timeout=timeout)

    def body(self) -> dict[str, Any]:
        return {
            "complainant": {"name": "张试", "address": "苏州市姑苏区平江路9号"},
            "respondent": {"store_id": str(self.world.store)},
            "category": "goods.clothing",
            "problem": "quality",
            "requests": ["return"],
            "facts": {
                "happened_on": "2026-07-01",
                "place": "一楼",
                "amount_fen": 39900,
                "narrative": "外套洗了一次就脱线。",
            },
            "consents": {"publish": True, "entrust_mediation": False},
        }

    def undone(self) -> int:
        with self.db.transaction(Role.WORKER) as session:
            return outbox.health(session).undone

    def drained(self, seconds: float = WAIT) -> float:
        """Wait until nothing is undone; how long it took."""
        began = time.monotonic()
        wait_for(lambda: self.undone() == 0, "the outbox to drain", seconds)
        return time.monotonic() - began

    def check(self) -> dict[str, int]:
        """The invariants that hold after every fault: chains whole, one notice per event and recipient."""
        with self.db.transaction(Role.WORKER) as session:
            cases = session.scalars(select(Complaint)).all()
            faults = [f for case in cases for f in self._chain(session, case)]
            doubled = session.scalar(text(DOUBLED))
            told = session.scalar(text("SELECT count(*) FROM notice WHERE channel = 'page'"))
            health = outbox.health(session)
        assert faults == []
        assert (doubled, health.dead) == (0, 0)
        return {"cases": len(cases), "told": told}

    def _chain(self, session: Any, case: Complaint) -> list[Any]:
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)).all()
        return list(journal.verify(case.id, events, (case.chain_seq, case.chain_hash)))


def horse_of(worker: subprocess.Popen) -> psutil.Process | None:
    """The child in which a worker runs its present job."""
    try:
        return next(iter(psutil.Process(worker.pid).children()), None)
    except psutil.NoSuchProcess:
        return None


def wait_for(holds: Callable[[], bool], what: str, seconds: float = WAIT) -> None:
    """Wait until something holds; say what did not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for {what}")


def build(data: Path) -> System:
    """Servers, schema and a small world; nothing else runs yet."""
    places = Places(data)
    postgres, redis = Postgres(places), Redis(places)
    postgres.start()
    redis.start()
    postgres.create_database()
    urls = database.prepare(settings.read({"WUYOU_DATA": str(data)}), places)
    db = Databases(urls, load_keys(places), pooled=False)
    with db.transaction(Role.OWNER) as session:
        reference.load(session, portal=True)
        # one account files all of it, in one day
        values = {"code": PER_DAY.code, "city": "*", "since": date(2026, 1, 1), "value": PER_DAY.most}
        session.add(DeclaredSetting(**values, reason="load", decided_at=datetime.now(UTC)))
    system = System(places, postgres, redis, db, free_port())
    system.world = worlds.build(db)
    system.token = token_for(db, system.world.consumer)
    return system
