"""Lists to download, beside the lists themselves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app import exporting
from app.http.endpoint import endpoint
from app.portals import supervision
from complaints import searching

blueprint = Blueprint("exports", __name__)

FILE = "export.<any(csv,xlsx):kind>"


@blueprint.get(f"/officer/{FILE}")
@endpoint("complaint.queue")
def queue(kind: str) -> Any:
    """The queue with the filters of the page."""
    return exporting.filtered(kind, request.args)


@blueprint.get(f"/officer/search/{FILE}")
@endpoint("complaint.queue")
def found(kind: str) -> Any:
    """What a search finds."""
    return exporting.found(kind, request.args.get("q", "").strip()[: searching.LONGEST])


@blueprint.get(f"/officer/reports/{FILE}")
@endpoint("report.work")
def reports(kind: str) -> Any:
    """The officer's own reports."""
    return exporting.reports(kind, request.args.get("state", ""))


@blueprint.get(f"/officer/return-visits/{FILE}")
@endpoint("complaint.queue")
def visits(kind: str) -> Any:
    """Return visits still to make."""
    return exporting.visits(kind, supervision.parties(supervision.bureaus()))


@blueprint.get(f"/merchant/complaints/{FILE}")
@endpoint("merchant.own")
def inbox(kind: str) -> Any:
    """Complaints about the firm."""
    return exporting.inbox(kind)
