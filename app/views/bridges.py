"""Rows of other platforms in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.http import context


def faults_of(faults: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """What is wrong with a row, by field and in words."""
    return [
        {
            "field": fault["field"],
            "column": context.t_or(f"bridge.field.{fault['field']}", fault["field"]),
            "words": context.t_or(
                f"field_error.{fault['code']}", context.t_or(f"error.{fault['code']}", fault["message"])
            ),
        }
        for fault in faults
    ]
