"""The open data: a page that says what it is, and its files. For everybody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, render_template, send_file

from app import open_data
from app.http import context
from app.http.endpoint import endpoint
from merchants.queries.open_data import FIELDS
from workflows.errors import NotFound

blueprint = Blueprint("open_data", __name__, url_prefix="/public/open-data")

HOUR = 3600


@blueprint.get("/")
@endpoint("public", transaction=False)
def about() -> Any:
    """What the files hold, field by field, and under which licence."""
    told = context.installation().told
    edition = open_data.current(told.data)
    made_at = datetime.fromisoformat(edition["made_at"]) if edition else None
    return render_template(
        "public/open_data.html",
        edition=edition,
        made_at=made_at,
        day=date.fromisoformat(edition["day"]) if edition else None,
        fields=FIELDS,
        licence=told.open_data_licence,
    )


@blueprint.get("/<name>")
@endpoint("public", transaction=False)
def download(name: str) -> Any:
    """A file of the edition in place.

    :raises NotFound: it has no such file.
    """
    found = open_data.file(context.installation().told.data, name)
    if found is None:
        raise NotFound("http.404", "there is no such file")
    response = send_file(found, as_attachment=name.endswith(".csv"), download_name=name, max_age=HOUR)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
