"""What goes in and out of agents and joint complaints."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from complaints import capacity
from complaints.drafts import AgentDraft, CoPerson, Joint, Person
from workflows.schema import Strict, Words


class AgentIn(Strict):
    """An agent with the power of attorney as far as it is there (art. 11); a consumer's agent is the caller himself."""

    name = Words(50, required=True)
    phone = Words(20, load_default="")
    scope = fields.List(
        fields.String(validate=validate.OneOf(capacity.SCOPES)), load_default=[], validate=validate.Length(max=4)
    )
    from_on = fields.Date(load_default=None, allow_none=True)
    until_on = fields.Date(load_default=None, allow_none=True)
    signed = fields.Boolean(load_default=False)
    original_on = fields.Date(load_default=None, allow_none=True)
    identity_on = fields.Date(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> AgentDraft:
        """The draft's agent."""
        return AgentDraft(**data | {"scope": tuple(data["scope"])})


class CoPersonIn(Strict):
    """Another one of the persons who complain together (art. 12)."""

    name = Words(50, required=True)
    phone = Words(20, required=True)
    address = Words(300, required=True)
    representative = fields.Boolean(load_default=False)
    joined_on = fields.Date(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CoPerson:
        """The draft's person."""
        who = Person(data["name"], data["phone"], data["address"])
        return CoPerson(who, data["representative"], data["joined_on"])


class JointIn(Strict):
    """The persons who complain together with the first, and whether representatives were chosen in writing."""

    others = fields.List(
        fields.Nested(CoPersonIn), required=True, validate=validate.Length(1, capacity.MOST_PERSONS - 1)
    )
    chosen_on = fields.Date(load_default=None, allow_none=True)
    first = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Joint:
        """The draft's persons."""
        return Joint(tuple(data["others"]), data["chosen_on"], data["first"])


class AgentOut(Strict):
    """An agent as the complainant's side and the officers see him, with what is missing of his papers."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    scope = fields.List(fields.String(), required=True)
    from_on = fields.Date(required=True, allow_none=True)
    until_on = fields.Date(required=True, allow_none=True)
    signed = fields.Boolean(required=True)
    original_on = fields.Date(required=True, allow_none=True)
    identity_on = fields.Date(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)
    missing = fields.List(fields.String(), required=True)
    supports = fields.String(required=True, allow_none=True)


class PersonOut(Strict):
    """One of the persons of a joint complaint: his own details in plain for himself, masked for all others."""

    id = fields.UUID(required=True)
    ordinal = fields.Integer(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    address = fields.String(required=True)
    own = fields.Boolean(required=True)
    representative = fields.Boolean(required=True)
    joined_on = fields.Date(required=True, allow_none=True)
    left_on = fields.Date(required=True, allow_none=True)
    agreed = fields.List(fields.Dict(), required=True)
