"""The superior's view: open work by bureau, district and officer, as a chart with a table beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, request

from app.http import context
from app.http.endpoint import endpoint
from app.portals import supervision
from complaints import desks, workloads
from complaints.workloads import AGES, Load
from workflows.people import directory
from workflows.people.tables import Bureau

blueprint = Blueprint("workload", __name__, url_prefix="/officer/oversight")


@blueprint.get("/workload")
@endpoint("measures.read")
def overview() -> Any:
    """Every bureau that the caller oversees as last counted; the own one, or a chosen one, by officer."""
    own = supervision.bureaus()
    chosen = next((b for b in own if str(b.id) == request.args.get("bureau")), own[0] if len(own) == 1 else None)
    loads, at = known(own) if len(own) > 1 else ([], None)
    several = by_bureau(own, workloads.together(loads))
    people = by_officer(chosen) if chosen else []
    return supervision.page(
        "oversight_workload",
        several=several,
        at=at,
        chosen=chosen,
        people=people,
        ages=AGES,
        chart=chart(several or people),
    )


def known(own: Sequence[Bureau]) -> tuple[Sequence[Load], datetime | None]:
    """The open work of bureaus as last counted, and when; as it is now where it was never counted yet."""
    session, ids = context.session(), [bureau.id for bureau in own]
    loads, at = workloads.counted(session, ids)
    if at is not None:
        return loads, at
    return workloads.live(session, ids, own[0].city, context.clock().today()), None


def by_bureau(own: Sequence[Bureau], loads: Mapping[UUID, Load]) -> list[dict[str, Any]]:
    """A row per bureau with its district, the latest first; a bureau without open work has one too."""
    if len(own) < 2:
        return []
    districts = {r.code: r for r in directory.regions(context.session())}
    rows = [
        {
            "id": bureau.id,
            "name": named(bureau),
            "district": named(districts[bureau.region]) if bureau.region in districts else "",
            "load": loads.get(bureau.id, Load(bureau.id, None, *[0] * len(workloads.FIGURES))),
        }
        for bureau in own
    ]
    return sorted(rows, key=lambda row: (-row["load"].late, -row["load"].open, row["name"]))


def named(thing: Any) -> str:
    """A bureau's or a district's name in the caller's language."""
    return str(thing.name if context.lang() == "zh" else thing.name_en)


def by_officer(bureau: Bureau) -> list[dict[str, Any]]:
    """A row per officer of a bureau as it is now, the one with most first; nobody's cases are a row as well."""
    session = context.session()
    found = workloads.live(session, [bureau.id], bureau.city, context.clock().today())
    names = {c.id: c.name for c in desks.colleagues(session, bureau.id)}
    idle = [
        Load(bureau.id, c, *[0] * len(workloads.FIGURES)) for c in names if c not in {load.officer for load in found}
    ]
    elsewhere, nobody = context.t("desk.elsewhere"), context.t("oversight.nobody")
    rows = [
        {"name": names.get(load.officer, elsewhere) if load.officer else nobody, "load": load}
        for load in [*found, *idle]
    ]
    return sorted(rows, key=lambda row: (-row["load"].open, row["name"]))


def chart(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the chart draws: per row what is late, what is due soon and the rest, one on the other."""
    loads = [row["load"] for row in rows]
    return {
        "names": [row.get("district") or row["name"] for row in rows],
        "labels": [f"{load.open}" for load in loads],
        "stacks": [
            {"name": context.t("oversight.late"), "colour": "--bad", "values": [load.late for load in loads]},
            {"name": context.t("oversight.soon"), "colour": "--warn", "values": [load.soon for load in loads]},
            {
                "name": context.t("oversight.rest"),
                "colour": "--accent",
                "values": [load.open - load.late - load.soon for load in loads],
            },
        ],
    }
