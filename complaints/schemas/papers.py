"""What goes in and out of a case's documents; unknown fields are refused."""

from __future__ import annotations

from marshmallow import fields, validate

from complaints import codes
from workflows.schema import Strict, Words


class PaperIn(Strict):
    """A document to issue: the form's number, and what the form needs beyond the case."""

    form = fields.Integer(strict=True, required=True, validate=validate.Range(1, 10))
    values = fields.Dict(keys=Words(20), values=Words(2000), load_default={})


class PaperAs(Strict):
    """The kind of file that a document is wanted as."""

    format = fields.String(load_default="pdf", validate=validate.OneOf(("pdf", "docx")))


class ServiceIn(Strict):
    """How a document reached somebody."""

    side = fields.String(required=True, validate=validate.OneOf([*codes.SIDES, "reporter"]))
    by = fields.String(required=True, validate=validate.OneOf(codes.TOLD_BY))
    on = fields.Date(load_default=None, allow_none=True)


class ServiceOut(Strict):
    """One service."""

    side = fields.String(required=True)
    channel = fields.String(required=True)
    served_on = fields.Date(required=True)


class PaperOut(Strict):
    """A document of a case."""

    id = fields.UUID(required=True)
    form = fields.Integer(required=True)
    title = fields.String(required=True)
    number = fields.String(required=True)
    digest = fields.String(required=True)
    issued_on = fields.Date(required=True)
    case_version = fields.Integer(required=True)
    services = fields.List(fields.Nested(ServiceOut), required=True)
    url = fields.String(required=True)


class PapersOut(Strict):
    """The documents of a case, newest first, and the forms that its state supports."""

    items = fields.List(fields.Nested(PaperOut), required=True)
    possible = fields.List(fields.Integer(), required=True)
