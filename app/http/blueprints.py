"""The blueprint that every resource of the API is made from: unknown parameters of the address are refused too."""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Request
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

LANGUAGE = "lang"


class Parser(FlaskParser):
    """Refuses what a schema does not know, wherever it stands; the language may be asked for everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.DEFAULT_UNKNOWN_BY_LOCATION = {**self.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The parameters of the address, without the language."""
        given = MultiDict((name, value) for name, value in req.args.items(multi=True) if name != LANGUAGE)
        return self._makeproxy(given, schema)


class Blueprint(flask_smorest.Blueprint):
    """A resource of the API."""

    ARGUMENTS_PARSER = Parser()
