"""Who is competent: every kind of matter under both orders, and what holds for all of them."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import competence as rule
from complaints.codes import ORDER_20, ORDER_121, REFUSALS, RULE_SETS
from complaints.competence import COMPLAINT, OUTSIDE, REPORT, Places, Sides, acting, competent, judge

GUSU, KUNSHAN, HUANGPU, PUDONG = "320508", "320583", "310101", "310115"
PLACE_NAMES = [f.name for f in fields(Places) if f.name != "reachable"]

districts = st.sampled_from([GUSU, KUNSHAN, HUANGPU, PUDONG, OUTSIDE, None])
known = st.sampled_from([GUSU, KUNSHAN, HUANGPU, PUDONG])
areas = st.sampled_from([GUSU, KUNSHAN, HUANGPU, PUDONG, "3205", "3101"])
placed = st.builds(Places, **dict.fromkeys(PLACE_NAMES, districts), reachable=st.booleans())
matters = st.sampled_from([(leg, kind) for leg in rule.LEGS for kind in rule.KINDS[leg]])
sets = st.sampled_from(RULE_SETS)


def found(leg, kind, rule_set=ORDER_121, **places):
    answer = competent(leg, kind, Places(**places), rule_set)
    return [(b.district, b.link.article, b.link.words) for b in answer.bureaus]


def test_an_ordinary_complaint_belongs_to_the_place_of_business_or_the_domicile():
    assert found(COMPLAINT, "trader", business=GUSU, domicile=KUNSHAN) == [
        (GUSU, "O121 13(1)", "business"),
        (KUNSHAN, "O121 13(1)", "domicile"),
    ]
    assert found(COMPLAINT, "trader", ORDER_20, business=GUSU, domicile=GUSU) == [(GUSU, "O20 12(1)", "business")]


def test_a_shop_of_the_traders_own_on_line_and_a_platform_belong_to_their_domicile():
    assert found(COMPLAINT, "online", business=GUSU, domicile=KUNSHAN) == [(KUNSHAN, "O121 13(2)", "domicile")]
    assert found(COMPLAINT, "platform", platform=PUDONG) == [(PUDONG, "O121 13(2)", "platform_itself")]
    assert found(REPORT, "platform", platform=PUDONG) == [(PUDONG, "O121 31", "platform_itself")]


def test_a_shop_on_a_platform_belongs_to_its_published_address_or_to_the_platforms_domicile():
    both = {"published": GUSU, "platform": PUDONG, "business": KUNSHAN}
    assert found(COMPLAINT, "platform_shop", **both) == [
        (GUSU, "O121 13(2)", "published"),
        (PUDONG, "O121 13(2)", "platform"),
    ]
    assert found(COMPLAINT, "platform_shop", ORDER_20, **both) == [
        (KUNSHAN, "O20 12(2)", "business"),
        (PUDONG, "O20 12(2)", "platform"),
    ]


@pytest.mark.parametrize("lost", [{"published": None}, {"published": GUSU, "reachable": False}])
def test_nothing_published_or_nobody_reached_there_leaves_the_platforms_domicile_alone(lost):
    assert found(COMPLAINT, "platform_shop", platform=PUDONG, **lost) == [(PUDONG, "O121 13(2)", "platform_instead")]


def test_a_report_belongs_to_where_the_act_happened_and_of_a_platforms_shop_to_where_it_trades():
    assert found(REPORT, "trader", act=GUSU, domicile=KUNSHAN) == [(GUSU, "O121 29", "act")]
    assert found(REPORT, "trader", ORDER_20, act=GUSU) == [(GUSU, "O20 25", "act")]
    assert found(REPORT, "platform_shop", business=GUSU, platform=PUDONG) == [
        (GUSU, "O121 31", "business"),
        (PUDONG, "O121 31", "platform"),
    ]


def test_an_advertisement_is_for_the_publishers_place_and_on_the_internet_for_whoever_got_it_first():
    assert found(REPORT, "ad_media", publisher=GUSU, advertiser=PUDONG) == [(GUSU, "O121 32", "publisher")]
    assert found(REPORT, "ad_own", ORDER_20, advertiser=PUDONG) == [(PUDONG, "O20 28", "advertiser")]
    answer = competent(REPORT, "ad_internet", Places(publisher=GUSU, advertiser=PUDONG, agent=HUANGPU), ORDER_121)
    assert acting(answer, [PUDONG, GUSU]).link.place == "advertiser"
    assert judge(answer, PUDONG).answer == rule.YES
    assert judge(answer, PUDONG, [GUSU]).answer == rule.NO
    assert judge(answer, GUSU, [PUDONG]).answer == rule.YES


def test_of_two_competent_bureaus_the_first_receiver_acts():
    answer = competent(COMPLAINT, "trader", Places(business=GUSU, domicile=PUDONG), ORDER_121)
    assert acting(answer, [HUANGPU, PUDONG, GUSU]).district == PUDONG
    assert acting(answer, [HUANGPU]) is None
    assert rule.first_within(answer) == GUSU


def test_a_city_bureau_handles_reports_of_its_districts_and_complaints_only_once_it_has_taken_them():
    places = Places(business=GUSU, domicile=GUSU, act=GUSU)
    assert judge(competent(REPORT, "trader", places, ORDER_121), "3205").answer == rule.YES
    assert judge(competent(COMPLAINT, "trader", places, ORDER_121), "3205").answer == rule.UPWARD
    assert judge(competent(COMPLAINT, "trader", places, ORDER_121), "3101").answer == rule.NO


def test_what_is_elsewhere_is_nobodys_here_and_what_is_unknown_is_looked_at():
    away = competent(COMPLAINT, "platform_shop", Places(published=OUTSIDE, platform=OUTSIDE), ORDER_121)
    assert rule.first_within(away) is None
    assert [b.district for b in away.bureaus] == [OUTSIDE, OUTSIDE]
    assert judge(away, GUSU).answer == rule.NO
    unknown = competent(COMPLAINT, "platform_shop", Places(), ORDER_121)
    assert (unknown.bureaus, [u.words for u in unknown.unknown]) == ((), ["platform_instead"])
    assert judge(unknown, GUSU).answer == rule.LOOK


def test_every_article_named_beside_the_rules_is_of_its_own_order():
    for named in (rule.FIRST, rule.ABOVE, rule.POINT_ELSEWHERE, rule.DISPUTE):
        assert all(article.startswith(f"{rule_set} ") for rule_set, article in named.items())
    assert all(ground in REFUSALS[rule_set] for rule_set, ground in rule.NOT_OURS.items())


@given(matters, placed, sets)
def test_every_answer_comes_from_a_known_place_with_an_article_of_its_rule_set(matter, places, rule_set):
    answer = competent(*matter, places, rule_set)
    assert answer.bureaus or answer.unknown
    for bureau in answer.bureaus:
        assert bureau.district == getattr(places, bureau.link.place)
        assert bureau.link.article.startswith(f"{rule_set} ")
    assert all(getattr(places, link.place) is None for link in answer.unknown)
    within = [b.district for b in answer.bureaus if b.district != OUTSIDE]
    assert len(within) == len(set(within))


@given(matters, placed, sets, st.lists(areas, max_size=4))
def test_who_acts_is_competent_and_received_it_before_every_other_competent_bureau(matter, places, rule_set, received):
    answer = competent(*matter, places, rule_set)
    who = acting(answer, received)
    if who is None:
        assert not any(acting(answer, [area]) for area in received)
    else:
        first = next(area for area in received if acting(answer, [area]))
        assert who == acting(answer, [first])


@given(matters, placed, sets, areas, st.lists(areas, max_size=3))
def test_a_bureau_is_told_no_only_where_every_place_is_known(matter, places, rule_set, area, received):
    answer = competent(*matter, places, rule_set)
    verdict = judge(answer, area, received)
    assert verdict.answer in rule.ANSWERS
    assert (verdict.answer == rule.YES) == (verdict.link is not None)
    if verdict.answer == rule.NO:
        assert not answer.unknown
    if verdict.answer == rule.UPWARD:
        assert len(area) == rule.CITY


@given(placed, sets)
def test_a_complaint_is_for_the_county_level_alone(places, rule_set):
    answer = competent(COMPLAINT, "trader", places, rule_set)
    assert acting(answer, ["3205", "3101"]) is None


@given(placed)
def test_an_unreachable_shop_never_draws_its_bureau_in(places):
    lost = replace(places, reachable=False)
    answer = competent(COMPLAINT, "platform_shop", lost, ORDER_121)
    assert {b.link.place for b in answer.bureaus} <= {"platform"}


@given(known, known)
def test_help_needs_an_agreement_that_joins_both_sides_and_none_joins_a_side_with_itself(one, other):
    asks, helps = frozenset({one, one[:4]}), frozenset({other, other[:4]})
    cities = frozenset({"3205", "3101"})
    assert rule.covers_help(cities, Sides(asks, helps)) == (one[:4] != other[:4])
    assert not rule.covers_help(frozenset({one}), Sides(asks, helps - asks))
