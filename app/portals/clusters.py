"""A run over a cluster on a page: pick like cases, see what each supports, take one step with all, watch it go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, forms, supervision
from app.portals.oversight import find_case
from app.portals.supervision import Told
from complaints import codes
from complaints.models import Complaint
from complaints.operations import clusters
from complaints.oversight_models import STEPS, ClusterRun
from workflows.errors import RuleBroken
from workflows.store.db import new_id

blueprint = Blueprint("clusters", __name__, url_prefix="/officer/oversight/clusters")

WAYS = ("firm", "store")


@blueprint.get("/")
@endpoint("complaint.decide")
def pick() -> Any:
    """Pick a cluster: the firm or the store of a case, or what a search finds; and the latest runs."""
    return pick_page()


def pick_page(failed: Told | None = None) -> Any:
    """The page to pick on, with why no run was begun where none was."""
    given = request.form or request.args
    case, asked, way = find_case(given.get("about", "")), given.get("q", "").strip()[:100], given.get("way", "firm")
    step = given.get("step") if given.get("step") in STEPS else STEPS[0]
    own = supervision.bureaus()
    bureau = case.bureau_id if case else own[0].id if len(own) == 1 else None
    found, wrong = rows_of(case, asked, way, bureau)
    able = [row for row in found if step in clusters.supports(row.state)]
    return supervision.page(
        "oversight_clusters",
        failed or wrong,
        about=case,
        asked=asked,
        way=way if way in WAYS else WAYS[0],
        step=step,
        steps=STEPS,
        able=able,
        others=[row for row in found if row not in able],
        most=clusters.MOST,
        run=given.get("run") or str(new_id()),
        grounds=codes.TERMINATIONS,
        several=bureau is None,
        runs=clusters.runs(context.session(), supervision.parties(own)),
        typed=request.form,
    )


def rows_of(
    case: Complaint | None, asked: str, way: str, bureau: UUID | None
) -> tuple[Sequence[Complaint], Told | None]:
    """The cluster that was asked for, or why nothing can be looked for."""
    session = context.session()
    try:
        if case is not None and bureau:
            return clusters.of_firm(session, bureau, case, store=way == "store"), None
        return (clusters.searched(session, bureau, asked) if asked and bureau else []), None
    except RuleBroken as error:
        return [], supervision.told(error)


@blueprint.post("/")
@endpoint("complaint.decide")
def begin() -> Any:
    """Begin a run over the chosen cases; sent twice, it is begun once."""
    made: list[ClusterRun] = []
    failed = supervision.tried(lambda: made.append(begun(request.form)))
    return pick_page(failed) if failed else base.see_other(url_for("clusters.one", run=made[0].id))


def begun(form: Any) -> ClusterRun:
    """The run that a form asks for.

    :raises RuleBroken: what does not fit, by field.
    """
    chosen = form.getlist("case")[: clusters.MOST + 1]
    run, cases = forms.ident_needed(form, "run"), forms.versions(chosen)
    values = {"ground": form.get("ground", ""), "reason": supervision.words(form, "reason")}
    step = form.get("step", "")
    return clusters.begin(context.session(), run, step, cases, values, actor=context.actor(), clock=context.clock())


@blueprint.get("/<uuid:run>")
@endpoint("complaint.decide")
def one(run: UUID) -> Any:
    """How far a run is, and each case that failed, by number and reason."""
    session = context.session()
    found = clusters.find(session, run)
    counts = clusters.progress(session, run)
    noted = [(item, number, why(item.code or "")) for item, number in clusters.noted(session, run)]
    part = "oversight_cluster_progress" if base.is_htmx() else "oversight_cluster"
    return supervision.page(part, found=found, counts=counts, total=sum(counts.values()), noted=noted)


def why(code: str) -> str:
    """A reason in words, where the catalogue has some."""
    return context.t_or(f"oversight.why_left.{code.replace('.', '_')}", context.t("oversight.why_left.other"))
