"""T29: the API against its own description, by generated requests, per role."""

from __future__ import annotations

from collections import Counter
from itertools import cycle

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    unsupported_method,
    use_after_free,
)

from app.api.verbs import COMPLAINT_VERBS, REPORT_VERBS
from tests.support.http import filing, make_app, token_for

ROLES = ("anonymous", "consumer", "merchant", "officer")
GENERATED = settings(
    max_examples=16,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CHECKS = [response_schema_conformance, content_type_conformance]
VALUES = {
    "ground": "O121-16-1",
    "reason": "不属于本机关处理权限",
    "by": "phone",
    "until": "2099-01-01",
    "district": "320508",
    "side": "complainant",
    "amount_fen": 100,
    "score": 5,
    "words": "自家使用，付款记录已上传",
    "officer": "01890000-0000-7000-8000-000000000000",
    "kind": "visit",
    "to": "姑苏公安分局（演示）",
    "basis": "O121-34",
    "earlier": "SZJ260720-AAAA-AAAA-A",
    "letter": "01890000-0000-7000-8000-000000000000",
    "kept": "yes",
    **dict.fromkeys(
        ("session_id", "offer_id", "instalment_id", "organisation"), "01890000-0000-7000-8000-000000000000"
    ),
    "mode": "phone",
    "at": "2099-01-01T10:00",
    "place": "电话",
    "mediators": "顾经办",
    "complainant": "came",
    "respondent": "absent",
    "result": "not_held",
    "record": "商家没有接电话。",
    "granted": False,
    "limit_fen": 100,
    "seen": "00",
    "instalments": [{"due_on": "2099-01-01", "amount_fen": 50}, {"due_on": "2099-02-01", "amount_fen": 50}],
    "laboratory": "试样检测所",
    "chosen": "agreed",
    "cost_by": "shared",
}
ALWAYS = [negative_data_rejection, ignored_auth, unsupported_method]


@pytest.mark.parametrize("role", ROLES)
def test_no_generated_request_brings_a_5xx_or_an_answer_that_is_not_described(role, world, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    app.config["PROPAGATE_EXCEPTIONS"] = app.testing = False
    account = {"consumer": world.consumer, "merchant": world.merchant, "officer": world.officer}.get(role)
    headers = {"Authorization": f"Bearer {token_for(world.db, account)}"} if account else {}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:
        if not operation.path.endswith("/sessions/current"):  # it would end the session that the others need
            probe(operation, headers)


def probe(operation, headers) -> None:
    """Send generated requests to one operation."""

    @GENERATED
    @given(case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]))
    def send(case):
        answer = case.call(headers=headers)
        assert answer.status_code < 500, (case.method, case.path, answer.text[:200])
        if answer.status_code < 300:
            case.validate_response(answer, checks=CHECKS)
        case.validate_response(answer, checks=ALWAYS, headers=headers)

    send()


def test_calls_that_build_on_each_other_bring_no_5xx_and_no_use_after_free(world, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    app.config["PROPAGATE_EXCEPTIONS"] = app.testing = False
    tokens = {role: token_for(world.db, getattr(world, role)) for role in ("consumer", "officer")}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app).include(path_regex="/(complaints|reports)")
    verbs = cycle([*COMPLAINT_VERBS.items(), *REPORT_VERBS.items()])
    answers = Counter()

    class Chains(schema.as_state_machine()):
        def before_call(self, case):
            """Whoever may do it does it, on what is really there: chains then lead deep into the cases."""
            filing_one = case.method == "POST" and case.path == "/api/v1/complaints"
            if filing_one:
                case.body = filing(world, report={"clues": "标签与检测不符", "basis": "吊牌照片和小票"})
            if "verb" in (case.path_parameters or {}):
                case.path_parameters["verb"], verb = next(verbs)
                case.body = {name: VALUES[name] for name in verb.needs}
            role = "consumer" if filing_one or case.method == "GET" else "officer"
            case.headers = {"Authorization": f"Bearer {tokens[role]}", "If-Match": '"1"'}

        def validate_response(self, response, case, **_):
            answers[case.operation.label, response.status_code] += 1
            assert response.status_code < 500, (case.method, case.path, response.text[:200])
            case.validate_response(response, checks=[use_after_free, response_schema_conformance])

    Chains.run(settings=settings(GENERATED, max_examples=15, stateful_step_count=10))
    for reached in ("/{case}", "/{case}/journal", "/{case}/clocks"):
        assert answers[f"GET /api/v1/complaints{reached}", 200]
    assert answers["POST /api/v1/complaints/{case}/{verb}", 200]
