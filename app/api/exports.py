"""``/complaints.csv``, ``/reports.xlsx``: the lists of the API as files, with the same filters and the same rights."""

from __future__ import annotations

from typing import Any

from flask import Response

from app import exporting
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from complaints.schemas.cases import QueueQuery
from complaints.schemas.reports import ReportQuery

blueprint = Blueprint("exports_api", __name__, description="Lists as files: CSV and XLSX, one row a case.")
OCTETS = "application/octet-stream"
KIND = "<any(csv,xlsx):kind>"


@blueprint.route(f"/complaints.{KIND}", methods=["GET"])
@endpoint("complaint.queue")
@blueprint.arguments(QueueQuery(), location="query")
@blueprint.response(200, content_type=OCTETS)
def complaints(asked: dict[str, Any], kind: str) -> Response:
    """The queue, or with ``q`` what a search finds, at most 10,000 rows; personal values are masked.

    ``limit`` and ``cursor`` mean nothing here: a file is whole or refused. ``Accept: text/csv`` on the list does too.
    """
    return of_queue(asked, kind)


def of_queue(asked: dict[str, Any], kind: str) -> Response:
    """The file of a queue or a search as the API asks for it."""
    if asked["q"]:
        return exporting.found(kind, asked["q"])
    return exporting.queue(kind, asked["queue"], asked["district"], asked["state"])


@blueprint.route(f"/reports.{KIND}", methods=["GET"])
@endpoint("report.work")
@blueprint.arguments(ReportQuery(), location="query")
@blueprint.response(200, content_type=OCTETS)
def reports(asked: dict[str, Any], kind: str) -> Response:
    """The officer's own reports in a state, at most 10,000 rows; nothing of who reported."""
    return exporting.reports(kind, asked["state"])
