"""Checking a plaque: what its code opens on a stranger's phone. Green, amber or red, and what it means."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.http import context, guesses
from app.http.endpoint import endpoint
from app.portals.stores import asked_day
from app.views import promises
from merchants.lifecycle import ENDED, LEAVING, SUSPENDED
from merchants.queries import plaques, standings
from merchants.queries.plaques import LONGEST, Checked
from workflows.case.numbers import normal

blueprint = Blueprint("verify", __name__)


@blueprint.get("/verify")
@endpoint("public", transaction=False)
def ask() -> Any:
    """Type a number."""
    typed = request.args.get("number")
    if typed is None:
        return render_template("public/verify.html", error="")
    if not any(c.isalnum() for c in typed):
        return render_template("public/verify.html", error=context.t("verify.empty")), 422
    number = normal(typed[:LONGEST]) or "".join(c for c in typed[:LONGEST] if c.isalnum() or c == "-")
    return redirect(url_for("verify.check", number=number), 303)


@blueprint.get("/verify/<number>")
@endpoint("public")
def check(number: str) -> Any:
    """What a number stands for; unknown ones all get the same page, and are counted."""
    session, today = context.session(), context.clock().today()
    day, error = asked_day(today)
    found = plaques.look(session, number, today, today)
    if found is None:
        guesses.wrong()
        misread = normal(number[:LONGEST]) is None
        page = render_template("public/verify_unknown.html", number=number[:LONGEST], misread=misread)
        return page, 404
    new = standings.alive(session, found.store.id) if not found.alive else None
    versions = [v for v in standings.promises(session, found.store.id) if v.standing_id == found.standing.id]
    page = render_template(
        "public/verify_found.html",
        found=found,
        verdict=verdict(found),
        day=day,
        error=error,
        typed=request.args.get("on", "")[:20],
        today=today,
        now=context.clock().now(),
        new=new,
        lines=promises.of_version(promises.on(versions, today), context.lang()) if found.valid else [],
        then=promises.on(versions, day) if day else None,
        then_lines=promises.of_version(promises.on(versions, day), context.lang()) if day else [],
    )
    return page, 422 if error else 200


def verdict(found: Checked) -> str:
    """``good``, ``warn`` or ``bad``."""
    if found.standing.state in ENDED:
        return "bad"
    return "warn" if found.standing.state in (SUSPENDED, LEAVING) else "good"
