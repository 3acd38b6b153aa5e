"""People are told of claims: the message goes out with the change, by whoever may see the claim as it now stands."""

from __future__ import annotations

from migrations.rights import policy

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TOLD = "(('claim.make', 'open'), ('claim.accept', 'accepted'), ('claim.refuse', 'refused'))"


def upgrade() -> None:
    stands = f"EXISTS (SELECT 1 FROM claim c WHERE c.id = outbox.case_id AND (outbox.topic, c.state) IN {TOLD})"
    for audience in ("merchant", "officer"):
        policy("outbox", f"{audience}_tells_claims", "INSERT", audience, None, stands)
