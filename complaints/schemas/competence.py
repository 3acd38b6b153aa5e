"""What goes in and out of who is competent: disputes, help, agreements between regions."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from complaints.competence_models import COUNTED, ITEMS, REASON
from complaints.operations.agreements import AgreementDraft
from workflows.schema import Strict, Words


class CompetentOut(Strict):
    """A competent bureau, by which place and article; without a name where it lies in neither city."""

    district = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    place = fields.String(required=True)
    article = fields.String(required=True)
    first_only = fields.Boolean(required=True)


class UnknownOut(Strict):
    """A place that would make its bureau competent, and is not known."""

    place = fields.String(required=True)
    article = fields.String(required=True)


class CompetenceOut(Strict):
    """Who is competent for a case, and whether the bureau that has it is."""

    answer = fields.String(required=True)
    bought = fields.String(required=True)
    host = fields.Dict(keys=fields.String(), values=fields.String(), required=True, allow_none=True)
    bureaus = fields.List(fields.Nested(CompetentOut), required=True)
    not_known = fields.List(fields.Nested(UnknownOut), required=True)
    first = fields.String(required=True)
    allowed = fields.List(fields.String(), required=True)


class PageQuery(Strict):
    """A page of a list."""

    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class DisputeOut(Strict):
    """A dispute between two bureaus."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    respondent_name = fields.String(required=True)
    respondent_address = fields.String(required=True)
    bureau_id = fields.UUID(required=True)
    other_id = fields.UUID(required=True)
    claim = fields.String(required=True)
    reason = fields.String(required=True)
    opened_on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    agrees = fields.Boolean(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    superior_name = fields.String(required=True, allow_none=True)
    referred_on = fields.Date(required=True, allow_none=True)
    ended = fields.String(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)
    competent_id = fields.UUID(required=True, allow_none=True)


class DisputePage(Strict):
    """A page of disputes, newest first."""

    items = fields.List(fields.Nested(DisputeOut), required=True)
    next = fields.String(required=True, allow_none=True)


class DisputeAnswer(Strict):
    """The other bureau's answer."""

    agrees = fields.Boolean(required=True)
    words = Words(REASON, load_default="")


class HelpOut(Strict):
    """A request for help; nothing of the complainant is in it."""

    id = fields.UUID(required=True)
    agreement_id = fields.UUID(required=True)
    number = fields.String(required=True)
    respondent_name = fields.String(required=True)
    respondent_address = fields.String(required=True)
    bureau_id = fields.UUID(required=True)
    helper_id = fields.UUID(required=True)
    item = fields.String(required=True)
    question = fields.String(required=True)
    consented_on = fields.Date(required=True)
    asked_on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    received_on = fields.Date(required=True, allow_none=True)
    answered_on = fields.Date(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    file_id = fields.UUID(required=True, allow_none=True)


class HelpPage(Strict):
    """A page of requests, newest first."""

    items = fields.List(fields.Nested(HelpOut), required=True)
    next = fields.String(required=True, allow_none=True)


class HelpQuery(PageQuery):
    """Requests made to the caller's bureaus, or by them."""

    side = fields.String(load_default="asked_of", validate=validate.OneOf(("asked_of", "asked_by")))


class HelpAnswer(Strict):
    """The answer to a request."""

    words = Words(3000, required=True)


class AgreementIn(Strict):
    """An agreement as it is registered."""

    name = Words(200, required=True)
    number = Words(100, required=True)
    parties = fields.List(fields.UUID(), required=True, validate=validate.Length(2, 50))
    items = fields.List(
        fields.String(validate=validate.OneOf(ITEMS)), required=True, validate=validate.Length(1, len(ITEMS))
    )
    duties = Words(3000, required=True)
    tracking = Words(3000, required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(load_default=None, allow_none=True)
    answer_days = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 365))
    counted = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(COUNTED))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> AgreementDraft:
        """The draft."""
        return AgreementDraft(**data | {"parties": tuple(data["parties"]), "items": tuple(data["items"])})


class AgreementOut(Strict):
    """An agreement of the register; ``example`` marks a made-up one."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    number = fields.String(required=True)
    parties = fields.List(fields.UUID(), required=True)
    items = fields.List(fields.String(), required=True)
    duties = fields.String(required=True)
    tracking = fields.String(required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True, allow_none=True)
    answer_days = fields.Integer(required=True, allow_none=True)
    counted = fields.String(required=True, allow_none=True)
    document_digest = fields.String(required=True, allow_none=True)
    example = fields.Boolean(required=True)


class AgreementsOut(Strict):
    """The register, the newest first."""

    items = fields.List(fields.Nested(AgreementOut), required=True)


class AgreementEnd(Strict):
    """The last day of an agreement."""

    last = fields.Date(required=True)
