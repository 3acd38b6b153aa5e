"""What goes in and out of complaints and reports, one schema per direction; unknown fields are refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields, post_load, validate

from complaints import codes, competence, intake_rules
from complaints.drafts import Draft, Facts, Person, ReportDraft, Respondent
from complaints.schemas.intake import AgentIn, AgentOut, JointIn, PersonOut
from workflows.schema import Fen, Strict, Words

WORDS = 3000


class PersonIn(Strict):
    """Who complains; the phone is the account's, and given only where somebody else brings the complaint."""

    name = Words(50, required=True)
    phone = Words(20, load_default="")
    address = Words(300, required=True)


class RespondentIn(Strict):
    """Who is complained of: a store of the directory, or a name and an address."""

    store_id = fields.UUID()
    name = Words(200, load_default="")
    address = Words(300, load_default="")
    uscc = Words(30, load_default=None, allow_none=True)
    platform = Words(100, load_default=None, allow_none=True)
    bought = Words(20, load_default=competence.TRADER)
    platform_address = Words(300, load_default=None, allow_none=True)
    unreachable = fields.Boolean(load_default=False)
    host_id = fields.UUID(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Respondent:
        """The draft's respondent."""
        return Respondent(**data)


class FactsIn(Strict):
    """What happened."""

    happened_on = fields.Date(required=True)
    place = Words(300, required=True)
    amount_fen = Fen(required=True)
    narrative = Words(WORDS, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Facts:
        """The draft's facts."""
        return Facts(**data)


class ConsentsIn(Strict):
    """The two consents of form 1."""

    publish = fields.Boolean(required=True)
    entrust_mediation = fields.Boolean(required=True)


class ReportLegIn(Strict):
    """The report leg of a filing."""

    clues = Words(WORDS, required=True)
    basis = Words(WORDS, required=True)
    anonymous = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ReportDraft:
        """The draft's report."""
        return ReportDraft(**data)


class ComplaintIn(Strict):
    """A complaint as it is filed."""

    complainant = fields.Nested(PersonIn, required=True)
    respondent = fields.Nested(RespondentIn, required=True)
    category = fields.String(required=True, validate=validate.OneOf(codes.CATEGORIES))
    problem = fields.String(required=True, validate=validate.OneOf(codes.PROBLEMS))
    requests = fields.List(
        fields.String(validate=validate.OneOf(codes.REQUESTS)), required=True, validate=validate.Length(1, 7)
    )
    facts = fields.Nested(FactsIn, required=True)
    evidence = fields.List(fields.UUID(), load_default=[], validate=validate.Length(max=9))
    consents = fields.Nested(ConsentsIn, required=True)
    report = fields.Nested(ReportLegIn, load_default=None, allow_none=True)
    agent = fields.Nested(AgentIn, load_default=None, allow_none=True)
    co_complainants = fields.Nested(JointIn, load_default=None, allow_none=True)
    channel = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(intake_rules.TAKEN_BY))
    received_on = fields.Date(load_default=None, allow_none=True)
    district = Words(6, load_default="")


def draft(data: dict[str, Any], phone: str, channel: str) -> Draft:
    """The draft that a filed complaint is, with the account's phone."""
    return Draft(
        complainant=Person(data["complainant"]["name"], phone, data["complainant"]["address"]),
        respondent=data["respondent"],
        category=data["category"],
        problem=data["problem"],
        requests=tuple(data["requests"]),
        facts=data["facts"],
        publish=data["consents"]["publish"],
        entrust=data["consents"]["entrust_mediation"],
        evidence=tuple(data["evidence"]),
        report=data["report"],
        channel=channel,
        agent=data["agent"],
        joint=data["co_complainants"],
        received_on=data["received_on"],
        district=data["district"],
    )


class ReportIn(Strict):
    """A report filed alone."""

    respondent = fields.Nested(RespondentIn, required=True)
    clues = Words(WORDS, required=True)
    basis = Words(WORDS, required=True)
    anonymous = fields.Boolean(load_default=False)


class ClockOut(Strict):
    """One clock of a case: the date, the day to work to, and where its explanation is."""

    term = fields.String(required=True)
    article = fields.String(required=True)
    start_on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    safe_on = fields.Date(required=True, allow_none=True)
    provisional = fields.Boolean(required=True)
    paused_since = fields.Date(required=True, allow_none=True)
    stopped_on = fields.Date(required=True, allow_none=True)
    late = fields.Boolean(required=True, allow_none=True)
    explain_url = fields.String(required=True)


class LegOut(Strict):
    """The other leg of one's own filing; an anonymous one with the code to follow it with, this once."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    code = fields.String()


class ComplaintOut(Strict):
    """A complaint as its parties and officers see it, personal values masked for all but the complainant."""

    id = fields.UUID(required=True)
    filing_id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    rule_set = fields.String(required=True)
    city = fields.String(required=True)
    district = fields.String(required=True)
    received_on = fields.Date(required=True)
    complainant = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    respondent = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)
    category = fields.String(required=True)
    problem = fields.String(required=True)
    requests = fields.List(fields.String(), required=True)
    facts = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    consents = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    decided_on = fields.Date(allow_none=True)
    decline_ground = fields.String(allow_none=True)
    told_on = fields.Date(allow_none=True)
    settled_on = fields.Date(allow_none=True)
    settled_fen = fields.Integer(allow_none=True)
    paid_on = fields.Date(allow_none=True)
    terminated_on = fields.Date(allow_none=True)
    termination_ground = fields.String(allow_none=True)
    closed_on = fields.Date(allow_none=True)
    next_due_on = fields.Date(allow_none=True)
    agent = fields.Nested(AgentOut, allow_none=True)
    co_complainants = fields.List(fields.Nested(PersonOut))
    district_by = fields.String(allow_none=True)
    allowed = fields.List(fields.String(), required=True)
    clocks = fields.List(fields.Nested(ClockOut), required=True)
    report = fields.Nested(LegOut)


class QueueRow(Strict):
    """One line of the queue."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    district = fields.String(required=True)
    category = fields.String(required=True)
    problem = fields.String(required=True)
    respondent_name = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    received_on = fields.Date(required=True)
    next_due_on = fields.Date(required=True, allow_none=True)
    assigned_to = fields.UUID(required=True, allow_none=True)


class QueuePage(Strict):
    """A page of the queue."""

    items = fields.List(fields.Nested(QueueRow), required=True)
    next = fields.String(required=True, allow_none=True)


class QueueQuery(Strict):
    """What part of the queue is asked for."""

    queue = fields.String(load_default="open", validate=validate.OneOf(["open", "triage", "mine", "unassigned"]))
    district = Words(6, load_default=None)
    state = Words(20, load_default=None)
    q = Words(100, load_default="")
    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class EventOut(Strict):
    """One event of the journal with its place in the chain."""

    seq = fields.Integer(required=True)
    event = fields.String(required=True)
    at = fields.DateTime(required=True)
    body = fields.String(required=True)
    prev = fields.String(required=True)
    hash = fields.String(required=True)
    alg = fields.String(required=True)


class JournalOut(Strict):
    """The journal of a case, oldest event first."""

    items = fields.List(fields.Nested(EventOut), required=True)


class DayOut(Strict):
    """One day of an explanation."""

    date = fields.Date(required=True)
    verdict = fields.String(required=True)
    number = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    assumed = fields.Boolean(required=True)


class ExplainedClock(ClockOut):
    """A clock with its date explained day by day."""

    days = fields.List(fields.Nested(DayOut), required=True)


class ClocksOut(Strict):
    """Every clock of a case, explained."""

    items = fields.List(fields.Nested(ExplainedClock), required=True)


def as_leg(case: Any, code: str = "") -> dict[str, UUID | str]:
    """A leg as the other leg's filer sees it."""
    return {"id": case.id, "number": case.number} | ({"code": code} if code else {})
