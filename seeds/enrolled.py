"""The two cases of a store that promises already – an approved application and a standing – and its promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from merchants.importing import Entry
from merchants.lifecycle import APPROVED, DRAFT, EXPIRING, IN_FORCE, SUBMITTED
from merchants.models import Enrolment, Standing
from merchants.operations import standing
from merchants.promise import PromiseTerms
from merchants.terms import TERM
from seeds.past import Past
from workflows.case import calendars
from workflows.people.actor import SYSTEM
from workflows.store.crypto import Keys
from workflows.store.db import new_id
from workflows.store.session import DatabaseClock
from workflows.time.clock import SHANGHAI
from workflows.time.deadline import Deadline, deadline
from workflows.time.terms import Term


class Enrolled:
    """Makes the cases of one list.

    :param source: names the list in the journal of every store that comes from it.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._terms: dict[tuple[str, date], tuple[Term, Deadline]] = {}
        self._windows: dict[str, int] = {}
        self._said: dict[PromiseTerms, tuple[dict[str, Any], str]] = {}

    def says(self, terms: PromiseTerms) -> tuple[dict[str, Any], str]:
        """A promise as plain data and as JSON, made once for all that say the same."""
        if terms not in self._said:
            facts = terms.facts()
            self._said[terms] = (facts, json.dumps(facts))
        return self._said[terms]

    def term(self, session: Session, city: str, on: date) -> tuple[Term, Deadline]:
        """How long a store that entered on a day stands, found once for all that did."""
        if (city, on) not in self._terms:
            lasting = standing.term(session, TERM, city, on)
            self._terms[city, on] = (lasting, deadline(lasting, calendars.current(session), on))
        return self._terms[city, on]

    def applied(self, keys: Keys, entry: Entry, values: dict[str, Any], at: datetime) -> Past:
        """The application: it was signed and decided before the list came, so no period of review runs here."""
        on = str(entry.enrolled_on)
        dates = dict.fromkeys(("signed_on", "submitted_on", "decided_on"), entry.enrolled_on)
        row = values | dates | {"id": new_id(), "state": DRAFT, "purpose": "new", "green": False}
        row |= {"promise": self.says(entry.terms)[1], "checks": "[]", "marked": "[]"}
        past = Past(row["id"], keys, row, Enrolment.case_kind, ())
        begun = {"number": row["number"], "store": str(row["store_id"]), "purpose": "new", "days": entry.terms.days}
        past.record("draft", at, SYSTEM, begun | {"list": self.source})
        past.record("submit", at, SYSTEM, {"signed": row["signed_digest"], "submitted_on": on, "_to": SUBMITTED})
        past.record("approve", at, SYSTEM, {"approved_on": on, "_to": APPROVED})
        return past

    def stands(self, session: Session, keys: Keys, entry: Entry, values: dict[str, Any], applied: Past) -> Past:
        """The standing that follows from the application, its term running from the day of enrolment."""
        on = entry.enrolled_on
        lasting, found = self.term(session, values["city"], on)
        row = values | {"id": new_id(), "state": IN_FORCE, "entered_on": on, "expires_on": found.due_on}
        past = Past(row["id"], keys, row, Standing.case_kind, ())
        past.run(lasting, found, on, on)
        facts = {"plaque": row["plaque"], "entered_on": str(on), "enrolment": str(applied.id), "term": lasting.version}
        past.record("enter", row["created_at"], SYSTEM, facts | {"list": self.source})
        self._expire_soon(session, past)
        applied.row["standing_id"] = past.id
        return past

    def _expire_soon(self, session: Session, past: Past) -> None:
        """Within the window for renewal a standing is *expiring*, from the first day of it on."""
        clock = DatabaseClock(session)
        window = self.window(session, past.row["city"], clock.today())
        opened = past.row["expires_on"] - timedelta(days=window)
        if opened <= clock.today():
            at = max(past.row["created_at"], datetime.combine(opened, time(), SHANGHAI))
            past.record("expire_soon", at, SYSTEM, {"_to": EXPIRING})

    def window(self, session: Session, city: str, on: date) -> int:
        """How many days before its end a standing may be renewed."""
        if city not in self._windows:
            self._windows[city] = standing.setting(session, "standing.renewal_window", city, on)
        return self._windows[city]

    def promise(self, entry: Entry, stands: Past) -> dict[str, Any]:
        """The row of the promise in force since the day of enrolment."""
        return {
            "id": new_id(),
            "store_id": stands.row["store_id"],
            "standing_id": stands.id,
            "version": 1,
            "valid": f"[{entry.enrolled_on},)",
            "terms": self.says(entry.terms)[1],
            "days": entry.terms.days,
            "categories": list(entry.terms.categories),
            "source": "store",
            "made_at": stands.row["created_at"],
        }


def access(past: Past, brand: UUID | None) -> Iterator[tuple[Any, ...]]:
    """Who may see a case, as :func:`merchants.operations.enrol.parties` says."""
    row = past.row
    parties = [
        (row["enterprise_id"], "merchant", "enterprise"),
        (row["store_id"], "merchant", "store"),
        (row["bureau_id"], "officer", "county bureau"),
    ]
    for party, kind, reason in [*parties, *([(brand, "merchant", "brand")] if brand else [])]:
        yield (new_id(), past.id, party, kind, True, reason, row["created_at"])
