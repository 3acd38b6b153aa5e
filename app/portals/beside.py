"""What an officer sees beside a case: hints with their reasons, and the firm's last twelve months."""

from __future__ import annotations

from typing import Any

from app.http import context
from complaints import beside
from complaints.models import Complaint


def section(case: Complaint) -> dict[str, Any]:
    """Hints and history, in two statements; within what the caller may see."""
    session, parties = context.session(), context.caller().identity.parties
    return {
        "alike": beside.like(session, case, parties),
        "firm": beside.history(session, case, parties, context.clock().today()),
    }
