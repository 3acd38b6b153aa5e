"""Slow effects done beside everything else: one thread per lane, so that a slow receiver holds up only itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import groupby
from typing import Self
from uuid import UUID

from app.outbound import SECONDS
from workflows.delivery.leases import Lease

Do = Callable[[Lease], None]

MOST_LANES = 20
LANE_SECONDS = 2.0
"""A lane begins nothing new after this; what is left of its batch is given back."""

LOOK_SECONDS = 0.2


class Aside:
    """The lanes of one drain. A lane is what the leases' ``case_id`` names, and has one thread at a time.

    :param do: does one effect.
    :param give_back: gives one lease back, untried.
    """

    LONGEST = SECONDS + LANE_SECONDS + 1
    """Seconds that a lane may take at the longest."""

    def __init__(self, do: Do, give_back: Do) -> None:
        self._do, self._give_back = do, give_back
        self._pool = ThreadPoolExecutor(2 * MOST_LANES, "aside")
        self._running: dict[UUID, Future[None]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True)

    @property
    def lanes(self) -> tuple[UUID, ...]:
        """The lanes at work. What went wrong in one that has ended is raised here."""
        for lane, future in list(self._running.items()):
            if future.done():
                del self._running[lane]
                future.result()
        return tuple(self._running)

    @property
    def full(self) -> bool:
        """Whether to begin no more for now."""
        return len(self.lanes) >= MOST_LANES

    def begin(self, leases: Sequence[Lease]) -> None:
        """Begin the effects of leases whose lanes are idle."""
        for lane, batch in groupby(sorted(leases, key=_lane), _lane):
            self._running[lane] = self._pool.submit(self._run, list(batch))

    def _run(self, batch: list[Lease]) -> None:
        until = time.monotonic() + LANE_SECONDS
        for lease in batch:
            (self._do if time.monotonic() < until else self._give_back)(lease)

    def busy(self) -> bool:
        """Whether a lane is at work; waits a moment for one to end."""
        wait(self._running.values(), LOOK_SECONDS, FIRST_COMPLETED)
        return bool(self.lanes)


def _lane(lease: Lease) -> UUID:
    return lease.case_id
