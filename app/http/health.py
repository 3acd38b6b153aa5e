"""``/healthz``, ``/readyz`` and ``/metrics``: for whoever keeps the installation running."""

from __future__ import annotations

import time
from typing import Any

import structlog
from flask import Flask, Response, g, make_response, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import text

from app.http.context import actor, installation
from app.http.endpoint import endpoint
from workflows.delivery import outbox
from workflows.store.session import Role

REGISTRY = CollectorRegistry()
REQUESTS = Counter("wuyou_requests_total", "Answers by route and status.", ["route", "status"], registry=REGISTRY)
SECONDS = Histogram("wuyou_request_seconds", "Time to answer, by route.", ["route"], registry=REGISTRY)
UNDONE = Gauge("wuyou_outbox_undone", "Messages not handled yet.", registry=REGISTRY)
DEAD = Gauge("wuyou_outbox_dead", "Messages given up; a person must look.", registry=REGISTRY)
AGE = Gauge("wuyou_outbox_oldest_seconds", "For how long the oldest message has been due.", registry=REGISTRY)
BELL_FAILED = Gauge("wuyou_doorbell_failed", "Rings of this process that Redis did not take.", registry=REGISTRY)

log = structlog.get_logger("wuyou.web")


def register(app: Flask) -> None:
    """Put the three addresses and the counting on the application."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", metrics)
    app.before_request(_start)
    app.after_request(_count)


@endpoint("public", transaction=False)
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "alive"}


@endpoint("public", transaction=False)
def readyz() -> Any:
    """The process can serve: the database answers and has the newest schema."""
    with installation().db.engine(Role.PUBLIC).connect() as connection:
        connection.execute(text("SELECT serial FROM calendar_serial"))
    return {"status": "ready"}


@endpoint("public", transaction=False)
def metrics() -> Response:
    """Figures of this process and of the outbox, for Prometheus."""
    with installation().db.transaction(Role.EXPORT) as session:
        health = outbox.health(session)
    UNDONE.set(health.undone)
    DEAD.set(health.dead)
    AGE.set(health.oldest_seconds)
    BELL_FAILED.set(installation().bell.failed)
    response = make_response(generate_latest(REGISTRY))
    response.content_type = CONTENT_TYPE_LATEST
    return response


def _start() -> None:
    g.started = time.perf_counter()


def _label() -> str:
    """The route that a request counts under: a report's as a complaint's, or figures would tell of it (art. 37)."""
    rule = request.url_rule.rule if request.url_rule else "unknown"
    return rule.replace("report", "complaint")


def _count(response: Response) -> Response:
    route = _label()
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    REQUESTS.labels(route, response.status_code).inc()
    SECONDS.labels(route).observe(seconds)
    if response.status_code >= 500 or seconds > 1:
        log.info(
            "slow_or_failed",
            method=request.method,
            route=route,
            status=response.status_code,
            milliseconds=round(seconds * 1000),
            role=actor().role.value if "caller" in g else None,
        )
    return response
