"""The delay ledger (时间账): every calendar day of a case, charged to whoever held it. Pure.

No text says who answers for which day, so these rules are ours and are shown as such:

- A day belongs to whoever holds the case when it begins; the day of receipt to the bureau that received it. So an
  event hands the case over from the next day on, as periods are counted, and each day is charged exactly once.
- The bureau holds a case wherever nobody else is awaited, and while a request for recusal waits for its decision. The
  consumer holds it while asked for proof of identity, up to the day that was named. One side holds it while it alone
  has not consented, or has an offer to answer. The laboratory holds it from the day testing began to the day it ended.
- A case that went to another bureau leaves its days behind: they are charged to *another bureau* for ever.
- An event that this table does not know hands nothing over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from workflows.time.clock import shanghai_date

CONSUMER = "consumer"
FIRM = "firm"
BUREAU = "bureau"
OTHER_BUREAU = "other_bureau"
LABORATORY = "laboratory"
HOLDERS = (CONSUMER, FIRM, BUREAU, OTHER_BUREAU, LABORATORY)

DAY = timedelta(days=1)

DECIDING, MEDIATING, TELLING, CLOSING = "deciding", "mediating", "telling", "closing"

HANDS_OVER: Mapping[str, tuple[str, str]] = {
    "return_to_intake": (BUREAU, "sending_on"),
    "dispatch": (BUREAU, DECIDING),
    "correct": (BUREAU, DECIDING),
    "decline": (BUREAU, TELLING),
    "request_identity": (CONSUMER, "identity"),
    "prove_identity": (BUREAU, DECIDING),
    "open_mediation": (BUREAU, MEDIATING),
    "testing": (LABORATORY, "testing"),
    "tested": (BUREAU, MEDIATING),
    "settle": (BUREAU, CLOSING),
    "terminate": (BUREAU, TELLING),
    "withdraw": (BUREAU, TELLING),
    "recuse": (BUREAU, "recusal"),
    "take_offer": (BUREAU, MEDIATING),
}
"""Who holds the case after an event, and for what; consents, offers and tellings depend on what was before."""

SIDES = {"complainant": CONSUMER, "respondent": FIRM}
ANSWERS = {"complainant": FIRM, "respondent": CONSUMER}
"""Who answers the offer of a side."""

SAID = {"testing": "on", "tested": "on", "consent": "given_on"}
"""Events that name the day on which they happened; it may lie before the day they were written down."""

RENEWS = ("request_identity",)
"""Events that begin days of their own even where they change nobody: another day is named."""

MOVES = ("return_to_intake", "dispatch", "take_up", "designate")
"""Events after which another bureau may have the case; they say which."""

WHYS = (
    DECIDING,
    "sending_on",
    "identity",
    "asking",
    "consent",
    MEDIATING,
    "offer",
    "recusal",
    "testing",
    TELLING,
    CLOSING,
)
"""Everything that a holder may be holding the case for."""


@dataclass(frozen=True)
class Happened:
    """One event of the journal.

    :param facts: its open facts, as the journal has them.
    """

    seq: int
    event: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """Days in a row that one holder had the case for one thing, both ends included.

    :param event: the event that began it, with its number ``seq`` in the journal.
    :param bureau: the bureau that handled the case then, as the journal names it.
    """

    holder: str
    first: date
    last: date
    why: str
    event: str
    seq: int
    bureau: str | None = None

    @property
    def days(self) -> int:
        """How many calendar days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Ledger:
    """A case's days, all of them, the oldest first.

    :param ended: whether the case is over, so that no day will be added.
    """

    spans: Sequence[Span]
    ended: bool

    @property
    def days(self) -> int:
        """How many calendar days the case has had."""
        return sum(span.days for span in self.spans)

    @property
    def totals(self) -> dict[str, int]:
        """The days of every holder, none left out."""
        return {holder: sum(s.days for s in self.spans if s.holder == holder) for holder in HOLDERS}


@dataclass(frozen=True)
class _Hold:
    """Who holds the case from an event on."""

    day: date
    holder: str
    why: str
    event: str
    seq: int
    bureau: str | None
    consents: frozenset[str] = frozenset()
    accepted: bool = False
    until: date | None = None


