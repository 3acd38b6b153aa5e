"""What goes in and out of merchants' applications, stores and plaques; unknown fields are refused."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from merchants import codes
from merchants.drafts import Contact, EnterpriseDraft, StoreDraft
from merchants.operations.enrol import Papers
from merchants.operations.review import MARKABLE
from merchants.promise import PromiseTerms, of_facts
from workflows.schema import Strict, Words

CODE = 40


def many(known: tuple[str, ...], **options: Any) -> fields.List[Any]:
    """A list of codes."""
    return fields.List(
        fields.String(validate=validate.OneOf(known)), validate=validate.Length(max=len(known)), **options
    )


class PromiseIn(Strict):
    """A promise as it is made; what is left out has the usual value."""

    days = fields.Integer(strict=True, required=True)
    categories = many(codes.CATEGORIES, required=True)
    exclusions = many(codes.EXCLUSIONS, load_default=list(codes.ALWAYS_OUT))
    confirmed = fields.Boolean(load_default=True)
    condition = fields.String(load_default="resaleable", validate=validate.OneOf(codes.CONDITIONS))
    proofs = many(codes.PROOFS, load_default=["invoice", "receipt", "payment_record"])
    gifts = fields.String(load_default="return_or_pay", validate=validate.OneOf(codes.GIFTS))
    bundles = fields.String(load_default="item_price", validate=validate.OneOf(codes.BUNDLES))
    freight = fields.String(load_default="consumer", validate=validate.OneOf(codes.FREIGHT))
    refund_hours = fields.Integer(strict=True, load_default=48)
    cross_store = fields.Boolean(load_default=False)
    alliance = fields.Boolean(load_default=False)
    cross_city = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> PromiseTerms:
        """The promise."""
        return of_facts(data)


class PromiseOut(Strict):
    """A promise as everybody sees it."""

    version = fields.Integer(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True)
    days = fields.Integer(required=True)
    categories = fields.List(fields.String(), required=True)
    exclusions = fields.List(fields.String(), required=True)
    confirmed = fields.Boolean(required=True)
    condition = fields.String(required=True)
    proofs = fields.List(fields.String(), required=True)
    gifts = fields.String(required=True)
    bundles = fields.String(required=True)
    freight = fields.String(required=True)
    refund_hours = fields.Integer(required=True)
    cross_store = fields.Boolean(required=True)
    alliance = fields.Boolean(required=True)
    cross_city = fields.Boolean(required=True)


class ContactIn(Strict):
    """Whom to reach."""

    name = Words(50, load_default="")
    phone = Words(30, load_default="")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Contact:
        """The contact."""
        return Contact(**data)


class EnterpriseIn(Strict):
    """A firm as it is brought in."""

    uscc = Words(30, required=True)
    name = Words(200, required=True)
    district = Words(6, required=True)
    address = Words(300, required=True)
    contact = fields.Nested(ContactIn, load_default=Contact())

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> EnterpriseDraft:
        """The draft."""
        return EnterpriseDraft(**data)


class EnterpriseOut(Strict):
    """A firm as its own people see it."""

    id = fields.UUID(required=True)
    uscc = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    district = fields.String(required=True)
    address = fields.String(required=True)


class StoreIn(Strict):
    """A store as it is brought in."""

    enterprise_id = fields.UUID(required=True)
    name = Words(200, required=True)
    brand = Words(200, required=True)
    district = Words(6, required=True)
    address = Words(300, required=True)
    categories = many(codes.CATEGORIES, required=True)
    kind = fields.String(load_default="shop", validate=validate.OneOf(codes.STORE_KINDS))
    point = fields.Tuple((fields.Float(), fields.Float()), load_default=None, allow_none=True)
    phone = Words(30, load_default="")
    hours = fields.Dict(keys=fields.String(), values=fields.Raw(), load_default={})
    parent_id = fields.UUID(load_default=None, allow_none=True)
    capacity = fields.Integer(strict=True, load_default=None, allow_none=True)
    takes = many(codes.GOODS, load_default=[])


def store_draft(data: dict[str, Any]) -> StoreDraft:
    """The draft that a store's values are."""
    values = {k: v for k, v in data.items() if k not in ("enterprise_id", "point", "categories", "takes")}
    lon, lat = data["point"] or (None, None)
    categories, takes = tuple(data["categories"]), tuple(data["takes"])
    return StoreDraft(lon=lon, lat=lat, categories=categories, takes=takes, **values)


