"""Claiming a firm that is known already; a manager of the firm or the county bureau decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.evidence import keep
from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, mine
from merchants.models import Claim, Enterprise
from merchants.operations import claims
from merchants.operations.claims import ClaimDraft
from merchants.queries import firms, staff
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.store.sealed import unseal

blueprint = Blueprint("claiming", __name__)

PAGE = 30


@blueprint.get("/merchant/firm/claim")
@endpoint("merchant.own")
def claim() -> Any:
    """The form of a claim; the firm is named by its credit code.

    :raises NotFound: no firm of that code is known.
    """
    return form_page(wanted(), {}, {})


def wanted() -> Enterprise:
    """The firm of the code in the address or the form.

    :raises NotFound: none is known.
    """
    found = firms.by_code(context.session(), request.values.get("uscc", "")[:30])
    if found is None:
        raise NotFound("enterprise.unknown", "there is no such firm", field="uscc")
    return found


def form_page(firm: Enterprise, form: Any, errors: dict[str, str]) -> str:
    """The form of a claim."""
    member = firm.id in context.actor().manages
    return render_template("merchant/claim_form.html", firm=firm, form=form, errors=errors, member=member)


@blueprint.post("/merchant/firm/claim")
@endpoint("merchant.own")
def make() -> Any:
    """Claim the firm."""
    firm, form = wanted(), request.form.to_dict()
    try:
        form["licence_id"] = str(photo() or "")
        draft = ClaimDraft(form.get("name", "")[:60], form.get("words", "")[:600], licence_of(form))
        claims.make(context.session(), firm, draft, actor=context.actor(), clock=context.clock())
    except (RuleBroken, Conflict) as error:
        return form_page(firm, form, mine.said(error)), 422
    return base.see_other(url_for("firm.home"))


def photo() -> UUID | None:
    """The licence: uploaded now, or kept when the form had another fault.

    :raises RuleBroken: the file cannot be taken.
    """
    file = request.files.get("licence")
    if file is None or not file.filename:
        return licence_of(request.form)
    try:
        return keep(file).id
    except RuleBroken as error:
        faults = [FieldError("licence", e.code, e.message) for e in error.errors]
        raise RuleBroken("validation", "the picture cannot be taken", errors=faults) from None


def licence_of(form: Mapping[str, str]) -> UUID | None:
    """The file that a form names; whether it is one's own is checked where the claim is stored."""
    try:
        return UUID(form.get("licence_id", "")[:36])
    except ValueError:
        return None


@blueprint.get("/merchant/claims/<uuid:claim>")
@endpoint("merchant.own")
def one(claim: UUID) -> Any:
    """A claim on one's firm, to be decided; or one's own, to be followed."""
    found = staff.claim(context.session(), claim)
    return claim_page(found, {})


def claim_page(found: Claim, errors: dict[str, str]) -> str:
    """The page of one claim."""
    firm = context.session().get_one(Enterprise, found.enterprise_id)
    own = found.account_id == context.actor().account
    return render_template("merchant/claim.html", claim=shown(found, firm), own=own, errors=errors)


def shown(found: Claim, firm: Enterprise) -> dict[str, Any]:
    """A claim as whoever decides it reads it."""
    session = context.session()
    return {
        "row": found,
        "firm": firm,
        "name": unseal(session, found, "name"),
        "words": unseal(session, found, "words"),
    }


@blueprint.post("/merchant/claims/<uuid:claim>/<any(accept, refuse, withdraw):step>")
@endpoint("merchant.own")
def decide(claim: UUID, step: str) -> Any:
    """A manager decides a claim, or its maker takes it back."""
    found = staff.claim(context.session(), claim)
    try:
        act(found, step)
    except RuleBroken as error:
        return claim_page(found, mine.said(error)), 422
    return base.see_other(url_for("firm.home"))


def act(found: Claim, step: str) -> None:
    """Take the step that the form asks for.

    :raises RuleBroken: a refusal without a reason.
    """
    session, actor, clock = context.session(), context.actor(), context.clock()
    if step == "accept":
        claims.accept(session, found, actor=actor, clock=clock)
    elif step == "refuse":
        reason = request.form.get("reason", "")[: claims.MOST_REASON + 1]
        claims.refuse(session, found, reason, actor=actor, clock=clock)
    else:
        claims.withdraw(session, found, actor=actor, clock=clock)


@blueprint.get("/officer/claims")
@endpoint("enrolment.review")
def desk() -> Any:
    """The bureau's claims, oldest first."""
    return desk_page({})


def desk_page(errors: dict[str, str], at: UUID | None = None) -> str:
    """The bureau's list; what was wrong stands at the claim it is about."""
    place = paging.position(request.args.get("cursor"))
    after = UUID(place[0]) if place else None
    found = staff.claims_at(context.session(), mine.parties(), after, PAGE + 1)
    rows, following = paging.page(found, PAGE, lambda row: [str(row[0].id)])
    return render_template(
        "officer/claims.html",
        claims=[shown(claim, firm) for claim, firm in rows],
        following=following,
        errors=errors,
        at=at,
    )


@blueprint.post("/officer/claims/<uuid:claim>/<any(accept, refuse):step>")
@endpoint("enrolment.review")
def decide_at_desk(claim: UUID, step: str) -> Any:
    """The bureau decides a claim."""
    found = staff.claim(context.session(), claim)
    try:
        act(found, step)
    except RuleBroken as error:
        return desk_page(mine.said(error), found.id), 422
    return base.see_other(url_for("claiming.desk"))
