"""The pages, by audience."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Put every portal on the application."""
