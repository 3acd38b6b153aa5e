"""The tables of merchants: parties, their people, applications, standings, promises; alliances, brands; statements."""

from __future__ import annotations

from merchants.models.chains import (
    Alliance,
    AllianceRow,
    AllianceShare,
    Bond,
    Delegation,
    MakerAgreement,
    MakerShare,
    MakerVersion,
    PromiseBatch,
)
from merchants.models.enrolment import Enrolment, Promise, Standing
from merchants.models.parties import Brand, Contact, Enterprise, Store
from merchants.models.staff import Activation, Claim, FormerMember, Invitation
from merchants.models.statements import Statement, StatementConsent, StatementLook
from merchants.models.supervision import CreditGrade, InspectionPlan, ListEntry, Visit

__all__ = [
    "Activation",
    "Alliance",
    "AllianceRow",
    "AllianceShare",
    "Bond",
    "Brand",
    "Claim",
    "Contact",
    "CreditGrade",
    "Delegation",
    "Enrolment",
    "Enterprise",
    "FormerMember",
    "InspectionPlan",
    "Invitation",
    "ListEntry",
    "MakerAgreement",
    "MakerShare",
    "MakerVersion",
    "Promise",
    "PromiseBatch",
    "Standing",
    "Statement",
    "StatementConsent",
    "StatementLook",
    "Store",
    "Visit",
]
