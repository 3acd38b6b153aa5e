"""What goes in and out of alliances and makers' agreements; unknown fields are refused."""

from __future__ import annotations

from marshmallow import fields, validate

from merchants import codes
from merchants.alliance import MOST_FEN, WHOLE
from merchants.schemas import PromiseIn, many
from workflows.case.numbers import CITIES
from workflows.schema import Fen, Strict, Words

CITY = tuple(CITIES)


class Share(fields.Integer):
    """A share in basis points."""

    def __init__(self) -> None:
        super().__init__(strict=True, required=True, validate=validate.Range(0, WHOLE))


class DocumentIn(Strict):
    """An agreement's document: an uploaded file, or the SM3 digest of one kept elsewhere."""

    file = fields.UUID(load_default=None, allow_none=True)
    digest = Words(64, load_default="")


class AllianceIn(Strict):
    """An alliance as it is founded."""

    name = Words(100, required=True)
    cities = many(CITY, required=True)
    organiser_kind = fields.String(required=True, validate=validate.OneOf(codes.PARTY_KINDS[:2]))
    organiser_id = fields.UUID(required=True)
    document = fields.Nested(DocumentIn, required=True)
    since = fields.Date(required=True)


class RowIn(Strict):
    """A row of the matrix; what is left out stands for any."""

    since = fields.Date(required=True)
    goods_of = fields.UUID(load_default=None, allow_none=True)
    taken_by = fields.UUID(load_default=None, allow_none=True)
    categories = many(codes.CATEGORIES, load_default=[])
    sold_in = many(CITY, load_default=[])
    handed_in = many(CITY, load_default=[])
    most_fen = Fen(load_default=None, allow_none=True, validate=validate.Range(1, MOST_FEN))


class RowEndIn(Strict):
    """The end of a row."""

    row = fields.UUID(required=True)
    last = fields.Date(required=True)


class AllianceShareIn(Strict):
    """Who bears a kind of cost from a day on, in basis points."""

    cost = fields.String(required=True, validate=validate.OneOf(codes.COSTS))
    seller = Share()
    taker = Share()
    fund = Share()
    since = fields.Date(required=True)


class BondIn(Strict):
    """Who is to join what, from a day on."""

    kind = fields.String(required=True, validate=validate.OneOf(codes.BONDS))
    of_id = fields.UUID(required=True)
    org_kind = fields.String(required=True, validate=validate.OneOf(codes.PARTY_KINDS))
    org_id = fields.UUID(required=True)
    since = fields.Date(required=True)


class BondVerbIn(Strict):
    """The last day, where one leaves."""

    last = fields.Date()


class BondOut(Strict):
    """Who belongs to what, and which side has confirmed."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    of_id = fields.UUID(required=True)
    org_kind = fields.String(required=True)
    org_id = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)
    host_confirmed = fields.Boolean(required=True)
    org_confirmed = fields.Boolean(required=True)


class BondsOut(Strict):
    """What one's organisations belong to or are asked to join."""

    items = fields.List(fields.Nested(BondOut), required=True)
    next = fields.String(required=True, allow_none=True)


class AllianceRowOut(RowIn):
    """A row of the matrix as everybody sees it."""

    id = fields.UUID(required=True)
    since = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)


class AllianceShareOut(AllianceShareIn):
    """Shares of a kind of cost; for whoever is bound, and the bureaus."""

    since = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)


class AllianceOut(Strict):
    """An alliance."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    cities = fields.List(fields.String(), required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)
    agreement_digest = fields.String(required=True)


class AllianceWhole(AllianceOut):
    """An alliance with members, matrix and shares, as the caller may see them."""

    members = fields.List(fields.Nested(BondOut), required=True)
    rows = fields.List(fields.Nested(AllianceRowOut), required=True)
    shares = fields.List(fields.Nested(AllianceShareOut), required=True)


class AlliancePage(Strict):
    """A page of alliances."""

    items = fields.List(fields.Nested(AllianceOut), required=True)
    next = fields.String(required=True, allow_none=True)


class PageQuery(Strict):
    """Where in a list, and how much of it."""

    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class MakerPartsIn(Strict):
    """Who bears a kind of cost by a maker's agreement, in basis points."""

    maker = Share()
    brand = Share()
    shop = Share()


class MakerSharesIn(Strict):
    """Who bears which cost."""

    freight = fields.Nested(MakerPartsIn, required=True)
    handling = fields.Nested(MakerPartsIn, required=True)
    devaluation = fields.Nested(MakerPartsIn, required=True)


class MakerVersionIn(Strict):
    """A version of a maker's agreement."""

    promise = fields.Nested(PromiseIn, required=True)
    shares = fields.Nested(MakerSharesIn, required=True)
    document = fields.Nested(DocumentIn, required=True)
    on = fields.Date(required=True)


class MakerIn(Strict):
    """A maker's agreement as it is made; it holds from today."""

    maker_id = fields.UUID(required=True)
    brand_id = fields.UUID(load_default=None, allow_none=True)
    name = Words(100, required=True)
    promise = fields.Nested(PromiseIn, required=True)
    shares = fields.Nested(MakerSharesIn, required=True)
    document = fields.Nested(DocumentIn, required=True)


class MakerVersionOut(Strict):
    """A version of an agreement; shares only for whoever is bound."""

    version = fields.Integer(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)
    promise = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    document_digest = fields.String(required=True)
    shares = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class MakerOut(Strict):
    """A maker's agreement with its versions, newest first."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    name = fields.String(required=True)
    maker_id = fields.UUID(required=True)
    brand_id = fields.UUID(required=True, allow_none=True)
    versions = fields.List(fields.Nested(MakerVersionOut), required=True)
