"""The letter that reaches a firm nobody has signed in for."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.catalogue import text
from app.documents.letter import LetterSheet
from app.documents.sheet import chinese_date
from app.identity.inviting import readable
from merchants.models import Enterprise
from merchants.operations.activation import Activated


def sheet(case: Any, firm: Enterprise, bureau: Any, made: Activated, url: str, today: date) -> LetterSheet:
    """The letter of one activation.

    :param url: where the code is typed; printed, and drawn as a code.
    """

    def said(key: str, **values: Any) -> str:
        return text(f"activation.{key}", "zh", **values)

    return LetterSheet(
        title=said("title"),
        number=said("number", number=case.number),
        addressee=firm.name,
        paragraphs=(
            said("body", received=chinese_date(case.received_on), number=case.number),
            said("how", code=readable(made.code)),
            said("until", until=chinese_date(made.until)),
        ),
        closing=(said("voluntary"), said("contact", phone=bureau.phone)),
        bureau=bureau.name,
        signed_on=today,
        verify_url=url,
        check=said("check"),
    )
