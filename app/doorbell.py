"""The doorbell: tells the workers that there is something to do. It carries no facts and may fail at any time.

A ring is one RQ job that drains whatever is due. It is sent after the commit, its errors are swallowed and
counted, and after a failure the bell rests for a moment, so that a dead or hanging Redis costs a request
nothing. The ticker rings again for whatever nobody heard of.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

QUEUE = "wuyou"
TASK = "app.tasks.drain"
TASKS = frozenset({TASK})
ENOUGH = 3
"""Rings waiting at most: each drains everything, so more would only be noise."""

TASK_SECONDS = 50
SOCKET_SECONDS = 0.2
REST_SECONDS = 5.0
SPACING_SECONDS = 0.1


class UnknownTaskError(Exception):
    """Somebody put something on the queue that is none of our tasks."""


class AllowedJob(Job):
    """An RQ job that runs our own tasks and nothing else.

    RQ imports whatever name it finds in Redis, callbacks and webhooks included; whoever can write to Redis
    could run anything. Here only names on the list are imported, and nothing else of a job is honoured.
    """

    @property
    def func(self) -> Any:
        """The task, if it is one of ours."""
        if self.func_name not in TASKS or self.instance is not None or self.args or self.kwargs:
            raise UnknownTaskError(f"refused: {str(self.func_name)[:80]!r} is not a task of ours")
        return super().func

    @property
    def success_callback(self) -> None:
        """None of our jobs has one."""

    @property
    def failure_callback(self) -> None:
        """None of our jobs has one."""

    @property
    def stopped_callback(self) -> None:
        """None of our jobs has one."""

    def send_webhooks(self, *_: Any, **__: Any) -> None:
        """Our webhooks have their own guarded sender."""


def connection(url: str, timeout: float | None = SOCKET_SECONDS) -> redis.Redis:
    """A connection to the doorbell; ``timeout`` in seconds, None for a worker that waits for rings."""
    return redis.Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=SOCKET_SECONDS)


def queue(of: redis.Redis) -> Queue:
    """The one queue; a worker listens to this and no other."""
    return Queue(QUEUE, connection=of, serializer=JSONSerializer, job_class=AllowedJob)


class Doorbell:
    """Rings after a commit, quickly and without ever raising."""

    def __init__(self, url: str) -> None:
        self._queue = queue(connection(url))
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self.failed = 0

    def ring(self) -> bool:
        """Ring unless somebody just did or Redis is resting; whether a ring went out."""
        with self._lock:
            now = time.monotonic()
            if now < self._quiet_until:
                return False
            self._quiet_until = now + SPACING_SECONDS
        return self._send()

    def _send(self) -> bool:
        try:
            if self._queue.count < ENOUGH:
                self._queue.enqueue(TASK, job_timeout=TASK_SECONDS, result_ttl=0, failure_ttl=3600)
        except (redis.RedisError, OSError):
            self.failed += 1
            self._quiet_until = time.monotonic() + REST_SECONDS
            return False
        return True
