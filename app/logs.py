"""Logs: one JSON line per event, with keys from a list and nothing else.

What is not on the list is not written, so nobody's name, phone or token gets into a log by a careless
call; text that looks like a phone or an identity number is blotted out besides.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ABOUT_ERRORS = ("exception", "reference", "kind", "error", "sqlstate")
ABOUT_REQUESTS = ("method", "route", "status", "milliseconds", "role")
ABOUT_WORK = ("topic", "job", "fenced", "count", "size", "version")
ALLOWED = frozenset(("event", "level", "timestamp", *ABOUT_ERRORS, *ABOUT_REQUESTS, *ABOUT_WORK))
PERSONAL = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")
Event = MutableMapping[str, Any]


def only_allowed(_logger: Any, _method: str, event: Event) -> Event:
    """Drop every key that is not on the list."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def blot(_logger: Any, _method: str, event: Event) -> Event:
    """Blot out what looks like a phone or an identity number."""
    return {key: PERSONAL.sub("[…]", value) if isinstance(value, str) else value for key, value in event.items()}


def frames_only(_logger: Any, _method: str, event: Event) -> Event:
    """Of an exception keep where it happened, never its message, which may quote somebody's data."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        trace, places = error.__traceback__, []
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["exception"] = f"{type(error).__name__} at {' < '.join(reversed(places[-8:]))}"
    return event


def configure() -> None:
    """Set up this process's logs on stderr."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            frames_only,
            only_allowed,
            blot,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
