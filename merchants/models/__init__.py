"""The tables of merchants: parties, applications, standings and promises."""

from __future__ import annotations

from merchants.models.enrolment import Enrolment, Promise, Standing
from merchants.models.parties import Brand, Contact, Enterprise, Store

__all__ = ["Brand", "Contact", "Enrolment", "Enterprise", "Promise", "Standing", "Store"]
