"""The delay ledger: each day once, each day somebody's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.delays import BUREAU, CONSUMER, FIRM, HOLDERS, LABORATORY, OTHER_BUREAU, WHYS, Happened, ledger

FIRST = date(2026, 7, 1)
GUSU, CITY, KUNSHAN = "gusu", "city", "kunshan"


def noon(day: int) -> datetime:
    """Noon in Shanghai, ``day`` days after the receipt."""
    return datetime(2026, 7, 1, 4, tzinfo=UTC) + timedelta(days=day)


def life(*events, first=None):
    """A journal: the receipt, then ``(day, event, facts)``."""
    begun = Happened(1, "file", noon(0), first or {"received_on": "2026-07-01", "bureau": GUSU})
    return [begun, *(Happened(n, e, noon(d), facts) for n, (d, e, facts) in enumerate(events, 2))]


def charged(events, day=40):
    return [(s.holder, s.why, s.days) for s in ledger(events, FIRST + timedelta(days=day)).spans]


def test_a_case_that_nobody_touched_is_the_bureaus_from_the_day_of_receipt_to_today():
    assert charged(life(), day=0) == [(BUREAU, "deciding", 1)]
    assert charged(life(), day=9) == [(BUREAU, "deciding", 10)]


def test_a_whole_life_is_charged_to_whoever_was_awaited():
    events = life(
        (2, "accept", {}),
        (3, "told", {}),
        (4, "consent", {"side": "complainant", "given_on": "2026-07-05"}),
        (9, "consent", {"side": "respondent", "given_on": "2026-07-10"}),
        (10, "open_mediation", {}),
        (12, "testing", {"on": "2026-07-13"}),
        (20, "tested", {"on": "2026-07-21"}),
        (21, "offer", {"side": "respondent"}),
        (24, "offer", {"side": "complainant"}),
        (26, "settle", {}),
        (28, "close", {}),
        (29, "evaluate", {"score": 5}),
    )
    assert charged(events) == [
        (BUREAU, "deciding", 3),
        (BUREAU, "asking", 2),
        (FIRM, "consent", 5),
        (BUREAU, "mediating", 3),
        (LABORATORY, "testing", 8),
        (BUREAU, "mediating", 1),
        (CONSUMER, "offer", 3),
        (FIRM, "offer", 2),
        (BUREAU, "closing", 2),
    ]
    found = ledger(events, FIRST + timedelta(days=90))
    assert (found.ended, found.days, found.spans[-1].last) == (True, 29, date(2026, 7, 29))
    assert found.totals == {CONSUMER: 3, FIRM: 7, BUREAU: 11, OTHER_BUREAU: 0, LABORATORY: 8}


def test_a_request_for_recusal_is_the_bureaus_to_decide_even_while_a_side_had_an_offer_to_answer():
    asked = ((2, "accept", {}), (3, "open_mediation", {}), (4, "offer", {"side": "respondent"}))
    assert charged(life(*asked, (6, "recuse", {"side": "complainant"}), (9, "decide_recusal", {})), day=11)[-3:] == [
        (CONSUMER, "offer", 2),
        (BUREAU, "recusal", 3),
        (BUREAU, "mediating", 2),
    ]
    testing = life(*asked, (6, "recuse", {}), (7, "testing", {"on": "2026-07-08"}), (9, "decide_recusal", {}))
    assert charged(testing, day=11)[-2:] == [(BUREAU, "recusal", 1), (LABORATORY, "testing", 4)]


def test_an_offer_that_is_taken_is_the_bureaus_to_record():
    events = life(
        (2, "accept", {}), (3, "open_mediation", {}), (4, "offer", {"side": "respondent"}), (7, "take_offer", {})
    )
    assert charged(events, day=9)[-2:] == [(CONSUMER, "offer", 3), (BUREAU, "mediating", 2)]


def test_a_transfer_wipes_nothing_the_days_before_stay_with_the_bureaus_that_had_them():
    events = life((5, "return_to_intake", {"to": CITY}), (7, "dispatch", {"to": KUNSHAN}), (9, "accept", {}))
    found = ledger(events, FIRST + timedelta(days=10))
    assert [(s.holder, s.bureau, s.days) for s in found.spans] == [
        (OTHER_BUREAU, GUSU, 6),
        (OTHER_BUREAU, CITY, 2),
        (BUREAU, KUNSHAN, 2),
        (BUREAU, KUNSHAN, 1),
    ]


def test_a_case_that_came_back_to_its_first_bureau_was_there_all_the_same():
    events = life((5, "return_to_intake", {"to": CITY}), (7, "dispatch", {"to": GUSU}))
    assert charged(events, day=9) == [(BUREAU, "deciding", 6), (OTHER_BUREAU, "sending_on", 2), (BUREAU, "deciding", 2)]


def test_the_consumer_has_the_case_until_the_day_that_was_named_and_no_longer():
    asked = life((2, "request_identity", {"until": "2026-07-08"}))
    assert charged(asked, day=4) == [(BUREAU, "deciding", 3), (CONSUMER, "identity", 2)]
    assert charged(asked, day=9) == [(BUREAU, "deciding", 3), (CONSUMER, "identity", 5), (BUREAU, "deciding", 2)]
    early = [*asked, Happened(3, "accept", noon(4), {})]
    assert charged(early, day=5) == [(BUREAU, "deciding", 3), (CONSUMER, "identity", 2), (BUREAU, "asking", 1)]
    late = [*asked, Happened(3, "accept", noon(9), {})]
    assert charged(late, day=9) == [(BUREAU, "deciding", 3), (CONSUMER, "identity", 5), (BUREAU, "deciding", 2)]


def test_a_second_request_names_another_day():
    asked = life((2, "request_identity", {"until": "2026-07-08"}), (4, "request_identity", {"until": "2026-07-10"}))
    assert sum(days for holder, _, days in charged(asked, day=20) if holder == CONSUMER) == 7


def test_a_declined_case_is_the_bureaus_to_tell_and_to_close():
    events = life((3, "decline", {}), (5, "told", {}), (6, "close", {}))
    assert charged(events) == [(BUREAU, "deciding", 4), (BUREAU, "telling", 2), (BUREAU, "closing", 1)]


def test_a_correction_begins_the_decision_anew_and_forgets_the_consents():
    consented = ("consent", {"side": "complainant", "given_on": "2026-07-03"})
    events = life((1, "accept", {}), (2, *consented), (6, "correct", {}), (8, "accept", {}))
    assert charged(events, day=10) == [
        (BUREAU, "deciding", 2),
        (BUREAU, "asking", 1),
        (FIRM, "consent", 4),
        (BUREAU, "deciding", 2),
        (BUREAU, "asking", 2),
    ]


def test_withdrawing_ends_a_case_before_the_decision_and_mediation_after_it():
    assert ledger(life((3, "withdraw", {})), FIRST + timedelta(days=9)).days == 4
    events = life((1, "accept", {}), (3, "withdraw", {"ground": "O121-23-1"}))
    assert charged(events, day=5)[-1] == (BUREAU, "telling", 2)


def test_what_was_written_down_late_counts_from_the_day_it_names_and_reaches_no_further_back():
    opened = [(1, "accept", {}), (2, "open_mediation", {})]
    late = life(*opened, (9, "testing", {"on": "2026-07-06"}))
    assert charged(late, day=9)[-2:] == [(BUREAU, "mediating", 3), (LABORATORY, "testing", 4)]
    beyond = life(*opened, (9, "testing", {"on": "2026-07-01"}))
    assert charged(beyond, day=9)[-1] == (LABORATORY, "testing", 7)


def test_the_day_of_receipt_counts_though_it_was_keyed_in_later():
    events = life(first={"received_on": "2026-06-29"})
    assert ledger(events, FIRST).days == 3
    assert ledger(life(first={"number": "SZ"}), FIRST).days == 1


def test_a_day_on_which_nothing_had_happened_yet_has_no_ledger():
    found = ledger(life(), FIRST - timedelta(days=1))
    assert (found.spans, found.days, found.ended) == ((), 0, False)
    later = life((3, "accept", {}))
    assert charged(later, day=2) == [(BUREAU, "deciding", 3)]


SIDES = st.sampled_from(["complainant", "respondent"])
FACTS = {
    "consent": st.fixed_dictionaries(
        {"side": SIDES}, optional={"given_on": st.dates(FIRST, date(2026, 9, 1)).map(str)}
    ),
    "offer": st.fixed_dictionaries({"side": SIDES}),
    "testing": st.fixed_dictionaries({"on": st.dates(FIRST, date(2026, 9, 1)).map(str)}),
    "tested": st.fixed_dictionaries({"on": st.dates(FIRST, date(2026, 9, 1)).map(str)}),
    "request_identity": st.fixed_dictionaries({"until": st.dates(FIRST, date(2026, 9, 30)).map(str)}),
    "return_to_intake": st.just({"to": CITY}),
    "dispatch": st.sampled_from([{"to": GUSU}, {"to": KUNSHAN}]),
    "withdraw": st.sampled_from([{}, {"ground": "O121-23-1"}]),
}
EVENTS = (*FACTS, "accept", "decline", "told", "open_mediation", "settle", "terminate", "close", "correct", "surprise")


@st.composite
def journals(draw):
    """Any events in any order, each on a day no earlier than the one before: the ledger trusts no machine."""
    days = sorted(draw(st.lists(st.integers(0, 60), max_size=14)))
    names = [draw(st.sampled_from(EVENTS)) for _ in days]
    return life(*((day, name, draw(FACTS.get(name, st.just({})))) for day, name in zip(days, names, strict=True)))


TODAYS = st.integers(0, 90).map(lambda day: FIRST + timedelta(days=day))


@given(journals(), TODAYS)
def test_days_sum_to_the_whole_and_spans_adjoin(events, today):
    found = ledger(events, today)
    assert found.spans[0].first == FIRST
    assert all(a.last + timedelta(days=1) == b.first for a, b in pairwise(found.spans))
    assert all(s.days > 0 and s.holder in HOLDERS and s.why in WHYS for s in found.spans)
    assert sum(found.totals.values()) == found.days == (found.spans[-1].last - FIRST).days + 1
    assert found.ended or found.spans[-1].last == today


@given(journals(), TODAYS, st.randoms())
def test_the_order_in_which_events_come_does_not_matter(events, today, chaos):
    mixed = list(events)
    chaos.shuffle(mixed)
    assert ledger(mixed, today) == ledger(events, today)


@given(journals(), TODAYS)
def test_an_unknown_event_charges_nobody_new(events, today):
    known = [e for e in events if e.event != "surprise"]
    assert ledger(known, today).totals == ledger(events, today).totals


@given(journals(), st.integers(0, 60))
def test_a_day_once_charged_stays_charged_as_long_as_no_later_entry_names_an_earlier_day(events, day):
    plain = [
        Happened(e.seq, e.event, e.at, {k: v for k, v in e.facts.items() if k not in ("on", "given_on")})
        for e in events
    ]
    then, later = (by_day(ledger(plain, FIRST + timedelta(days=d))) for d in (day, day + 20))
    same = {d: who for d, who in later.items() if d in then}
    assert [who.replace(OTHER_BUREAU, BUREAU) for who in then.values()] == [
        who.replace(OTHER_BUREAU, BUREAU) for who in same.values()
    ]


def by_day(found):
    return {s.first + timedelta(days=n): s.holder for s in found.spans for n in range(s.days)}


@pytest.mark.parametrize("holder", HOLDERS)
def test_every_holder_has_its_total_though_it_had_no_day(holder):
    assert holder in ledger(life(), FIRST).totals
