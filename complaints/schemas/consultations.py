"""What goes in and out of consultations."""

from __future__ import annotations

from marshmallow import fields, validate

from complaints import consultation, intake_rules
from workflows.schema import Strict, Words


class ConsultationIn(Strict):
    """A question, or something that has a way of its own; an officer names channel and phone of whoever asks."""

    name = Words(50, required=True)
    phone = Words(20, load_default="")
    about = fields.String(load_default=consultation.QUESTION, validate=validate.OneOf(consultation.ABOUTS))
    words = Words(consultation.WORDS, required=True)
    district = Words(6, load_default="")
    channel = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(intake_rules.TAKEN_BY))
    received_on = fields.Date(load_default=None, allow_none=True)


class ConsultationVerbIn(Strict):
    """What a step of a consultation may need; each takes its own and refuses the others."""

    words = Words(consultation.WORDS)
    links = fields.List(fields.String(), validate=validate.Length(max=consultation.MOST_LINKS))
    way = Words(20)


class ConsultationOut(Strict):
    """A consultation as whoever asked and the asked bureau see it."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    about = fields.String(required=True)
    channel = fields.String(required=True)
    words = fields.String(required=True)
    asked_on = fields.Date(required=True)
    answer_by = fields.Date(required=True)
    answer = fields.String(required=True, allow_none=True)
    links = fields.List(fields.String(), required=True)
    way = fields.String(required=True, allow_none=True)
    article = fields.String(required=True, allow_none=True)
    answered_on = fields.Date(required=True, allow_none=True)
    complaint_id = fields.UUID(required=True, allow_none=True)
    closed_on = fields.Date(required=True, allow_none=True)
    allowed = fields.List(fields.String(), required=True)


class ConsultationQuery(Strict):
    """Which consultations are asked for."""

    state = fields.String(load_default=consultation.ASKED, validate=validate.OneOf(consultation.CONSULTATION.states))
    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class ConsultationPage(Strict):
    """Some of the consultations."""

    items = fields.List(fields.Nested(ConsultationOut), required=True)
    next = fields.String(required=True, allow_none=True)