class EvidenceIn(Strict):
    """Papers of an application: ids of uploaded pictures."""

    licence = fields.UUID(load_default=None, allow_none=True)
    shop = fields.UUID(load_default=None, allow_none=True)


class EnrolmentIn(Strict):
    """An application as it is begun."""

    store_id = fields.UUID(required=True)
    promise = fields.Nested(PromiseIn, required=True)
    evidence = fields.Nested(EvidenceIn, load_default={"licence": None, "shop": None})
    licence_expires_on = fields.Date(load_default=None, allow_none=True)


def papers(data: dict[str, Any]) -> Papers:
    """The papers among an application's values."""
    given = data.get("evidence") or {}
    return Papers(given.get("licence"), given.get("shop"), data.get("licence_expires_on"))


class MarkIn(Strict):
    """One thing to mend."""

    field = fields.String(required=True, validate=validate.OneOf(MARKABLE))
    words = Words(500, required=True)


class EnrolmentVerbIn(Strict):
    """What a verb may need; each verb takes its own and refuses the others."""

    signed = fields.Boolean()
    promise = fields.Nested(PromiseIn)
    evidence = fields.Nested(EvidenceIn)
    licence_expires_on = fields.Date(allow_none=True)
    marked = fields.List(fields.Nested(MarkIn), validate=validate.Length(1, len(MARKABLE)))
    ground = Words(CODE)
    reason = Words(1000)
    words = Words(2000)
    why = Words(CODE)
    on = fields.Date()


class CheckOut(Strict):
    """One automatic check."""

    code = fields.String(required=True)
    verdict = fields.String(required=True)
    detail = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)


class StandingOut(Strict):
    """How a store stands."""

    id = fields.UUID(required=True)
    plaque = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    entered_on = fields.Date(required=True)
    expires_on = fields.Date(required=True)
    leaving_on = fields.Date(required=True, allow_none=True)
    hearing_until = fields.Date(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)


class EnrolmentOut(Strict):
    """An application as its firm and its bureau see it.

    ``version`` is what ``If-Match`` is held against: the application's until it is approved, the standing's afterwards.
    """

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    purpose = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    store_id = fields.UUID(required=True)
    enterprise_id = fields.UUID(required=True)
    district = fields.String(required=True)
    promise = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    submitted_on = fields.Date(required=True, allow_none=True)
    decided_on = fields.Date(required=True, allow_none=True)
    ground = fields.String(required=True, allow_none=True)
    marked = fields.List(fields.Dict(), required=True)
    checks = fields.List(fields.Nested(CheckOut))
    next_due_on = fields.Date(required=True, allow_none=True)
    standing = fields.Nested(StandingOut, required=True, allow_none=True)
    allowed = fields.List(fields.String(), required=True)


class EnrolmentRow(Strict):
    """One line of a list of applications."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    purpose = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    store = fields.String(required=True)
    district = fields.String(required=True)
    green = fields.Boolean(required=True)
    next_due_on = fields.Date(required=True, allow_none=True)


class EnrolmentPage(Strict):
    """A page of applications."""

    items = fields.List(fields.Nested(EnrolmentRow), required=True)
    next = fields.String(required=True, allow_none=True)


class EnrolmentQuery(Strict):
    """Which applications: an officer's queue, or a merchant's own."""

    queue = fields.String(load_default="open", validate=validate.OneOf(["open", "review", "green"]))
    district = Words(6, load_default=None)
    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))
