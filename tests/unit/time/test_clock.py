from __future__ import annotations

from datetime import UTC, date, datetime

from workflows.time.clock import FixedClock, SystemClock, shanghai_date


def test_the_day_is_decided_in_shanghai():
    late = FixedClock(datetime(2026, 7, 20, 16, 30, tzinfo=UTC))
    assert late.today() == date(2026, 7, 21)
    assert late.now() == datetime(2026, 7, 20, 16, 30, tzinfo=UTC)


def test_the_machines_clock_agrees_with_itself():
    clock = SystemClock()
    assert abs((shanghai_date(clock.now()) - clock.today()).days) <= 1
