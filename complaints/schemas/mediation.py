"""Mediation as it goes in and out."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from complaints.mediation import MOST_PAYMENTS, Payment
from workflows.schema import Fen, Strict, Words

LONGEST_RECORD = 3000


class PaymentIn(Strict):
    """One payment of a schedule."""

    due_on = fields.Date(required=True)
    amount_fen = Fen(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Payment:
        """The payment."""
        return Payment(**data)


class MediationIn(Strict):
    """What the verbs of mediation may need; each verb takes its own and refuses the others."""

    session_id = fields.UUID()
    mode = Words(20)
    at = Words(40)
    place = Words(500)
    mediators = Words(100)
    helpers = Words(200)
    minutes = fields.Integer(strict=True, validate=validate.Range(0, 10_000))
    complainant = Words(20)
    respondent = Words(20)
    result = Words(20)
    record = Words(LONGEST_RECORD)
    granted = fields.Boolean()
    percent = fields.Integer(strict=True, validate=validate.Range(0, 1000))
    by_day = fields.Date()
    offer_id = fields.UUID()
    limit_fen = Fen()
    seen = Words(100)
    instalments = fields.List(fields.Nested(PaymentIn), validate=validate.Length(max=MOST_PAYMENTS))
    instalment_id = fields.UUID()
    laboratory = Words(200)
    chosen = Words(20)
    cost_by = Words(20)
    organisation = fields.UUID()


class SittingOut(Strict):
    """One session."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    mode = fields.String(required=True)
    starts_at = fields.DateTime(required=True)
    minutes = fields.Integer(required=True)
    place = fields.String(required=True)
    mediators = fields.String(required=True)
    helpers = fields.String(required=True)
    complainant = fields.String(required=True, allow_none=True)
    respondent = fields.String(required=True, allow_none=True)
    result = fields.String(required=True, allow_none=True)
    recorded_at = fields.DateTime(required=True, allow_none=True)
    cancelled_at = fields.DateTime(required=True, allow_none=True)


class RecusalOut(Strict):
    """One request that a mediator stand aside."""

    id = fields.UUID(required=True)
    side = fields.String(required=True)
    mediator = fields.String(required=True)
    asked_on = fields.Date(required=True)
    granted = fields.Boolean(required=True, allow_none=True)
    decided_on = fields.Date(required=True, allow_none=True)


class OfferOut(Strict):
    """One offer."""

    id = fields.UUID(required=True)
    side = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    terms = fields.Dict(required=True)
    made_at = fields.DateTime(required=True)
    taken_on = fields.Date(required=True, allow_none=True)


class RoundOut(Strict):
    """One round of blind bids: there is no limit in it and no sum."""

    number = fields.Integer(required=True)
    opened_on = fields.Date(required=True)
    until_on = fields.Date(required=True)
    proposed_at = fields.DateTime(required=True, allow_none=True)
    complainant_at = fields.DateTime(required=True, allow_none=True)
    respondent_at = fields.DateTime(required=True, allow_none=True)
    ended = fields.String(required=True, allow_none=True)


class GivenOut(Strict):
    """One thing that the law gives anyway."""

    code = fields.String(required=True)
    article = fields.String(required=True)
    fen = fields.Integer(required=True, allow_none=True)


class ProposalOut(Strict):
    """A proposal, to the two sides: the sum, what the law gives anyway, and the digest to confirm with."""

    amount_fen = fields.Integer(required=True)
    gives = fields.List(fields.Nested(GivenOut), required=True)
    seen = fields.String(required=True)


class InstalmentOut(Strict):
    """One payment of a schedule."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    amount_fen = fields.Integer(required=True)
    paid_on = fields.Date(required=True, allow_none=True)
    paid_fen = fields.Integer(required=True, allow_none=True)
    proof_file = fields.UUID(required=True, allow_none=True)
    confirmed_on = fields.Date(required=True, allow_none=True)


class EntrustmentOut(Strict):
    """One entrusting."""

    organisation = fields.String(required=True)
    asked_on = fields.Date(required=True)
    return_by = fields.Date(required=True)
    complainant_on = fields.Date(required=True, allow_none=True)
    respondent_on = fields.Date(required=True, allow_none=True)
    entrusted_on = fields.Date(required=True, allow_none=True)
    returned_on = fields.Date(required=True, allow_none=True)
    result = fields.String(required=True, allow_none=True)


class NegotiationOut(Strict):
    """A negotiation on line; its day rests on the platform's practice and on no law."""

    began_on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    ended = fields.String(required=True, allow_none=True)


class MediationOut(Strict):
    """A case's mediation in its parts, as the caller may see it."""

    sessions = fields.List(fields.Nested(SittingOut), required=True)
    recusals = fields.List(fields.Nested(RecusalOut), required=True)
    offers = fields.List(fields.Nested(OfferOut), required=True)
    rounds = fields.List(fields.Nested(RoundOut), required=True)
    proposal = fields.Nested(ProposalOut, required=True, allow_none=True)
    instalments = fields.List(fields.Nested(InstalmentOut), required=True)
    entrustments = fields.List(fields.Nested(EntrustmentOut), required=True)
    negotiation = fields.Nested(NegotiationOut, required=True, allow_none=True)
    supports = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class OrganisationOut(Strict):
    """An organisation that mediations may be entrusted to."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    phone = fields.String(required=True)
    address = fields.String(required=True)


class OrganisationsOut(Strict):
    """The organisations of the officer's city, by name."""

    items = fields.List(fields.Nested(OrganisationOut), required=True)


class CalendarQuery(Strict):
    """Sessions of some days from a day on."""

    first = fields.Date(required=True)
    days = fields.Integer(load_default=7, validate=validate.Range(1, 31))
    mine = fields.Boolean(load_default=False)


class CalendarOut(Strict):
    """Sessions, the earliest first."""

    items = fields.List(fields.Nested(SittingOut), required=True)


class EntrustedRow(Strict):
    """A case that is with an organisation."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    respondent_name = fields.String(required=True)
    return_by = fields.Date(required=True)


class EntrustedOut(Strict):
    """The cases that are with an organisation, what is due back first before the rest."""

    items = fields.List(fields.Nested(EntrustedRow), required=True)
