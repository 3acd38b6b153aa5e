"""T29: the API against its own description, by generated requests, per role."""

from __future__ import annotations

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
)

from tests.support.http import make_app, token_for

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
