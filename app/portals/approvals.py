"""One inbox for heads, made for a phone: what waits for a decision, the facts to decide by, and who stands in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, cases, forms, supervision
from app.portals.oversight import is_head
from app.portals.supervision import Told
from complaints import approvals, desks
from complaints.operations import deputies
from workflows.errors import RuleBroken

blueprint = Blueprint("approvals", __name__, url_prefix="/officer/oversight")


@blueprint.get("/")
@endpoint("complaint.decide")
def inbox() -> Any:
    """What waits for the caller, the nearest date first."""
    return inbox_page()


def inbox_page(failed: Told | None = None) -> Any:
    """The inbox, with why something was not decided where it was not."""
    session, actor, clock = context.session(), context.actor(), context.clock()
    parties = context.caller().identity.parties
    colleagues = desks.colleagues(session)
    found = approvals.waiting(session, parties, actor=actor, clock=clock)
    own = [actor.org] if actor.org else []
    return supervision.page(
        "oversight_inbox",
        failed,
        found=[(item, supervision.due(item.due)) for item in found],
        names={c.id: c.name for c in colleagues},
        colleagues=[c for c in colleagues if c.bureau == actor.org and c.id != actor.account],
        standing=deputies.coming(session, own, clock.today()),
        head=is_head(),
        today=clock.today(),
        typed=request.form,
    )


@blueprint.post("/approvals/<any(extension, police, decline):kind>/<uuid:case>")
@endpoint("complaint.decide")
def resolve(kind: str, case: UUID) -> Any:
    """Approve or refuse what waits, as it was seen."""
    session = context.session()
    failed = supervision.tried(lambda: resolved(kind, case, request.form))
    session.expire_all()
    return inbox_page(failed) if failed else base.see_other(url_for("approvals.inbox"))


def resolved(kind: str, case: UUID, form: Any) -> None:
    """Decide as a form says.

    :raises RuleBroken: it says neither yes nor no.
    """
    says = form.get("decision", "")
    if says not in ("approve", "refuse"):
        raise RuleBroken("approval.which", "approve it or refuse it", field="decision")
    reason = supervision.words(form, "reason") if says == "refuse" else None
    who: Any = {"actor": context.actor(), "clock": context.clock()}
    approvals.resolve(context.session(), kind, case, cases.version(form), reason, **who)


@blueprint.post("/deputies")
@endpoint("complaint.decide")
def name_deputy() -> Any:
    """The head names who stands in, from a day to a day."""
    failed = supervision.tried(lambda: named(request.form))
    return inbox_page(failed) if failed else base.see_other(url_for("approvals.inbox") + "#deputies")


def named(form: Any) -> None:
    """Name the deputy that a form names.

    :raises RuleBroken: what does not fit, by field.
    """
    deputy = forms.ident_needed(form, "deputy")
    first, last = forms.day(form, "from_on"), forms.day(form, "until_on")
    deputies.name(context.session(), deputy, first, last, actor=context.actor(), clock=context.clock())


@blueprint.post("/deputies/<uuid:row>/end")
@endpoint("complaint.decide")
def end_deputy(row: UUID) -> Any:
    """Call a deputy off."""
    deputies.end(context.session(), row, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("approvals.inbox") + "#deputies")
