"""A schema of the API's description as a JSON Schema of its own: OpenAPI 3.1 speaks JSON Schema 2020-12 already."""

from __future__ import annotations

from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMPONENTS = "#/components/schemas/"
DEFINITIONS = "#/$defs/"


def document(spec: dict[str, Any], name: str, identity: str) -> dict[str, Any]:
    """The schema with everything that it refers to.

    :param identity: its ``$id``: where it is published.
    """
    components: dict[str, Any] = spec["components"]["schemas"]
    needed = sorted(_needed(components, name) - {name})
    whole = {"$schema": DIALECT, "$id": identity, "title": name, **_moved(components[name])}
    return whole | {"$defs": {other: _moved(components[other]) for other in needed}}


def _needed(components: dict[str, Any], name: str) -> set[str]:
    found, todo = {name}, [name]
    while todo:
        fresh = set(_references(components[todo.pop()])) - found
        found |= fresh
        todo += fresh
    return found


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"].removeprefix(COMPONENTS)] if "$ref" in value else []
        return own + [name for inner in value.values() for name in _references(inner)]
    return [name for inner in value for name in _references(inner)] if isinstance(value, list) else []


def _moved(value: Any) -> Any:
    """The same with its references inside one document."""
    if isinstance(value, dict):
        return {key: _moved(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner) for inner in value]
    return value.replace(COMPONENTS, DEFINITIONS) if isinstance(value, str) else value
