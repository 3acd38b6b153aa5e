"""Two questions, two edge tables: what becomes of an application (申请), and how a store stands (承诺状态).

An application ends with a decision. The standing begins with an approval and lives on: suspended and lifted,
renewed, left, lapsed or removed. A renewal is an application of its own, and its approval is the standing's
``renew``; so *renewed* is an event and not a state, and a store in force is always simply in force.
"""

from __future__ import annotations

from workflows.case.machine import Edge, Machine

DRAFT = "draft"
SUBMITTED = "submitted"
UNDER_REVIEW = "under_review"
SENT_BACK = "sent_back"
APPROVED = "approved"
REFUSED = "refused"
WITHDRAWN = "withdrawn"
EXPIRED = "expired"

ENROLMENT = Machine(
    name="enrolment",
    initial=DRAFT,
    begins="draft",
    edges=(
        Edge(DRAFT, "submit", SUBMITTED),
        Edge(DRAFT, "withdraw", WITHDRAWN),
        Edge(SUBMITTED, "take_up", UNDER_REVIEW),
        Edge(SUBMITTED, "approve", APPROVED),
        Edge(SUBMITTED, "send_back", SENT_BACK),
        Edge(SUBMITTED, "refuse", REFUSED),
        Edge(SUBMITTED, "withdraw", WITHDRAWN),
        Edge(UNDER_REVIEW, "approve", APPROVED),
        Edge(UNDER_REVIEW, "send_back", SENT_BACK),
        Edge(UNDER_REVIEW, "refuse", REFUSED),
        Edge(UNDER_REVIEW, "withdraw", WITHDRAWN),
        Edge(SENT_BACK, "submit", SUBMITTED),
        Edge(SENT_BACK, "withdraw", WITHDRAWN),
        Edge(SENT_BACK, "expire", EXPIRED),
    ),
)

ENROLMENT_NOTES = {"amend": (DRAFT, SENT_BACK)}
"""What changes an application and not its state, and where it is possible."""

IN_FORCE = "in_force"
EXPIRING = "expiring"
SUSPENDED = "suspended"
LEAVING = "leaving"
LAPSED = "lapsed"
LEFT = "left"
REMOVED = "removed"

STANDING = Machine(
    name="standing",
    initial=IN_FORCE,
    begins="enter",
    edges=(
        Edge(IN_FORCE, "expire_soon", EXPIRING),
        Edge(IN_FORCE, "suspend", SUSPENDED),
        Edge(IN_FORCE, "give_notice", LEAVING, "IR 21"),
        Edge(IN_FORCE, "remove", REMOVED),
        Edge(EXPIRING, "renew", IN_FORCE),
        Edge(EXPIRING, "suspend", SUSPENDED),
        Edge(EXPIRING, "give_notice", LEAVING, "IR 21"),
        Edge(EXPIRING, "lapse", LAPSED),
        Edge(EXPIRING, "remove", REMOVED),
        Edge(SUSPENDED, "lift", IN_FORCE),
        Edge(SUSPENDED, "lapse", LAPSED),
        Edge(SUSPENDED, "remove", REMOVED),
        Edge(LEAVING, "leave", LEFT),
        Edge(LEAVING, "lapse", LAPSED),
        Edge(LEAVING, "remove", REMOVED),
    ),
)

PROMISING = (IN_FORCE, EXPIRING, LEAVING)
"""States in which the store promises to whoever buys today; until it has left, a leaving store still does."""

LIVING = (*PROMISING, SUSPENDED)
ENDED = tuple(state for state in STANDING.states if state in STANDING.terminal)

STANDING_NOTES = {
    "propose_removal": LIVING,
    "hear": LIVING,
    "drop_removal": LIVING,
    "warn": (EXPIRING,),
    "promise": PROMISING,
    "inspect": LIVING,
}
"""What is recorded of a standing without changing its state."""

MACHINES = (ENROLMENT, STANDING)
