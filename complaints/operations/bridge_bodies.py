"""What a platform is told, put together when it is told: nothing of it lies about in between.

A leg is told as itself alone: what is said of a complaint is the same whether a report was filed with it or not.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from complaints.bridge_models import BridgeHandover
from complaints.bridging import COMPLAINT, KINDS, REPORT
from complaints.operations import handing
from complaints.operations.bridges import Parcel
from complaints.operations.handing import yuan
from workflows.people.tables import Bureau
from workflows.store.sealed import unseal


def of_parcel(session: Session, parcel: Parcel) -> dict[str, Any]:
    """The filing itself, or a status."""
    if parcel.what == "status":
        return {"kind": parcel.case.case_kind, **parcel.body}
    return of_case(session, parcel.case)


def of_case(session: Session, case: Any) -> dict[str, Any]:
    """A leg as a row, with the complainant or the named reporter: the platform is the bureau's own system."""
    who = {name: unseal(session, case, name) or "" for name in ("name", "phone", "address")}
    about = {"respondent": case.respondent_name, "respondent_address": case.respondent_address}
    said = _complaint(case) if case.case_kind == COMPLAINT else _report(case)
    return {"kind": case.case_kind, "legs": [case.case_kind], **who, **about, **said}


def _complaint(case: Any) -> dict[str, Any]:
    return {
        "uscc": case.respondent_uscc or "",
        "platform": case.platform or "",
        "category": case.category,
        "problem": case.problem,
        "requests": ";".join(case.requests),
        "happened_on": str(case.happened_on),
        "place": case.place,
        "amount": yuan(case.amount_fen),
        "narrative": case.narrative,
        "publish": "1" if case.publish else "0",
        "entrust": "1" if case.entrust else "0",
    }


def _report(case: Any) -> dict[str, Any]:
    return {"clues": case.clues, "basis": case.basis, "anonymous": "1" if case.anonymous else "0"}


def of_handover(session: Session, found: UUID) -> dict[str, Any] | None:
    """A filing that this portal may not take, to be sent back to its bureau; None once it has its number."""
    row = session.get_one(BridgeHandover, found)
    if row.state != "waiting" or row.refused is not None:
        return None
    said = handing.body_of(session, row)
    said.pop("evidence", None)
    bureau = session.get_one(Bureau, row.bureau_id)
    legs = [COMPLAINT, REPORT] if row.kind == KINDS[-1] else [COMPLAINT]
    return {**said, "legs": legs, "district": bureau.region or "", "back": "1"}
