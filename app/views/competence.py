"""Who is competent for a case, as each audience reads it, and what bureaus may do about it next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from complaints import competence, competence_queries
from complaints.competence_models import Dispute, HelpRequest, RegionAgreement, Upward
from complaints.competence_queries import Seen
from complaints.lifecycle import COMPLAINT_NOTES
from complaints.models import Complaint, Report
from workflows.people.actor import OFFICIALS, Actor
from workflows.people.tables import Bureau

FIELDS = {
    "request_upward": ("reason",),
    "take_up": ("reason",),
    "send_down": ("reason",),
    "dispute_open": ("district", "claim", "reason"),
    "dispute_concede": ("reason",),
    "dispute_refer": ("reason",),
    "designate": ("bureau", "reason"),
    "ask_help": ("agreement", "district", "item", "words", "given_on"),
}
"""The fields of each step's form."""

ANSWERS = ("dispute_answer", "help_received", "help_answered")
"""Steps of another bureau, which has pages of its own for them."""

VERBS = (*FIELDS, *ANSWERS)
"""Steps that depend on more than the case's state; they are offered beside who is competent."""


@dataclass(frozen=True)
class Shown:
    """What a page shows of who is competent.

    :param steps: what the actor may do next.
    :param names: bureaus by id.
    """

    seen: Seen
    steps: Sequence[str] = ()
    upward: Upward | None = None
    dispute: Dispute | None = None
    settle_by: date | None = None
    helps: Sequence[HelpRequest] = ()
    agreements: Sequence[RegionAgreement] = ()
    names: Any = None

    @property
    def competent(self) -> list[dict[str, Any]]:
        """Every competent bureau with its link, in the order in which the law names them."""
        found, bureaus = self.seen.found.bureaus, self.seen.bureaus
        return [{"district": c.district, "link": c.link, "bureau": bureaus.get(c.district)} for c in found]

    @property
    def host(self) -> Any:
        """The mall or business circle that the receipt named."""
        return self.seen.host

    @property
    def bought(self) -> str:
        """How the goods were bought."""
        return self.seen.about.kind


def shown(session: Session, case: Complaint | Report, actor: Actor, today: date) -> Shown:
    """Who is competent for a case; for its officers with what bureaus ask of each other."""
    seen = competence_queries.of_case(session, case)
    if actor.role not in OFFICIALS or isinstance(case, Report):
        return Shown(seen)
    own = session.get_one(Bureau, case.bureau_id)
    asked, dispute = competence_queries.upward(session, case.id), competence_queries.dispute(session, case.id)
    helps = competence_queries.helps(session, case.id)
    agreements = competence_queries.agreements_for(session, own, today)
    ids = [h.helper_id for h in helps] + (
        [dispute.bureau_id, dispute.other_id, dispute.competent_id] if dispute else []
    )
    return Shown(
        seen,
        steps(case, actor, own, asked, dispute, has_agreements=bool(agreements)),
        asked,
        dispute,
        competence_queries.settle_by(session, dispute).due_on if dispute else None,
        helps,
        agreements,
        competence_queries.named(session, [own.id, own.parent_id, *ids]),
    )


def steps(
    case: Complaint,
    actor: Actor,
    own: Bureau,
    asked: Upward | None,
    dispute: Dispute | None,
    *,
    has_agreements: bool,
) -> list[str]:
    """Next lawful steps only: what state, facts and the actor's own bureau allow."""
    ours, above = actor.org == own.id, own.parent_id is not None and actor.org == own.parent_id
    running = dispute if dispute is not None and dispute.ended is None else None
    referred = running is not None and running.referred_on is not None
    possible = {
        "request_upward": ours and own.parent_id is not None and asked is None,
        "take_up": above,
        "send_down": above and asked is not None,
        "dispute_open": ours and running is None,
        "dispute_concede": ours and running is not None and running.agrees is False,
        "dispute_refer": ours and running is not None and not referred,
        "designate": running is not None and referred and actor.org == (running.superior_id or running.bureau_id),
        "ask_help": ours and has_agreements,
    }
    return [verb for verb in FIELDS if possible[verb] and case.state in COMPLAINT_NOTES[verb]]


def facts(found: Shown) -> dict[str, Any]:
    """Who is competent, as the API gives it."""
    seen = found.seen
    return {
        "answer": seen.verdict.answer,
        "bought": found.bought,
        "host": found.host and {"id": str(found.host.id), "name": found.host.name},
        "bureaus": [
            {
                "district": c["district"],
                "name": c["bureau"].name if c["bureau"] else None,
                "place": c["link"].words,
                "article": c["link"].article,
                "first_only": c["link"].first_only,
            }
            for c in found.competent
        ],
        "not_known": [{"place": link.words, "article": link.article} for link in seen.found.unknown],
        "first": competence.FIRST[seen.found.rule_set],
        "allowed": list(found.steps),
    }
