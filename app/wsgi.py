"""What the web server imports."""

from __future__ import annotations

from app import settings
from app.factory import create_app

application = create_app(settings.read())
