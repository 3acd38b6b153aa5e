from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import consultation, intake_rules
from complaints.consultation import CONSULTATION, RULES, WAYS
from complaints.drafts import AgentDraft, CoPerson, Joint, Person
from workflows.errors import RuleBroken

TODAY = date(2026, 7, 20)
FIRST = Person("李甲", "+8613800000001", "苏州市姑苏区平江路1号")
OTHER = Person("王乙", "+8613800000002", "苏州市姑苏区平江路2号")
AGENT = AgentDraft("赵代理", "+8613800000003", ("mediate",), date(2026, 7, 1), date(2026, 12, 31), True)


def agent(**changes):
    return [(f.field, f.code) for f in intake_rules.agent_faults(replace(AGENT, **changes), FIRST, TODAY)]


def joint(*others, **changes):
    return [(f.field, f.code) for f in intake_rules.joint_faults(Joint(others, **changes), FIRST)]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"name": " "}, [("agent.name", "required")]),
        ({"name": "长" * 51}, [("agent.name", "too_long")]),
        ({"phone": ""}, [("agent.phone", "required")]),
        ({"phone": "110"}, [("agent.phone", "phone")]),
        ({"phone": FIRST.phone}, [("complainant.phone", "agent_same")]),
        ({"scope": ("everything",)}, [("agent.scope", "choice")]),
        ({"scope": ("mediate", "mediate")}, [("agent.scope", "choice")]),
        ({"until_on": date(2026, 6, 1)}, [("agent.until_on", "past")]),
        ({"original_on": date(2026, 7, 21)}, [("agent.original_on", "future")]),
        ({"identity_on": date(2026, 7, 21)}, [("agent.identity_on", "future")]),
    ],
)
def test_faults_of_an_agent_are_named(changes, found):
    assert agent(**changes) == found


def test_faults_of_persons_are_named():
    assert joint(CoPerson(OTHER)) == []
    assert joint(CoPerson(OTHER), first=True, chosen_on=TODAY) == []
    assert joint() == [("co_complainants", "too_many")]
    assert joint(CoPerson(replace(OTHER, phone=FIRST.phone))) == [("co_complainants", "twice")]
    assert joint(CoPerson(OTHER), first=True) == [("representatives_on", "required")]
    assert joint(CoPerson(replace(OTHER, name="", address=""))) == [
        ("co_complainants.0.name", "required"),
        ("co_complainants.0.address", "required"),
    ]
    three = tuple(CoPerson(replace(OTHER, phone=f"+861380000010{n}"), representative=True) for n in range(3))
    assert joint(*three, chosen_on=TODAY) == [("co_complainants", "representatives")]


@given(st.dates(TODAY - timedelta(days=500), TODAY + timedelta(days=5)))
def test_a_day_of_receipt_is_never_ahead_and_never_far_back(day):
    if TODAY - timedelta(days=intake_rules.LATE_DAYS) <= day <= TODAY:
        assert intake_rules.check_taken("post", day, TODAY) == day
    else:
        with pytest.raises(RuleBroken):
            intake_rules.check_taken("post", day, TODAY)


def test_a_call_is_of_today_a_letter_needs_its_day_and_other_channels_are_not_taken_down():
    assert intake_rules.check_taken("phone", None, TODAY) == TODAY
    for channel in ("post", "portal"):
        with pytest.raises(RuleBroken):
            intake_rules.check_taken(channel, None, TODAY)


@pytest.mark.parametrize(("count", "fine"), [(0, False), (1, True), (2, True), (3, False)])
def test_one_or_two_represent(count, fine):
    if fine:
        intake_rules.check_choice(count)
    else:
        with pytest.raises(RuleBroken):
            intake_rules.check_choice(count)


def test_an_answer_has_words_known_rules_and_a_known_way():
    assert consultation.check_words("words", "  可以退货的  ") == "可以退货的"
    for words in ("短", "长" * 3001):
        with pytest.raises(RuleBroken):
            consultation.check_words("words", words)
    consultation.check_links(RULES[:5])
    for links in (RULES[:6], ("O121-99",)):
        with pytest.raises(RuleBroken):
            consultation.check_links(links)
    for way in WAYS:
        consultation.check_way(way)
    with pytest.raises(RuleBroken):
        consultation.check_way("question")


def test_every_way_has_its_article_and_a_question_ends_somewhere():
    assert all(article.startswith("O121 ") for article in WAYS.values())
    assert set(CONSULTATION.terminal) == {"turned", "closed"}
