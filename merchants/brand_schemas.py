"""What goes in and out of a brand's own work and of statements; unknown fields are refused."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from merchants import codes
from merchants.alliance_schemas import CITY, PageQuery
from merchants.operations.many import CHANGEABLE
from workflows.schema import Strict, Words

CODE = 40


class BrandIn(Strict):
    """A brand as its owner brings it in."""

    name = Words(200, required=True)
    owner_id = fields.UUID(required=True)


class BrandOut(Strict):
    """A brand."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    owner_id = fields.UUID(required=True, allow_none=True)


class InboxQuery(PageQuery):
    """Which of a brand's open matters."""

    city = fields.String(load_default=None, validate=validate.OneOf(CITY))
    district = Words(6, load_default=None)
    asks = Words(CODE, load_default=None)
    mine = fields.Boolean(load_default=False)


class InboxLine(Strict):
    """One open matter of a brand's store."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    asks = fields.String(required=True)
    due = fields.Date(required=True, allow_none=True)
    store = fields.String(required=True)
    district = fields.String(required=True)
    firm = fields.String(required=True)
    delegation = fields.UUID(required=True, allow_none=True)
    to_id = fields.UUID(required=True, allow_none=True)
    own_due = fields.Date(required=True, allow_none=True)


class InboxPage(Strict):
    """A page of a brand's inbox."""

    items = fields.List(fields.Nested(InboxLine), required=True)
    next = fields.String(required=True, allow_none=True)


class HolderOut(Strict):
    """A firm with stores under a brand."""

    enterprise_id = fields.UUID(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True, allow_none=True)
    stores = fields.Integer(required=True)
    promising = fields.Integer(required=True)
    owner = fields.Boolean(required=True)


class HoldersOut(Strict):
    """A brand's holders, most stores first."""

    items = fields.List(fields.Nested(HolderOut), required=True)
    next = fields.String(required=True, allow_none=True)


class DelegationIn(Strict):
    """An open matter handed to a colleague."""

    matter = fields.UUID(required=True)
    to = fields.UUID(required=True)
    due_on = fields.Date(required=True)


class DelegationDoneIn(Strict):
    """What was handed over and is done."""

    delegation = fields.UUID(required=True)


class DelegationOut(Strict):
    """A matter in a colleague's hands."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    to_id = fields.UUID(required=True)
    due_on = fields.Date(required=True)
    done_at = fields.DateTime(required=True, allow_none=True)


class ChangesIn(Strict):
    """What is to change for many; what is left out stays each store's own."""

    days = fields.Integer(strict=True)
    condition = fields.String(validate=validate.OneOf(codes.CONDITIONS))
    gifts = fields.String(validate=validate.OneOf(codes.GIFTS))
    bundles = fields.String(validate=validate.OneOf(codes.BUNDLES))
    freight = fields.String(validate=validate.OneOf(codes.FREIGHT))
    refund_hours = fields.Integer(strict=True)
    cross_store = fields.Boolean()
    alliance = fields.Boolean()
    cross_city = fields.Boolean()


class BatchIn(Strict):
    """One change for chosen stores; ``preview`` changes nothing."""

    standings = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 20_000))
    changes = fields.Nested(ChangesIn, required=True)
    on = fields.Date(required=True)
    preview = fields.Boolean(load_default=True)


class BatchLine(Strict):
    """What a change means for one store."""

    standing_id = fields.UUID(required=True)
    store = fields.String(required=True)
    plaque = fields.String(required=True)
    less = fields.List(fields.String(), required=True)
    starts = fields.Date(required=True, allow_none=True)
    fault = fields.String(required=True)


class BatchOut(Strict):
    """A preview, or how far a change has come; ``next`` is to be asked for until ``left`` is 0."""

    id = fields.UUID(required=True, allow_none=True)
    total = fields.Integer(required=True)
    left = fields.Integer(required=True)
    lines = fields.List(fields.Nested(BatchLine), required=True)


class BatchNextIn(Strict):
    """Which change goes on, by at most two hundred stores."""

    batch = fields.UUID(required=True)


class StatementIn(Strict):
    """Whose statement."""

    enterprise_id = fields.UUID(required=True)


class StatementOut(Strict):
    """A signed statement: ``body`` is the exact text that the signature is under."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    body = fields.String(required=True)
    signature = fields.String(required=True)


class StatementsOut(Strict):
    """A firm's statements, newest first."""

    items = fields.List(fields.Nested(StatementOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ConsentIn(Strict):
    """Who may check a statement, and for how long."""

    recipient = Words(100, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(codes.RECIPIENTS))
    days = fields.Integer(strict=True, required=True, validate=validate.Range(1, 90))


class ConsentOut(Strict):
    """A consent; the link is given once, when it is made."""

    id = fields.UUID(required=True)
    recipient = fields.String(required=True)
    kind = fields.String(required=True)
    expires_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    link = fields.String()


class LookOut(Strict):
    """One recorded look."""

    at = fields.DateTime(required=True)
    recipient = fields.String(required=True)
    address = fields.String(required=True)


class LooksOut(Strict):
    """Every consent and every look."""

    consents = fields.List(fields.Nested(ConsentOut), required=True)
    looks = fields.List(fields.Nested(LookOut), required=True)


class SharedOut(Strict):
    """A statement as its recipient sees it by the link."""

    number = fields.String(required=True)
    body = fields.String(required=True)
    signature = fields.String(required=True)
    recipient = fields.String(required=True)
    kind = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


class KeyOut(Strict):
    """The public key that checks statements (Ed25519, raw, base64)."""

    alg = fields.String(required=True)
    public_key = fields.String(required=True)
    form = fields.String(required=True)


def changes_of(data: dict[str, Any]) -> dict[str, Any]:
    """The changes among a batch's values, in the order that they are checked."""
    return {name: data["changes"][name] for name in CHANGEABLE if name in data["changes"]}
