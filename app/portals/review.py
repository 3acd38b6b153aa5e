"""The bureau's review of applications: the queue, several at once, and one on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from sqlalchemy import select

from app.api import enrolling
from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, forms, supervision
from app.portals.supervision import Told
from app.views import promises
from app.views import supervision as views
from merchants import codes
from merchants.lifecycle import SUBMITTED, UNDER_REVIEW
from merchants.models import Contact, Enrolment, Enterprise, Standing, Store
from merchants.operations import review, standing
from merchants.operations.review import MARKABLE, MOST_BULK
from merchants.promise import of_facts
from merchants.queries import enrolments as queries
from merchants.queries import findings, standings
from merchants.schemas import EnrolmentVerbIn
from merchants.terms import AMEND
from workflows.case import clocks
from workflows.errors import FieldError, NotFound, RuleBroken
from workflows.people.masks import masked_name, masked_phone
from workflows.store.evidence import Evidence
from workflows.store.sealed import unseal

blueprint = Blueprint("review", __name__, url_prefix="/officer/enrolments")

PAGE = 50
VERBS = ("approve", "send_back", "refuse", "take_up", "check")
SHEETS = {"approve": "a", "send_back": "b", "refuse": "x"}
"""Which key opens which sheet; none decides by itself."""


@blueprint.get("/")
@endpoint("enrolment.review")
def queue() -> Any:
    """Applications waiting for a decision, the one promised first before the rest."""
    return queue_page()


def queue_page(failed: Told | None = None) -> Any:
    """The queue, with why nothing was done where nothing was."""
    own, args = supervision.bureaus(), request.args
    place = paging.position(args.get("cursor"))
    green, district = args.get("green") == "1", args.get("district", "")[:6] or None
    rows = queries.queue(
        context.session(),
        supervision.parties(own),
        None if place is None else (date.fromisoformat(place[0]), UUID(place[1])),
        green=green,
        district=district,
        limit=PAGE + 1,
    )
    found, following = paging.page(rows, PAGE, lambda row: [str(row[0].next_due_on), str(row[0].id)])
    return supervision.page(
        "enrolments",
        failed,
        found=[(*row, supervision.due(row[0].next_due_on), views.unsettled(row[0])) for row in found],
        following=following,
        districts=supervision.districts(own),
        names={b.region: b for b in own},
        green=green,
        district=district,
        paged=place is not None,
    )


@blueprint.post("/bulk")
@endpoint("enrolment.review")
def bulk() -> Any:
    """Approve several at once: asked for first, then done at the versions that were seen."""
    wanted = picked(request.form.getlist("case"))
    if not wanted:
        return queue_page(supervision.told(RuleBroken("review.nothing", context.t("review.nothing_picked"))))
    rows = [(case, store, seen) for case, store, seen in seen_rows(wanted)]
    if request.form.get("confirmed") != "1":
        return supervision.page("enrolments_confirm", rows=rows)
    entered, left = review.approve_all(context.session(), wanted, actor=context.actor(), clock=context.clock())
    return supervision.page("enrolments_done", done=of_standings(entered), left=left_rows(left, wanted))


def picked(given: Sequence[str]) -> dict[UUID, int]:
    """Applications with the version seen, as the form's boxes name them.

    :raises RuleBroken: a box that is none of ours, or too many.
    """
    if len(given) > MOST_BULK:
        raise RuleBroken("enrolment.bulk", f"at most {MOST_BULK} at once", most=MOST_BULK)
    return forms.versions(given)


def seen_rows(wanted: Mapping[UUID, int]) -> list[tuple[Enrolment, Store, int]]:
    """The named applications with their stores."""
    return [(case, store, wanted[case.id]) for case, store in queries.named(context.session(), list(wanted))]


def of_standings(entered: Sequence[Standing]) -> list[tuple[Standing, Store]]:
    """Standings that were entered or renewed, with their stores."""
    wanted = {held.store_id for held in entered}
    stores = {store.id: store for store in context.session().scalars(select(Store).where(Store.id.in_(wanted)))}
    return [(held, stores[held.store_id]) for held in entered]


def left_rows(left: Sequence[UUID], wanted: Mapping[UUID, int]) -> list[tuple[Enrolment, Store, str]]:
    """What was not approved, each with the reason."""
    rows = queries.named(context.session(), left)
    return [(case, store, views.why_left(case, wanted[case.id], context.lang())) for case, store in rows]


@blueprint.get("/<uuid:case>")
@endpoint("enrolment.review")
def application(case: UUID) -> Any:
    """One application on one screen."""
    return application_page(queries.enrolment(context.session(), case))


@blueprint.post("/<uuid:case>/<verb>")
@endpoint("enrolment.review")
def act(case: UUID, verb: str) -> Any:
    """A step of the bureau; where it is not possible, the page says why and keeps what was written.

    :raises NotFound: no such step here.
    """
    session, form = context.session(), request.form
    if verb not in VERBS:
        raise NotFound("verb.unknown", f"unknown step {verb!r}")
    found = queries.enrolment(session, case)

    def step() -> None:
        given = supervision.loaded(EnrolmentVerbIn(), values(verb, form))
        version = form.get("version", 0, type=int)
        enrolling.apply(session, found, verb, given, version, actor=context.actor(), clock=context.clock())

    failed = supervision.tried(step)
    if failed is None:
        return base.see_other(url_for("review.application", case=case, done=verb))
    session.expire_all()
    return application_page(queries.enrolment(session, case), failed, verb)


def values(verb: str, form: Any) -> dict[str, Any]:
    """A form's values as its step takes them."""
    if verb == "send_back":
        return {"marked": marked(form)}
    if verb == "refuse":
        return {name: form.get(name, "").strip() for name in ("ground", "reason")}
    return {}


