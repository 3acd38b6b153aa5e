"""``/evidence``: uploading files before a filing, and getting them back as attachments."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from flask import Response, request, send_file
from flask_smorest.fields import Upload
from marshmallow import fields

from app import files
from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.places import Places
from workflows.errors import NotFound
from workflows.schema import Strict
from workflows.store.evidence import Evidence

blueprint = Blueprint("evidence", __name__, description="Evidence files.")

SANDBOX = "default-src 'none'; sandbox"


class UploadIn(Strict):
    """One file."""

    file = Upload(required=True)


class EvidenceOut(Strict):
    """A stored file."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    digest = fields.String(required=True)


@blueprint.route("/evidence", methods=["POST"])
@endpoint("evidence.add")
@blueprint.arguments(UploadIn(), location="files")
@blueprint.response(201, EvidenceOut())
def upload(_: dict[str, Any]) -> Any:
    """Take in a picture or a PDF; name its id in the filing it belongs to."""
    row = keep(request.files["file"])
    return evidence_facts(row)


def keep(file: Any) -> Evidence:
    """Store an uploaded file for the caller, not attached to anything yet."""
    here = context.installation()
    stored = files.take(Places(here.told.data), here.db.keys, file.stream, file.filename or "")
    row = Evidence(
        owner_id=context.actor().account,
        case_id=None,
        media_type=stored.media_type,
        name=stored.name,
        original_digest=stored.original_digest,
        shown_digest=stored.shown_digest,
        size=stored.size,
        uploaded_at=context.clock().now(),
    )
    context.session().add(row)
    context.session().flush()
    return row


def evidence_facts(row: Evidence) -> dict[str, Any]:
    """A file as its owner and the parties of its case see it."""
    return {
        "id": row.id,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "digest": row.original_digest,
    }


@blueprint.route("/evidence/<uuid:file>", methods=["GET"])
@endpoint("evidence.read")
@blueprint.response(200, content_type="application/octet-stream")
def download(file: UUID) -> Response:
    """A file of one's own, or of a case one may see."""
    return serve(file)


def serve(file: UUID) -> Response:
    """The shown form of a file, as an attachment that cannot do anything.

    :raises NotFound: no such file for this caller.
    """
    row = context.session().get(Evidence, file)
    if row is None or row.erased_at is not None:
        raise NotFound("evidence.unknown", "there is no such file, or you may not see it")
    path = files.shown_path(Places(context.installation().told.data), row.shown_digest)
    response = send_file(
        io.BytesIO(path.read_bytes()), mimetype=row.media_type, as_attachment=True, download_name=row.name, max_age=0
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
