"""Order 121 art. 37: whatever the firm or an officer without access can get is the same with and without a report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from app.wiring import HANDLERS
from measures import nightly
from tests.conftest import TEMPLATE
from tests.factories import AccountFactory, EnterpriseFactory, MembershipFactory, StoreFactory
from tests.support import world as worlds
from tests.support.http import Api, filing, make_app, token_for
from tests.support.paper import text_of
from tests.support.world import World
from workflows.delivery import endpoints, outbox
from workflows.delivery.endpoints import Wish
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.store.session import DatabaseClock, Databases, Identity, Role

LEG = {"clues": "金丝雀线索:标签与检测不符", "basis": "金丝雀依据:吊牌照片和小票"}
FACTORIES = (AccountFactory, EnterpriseFactory, StoreFactory)
FIRST = 700_000
"""Where the made-up names and phones of both cities begin, so that they are the same in both."""

MASKS = (
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    r"[0-9a-f]{32,}",
    r"S[ZH]J?P?\d{6}-?[0-9A-Z]{4}-?[0-9A-Z]{4}-?[0-9A-Z]",
    r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?",
    r"[\w.-]{40,}",
    r"([0-9a-f]{8} ){2,}[0-9a-f]{8}",
    r"nonce-[\w+/=-]+|nonce=\\*\"[\w+/=-]*",
    r"whsec_[\w+/=]+",
)
"""What is allowed to differ: ids, digests, case numbers, times of day, form tokens."""

READABLE = text("""
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY column_name) FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = :t
      AND has_column_privilege(quote_ident(:t), column_name, 'SELECT')
      AND (table_name, column_name) <> ('complaint', 'grams') -- made of columns that are compared themselves
""")

UNHEARD = ("Date", "Set-Cookie", "Content-Length", "X-Request-Id")


@dataclass
class City:
    """One of two cities in which the same happened, but for the report."""

    world: World
    app: Flask
    colleague: UUID
    complaint: str = ""
    filing: str = ""
    report: str = field(default_factory=lambda: str(uuid4()))
    papers: list[str] = field(default_factory=list)

    def api(self, account: UUID) -> Api:
        return Api(self.app, token_for(self.world.db, account))


@contextmanager
def city(cluster: Any, data: Any, name: str) -> Iterator[City]:
    """A city of its own, its people and shops named as in every other."""
    cluster.postgres.create_database(name, template=TEMPLATE)
    db = cluster.databases(name)
    try:
        yield inhabited(db, data / name)
    finally:
        db.close()
        with cluster.postgres.connect("postgres") as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def inhabited(db: Databases, data: Any) -> City:
    for factory in FACTORIES:
        factory.reset_sequence(FIRST)
    world = worlds.build(db)
    with db.transaction(Role.OWNER) as session:
        colleague = AccountFactory(session=session, kind="officer", login="colleague").id
        MembershipFactory(session=session, account_id=colleague, org_id=world.bureau)
    return City(world, make_app(db, data), colleague)


@pytest.fixture
def cities(cluster, tmp_path):
    """Two cities where the same was filed, with and without a report, and where everybody did his work."""
    with city(cluster, tmp_path, "canarywith") as told, city(cluster, tmp_path, "canarynone") as silent:
        for each in (told, silent):
            listen(each)
        live(told, LEG)
        live(silent, None)
        yield told, silent


def listen(each: City) -> None:
    """The firm's and the bureau's own systems ask for everything there is."""
    world = each.world
    orgs = {
        world.enterprise: (world.as_merchant, world.merchant_actor),
        world.bureau: (world.as_officer, world.officer_actor),
    }
    for org, (opened, actor) in orgs.items():
        with opened() as session:
            endpoints.create(
                session, org, Wish("https://example.com/hook", ("*",)), actor=actor, clock=DatabaseClock(session)
            )


def live(each: City, leg: dict[str, str] | None) -> None:
    """A filing, what its officer does with the report, and what the bureau and the firm do with the complaint."""
    world, officer = each.world, each.api(each.world.officer)
    filed = each.api(world.consumer).post("/complaints", filing(world, report=leg)).json
    each.complaint, each.filing = filed["id"], filed["filing_id"]
    if leg:
        each.report = filed["report"]["id"]
        work_on_report(each, officer)
    work_on_complaint(each, officer, each.api(world.merchant))
    drain(world)


def step(api: Api, path: str, body: dict[str, Any], version: int) -> dict[str, Any]:
    answer = api.post(path, body, If_Match=f'"{version}"')
    assert answer.status_code in (200, 201), (path, answer.text)
    return answer.json


def work_on_report(each: City, officer: Api) -> None:
    path = f"/reports/{each.report}"
    step(officer, f"{path}/documents", {"form": 2, "values": {}}, 1)
    step(officer, f"{path}/verify", {"kind": "visit", "reason": "金丝雀核查记录"}, 2)
    step(officer, f"{path}/assist_send", {"to": "金丝雀外地局", "reason": "请协助核实"}, 3)
    step(officer, f"{path}/reveal", {"reason": "金丝雀理由"}, 4)
    step(officer, f"{path}/redirect", {"to": "金丝雀有权部门"}, 5)
    lead = {"complaint": each.complaint, "clues": "金丝雀调解线索", "basis": "金丝雀调解依据"}
    assert officer.post("/reports/leads", lead).status_code == 201


def work_on_complaint(each: City, officer: Api, firm: Api) -> None:
    path = f"/complaints/{each.complaint}"
    step(officer, f"{path}/accept", {}, 1)
    paper = step(officer, f"{path}/documents", {"form": 5, "values": {}}, 2)["id"]
    step(officer, f"{path}/documents/{paper}/serve", {"side": "complainant", "by": "post"}, 3)
    step(officer, f"{path}/consent", {"side": "complainant"}, 4)
    step(firm, f"{path}/consent", {"side": "respondent"}, 5)
    step(officer, f"{path}/open_mediation", {}, 6)
    values = {"at": "2026-12-01 09:30", "place": "二楼调解室", "mediators": "顾经办", "recusal_days": "3"}
    notice = step(officer, f"{path}/documents", {"form": 7, "values": values}, 7)["id"]
    step(officer, f"{path}/documents/{notice}/serve", {"side": "respondent", "by": "post"}, 8)
    each.papers = [paper, notice]


def drain(world: World) -> None:
    """Everything that follows from the events, and the night's figures."""
    more = True
    while more:
        with world.as_worker() as session:
            more = outbox.drain(session, HANDLERS, 200).more
    with world.as_worker() as session:
        nightly.measure_recent(session, DatabaseClock(session).today())


