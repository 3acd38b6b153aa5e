"""What an officer sees beside a case: hints with their reasons, and the firm's last twelve months."""

from __future__ import annotations

from typing import Any

from app.http import context
from complaints import beside, codes
from complaints.lifecycle import FILED
from complaints.models import Complaint


def section(case: Complaint, files: int) -> dict[str, Any]:
    """Hints, history and – until the case is decided – the factors of art. 17; within what the caller may see.

    :param files: how many files the complainant has handed in.
    """
    session, parties, today = context.session(), context.caller().identity.parties, context.clock().today()
    open_to_flags = case.state == FILED and codes.TWO_PEOPLE in codes.REFUSALS[case.rule_set]
    return {
        "flags": beside.flags(session, case, files, today) if open_to_flags else None,
        "alike": beside.like(session, case, parties),
        "firm": beside.history(session, case, parties, today),
    }
