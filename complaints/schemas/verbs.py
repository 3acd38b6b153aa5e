"""What goes into a verb of a complaint or report; unknown fields are refused."""

from __future__ import annotations

from marshmallow import fields, validate

from complaints.schemas.mediation import MediationIn
from workflows.schema import Fen, Words


class VerbIn(MediationIn):
    """What a verb may need; each verb takes its own and refuses the others."""

    ground = Words(20)
    reason = Words(1000)
    by = Words(20)
    on = fields.Date()
    until = fields.Date()
    side = Words(20)
    given_on = fields.Date()
    amount_fen = Fen()
    paid_on = fields.Date(allow_none=True)
    words = Words(1000)
    score = fields.Integer(strict=True)
    reasons = fields.List(Words(30), validate=validate.Length(max=5))
    comment = Words(500)
    district = Words(6)
    officer = fields.UUID()
    proof = fields.UUID()
    kept = Words(10)
    uscc = Words(30)
    name = Words(200)
    kind = Words(20)
    to = Words(200)
    earlier = Words(30)
    basis = Words(20)
    letter = fields.UUID()
    claim = Words(10)
    bureau = fields.UUID()
    agreement = fields.UUID()
    item = Words(30)
    about = Words(20)
    person = fields.UUID()
    persons = fields.List(fields.UUID(), validate=validate.Length(1, 2))