def marked(form: Any) -> list[dict[str, str]]:
    """What a form marks to be mended.

    :raises RuleBroken: nothing is marked, or it is not said how to mend it.
    """
    found = [{"field": f, "words": form.get(f"words-{f}", "").strip()} for f in form.getlist("field")]
    faults = [FieldError(f"words-{m['field']}", "review.words", "say what to mend") for m in found if not m["words"]]
    if not found:
        faults = [FieldError("marked", "review.marked", "mark what is to be mended")]
    if faults:
        raise RuleBroken("validation", "what to mend is not clear", errors=faults)
    return found


def application_page(case: Enrolment, failed: Told | None = None, verb: str = "") -> Any:
    """Everything about one application: facts, photos, promise, checks, history, next lawful steps."""
    session, lang = context.session(), context.lang()
    store, firm = queries.store_of(session, case)
    allowed = enrolling.allowed(session, case, context.actor())
    waiting = case.state in (SUBMITTED, UNDER_REVIEW)
    reasons = views.reasons(case, lang)
    noes = [r.code for r in reasons if r.verdict == "no"]
    offered = [v for v in VERBS if (v in allowed or (v == "check" and waiting)) and not (v == "approve" and noes)]
    return supervision.page(
        "enrolment",
        failed,
        case=case,
        store=store,
        firm=firm,
        contact=contact(firm),
        held=standings.standing(session, case.standing_id) if case.standing_id else None,
        papers={"licence": paper(case.licence_file), "shop": paper(case.shop_file)},
        lines=promises.lines(of_facts(case.promise), lang),
        reasons=reasons,
        noes=context.t("promise.and").join(context.t(f"check.{code}") for code in noes),
        found=findings.of_application(session, case, store, firm),
        clocks=base.promises(clocks.of_case(session, case.id)),
        history=views.history(session, case, lang),
        verbs=[v for v in offered if v != "approve" or case.checks],
        waiting=waiting,
        sheets=SHEETS,
        markable=MARKABLE,
        grounds=codes.REFUSALS,
        amend_days=standing.setting(session, AMEND, case.city, context.clock().today()),
        opened=verb,
        typed=request.form,
        done=request.args.get("done", "")[:20],
    )


def paper(file: UUID | None) -> Evidence | None:
    """An uploaded paper, where there is one."""
    return context.session().get(Evidence, file) if file else None


def contact(firm: Enterprise) -> tuple[str, str] | None:
    """Whom to reach at the firm, masked."""
    row = queries.contact_of(context.session(), firm.id)
    return None if row is None else shown_contact(row)


def shown_contact(row: Contact) -> tuple[str, str]:
    """A contact's name and telephone, masked."""
    name, phone = (unseal(context.session(), row, field) or "" for field in ("name", "phone"))
    return masked_name(name) if name else "", masked_phone(phone) if phone else ""
