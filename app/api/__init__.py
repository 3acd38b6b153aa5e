"""The JSON API: one blueprint per resource, the OpenAPI document made from the schemas."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import fields
from werkzeug.exceptions import HTTPException

from app.api.afterwards import blueprint as afterwards
from app.api.alliances import blueprint as alliances
from app.api.brands import blueprint as brands
from app.api.competence import blueprint as competence
from app.api.complaints import blueprint as complaints
from app.api.consultations import blueprint as consultations
from app.api.directory import blueprint as directory
from app.api.documents import BLUEPRINTS as DOCUMENTS
from app.api.enrolments import blueprint as enrolments
from app.api.evidence import blueprint as evidence
from app.api.exports import blueprint as exports
from app.api.measures import blueprint as measures
from app.api.mediation import blueprint as mediation
from app.api.plaques import blueprint as plaques
from app.api.reports import blueprint as reports
from app.api.sessions import blueprint as sessions
from app.api.statements import blueprint as statements
from app.api.supervision import blueprint as supervision
from app.api.webhooks import blueprint as webhooks
from app.http.endpoint import endpoint
from app.http.errors import answer, of_http
from app.settings import VERSION
from workflows.schema import Fen, Strict, Words

BLUEPRINTS = (
    sessions,
    *DOCUMENTS,
    complaints,
    afterwards,
    reports,
    enrolments,
    plaques,
    evidence,
    directory,
    measures,
    supervision,
    alliances,
    brands,
    statements,
    webhooks,
    competence,
    exports,
    consultations,
    mediation,
)

CONFIG = {
    "API_TITLE": "Wuyou 无忧",
    "API_VERSION": VERSION,
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "info": {"description": "Complaints, reports, returns and merchants of the Suzhou and Shanghai regulators."},
    },
}


class ProblemSchema(Strict):
    """An error (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


class WuyouApi(Api):
    """flask-smorest with our own form of errors."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Every refusal of the framework as a problem."""
        return answer(of_http(error))


def register(app: Flask) -> None:
    """Put the API on the application."""
    app.config.update(CONFIG)
    api = WuyouApi(app)
    api.register_field(Words, "string", None)
    api.register_field(Fen, "integer", "int64")
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint, url_prefix="/api/v1")
    spec = "api-docs.openapi_json"
    app.view_functions[spec] = endpoint("public", transaction=False)(app.view_functions[spec])
    app.extensions["wuyou_api"] = api