def masked(body: str) -> str:
    for pattern in MASKS:
        body = re.sub(pattern, "~", body)
    return body


def addresses(each: City) -> list[str]:
    """Every address that can be asked for, with the complaint's, the filing's and the report's id in its place."""
    found = []
    for rule in each.app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static" or "demo" in rule.rule:
            continue
        if rule.rule == "/metrics":  # counts this process's requests, of both cities; it has a test of its own
            continue
        for ids in ids_of(each):
            path = re.sub(r"<uuid:(\w+)>", lambda m, ids=ids: str(ids.get(m[1], ids["case"])), rule.rule)
            path = re.sub(r"<any\((\w+),.*?>", r"\1", path)
            found.append(re.sub(r"<\w+>", "en", path))
    queues = ("queue=mine", "queue=open&state=mediating", "limit=1", f"district={each.world.store}")
    found = [*found, *(f"/api/v1/complaints?{asked}" for asked in queues), "/officer/?state=mediating"]
    return sorted(dict.fromkeys(found), key=masked)


def ids_of(each: City) -> list[dict[str, str]]:
    fixed = {
        "store": str(each.world.store),
        "firm": str(each.world.enterprise),
        "enterprise": str(each.world.enterprise),
    }
    cases = [{"case": case, "file": case} for case in (each.complaint, each.filing, each.report)]
    return [{**fixed, **case, "paper": paper} for case in cases for paper in each.papers]


def outputs(each: City, account: UUID) -> dict[str, str]:
    """Everything that an account gets, by masked address: status, headers and body."""
    token = token_for(each.world.db, account)
    browser = each.app.test_client()
    browser.set_cookie(each.app.extensions["wuyou"].cookie, token)
    seen = {}
    for number, address in enumerate(addresses(each)):
        headers = {"Authorization": f"Bearer {token}"} if address.startswith("/api/") else {}
        answer = browser.get(address, headers=headers)
        seen[f"{number} {masked(address)}"] = masked(written(answer))
    return seen


