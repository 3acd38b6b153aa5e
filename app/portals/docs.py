"""The API's documentation for people, drawn from the OpenAPI document itself; no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, current_app, render_template

from app.http.endpoint import endpoint

blueprint = Blueprint("docs", __name__)

METHODS = ("get", "post", "put", "patch", "delete")


@blueprint.get("/api/docs")
@endpoint("public", transaction=False)
def api() -> Any:
    """Every operation with its fields."""
    spec = current_app.extensions["wuyou_api"].spec.to_dict()
    return render_template("public/api.html", spec=spec, operations=list(operations(spec)))


def operations(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each operation of the document, flat."""
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                yield {
                    "path": path,
                    "method": method.upper(),
                    **item[method],
                    "fields": list(fields(spec, item[method])),
                }


def fields(spec: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """The fields of an operation's body: name, kind, whether it is needed."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = resolve(spec, content.get("schema", {}))
        for name, about in schema.get("properties", {}).items():
            kind = about.get("type") or resolve(spec, about).get("type") or "object"
            yield name, kind if isinstance(kind, str) else " | ".join(kind), name in schema.get("required", ())


def resolve(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, followed to where it is described."""
    reference = schema.get("$ref", "")
    found: dict[str, Any] = spec["components"]["schemas"].get(reference.rpartition("/")[2], schema)
    return found
