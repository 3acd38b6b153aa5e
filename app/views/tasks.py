"""What a merchant has to do, as its home says it: one sentence, by when, and where. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from merchants.lifecycle import DRAFT, EXPIRING, SENT_BACK, SUSPENDED
from merchants.models import Claim, Enrolment, Enterprise, Standing, Store

FAR = date(9999, 12, 31)


@dataclass(frozen=True)
class Task:
    """One thing to do.

    :param kind: its words in the catalogue, ``task.{kind}`` and ``task_about.{kind}``.
    :param tone: the colour of its card; the words say the same.
    """

    kind: str
    name: str
    href: str
    due: date | None = None
    tone: str = ""

    def order(self) -> tuple[date, str]:
        """What is due first comes first; what has no day comes last."""
        return self.due or FAR, self.name


def of_application(case: Enrolment, store: Store) -> Task | None:
    """A draft to finish, or something that was sent back to be mended."""
    href = f"/merchant/applications/{case.id}"
    if case.state == SENT_BACK:
        return Task("mend", store.name, href, case.next_due_on, "bad")
    return Task("finish", store.name, href) if case.state == DRAFT else None


def of_standing(held: Standing, store: Store, *, renewing: bool) -> Task | None:
    """To be heard before a removal, to renew in time, to put right what a suspension is for.

    :param renewing: a renewal is under way already.
    """
    href = f"/merchant/stores/{store.id}"
    if held.removal_proposed_on is not None and held.heard_on is None:
        return Task("hear", store.name, href, held.hearing_until, "bad")
    if held.state == SUSPENDED:
        return Task("suspended", store.name, href, None, "bad")
    if held.state == EXPIRING and not renewing:
        return Task("renew", store.name, f"{href}/renew", held.expires_on, "warn")
    return None


def of_claim(claim: Claim, firm: Enterprise) -> Task:
    """Somebody claims the firm: its manager decides, or the bureau."""
    return Task("claim", firm.name, f"/merchant/claims/{claim.id}", None, "warn")


def of_store(store: Store) -> Task:
    """A store that promises nothing yet."""
    return Task("enrol", store.name, f"/merchant/stores/{store.id}")
