"""Supervision orders and warnings, on pages for those who issue and those who answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, cases, forms, supervision
from app.portals.supervision import Told
from app.views import oversight as views
from complaints import oversight_queries as queries
from complaints import queries as complaints
from complaints.models import Complaint
from complaints.operations import orders
from complaints.oversight import ANSWERED, ISSUED
from complaints.oversight_models import SupervisionOrder
from workflows.errors import NotFound
from workflows.people.actor import ActorRole
from workflows.people.tables import Bureau

blueprint = Blueprint("oversight", __name__, url_prefix="/officer/oversight")

PAGE = 30


@blueprint.get("/warnings")
@endpoint("notices.read")
def warnings() -> Any:
    """What the caller was warned of, newest first."""
    account = context.actor().account
    found = queries.warnings(context.session(), account) if account else []
    return supervision.page("oversight_warnings", found=found)


@blueprint.get("/orders/")
@endpoint("supervision.read")
def order_list() -> Any:
    """Orders that the caller's bureaus issued or have to answer, newest first, and what has to be answered before."""
    session, parties = context.session(), context.caller().identity.parties
    place = paging.position(request.args.get("cursor"))
    rows = queries.orders(session, parties, UUID(place[0]) if place else None, PAGE + 1)
    found, following = paging.page(rows, PAGE, lambda row: [str(row.id)])
    return supervision.page(
        "oversight_orders",
        found=[(row, due(row)) for row in found],
        waiting=[(row, due(row)) for row in queries.to_answer(session, context.actor().org)],
        names=bureau_names([row.bureau_id for row in found]),
        following=following,
        paged=place is not None,
        head=is_head(),
    )


def is_head() -> bool:
    """Whether the caller is the head of a bureau."""
    return context.actor().role is ActorRole.SUPERVISOR


def due(order: SupervisionOrder) -> tuple[str, str, str, bool]:
    """By when an order is to be answered, while it is not."""
    return supervision.due(order.answer_by if order.state == ISSUED else None)


def bureau_names(wanted: list[UUID]) -> dict[UUID, str]:
    """Names of bureaus in the caller's language."""
    session = context.session()
    found = [session.get_one(Bureau, bureau) for bureau in dict.fromkeys(wanted)]
    return {b.id: b.name if context.lang() == "zh" else b.name_en for b in found}


@blueprint.get("/orders/new")
@endpoint("supervision.act")
def order_form() -> Any:
    """The form of an order: about a case, or about what has piled up."""
    return order_page()


def order_page(failed: Told | None = None) -> Any:
    """The form, with why nothing was issued where nothing was."""
    asked = request.form.get("complaint") or request.args.get("case", "")
    about = find_case(asked)
    bureaus = [b for b in supervision.bureaus() if about is None or b.id == about.bureau_id]
    today = context.clock().today()
    return supervision.page(
        "oversight_order_new", failed, about=about, bureaus=bureaus, typed=request.form, today=today, head=is_head()
    )


def find_case(given: str) -> Complaint | None:
    """The complaint that an order is about, where one was named and the caller may see it."""
    try:
        return complaints.complaint(context.session(), UUID(given)) if given else None
    except ValueError:
        raise NotFound("case.unknown", "there is no such case, or you may not see it") from None


@blueprint.post("/orders/new")
@endpoint("supervision.act")
def issue() -> Any:
    """Issue an order."""
    made: list[SupervisionOrder] = []
    failed = supervision.tried(lambda: made.append(issued(request.form)))
    return order_page(failed) if failed else base.see_other(url_for("oversight.one_order", case=made[0].id))


def issued(form: Any) -> SupervisionOrder:
    """The order that a form asks for.

    :raises RuleBroken: what does not fit, by field.
    """
    session, wanted = context.session(), forms.ident_needed(form, "bureau")
    bureau = session.get(Bureau, wanted)
    if bureau is None:
        raise NotFound("bureau.unknown", "there is no such bureau")
    about, demand = find_case(form.get("complaint", "")), supervision.words(form, "demand")
    day = forms.day(form, "answer_by")
    return orders.issue(session, bureau, about, day, demand, actor=context.actor(), clock=context.clock())


@blueprint.get("/orders/<uuid:case>")
@endpoint("supervision.read")
def one_order(case: UUID) -> Any:
    """One order with its history and the next steps only."""
    return one_page(queries.order(context.session(), case))


def one_page(found: SupervisionOrder, failed: Told | None = None) -> Any:
    """The page of an order."""
    session = context.session()
    about = session.get(Complaint, found.complaint_id) if found.complaint_id else None
    return supervision.page(
        "oversight_order",
        failed,
        case=found,
        about=about,
        due=due(found),
        names=bureau_names([found.bureau_id, found.issuer_id]),
        history=views.history(session, found.id),
        verbs=verbs_of(found),
        today=context.clock().today(),
        typed=request.form,
    )


def verbs_of(found: SupervisionOrder) -> list[str]:
    """What the caller may do next with an order."""
    actor, steps = context.actor(), list[str]()
    if found.state == ISSUED:
        steps += ["answer"] if actor.org == found.bureau_id else []
        steps += ["withdraw"] if is_head() and actor.org == found.issuer_id else []
    elif found.state == ANSWERED and is_head() and actor.org == found.issuer_id:
        steps += ["close"] if actor.account != found.answered_by else []
        steps += ["send_back"]
    return steps


@blueprint.post("/orders/<uuid:case>/<verb>")
@endpoint("supervision.act")
def act_on_order(case: UUID, verb: str) -> Any:
    """A step with an order."""
    session = context.session()
    failed = supervision.tried(lambda: step(orders.find(session, case, cases.version(request.form)), verb))
    if failed:
        session.expire_all()
        return one_page(queries.order(session, case), failed)
    return base.see_other(url_for("oversight.one_order", case=case))


def step(found: SupervisionOrder, verb: str) -> None:
    """Take a step with an order.

    :raises NotFound: no such step.
    """
    session, form = context.session(), request.form
    runs = {"answer": orders.answer, "close": orders.close, "withdraw": orders.withdraw}
    said = supervision.words(form, "words")
    who: Any = {"actor": context.actor(), "clock": context.clock()}
    if verb == "send_back":
        orders.send_back(session, found, said, forms.day(form, "answer_by"), **who)
    elif verb in runs:
        runs[verb](session, found, said, **who)
    else:
        raise NotFound("verb.unknown", f"unknown verb {verb!r}")