def ledger(events: Iterable[Happened], today: date) -> Ledger:
    """The ledger of a case up to a day; the order in which the events come does not matter, their numbers do.

    :param today: the date in Shanghai; what happened after it has not happened yet.
    """
    known = sorted((e for e in events if shanghai_date(e.at) <= today), key=lambda e: e.seq)
    if not known:
        return Ledger((), ended=False)
    holds = [_first(known[0])]
    for event in known[1:]:
        if _ends(event):
            return Ledger(_spans(holds, max(shanghai_date(event.at), holds[-1].day)), ended=True)
        holds[-1:] = _next(holds[-1], event)
    return Ledger(_spans(holds, today), ended=False)


def _first(event: Happened) -> _Hold:
    received = event.facts.get("received_on")
    at = shanghai_date(event.at)
    day = min(at, date.fromisoformat(received)) if received else at
    return _Hold(day, BUREAU, DECIDING, event.event, event.seq, event.facts.get("bureau"))


def _ends(event: Happened) -> bool:
    """A case ends when it is closed, or withdrawn before anything was decided; later it is its mediation that ends."""
    return event.event == "close" or (event.event == "withdraw" and "ground" not in event.facts)


def _next(held: _Hold, event: Happened) -> list[_Hold]:
    """Who holds the case after an event, in place of who held it: dated no earlier than what was before."""
    said, at = event.facts.get(SAID.get(event.event, "")), shanghai_date(event.at)
    day = max(held.day, min(at, date.fromisoformat(said)) if said else at)
    before = _lapsed(held, day)
    known = _remember(before[-1], event)
    holder, why = _holder(known, event)
    if (holder, why, known.bureau) == (known.holder, known.why, before[-1].bureau) and event.event not in RENEWS:
        return [*before[:-1], known]
    after = replace(known, day=day, holder=holder, why=why, event=event.event, seq=event.seq, until=_until(event))
    return [*before, after]


def _lapsed(held: _Hold, day: date) -> list[_Hold]:
    """The bureau has the case back after the day that it had named to the consumer."""
    if held.until is None or held.until >= day:
        return [held]
    return [held, replace(held, day=max(held.day, held.until), holder=BUREAU, why=DECIDING, until=None)]


def _until(event: Happened) -> date | None:
    return date.fromisoformat(event.facts["until"]) if event.event == "request_identity" else None


def _remember(held: _Hold, event: Happened) -> _Hold:
    if event.event in MOVES:
        return replace(held, bureau=event.facts.get("to", held.bureau))
    if event.event == "consent":
        return replace(held, consents=held.consents | {event.facts["side"]})
    if event.event == "correct":
        return replace(held, consents=frozenset(), accepted=False)
    return replace(held, accepted=True) if event.event == "accept" else held


def _holder(held: _Hold, event: Happened) -> tuple[str, str]:
    if event.event in HANDS_OVER:
        return HANDS_OVER[event.event]
    if event.event == "offer":
        return ANSWERS[event.facts["side"]], "offer"
    if event.event in ("accept", "consent") and held.accepted:
        return _awaited(held.consents)
    if event.event == "told" and held.why == TELLING:
        return BUREAU, CLOSING
    if event.event == "decide_recusal" and held.why == "recusal":
        return BUREAU, MEDIATING
    return held.holder, held.why


def _awaited(consents: frozenset[str]) -> tuple[str, str]:
    """Who alone has not consented yet; while neither has, the bureau is asking."""
    missing = [side for side in SIDES if side not in consents]
    if len(missing) == 1:
        return SIDES[missing[0]], "consent"
    return BUREAU, "asking" if missing else MEDIATING


def _spans(holds: Sequence[_Hold], last: date) -> list[Span]:
    """The holds as days: each from the day after its event to the day of the next one; none of them twice."""
    changes = [*holds[:-1], *_lapsed(holds[-1], last)]
    ends = [*(change.day for change in changes[1:]), last]
    firsts = [changes[0].day, *(change.day + DAY for change in changes[1:])]
    now = changes[-1].bureau
    return [
        Span(_seen(held, now), first, end, held.why, held.event, held.seq, held.bureau)
        for held, first, end in zip(changes, firsts, ends, strict=True)
        if first <= end
    ]


def _seen(held: _Hold, now: str | None) -> str:
    """The holder as it is charged: a bureau that no longer has the case is another bureau."""
    return OTHER_BUREAU if held.holder == BUREAU and held.bureau != now else held.holder
