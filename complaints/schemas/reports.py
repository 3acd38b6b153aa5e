"""What goes out of reports, and how a lead found in mediation comes in."""

from __future__ import annotations

from marshmallow import fields, validate

from complaints.lifecycle import REPORT
from complaints.schemas.cases import ClockOut
from workflows.schema import Strict, Words

WORDS = 3000


class FiledReport(Strict):
    """What a reporter keeps; an anonymous one gets the code to follow the report with, this once."""

    id = fields.UUID(required=True)
    filing_id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    code = fields.String()


class LetterOut(Strict):
    """A letter with its receipts."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    to_name = fields.String(required=True)
    asked_on = fields.Date(required=True)
    approved = fields.Boolean(required=True, allow_none=True)
    send_by = fields.DateTime(required=True, allow_none=True)
    sent_at = fields.DateTime(required=True, allow_none=True)
    received_on = fields.Date(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    answered_on = fields.Date(required=True, allow_none=True)


class ReportOut(Strict):
    """A report as its reporter and the assigned officer see it; the outcome is the reporter's once it was told."""

    id = fields.UUID(required=True)
    filing_id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    rule_set = fields.String(required=True)
    received_on = fields.Date(required=True)
    anonymous = fields.Boolean(required=True)
    source = fields.String(required=True)
    respondent = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)
    clues = fields.String(required=True)
    basis = fields.String(required=True)
    redirect_to = fields.String(required=True, allow_none=True)
    earlier = fields.String(required=True, allow_none=True)
    told_on = fields.Date(required=True, allow_none=True)
    clocks = fields.List(fields.Nested(ClockOut), required=True)
    reporter = fields.Dict(keys=fields.String(), values=fields.String())
    allowed = fields.List(fields.String())
    letters = fields.List(fields.Nested(LetterOut))


class ReportRow(Strict):
    """One line of an officer's queue of reports."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    district = fields.String(required=True)
    respondent_name = fields.String(required=True)
    source = fields.String(required=True)
    received_on = fields.Date(required=True)
    next_due_on = fields.Date(required=True, allow_none=True)


class ReportPage(Strict):
    """A page of the queue."""

    items = fields.List(fields.Nested(ReportRow), required=True)
    next = fields.String(required=True, allow_none=True)


class ReportQuery(Strict):
    """What part of the queue is asked for."""

    state = fields.String(load_default="received", validate=validate.OneOf(REPORT.states))
    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class LeadIn(Strict):
    """A lead found in handling a complaint (art. 27)."""

    complaint = fields.UUID(required=True)
    clues = Words(WORDS, required=True)
    basis = Words(WORDS, required=True)
    found_on = fields.Date(load_default=None, allow_none=True)


class RevealIn(Strict):
    """Why the reporter's details are looked at."""

    reason = Words(1000, required=True)


class ReporterOut(Strict):
    """The reporter's details in plain, for this one answer."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    address = fields.String(required=True)
