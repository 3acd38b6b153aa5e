"""A firm's people: who works for it and for its stores, inviting by phone, joining by code, ending a membership."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.http import context
from app.http.endpoint import endpoint
from app.identity import inviting, signin
from app.portals import base, mine
from app.wiring import CHANNELS
from merchants.models import Enterprise, Store
from merchants.operations import staff as operations
from merchants.queries import firms, staff
from workflows.errors import DomainError, NotFound
from workflows.people.tables import RANKS
from workflows.store.sealed import unseal

blueprint = Blueprint("staffing", __name__, url_prefix="/merchant")


@dataclass(frozen=True)
class Organisation:
    """A firm or a store whose people are shown."""

    id: UUID
    name: str
    firm: bool


@blueprint.get("/staff/")
@endpoint("merchant.own")
def listed() -> Any:
    """The firms and single stores that one manages; with one alone, its people at once."""
    found = organisations()
    if len(found) == 1:
        return base.see_other(url_for("staffing.people", org=found[0].id))
    return render_template("merchant/staff_of.html", organisations=found)


def organisations() -> list[Organisation]:
    """Every firm, and every store by itself, that the caller manages."""
    session, manages = context.session(), context.actor().manages
    own = firms.of_parties(session, manages)
    stores = [session.get(Store, org) for org in manages if org not in {firm.id for firm in own}]
    found = [Organisation(firm.id, firm.name, firm=True) for firm in own]
    return found + [Organisation(store.id, store.name, firm=False) for store in stores if store is not None]


@blueprint.get("/staff/<uuid:org>")
@endpoint("merchant.own")
def people(org: UUID) -> Any:
    """Who works for a firm or a store, and who is invited."""
    return people_page(organisation(org), {}, {})


def organisation(org: UUID) -> Organisation:
    """A firm or store that the caller manages.

    :raises NotFound: another one.
    """
    session, manages = context.session(), set(context.actor().manages)
    firm = session.get(Enterprise, org)
    if firm is not None and firm.id in manages:
        return Organisation(firm.id, firm.name, firm=True)
    store = session.get(Store, org)
    if store is not None and {store.id, store.enterprise_id} & manages:
        return Organisation(store.id, store.name, firm=False)
    raise NotFound("enterprise.unknown", "there is no such firm")


def people_page(found: Organisation, form: Any, errors: dict[str, str]) -> str:
    """The page of an organisation's people."""
    session = context.session()
    waiting = staff.waiting(session, found.id, context.clock())
    return render_template(
        "merchant/staff.html",
        org=found,
        members=staff.members(session, found.id),
        waiting=[(row, unseal(session, row, "phone")) for row in waiting],
        ranks=RANKS,
        form=form,
        errors=errors,
        my_id=context.actor().account,
        sent=request.args.get("sent") == "1",
        days=operations.LIFE.days,
    )


@blueprint.post("/staff/<uuid:org>/invite")
@endpoint("merchant.own", transaction=False)
def invite(org: UUID) -> Any:
    """Invite somebody by phone; the code goes there and is shown to nobody else."""
    caller, form = context.caller(), request.form
    try:
        with context.unit_of_work():
            organisation(org)
        phone = signin.normal_phone(form.get("phone", "")[:20])
        inviting.invite(
            context.installation().db,
            caller,
            org,
            phone,
            form.get("rank", "")[:20],
            channel=CHANNELS["sms"],
            lang=context.lang(),
        )
    except NotFound:
        raise
    except DomainError as error:
        with context.unit_of_work():
            return people_page(organisation(org), form, mine.said(error)), 422
    return base.see_other(url_for("staffing.people", org=org, sent=1))


@blueprint.post("/staff/<uuid:org>/revoke")
@endpoint("merchant.own")
def revoke(org: UUID) -> Any:
    """Take an invitation back."""
    found = organisation(org)
    operations.revoke(context.session(), named("invitation"), actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("staffing.people", org=found.id))


@blueprint.post("/staff/<uuid:org>/remove")
@endpoint("merchant.own")
def remove(org: UUID) -> Any:
    """End a membership; a firm always keeps a manager."""
    found = organisation(org)
    try:
        operations.remove(context.session(), named("account"), found.id, actor=context.actor(), clock=context.clock())
    except DomainError as error:
        return people_page(found, {}, {"": mine.said(error)[error.field or ""]}), 422
    return base.see_other(url_for("firm.home" if named("account") == context.actor().account else "staffing.listed"))


def named(field: str) -> UUID:
    """The id that a form names.

    :raises NotFound: it is none.
    """
    try:
        return UUID(request.form.get(field, "")[:36])
    except ValueError:
        raise NotFound("staff.unknown", "nobody of that account works there") from None


@blueprint.route("/join", methods=["GET", "POST"])
@endpoint("merchant.own", transaction=False)
def join() -> Any:
    """Accept an invitation by its code."""
    if request.method == "GET":
        return render_template("merchant/join.html", errors={})
    code = request.form.get("code", "")[:40]
    try:
        inviting.accept(context.installation().db, context.caller(), code, context.address())
    except DomainError as error:
        return render_template("merchant/join.html", errors={"code": next(iter(mine.said(error).values()))}), 422
    return base.see_other(url_for("firm.home"))
