"""The whole product on one page: which terms, jobs, events and domains there are."""

from __future__ import annotations

from complaints.terms import TERMS as COMPLAINT_TERMS
from workflows.time.terms import TermBook

TERMS = TermBook([*COMPLAINT_TERMS])
"""Every statutory and promised period of every domain."""
