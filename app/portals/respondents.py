"""The firm a case is about, on the officer's page: how it has answered, and the letter that reaches it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from app.api.documents import PDF, file_answer
from app.documents import letter
from app.http import context
from app.http.endpoint import endpoint
from app.places import Places
from app.portals.cases import version
from app.views import activation as words
from complaints import respondents
from complaints.models import Complaint
from complaints.operations import decide
from complaints.operations import respondents as operations
from merchants.models import Enterprise
from merchants.operations import activation
from workflows.people.tables import Bureau

blueprint = Blueprint("respondents", __name__, url_prefix="/officer")


def section(case: Complaint) -> dict[str, Any]:
    """What the card on the firm's answer shows."""
    session = context.session()
    if case.enterprise_id is None:
        return {"heard": None}
    return {
        "heard": respondents.heard(session, case, context.clock().today()),
        "staffed": activation.staffed(session, case.enterprise_id),
        "registered": session.get_one(Enterprise, case.enterprise_id),
    }


@blueprint.post("/complaints/<uuid:case>/activation")
@endpoint("complaint.decide")
def write(case: UUID) -> Response:
    """Make the letter and show it, once: the code in it is kept nowhere."""
    session, clock = context.session(), context.clock()
    found = decide.find(session, case, version(request.form))
    firm, made = operations.write_letter(session, found, actor=context.actor(), clock=clock)
    bureau = session.get_one(Bureau, found.bureau_id)
    sheet = words.sheet(found, firm, bureau, made, f"{request.host_url}merchant/join", clock.today())
    own = Places(context.installation().told.data).templates
    return file_answer(letter.as_pdf(sheet, own=own), PDF, f'inline; filename="activation-{found.number}.pdf"')
