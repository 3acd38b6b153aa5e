"""The delay ledger as it goes out."""

from __future__ import annotations

from marshmallow import fields

from workflows.schema import Strict


class HolderDays(Strict):
    """How many calendar days a holder had the case."""

    holder = fields.String(required=True)
    days = fields.Integer(required=True)


class SpanOut(Strict):
    """Days in a row that one holder had the case for one thing, both ends included."""

    holder = fields.String(required=True)
    from_ = fields.Date(required=True, data_key="from", attribute="from")
    to = fields.Date(required=True)
    days = fields.Integer(required=True)
    why = fields.String(required=True)
    says = fields.String(required=True)
    event = fields.String(required=True)
    seq = fields.Integer(required=True)
    bureau = fields.String(required=True, allow_none=True)


class DelaysOut(Strict):
    """Every calendar day of a complaint, charged to whoever held it."""

    days = fields.Integer(required=True)
    ended = fields.Boolean(required=True)
    totals = fields.List(fields.Nested(HolderDays), required=True)
    spans = fields.List(fields.Nested(SpanOut), required=True)
