"""The tables of merchants: parties, applications, standings and promises."""

from __future__ import annotations

from merchants.models.enrolment import Enrolment, Promise, Standing
from merchants.models.parties import Brand, Contact, Enterprise, Store
from merchants.models.supervision import CreditGrade, InspectionPlan, ListEntry, Visit

__all__ = [
    "Brand",
    "Contact",
    "CreditGrade",
    "Enrolment",
    "Enterprise",
    "InspectionPlan",
    "ListEntry",
    "Promise",
    "Standing",
    "Store",
    "Visit",
]
