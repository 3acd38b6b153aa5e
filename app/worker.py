"""The worker process: listens to the one queue and runs the one task, in a child process of its own each time."""

from __future__ import annotations

from typing import Any

import structlog
from rq import Worker
from rq.serializers import JSONSerializer

from app import settings
from app.doorbell import AllowedJob, connection, queue
from app.places import Places
from app.redis import redis_url
from app.settings import Settings

MAINTENANCE_SECONDS = 60

log = structlog.get_logger("wuyou.worker")


class DeafWorker(Worker):
    """A worker that takes no orders from Redis: RQ's remote commands could stop it or kill its work."""

    def handle_payload(self, message: Any) -> None:
        """Whatever is shouted on the command channel is noted and ignored."""
        log.warning("command_refused", size=len(str(message)))


def make(told: Settings) -> Worker:
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
    """Work until told to stop."""
    make(settings.read()).work(logging_level="WARNING", with_scheduler=False)


if __name__ == "__main__":
    main()
