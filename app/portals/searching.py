"""An officer's search over every complaint that the bureau may see, open or ended."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from app.api.complaints import search_key, search_position
from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import forms
from complaints import searching
from workflows.errors import RuleBroken

blueprint = Blueprint("searching", __name__, url_prefix="/officer/search")

PAGE = 50


@blueprint.get("/")
@endpoint("complaint.queue")
def page() -> Any:
    """What was searched for, newest first; without a word the page says what can be looked for."""
    asked = request.args.get("q", "").strip()[: searching.LONGEST]
    after = search_position(paging.position(request.args.get("cursor")))
    try:
        rows = searching.search(context.session(), asked, after, PAGE + 1) if asked else []
    except RuleBroken as broken:
        return shown(asked, errors=forms.errors(broken)), 422
    found, following = paging.page(rows, PAGE, search_key)
    return shown(asked, found=found, following=following)


def shown(asked: str, **more: Any) -> str:
    """The page."""
    return render_template("officer/search.html", asked=asked, **more)
