"""Where the doorbell hangs."""

from __future__ import annotations

from app.embedded import Redis
from app.places import Places
from app.settings import Settings


def redis_url(told: Settings, places: Places) -> str:
    """The Redis of this installation, as the product's own user."""
    return Redis(places).url() if told.embedded_redis else told.redis_url
