"""Webhooks as the product has them: which events are told and by which names, how one is sent, for whom one is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

from app.addresses import Unreached, target
from app.outbound import Outbound
from app.settings import VERSION
from complaints.lifecycle import COMPLAINT, COMPLAINT_NOTES, UNSEEN_BY_FIRM
from merchants.lifecycle import ENROLMENT, ENROLMENT_NOTES, STANDING, STANDING_NOTES
from workflows.case.casework import CLOCK_MOVED, CORRECT
from workflows.delivery import webhooks
from workflows.delivery.leases import Lease
from workflows.delivery.outbox import Handler
from workflows.delivery.webhooks import Outcome, Parcel
from workflows.errors import FieldError, RuleBroken
from workflows.store.session import Databases, Role

SECONDS_DIGITS = 9
EVERY_CASE = (CORRECT, CLOCK_MOVED)
EVENTS: Mapping[str, Iterable[str]] = {
    "complaint": (
        COMPLAINT.begins,
        *COMPLAINT.events,
        *(note for note in COMPLAINT_NOTES if note not in UNSEEN_BY_FIRM),
        *EVERY_CASE,
    ),
    "enrolment": (ENROLMENT.begins, *ENROLMENT.events, *ENROLMENT_NOTES, "check", *EVERY_CASE),
    "standing": (STANDING.begins, *STANDING.events, *STANDING_NOTES, *EVERY_CASE),
}
"""Every event that is told, by kind of case; of reports nothing is (O121 37): endpoints belong to organisations."""

FAMILIES = {"standing": "plaque"}
"""Kinds of case that the outside knows by another name."""

NAMES = {"standing.promise": "promise.changed"}

TOPICS: Mapping[str, str] = {
    inside: NAMES.get(inside, f"{FAMILIES.get(kind, kind)}.{event}")
    for kind, events in EVENTS.items()
    for event in events
    for inside in (f"{kind}.{event}",)
}
"""The name for the outside of every event that is told."""

PATTERNS = ("*", *sorted({f"{topic.partition('.')[0]}.*" for topic in TOPICS.values()}), *sorted(TOPICS.values()))
"""Everything that an endpoint may ask for."""


def with_webhooks(handlers: Mapping[str, tuple[Handler, ...]]) -> dict[str, tuple[Handler, ...]]:
    """The handlers of every topic, and after them the telling of webhooks."""
    told: dict[str, tuple[Handler, ...]] = {
        inside: (*handlers.get(inside, ()), partial(webhooks.fan_out, topic)) for inside, topic in TOPICS.items()
    }
    return {**handlers, **told}


def check(url: str | None, topics: Iterable[str] | None, *, loopback: bool) -> None:
    """Let an endpoint's address and topics through, as far as they are given.

    :raises RuleBroken: naming what is wrong with which.
    """
    faults = [fault for fault in (_url_fault(url, loopback=loopback), _topic_fault(topics)) if fault]
    if faults:
        raise RuleBroken("validation", "the endpoint has faults", errors=faults)


def _url_fault(url: str | None, *, loopback: bool) -> FieldError | None:
    if url is None:
        return None
    try:
        target(url, loopback=loopback)
    except Unreached as error:
        return FieldError("url", f"webhook.url_{error.code}", f"is no address a webhook may go to ({error.code})")
    return None


def _topic_fault(topics: Iterable[str] | None) -> FieldError | None:
    unknown = [topic for topic in topics or () if topic not in PATTERNS]
    if not unknown:
        return None
    return FieldError("topics", "webhook.topics", f"there is no topic {unknown[0]!r}; known are {', '.join(PATTERNS)}")


def send(db: Databases, lease: Lease, outbound: Outbound) -> None:
    """Make one attempt at a delivery and keep what became of it.

    :raises Postponed: it is to be tried again.
    """
    with db.transaction(Role.WORKER) as session:
        parcel = webhooks.prepare(session, lease)
    if parcel is None:
        return
    outcome = attempt(parcel, outbound)
    with db.transaction(Role.WORKER) as session:
        postponed = webhooks.record(session, lease, outcome)
    if postponed is not None:
        raise postponed


def attempt(parcel: Parcel, outbound: Outbound) -> Outcome:
    """Post a parcel; whatever happens is an outcome."""
    about = {"Content-Type": "application/json", "User-Agent": f"Wuyou-Webhooks/{VERSION}"}
    try:
        answer = outbound.post(parcel.url, parcel.body, {**about, **parcel.headers})
    except Unreached as error:
        return Outcome(code=error.code)
    return Outcome(status=answer.status, retry_after=retry_after(answer.retry_after, datetime.now(UTC)))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a ``Retry-After`` asks for, in seconds or as a date; None where it says nothing that can be read."""
    given = (value or "").strip()
    if given.isascii() and given.isdigit():
        return timedelta(seconds=int(given[:SECONDS_DIGITS]))
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(timedelta(0), moment.replace(tzinfo=moment.tzinfo or UTC) - now)
