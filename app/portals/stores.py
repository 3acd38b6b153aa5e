"""Finding a store that promises, by list and by map; and the page of one store. For everybody."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from marshmallow import ValidationError

from app.http import context, paging
from app.http.endpoint import endpoint
from app.http.errors import flat
from app.portals import base
from app.views import enrolments, finding, hours, promises, schema_org
from app.views.finding import Asked, Reader
from merchants import codes
from merchants.published import StoreQuery, wanted
from merchants.queries import listing, standings
from merchants.queries import stores as queries
from merchants.queries.listing import Wanted
from workflows.errors import RuleBroken
from workflows.people import directory

blueprint = Blueprint("stores", __name__)

STORES = 20
FILTERS = (
    "q", "district", "category", "near", "within_km", "min_days", "sort", "cross_city", "alliance", "cursor",
)  # fmt: skip
COUNTS_SECONDS = 60.0
"""How old the counts of all districts may be: the one thing on these pages that reads every promising store."""

DAYS = (7, 15, 30, 60)
KILOMETRES = (1, 3, 5, 10, 20, 50)


@blueprint.get("/stores")
@endpoint("public")
def find() -> Any:
    """Stores that promise, by words, place and promise; the list and the map say the same."""
    asked = Asked({name: request.args.get(name, "")[:500].strip() for name in FILTERS if request.args.get(name)})
    which, errors = _understood(asked)
    shown = _shown(Asked() if errors else asked, which)
    page = render_template(
        "public/stores_found.html" if _only_found() else "public/stores.html",
        asked=asked,
        errors=errors,
        codes=codes,
        days=DAYS,
        kilometres=KILOMETRES,
        **shown,
    )
    return page, 422 if errors else 200


def _only_found() -> bool:
    """Whether htmx asks for the results alone; a page brought back from its history is a whole one."""
    return base.is_htmx() and "HX-History-Restore-Request" not in request.headers


def _understood(asked: Asked) -> tuple[Wanted, dict[str, str]]:
    """What was asked for; where it makes no sense, all stores, and what is wrong by filter."""
    try:
        return wanted(StoreQuery().load(dict(asked.values))), {}
    except ValidationError as error:
        return Wanted(), dict(flat(error.messages))
    except RuleBroken as error:
        faults = {e.field: context.t_or(f"field_error.{e.code}", e.message) for e in error.errors}
        return Wanted(), faults


def _shown(asked: Asked, which: Wanted) -> dict[str, Any]:
    session = context.session()
    rows = listing.page(session, which, paging.position(asked.get("cursor")), STORES + 1)
    found, following = paging.page(rows, STORES, lambda row: row.place)
    reader = _reader(asked)
    counts = _counts() if which == Wanted() and not asked.get("cursor") else None
    drawn = (
        finding.overview(counts, reader)
        if counts is not None
        else finding.stores_map(which, found, listing.dots(session, which, listing.MOST_DOTS + 1), reader)
    )
    return {
        "which": which,
        "found": found,
        "following": asked.link(cursor=following) if following else None,
        "reader": reader,
        "districts": directory.regions(session),
        "counts": counts,
        "map": drawn,
    }


def _reader(asked: Asked | None = None) -> Reader:
    lang = context.lang()
    regions = directory.regions(context.session())
    names = {r.code: r.name if lang == "zh" else r.name_en for r in regions}
    return Reader(lang, names, asked or Asked())


def _counts() -> Mapping[str, int]:
    """Promising stores by district, at most a minute old."""
    made, counts = current_app.extensions.get("wuyou_districts", (0.0, None))
    if counts is None or time.monotonic() - made > COUNTS_SECONDS:
        counts = listing.by_district(context.session())
        current_app.extensions["wuyou_districts"] = (time.monotonic(), counts)
    return dict(counts)


@blueprint.get("/stores/<uuid:store>")
@endpoint("public")
def shop(store: UUID) -> Any:
    """A store: what it promises today and promised on any day, its plaque, its hours, its sisters nearby."""
    session, today, lang = context.session(), context.clock().today(), context.lang()
    found, enterprise = queries.store_and_firm(session, store)
    held, versions = standings.of_store(session, store), standings.promises(session, store)
    day, error = asked_day(today)
    now = promises.on(versions, today) if found.plaque else None
    then = promises.on(versions, day) if day else None
    page = render_template(
        "public/shop.html",
        store=found,
        enterprise=enterprise,
        held=held[0] if held else None,
        now=now,
        lines=promises.of_version(now, lang),
        versions=[enrolments.promise(version) for version in versions],
        hours=hours.lines(found.hours, lang),
        nearby=listing.of_brand(session, found),
        reader=_reader(),
        today=today,
        day=day,
        then=then,
        then_lines=promises.of_version(then, lang),
        error=error,
        typed=request.args.get("on", "")[:20],
        json_ld=schema_org.store(found, enterprise, now, request.base_url),
    )
    return page, 422 if error else 200


def asked_day(today: date) -> tuple[date | None, str]:
    """The past day that a page was asked about, or what is wrong with it."""
    typed = request.args.get("on", "")[:20].strip()
    if not typed:
        return None, ""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None, context.t("day_error.form")
    return (None, context.t("day_error.future")) if day > today else (day, "")
