"""Filing for others over the API: an officer, an agent, several persons together."""

from __future__ import annotations

import pytest

from tests.integration.test_intake import CALLER, OTHERS, account_of
from tests.support.http import Api, filing, make_app, token_for

CALLER_GIVEN = {"name": CALLER.name, "address": CALLER.address, "phone": "138 0000 0777"}
AGENT = {"name": "王代理", "phone": "13800000888", "scope": ["mediate"], "signed": True}


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


@pytest.fixture
def officer(app, world):
    return Api(app, token_for(world.db, world.officer))


@pytest.fixture
def consumer(app, world):
    return Api(app, token_for(world.db, world.consumer))


def as_phone(app, world, phone):
    return Api(app, token_for(world.db, account_of(world, phone)))


def test_an_officer_files_for_a_caller_who_then_sees_it_in_plain(app, world, officer):
    body = filing(world, complainant=CALLER_GIVEN, channel="post", received_on="2026-11-01")
    made = officer.post("/complaints", body)
    assert made.status_code == 201, made.text
    assert made.json["received_on"] == "2026-11-01"
    assert made.json["complainant"]["name"] == "李**"
    mine = as_phone(app, world, CALLER.phone).get(f"/complaints/{made.json['id']}").json
    assert mine["complainant"]["name"] == CALLER.name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": None}, "channel"),
        ({"complainant": {"name": "李来电", "address": "苏州市姑苏区人民路1号"}}, "complainant.phone"),
        ({"channel": "post"}, "received_on"),
        ({"agent": AGENT | {"phone": "110"}}, "agent.phone"),
        (
            {"co_complainants": {"others": [{"name": "赵甲", "phone": "1", "address": "苏州市姑苏区"}]}},
            "co_complainants.0.phone",
        ),
    ],
)
def test_what_is_missing_of_a_taken_filing_is_named_by_field(world, officer, changes, field):
    answer = officer.post("/complaints", filing(world, **{"complainant": CALLER_GIVEN, "channel": "phone"} | changes))
    assert answer.status_code == 422
    assert field in {fault["field"] for fault in answer.json["errors"]}


@pytest.mark.parametrize("given", [{"channel": "phone"}, {"received_on": "2026-11-01"}, {"district": "320508"}])
def test_a_consumer_does_not_say_what_is_an_officers_to_say(world, consumer, given):
    answer = consumer.post("/complaints", filing(world, **given))
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json["errors"]} == set(given)


def test_an_agents_missing_papers_are_shown_to_both_sides_of_the_desk_and_not_to_the_firm(
    app, world, officer, consumer
):
    made = consumer.post("/complaints", filing(world, complainant=CALLER_GIVEN, agent=AGENT | {"phone": ""}))
    assert made.status_code == 201, made.text
    seen = officer.get(f"/complaints/{made.json['id']}").json
    assert seen["agent"]["missing"] == ["period", "original", "identity"]
    assert seen["agent"]["supports"] == "O121-16-5"
    assert seen["agent"]["name"] == "王**"
    assert consumer.get(f"/complaints/{made.json['id']}").json["allowed"] == ["prove_identity", "supplement"]
    firm = Api(app, token_for(world.db, world.merchant)).get(f"/complaints/{made.json['id']}").json
    assert (firm["agent"], firm["co_complainants"]) == (None, [])


def test_each_of_several_sees_his_own_details_only(app, world, consumer):
    others = [{"name": p.name, "phone": p.phone, "address": p.address} for p in OTHERS]
    body = filing(world, co_complainants={"others": others, "chosen_on": "2026-07-02", "first": True})
    made = consumer.post("/complaints", body).json
    one = as_phone(app, world, OTHERS[0].phone)
    seen = one.get(f"/complaints/{made['id']}").json
    assert [p["name"] for p in seen["co_complainants"]] == ["张*", OTHERS[0].name, "钱*"]
    assert seen["complainant"]["name"] == "张*"
    assert seen["allowed"] == []
    joined = one.post(f"/complaints/{made['id']}/join", {"kind": "yes"}, If_Match=f'"{seen["version"]}"')
    assert joined.status_code == 200, joined.text
    refused = consumer.post(f"/complaints/{made['id']}/withdraw", {}, If_Match=f'"{joined.json["version"]}"')
    assert refused.status_code == 422
    assert "赵*" in refused.json["detail"]
