"""A store's plaque for its people to download: for printing, or as a picture."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, make_response, request

from app.documents import plaque
from app.documents.plaque import PlaqueSheet, Size
from app.http import context
from app.http.endpoint import endpoint
from app.places import Places
from app.portals.mine import own_store
from app.views import promises as words
from merchants.models import Enterprise, Standing, Store
from merchants.promise import of_facts
from merchants.queries import standings
from seeds.reference import CITIES
from workflows.errors import NotFound
from workflows.people.tables import Bureau

blueprint = Blueprint("plaques_of_firm", __name__, url_prefix="/merchant")

PICTURE_PIXELS = 1600
SIZES = {"a4": Size.PORTRAIT, "board": Size.LANDSCAPE}


@blueprint.get("/stores/<uuid:store>/plaque.<any(pdf, png):kind>")
@endpoint("merchant.own")
def download(store: UUID, kind: str) -> Response:
    """The store's plaque for printing, or as a picture."""
    found = own_store(store)
    held = standings.alive(context.session(), found.id)
    if held is None:
        raise NotFound("standing.none", "the store has no promise in force")
    size = SIZES.get(request.args.get("size", "a4"), Size.PORTRAIT)
    own = Places(context.installation().told.data).templates
    sheet = sheet_of(found, held)
    made = plaque.as_pdf(sheet, size, own=own) if kind == "pdf" else plaque.as_png(sheet, size, PICTURE_PIXELS, own=own)
    response = make_response(made)
    response.headers["Content-Type"] = "application/pdf" if kind == "pdf" else "image/png"
    response.headers["Content-Disposition"] = f'attachment; filename="{held.plaque}.{kind}"'
    return response


def sheet_of(store: Store, held: Standing) -> PlaqueSheet:
    """What the plaque of a store says today; Chinese, as it hangs in a shop."""
    session = context.session()
    bureau = session.get_one(Bureau, held.bureau_id)
    firm = session.get_one(Enterprise, store.enterprise_id)
    now = standings.promise_on(session, store.id, context.clock().today())
    lines = words.short(of_facts(now.terms), "zh") if now else (context.t("standing.state.suspended"),)
    return PlaqueSheet(
        store=store.name,
        enterprise=firm.name,
        brand=store.brand[:60],
        number=held.plaque,
        promise=lines,
        bureau=bureau.name,
        city=CITIES[store.city][0],
        issued_on=held.entered_on,
        valid_until=held.expires_on,
        verify_url=f"{request.host_url}verify/{held.plaque}",
    )
