"""What all pages share: the words and figures of templates, form protection, signing in and out of the browser."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from app.catalogue import has
from app.http import context
from app.http.errors import Problem, answer
from app.http.security import nonce
from app.identity.sessions import ABSOLUTE
from app.views import dates, money
from workflows.case import calendars
from workflows.people.actor import ActorRole
from workflows.people.masks import masked_contact
from workflows.time.clock import SHANGHAI

HOMES = {
    ActorRole.CONSUMER: "consumer.mine",
    ActorRole.MERCHANT: "firm.home",
    ActorRole.OFFICER: "officer.queue",
    ActorRole.SUPERVISOR: "officer.queue",
    ActorRole.COUNCIL: "council.home",
}
YEAR_SECONDS = 365 * 86400
csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Give every template its words, and protect every form."""
    csrf.init_app(app)
    app.before_request(protect_forms)
    app.register_error_handler(
        CSRFError, lambda _: answer(Problem(403, "form.expired", context.t("error.form.expired")))
    )
    app.context_processor(words)
    app.jinja_env.filters.update(
        yuan=money.yuan,
        day=day,
        day_before=day_before,
        day_typed=day_typed,
        moment=moment,
        masked_contact=masked_contact,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def protect_forms() -> None:
    """A form from elsewhere is refused; the API takes no cookies and needs no such token."""
    if (
        current_app.config["WTF_CSRF_ENABLED"]
        and not context.is_api()
        and request.method not in ("GET", "HEAD", "OPTIONS")
    ):
        csrf.protect()


def words() -> dict[str, Any]:
    """What every template has at hand."""
    return {
        "t": context.t,
        "has_text": has,
        "cite": cite,
        "lang": context.lang(),
        "other_lang": "en" if context.lang() == "zh" else "zh",
        "me": context.actor() if "caller" in g else None,
        "demo": context.installation().told.demo,
        "nonce": nonce(),
        "home_of_me": home,
        "here": request.path,
    }


def day(value: date) -> str:
    """A date in words, in the request's language."""
    return dates.day_text(value, context.lang())


def day_before(value: date) -> str:
    """The day before a date in words: the last one of a range that ends before it."""
    return day(value - timedelta(days=1))


def day_typed(value: str | None) -> str:
    """A date that somebody typed, in words where it can be read."""
    try:
        return day(date.fromisoformat(value or ""))
    except ValueError:
        return value or ""


def moment(value: datetime) -> str:
    """A moment in Shanghai, to the minute."""
    local = value.astimezone(SHANGHAI)
    return f"{dates.day_text(local.date(), context.lang())} {local:%H:%M}"


def home() -> str:
    """The first page of whoever is signed in."""
    return url_for(HOMES.get(context.actor().role, "public.home"))


def promises(case_clocks: Any) -> list[dates.Promise]:
    """The clocks of a case as its page shows them."""
    session, today = context.session(), context.clock().today()
    calendar = calendars.current(session)
    articles = [articles_of(clock.rule) for clock in case_clocks]
    pairs = zip(case_clocks, articles, strict=True)
    return [dates.promise(clock, article, today, calendar, context.lang()) for clock, article in pairs]


def cite(article: str) -> str:
    """An article as people cite it."""
    return articles_of(f"@{article.replace(' ', '-')}")


def articles_of(rule: str) -> str:
    """The article in a rule's version, as people cite it: ``第23条第1款第5项``, ``art. 23(1)(5)``."""
    order, _, number = rule.partition("@")[2].partition(":")[0].partition("-")
    law = context.t_or(f"law.{order}", order)
    parts = number.replace(")", "").split("(")
    if context.lang() != "zh" or not parts[0].isdigit():
        return f"{law} {number}".strip()
    cited = zip(("条", "款", "项"), parts, strict=False)
    return law + "".join(f"第{part}{unit}" for unit, part in cited)


def signed_in(token: str, target: str) -> AnyResponse:
    """Send the browser on with its new session; the old cookie, if any, is overwritten."""
    response = redirect(target)
    here = context.installation()
    response.set_cookie(
        here.cookie,
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=here.told.https,
        path="/",
    )
    return response


def remember_language(response: AnyResponse | Response, code: str) -> None:
    """Let the browser remember the chosen language."""
    secure = context.installation().told.https
    response.set_cookie(context.LANG_COOKIE, code, max_age=YEAR_SECONDS, samesite="Lax", secure=secure)


def safe_target(target: str | None) -> str | None:
    """Where to go next, if it is a page of ours."""
    if not target:
        return None
    parts = urlsplit(target)
    local = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if local else None


def is_htmx() -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def see_other(target: str) -> AnyResponse | Response:
    """After a form: on to a page that can be reloaded."""
    return redirect(target, code=303)