def written(answer: Any) -> str:
    headers = sorted((name, value) for name, value in answer.headers if name not in UNHEARD)
    packed = answer.data[:2] == b"PK" or answer.mimetype.startswith("image/")
    body = text_of(answer.data) if answer.mimetype == "application/pdf" else answer.data.decode(errors="replace")
    body = "packed, with the time in it" if packed else body
    return f"{answer.status_code} {headers} {body}"


def difference(address: str, one: str, other: str) -> str:
    """Where two answers part, with a little of both."""
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, at - 60)
    return f"{address}: …{one[start : at + 60]!r} / …{other[start : at + 60]!r}"


def rows(each: City, role: Role, parties: tuple[UUID, ...], account: UUID) -> dict[str, str]:
    """Every row of every table that a database role sees for these parties, masked and in no order."""
    with each.world.db.transaction(Role.OWNER) as session:
        names = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).all()
    return {name: seen_of(each, role, Identity(account, parties), name) for name in names}


def seen_of(each: City, role: Role, who: Identity, table: str) -> str:
    with each.world.db.transaction(role, who) as session:
        allowed = session.scalar(READABLE, {"t": table})
        if allowed is None:
            return "no right"
        found = session.execute(text(f"SELECT ROW({allowed})::text FROM {table}")).scalars().all()
    return "\n".join(sorted(masked(row) for row in found))


def people(each: City) -> dict[str, tuple[UUID, Role, tuple[UUID, ...]]]:
    world = each.world
    return {
        "firm": (world.merchant, Role.MERCHANT, (world.merchant, world.enterprise)),
        "colleague": (each.colleague, Role.OFFICER, (each.colleague, world.bureau)),
    }


@pytest.mark.parametrize("who", ["firm", "colleague"])
def test_no_page_list_header_or_number_tells_of_a_report(cities, who):
    """Pages, API, documents, figures, notices, ETags: byte for byte, but for ids and times."""
    told, silent = (outputs(each, people(each)[who][0]) for each in cities)
    assert told.keys() == silent.keys()
    apart = [address for address in told if told[address] != silent[address]]
    assert [difference(address, told[address], silent[address]) for address in apart] == []
    assert not [address for address, answer in told.items() if answer.startswith("500")]
    assert len(told) > 100
    assert "金丝雀" not in "".join(told.values())


@pytest.mark.parametrize("who", ["firm", "colleague"])
def test_no_row_of_the_database_that_they_may_read_tells_of_a_report(cities, who):
    told, silent = (rows(each, people(each)[who][1], people(each)[who][2], people(each)[who][0]) for each in cities)
    differing = {name: (told[name], silent[name]) for name in told if told[name] != silent[name]}
    assert differing == {}
    assert told["complaint"]


def test_no_webhook_and_no_notice_of_an_organisation_tells_of_a_report(cities):
    queries = (
        "SELECT topic, payload::text FROM webhook_delivery",
        "SELECT key, channel, values::text FROM notice WHERE recipient_id = ANY(:orgs)",
    )
    seen = []
    for each in cities:
        orgs = [each.world.enterprise, each.world.bureau, each.world.merchant, each.colleague]
        with each.world.as_worker() as session:
            found = [session.execute(text(q), {"orgs": orgs} if ":orgs" in q else {}).all() for q in queries]
        seen.append(sorted(masked(str(row)) for part in found for row in part))
    assert seen[0] == seen[1]


def test_a_number_that_is_none_and_a_report_that_is_not_ours_get_the_same_answer(cities):
    told, _ = cities
    for account in (told.world.merchant, told.colleague):
        api = told.api(account)
        for part in ("", "/journal", "/clocks", "/documents"):
            real, none = (api.get(f"/reports/{case}{part}") for case in (told.report, new_id()))
            assert (real.status_code, masked(real.text)) == (none.status_code, masked(none.text))


def test_a_mediators_actor_without_the_account_of_the_desk_sees_no_report_row(cities):
    told, _ = cities
    actor = Actor(ActorRole.OFFICER, told.colleague, told.world.bureau, "3205")
    with told.world.db.transaction(Role.OFFICER, Identity(actor.account, (actor.account, actor.org))) as session:
        assert session.scalar(text("SELECT count(*) FROM report")) == 0


def test_the_metrics_name_no_address_of_reports(cities):
    told, _ = cities
    told.api(told.world.officer).get(f"/reports/{told.report}")
    shown = told.app.test_client().get("/metrics").text
    assert "/api/v1/complaints/<uuid:case>" in shown
    assert "report" not in shown
