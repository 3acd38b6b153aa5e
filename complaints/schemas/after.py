"""Outcomes and return visits as they go in and out."""

from __future__ import annotations

from marshmallow import fields, validate

from complaints import sampling
from complaints.outcome import RESULTS
from workflows.schema import Strict, Words


class OutcomeOut(Strict):
    """One account of whether an agreement was kept; ``kind`` is null while the consumer is asked."""

    id = fields.UUID(required=True)
    recorded_on = fields.Date(required=True)
    performed_fen = fields.Integer(required=True, allow_none=True)
    performed_on = fields.Date(required=True, allow_none=True)
    proof_file = fields.UUID(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    decided_on = fields.Date(required=True, allow_none=True)
    noticed_on = fields.Date(required=True, allow_none=True)


class OutcomesOut(Strict):
    """The accounts of a case's agreement, the latest first."""

    items = fields.List(fields.Nested(OutcomeOut), required=True)


class ReturnVisitOut(Strict):
    """One return visit."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    opened_on = fields.Date(required=True)
    due_on = fields.Date(required=True)
    result = fields.String(required=True, allow_none=True)
    done_on = fields.Date(required=True, allow_none=True)


class ReturnVisitsQuery(Strict):
    """A page of the return visits still to make."""

    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 50))


class ReturnVisitsPage(Strict):
    """Return visits still to make, what is due first before the rest."""

    items = fields.List(fields.Nested(ReturnVisitOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ReturnVisitIn(Strict):
    """What a return visit found."""

    result = fields.String(required=True, validate=validate.OneOf(RESULTS))
    words = Words(500, load_default="")


class ReturnSampleIn(Strict):
    """A sample to draw among the cases that a bureau closed in a period."""

    bureau_id = fields.UUID(required=True)
    first = fields.Date(required=True)
    last = fields.Date(required=True)
    seed = Words(sampling.MOST_SEED, 1, required=True)
    percent = fields.Integer(required=True, strict=True)
    most = fields.Integer(required=True, strict=True)


class ReturnSampleOut(ReturnSampleIn):
    """A sample that was drawn, with everything that is needed to draw it again."""

    id = fields.UUID(required=True)
    method = fields.String(required=True)
    population = fields.Integer(required=True)
    frame = fields.String(required=True)
    drawn_on = fields.Date(required=True)
