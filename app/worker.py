"""The worker process: listens to the one queue and runs the one task, in a child process of its own each time."""

from __future__ import annotations

from typing import Any

import structlog
from rq import Worker
from rq.serializers import JSONSerializer

from app import logs, settings
from app.doorbell import AllowedJob, connection, queue
from app.places import Places
from app.redis import redis_url
from app.settings import Settings

MAINTENANCE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 4.0
"""The longest between two tries of an idle worker to reach Redis. RQ has 60, and 30 s are promised."""

log = structlog.get_logger("wuyou.worker")


class DeafWorker(Worker):
    """A worker that takes no orders from Redis: RQ's remote commands could stop it or kill its work."""

    max_connection_wait_time = LONGEST_PAUSE_SECONDS
    told_to_stop = False

    def request_stop(self, signum: int, frame: Any) -> None:
        """The word to stop came by signal: from whoever runs this process."""
        self.told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def handle_payload(self, message: Any) -> None:
        """Whatever is shouted on the command channel is noted and ignored."""
        log.warning("command_refused", size=len(str(message)))


def make(told: Settings) -> DeafWorker:
    """The worker of this process."""
    bell = queue(connection(redis_url(told, Places(told.data)), timeout=None))
    return DeafWorker(
        [bell],
        connection=bell.connection,
        job_class=AllowedJob,
        serializer=JSONSerializer,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )


def main() -> None:
    """Work until told to stop.

    What RQ cannot read on the queue ends its loop; then what it choked on is thrown away – it was only a
    ring – and the loop begins anew. A Redis lost while a task runs ends the process, and the supervisor starts it
    again; an idle worker waits for Redis to come back.
    """
    logs.configure()
    told = settings.read()
    while True:
        worker = make(told)
        worker.work(logging_level="WARNING", with_scheduler=False)
        if worker.told_to_stop:
            return
        log.warning("queue_unreadable")
        worker.connection.delete(worker.queues[0].key, worker.queues[0].intermediate_queue_key)


if __name__ == "__main__":
    main()
