"""The tables of merchants: parties, their people, applications, standings and promises."""

from __future__ import annotations

from merchants.models.enrolment import Enrolment, Promise, Standing
from merchants.models.parties import Brand, Contact, Enterprise, Store
from merchants.models.staff import Claim, FormerMember, Invitation

__all__ = [
    "Brand",
    "Claim",
    "Contact",
    "Enrolment",
    "Enterprise",
    "FormerMember",
    "Invitation",
    "Promise",
    "Standing",
    "Store",
]
