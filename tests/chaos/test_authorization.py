"""T30 and T37: every route for every role, and no person's data where it does not belong."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest

from app.factory import create_app
from app.http.endpoint import check, policy_of
from tests.support.http import Api, filing, make_app, secure, token_for
from tests.support.mediating import council
from workflows.people.access import POLICIES, allowed
from workflows.people.actor import ActorRole

CANARY = {"name": "欧阳金丝雀", "address": "苏州市姑苏区金丝雀巷77号"}
ROLES = ("anonymous", "consumer", "merchant", "officer", "supervisor", "admin", "council")


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var", WUYOU_DEMO="1")


@pytest.fixture
def people(world, app):
    """A client per role: by cookie for pages, by token for the API."""
    secure(world, world.far_officer, "chief", "supervisor")
    secure(world, world.other_consumer, "admin", "admin")
    accounts = {
        "consumer": world.consumer,
        "merchant": world.merchant,
        "officer": world.officer,
        "supervisor": world.far_officer,
        "admin": world.other_consumer,
        "council": council(world).account,
    }
    tokens = {role: token_for(world.db, account) for role, account in accounts.items()}
    return {role: (client(app, tokens.get(role)), tokens.get(role)) for role in ROLES}


def client(app, token):
    found = app.test_client()
    if token:
        found.set_cookie(app.extensions["wuyou"].cookie, token)
    return found


def routes(app):
    return [r for r in app.url_map.iter_rules() if r.endpoint != "static" and "demo" not in r.rule]


def test_every_route_lets_through_exactly_whom_its_policy_names(app, people):
    """A role that may not is told so before anything else happens; one that may gets anything but that."""
    wrong = []
    for rule in routes(app):
        policy = policy_of(app, rule.endpoint)
        path = rule.rule
        path = re.sub(r"<uuid:\w+>", lambda _: str(uuid4()), path)
        for name, value in {"<verb>": "accept", "<code>": "en", "<number>": "SZP260720-AAAA-AAAA-A"}.items():
            path = path.replace(name, value)
        path = re.sub(r"<any\((\w+),.*?>", r"\1", path)
        for role in ROLES:
            found, token = people[role]
            method = next(m for m in ("GET", "POST", "PATCH", "DELETE") if m in rule.methods)
            if role != "anonymous" and rule.endpoint in ("sessions.sign_out", "public.sign_out"):
                continue
            headers = {"Authorization": f"Bearer {token}"} if token and path.startswith("/api/") else {}
            with app.app_context():
                app.config["WTF_CSRF_ENABLED"] = False
                answer = found.open(
                    path,
                    method=method,
                    headers=headers,
                    json={} if path.startswith("/api/") and method == "POST" else None,
                )
            refused = answer.status_code in (401, 403)
            if refused == allowed(policy, ActorRole(role)) and not own_refusal(answer, role, rule):
                wrong.append((rule.rule, role, policy, answer.status_code))
    assert wrong == []


def own_refusal(answer, role, rule) -> bool:
    """A verb has roles of its own besides the route's policy."""
    return "<verb>" in rule.rule and answer.status_code == 403


def test_a_route_without_a_policy_fails_at_start_up(app):
    app.add_url_rule(
        "/forgotten", "forgotten", lambda: "open to all", methods=["GET"]
    ) if not app._got_first_request else None
    with pytest.raises(RuntimeError, match="/forgotten"):
        check(app)


def test_every_policy_is_used_and_lets_somebody_through(app):
    used = {policy_of(app, r.endpoint) for r in routes(app)}
    assert used <= set(POLICIES)
    assert all(POLICIES[name] for name in used)


def test_one_persons_case_is_nobody_elses_by_any_route(app, world, people):
    case = world.file()
    for role in ("supervisor", "admin"):
        found, token = people[role]
        api = {"Authorization": f"Bearer {token}"}
        for path in (
            f"/api/v1/complaints/{case}",
            f"/api/v1/complaints/{case}/journal",
            f"/api/v1/complaints/{case}/clocks",
        ):
            assert found.get(path, headers=api).status_code in (403, 404), (role, path)
        assert found.get(f"/officer/complaints/{case}").status_code in (403, 404)


def test_the_canary_is_in_no_other_roles_answer_and_in_no_log(app, world, people, capfd):
    """A unique name and phone, through filing, faults and every reading route."""
    consumer = Api(app, people["consumer"][1])
    body = filing(world, complainant=CANARY, report={"clues": "金丝雀举报线索", "basis": "金丝雀事实依据"})
    filed = consumer.post("/complaints", body).json
    consumer.post("/complaints", body | {"respondent": {"store_id": str(uuid4())}})
    consumer.post("/complaints", body | {"nonsense": CANARY["name"]})
    case, seen = filed["id"], []
    api = ["complaints", f"complaints/{case}", f"complaints/{case}/journal", "complaints?limit=5"]
    pages = ["/merchant/", f"/merchant/complaints/{case}", "/officer/", f"/officer/complaints/{case}"]
    for role in ("merchant", "officer", "supervisor", "admin", "anonymous"):
        found, token = people[role]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        seen += [found.get(f"/api/v1/{path}", headers=headers).text for path in api]
        seen += [found.get(page).text for page in pages]
    outward = json.dumps(seen, ensure_ascii=False)
    for secret in (
        CANARY["name"],
        CANARY["address"],
        "13900000000",
        filed["report"]["id"],
        filed["report"]["number"],
        "金丝雀举报线索",
    ):
        assert secret not in outward
    out, err = capfd.readouterr()
    for secret in (CANARY["name"], CANARY["address"], people["consumer"][1]):
        assert secret not in out + err


def test_what_the_database_stores_of_a_person_is_sealed(app, world, people, root):
    Api(app, people["consumer"][1]).post("/complaints", filing(world, complainant=CANARY), Idempotency_Key="k")
    tables = [n for (n,) in root.execute("SELECT tablename FROM pg_tables WHERE schemaname='public'").fetchall()]
    for table in tables:
        dumped = str(root.execute(f"SELECT t::text FROM {table} t").fetchall())
        for secret in (CANARY["name"], CANARY["address"], people["consumer"][1]):
            assert secret not in dumped, table
            assert secret.encode().hex() not in dumped, table


def test_the_firm_cannot_tell_whether_a_report_exists(app, world, people):
    """Two filings, one with a report and one without: what the firm can ask for differs in nothing but the case."""
    consumer = Api(app, people["consumer"][1])
    merchant = Api(app, people["merchant"][1])
    plain = consumer.post("/complaints", filing(world)).json["id"]
    both = consumer.post("/complaints", filing(world, report={"clues": "标签与检测不符", "basis": "照片和小票"})).json[
        "id"
    ]

    def shape(case):
        answers = [merchant.get(f"/complaints/{case}{part}").json for part in ("", "/clocks", "/journal")]
        text = json.dumps(answers, ensure_ascii=False).replace(case, "CASE")
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|S[ZH]\d{6}[-0-9A-Z]+|\d{2}:\d{2}:\d{2}\.\d+", "X", text)

    assert shape(plain) == shape(both)


def test_the_application_starts_with_every_route_declared(world, tmp_path):
    assert create_app(make_app(world.db, tmp_path / "x").extensions["wuyou"].told, world.db)
