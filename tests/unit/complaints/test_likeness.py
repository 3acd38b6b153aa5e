from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import has
from complaints.likeness import DUPLICATE, KINDS, REPEAT, SIMILAR, WEIGHTS, Story, hint_of, hints, percent_shared

DAY = date(2026, 7, 1)
WORDS = frozenset({"外套", "套洗", "脱线"})
ONE = Story(UUID(int=1), UUID(int=10), b"p", "firm", "goods.clothing", "quality", DAY, 39900, WORDS)


def other(**changes) -> Story:
    return replace(ONE, id=UUID(int=2), **changes)


def codes(story) -> list[str]:
    found = hint_of(ONE, story)
    return [reason.code for reason in found.reasons] if found else []


def kind(**changes):
    found = hint_of(ONE, other(**changes))
    return found and found.kind


STRANGER = {"complainant": UUID(int=11), "phone": b"q"}
FAR = DAY - timedelta(days=90)


def test_the_same_matter_of_the_same_person_is_a_likely_duplicate_with_every_reason_named():
    assert kind() == DUPLICATE
    assert codes(other()) == ["complainant", "firm", "category", "problem", "same_day", "amount", "words"]


def test_another_account_with_the_same_phone_is_the_same_person_by_phone():
    assert codes(other(complainant=UUID(int=11)))[0] == "phone"
    assert kind(complainant=UUID(int=11), grams=frozenset(), happened_on=FAR) == REPEAT


def test_two_unknown_phones_are_not_the_same_phone():
    nobody = replace(ONE, phone=None)
    assert "phone" not in {r.code for r in hint_of(nobody, other(complainant=UUID(int=11), phone=None)).reasons}


def test_another_matter_of_the_same_person_at_the_firm_is_a_repeat():
    assert kind(grams=frozenset(), happened_on=FAR) == REPEAT
    assert kind(grams=frozenset(), problem="price") == REPEAT
    assert kind(grams=frozenset()) == DUPLICATE


def test_another_persons_like_matter_at_the_firm_is_similar():
    assert kind(**STRANGER) == SIMILAR
    assert kind(**STRANGER, grams=frozenset()) == SIMILAR
    assert kind(**STRANGER, grams=frozenset(), happened_on=DAY + timedelta(days=7)) == SIMILAR
    assert kind(**STRANGER, grams=frozenset(), happened_on=DAY + timedelta(days=8)) is None
    assert kind(**STRANGER, grams=frozenset(), problem="price") is None


def test_another_firm_gives_no_hint_however_alike_the_rest_is():
    assert kind(firm="another") is None


def test_days_apart_and_shared_words_are_counted_in_the_reasons():
    found = hint_of(ONE, other(happened_on=DAY - timedelta(days=3), grams=WORDS | {"a1", "b2", "c3", "d4", "e5"}))
    assert {r.code: r.amount for r in found.reasons if r.amount is not None} == {"near_days": 3, "some_words": 37}


def test_no_amount_is_no_amount_in_common():
    nothing = replace(ONE, amount_fen=0)
    assert "amount" not in {r.code for r in hint_of(nothing, other(amount_fen=0)).reasons}


def test_hints_come_duplicates_first_then_by_strength_and_the_case_itself_never():
    stories = [other(**STRANGER), other(grams=frozenset(), happened_on=FAR), other(amount_fen=1), other(firm="x"), ONE]
    numbered = [replace(s, id=UUID(int=n + 20)) if s is not ONE else s for n, s in enumerate(stories)]
    assert [h.kind for h in hints(ONE, numbered)] == [DUPLICATE, REPEAT, SIMILAR]
    assert len(hints(ONE, [replace(other(), id=UUID(int=n + 50)) for n in range(20)], most=5)) == 5


ids = st.integers(1, 4).map(lambda n: UUID(int=n))
stories = st.builds(
    Story,
    id=st.uuids(),
    complainant=ids,
    phone=st.sampled_from([None, b"p", b"q"]),
    firm=st.sampled_from(["a", "b"]),
    category=st.sampled_from(["goods.food", "goods.clothing"]),
    problem=st.sampled_from(["quality", "price"]),
    happened_on=st.dates(date(2026, 6, 1), date(2026, 7, 1)),
    amount_fen=st.integers(0, 3),
    grams=st.frozensets(st.sampled_from(["甲乙", "丙丁", "戊己", "庚辛"])),
)


@given(stories, stories)
def test_likeness_is_mutual_and_every_reason_is_a_known_one(one, two):
    there, back = hint_of(one, two), hint_of(two, one)
    assert (there and (there.kind, there.reasons)) == (back and (back.kind, back.reasons))
    if there:
        assert there.kind in KINDS
        assert {r.code for r in there.reasons} <= set(WEIGHTS)


@given(stories, st.lists(stories, max_size=12))
def test_hints_are_ordered_and_never_more_than_asked_for(one, others):
    found = hints(one, others, most=4)
    assert len(found) <= 4
    keys = [(KINDS.index(h.kind), -h.score) for h in found]
    assert keys == sorted(keys)


@given(st.frozensets(st.text(max_size=2)), st.frozensets(st.text(max_size=2)))
def test_the_share_lies_between_nothing_and_everything(one, two):
    assert 0 <= percent_shared(one, two) <= 100
    assert percent_shared(one, one) == (100 if one else 0)


def test_every_kind_and_reason_has_its_words():
    needed = [f"beside.kinds.{kind}" for kind in KINDS] + [f"beside.reasons.{code}" for code in WEIGHTS]
    assert [key for key in needed if not has(key)] == []
