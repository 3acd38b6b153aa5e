from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import has
from complaints.factors import CODES, MANY, MOST_NAMED, OFTEN, SETTINGS, SHARED, Filed, flags

DAY = date(2026, 7, 1)
ONE = Filed(UUID(int=1), UUID(int=10), b"p", b"a", "firm", "goods.food", "quality", DAY)
LIMITS = {code: setting.default for code, setting in SETTINGS.items()}


def others(count, **changes):
    return [replace(ONE, id=UUID(int=100 + n), **changes) for n in range(count)]


def codes(*cases, files=1):
    return [flag.code for flag in flags(ONE, cases, files, LIMITS)]


def test_a_case_alone_with_its_proof_touches_nothing():
    assert codes(ONE) == []


def test_a_case_without_a_file_says_that_there_is_none():
    (flag,) = flags(ONE, [], 0, LIMITS)
    assert (flag.item, flag.code, flag.cases) == (3, "no_files", ())


def test_like_complaints_about_one_firm_are_many_from_the_declared_number_on_and_name_their_cases():
    alike = others(MANY.default - 1)
    (flag,) = flags(ONE, alike, 1, LIMITS)
    assert (flag.item, flag.code, flag.count, flag.limit) == (2, "many", MANY.default, MANY.default)
    assert flag.cases == tuple(case.id for case in alike)
    assert codes(*alike[1:]) == []
    assert codes(*others(5, firm="another")) == []
    assert codes(*others(5, problem="price")) == []


def test_buying_one_class_of_goods_on_many_days_is_shown_and_many_complaints_of_one_day_are_not():
    days = [replace(o, happened_on=DAY - timedelta(days=n + 1), firm=f"f{n}") for n, o in enumerate(others(4))]
    assert codes(*days) == ["often"]
    assert codes(*(replace(o, happened_on=DAY) for o in days)) == []
    assert codes(*(replace(o, category="goods.pet") for o in days)) == []
    assert len(days) + 1 == OFTEN.default


def test_accounts_that_share_a_phone_or_an_address_are_counted_once_each():
    stranger = {"complainant": UUID(int=11), "firm": "f"}
    assert codes(*others(3, **stranger, address=None)) == ["phone"]
    assert codes(*others(3, **stranger, phone=None)) == ["address"]
    (flag,) = flags(ONE, others(9, **stranger, phone=None), 1, LIMITS)
    assert (flag.item, flag.count, len(flag.cases)) == (4, SHARED.default, MOST_NAMED)


def test_what_is_not_known_is_shared_with_nobody():
    unknown = replace(ONE, phone=None, address=None)
    assert flags(unknown, others(9, complainant=UUID(int=11), phone=None, address=None), 1, LIMITS) == []


def test_another_account_with_the_same_phone_is_the_same_person():
    assert "many" in codes(*others(2, complainant=UUID(int=11)))


def test_every_flag_has_its_words():
    needed = [f"flags.{part}.{code}" for part in ("codes", "limits") for code in CODES]
    assert [key for key in needed if not has(key)] == []


small = st.integers(1, 3)
filed = st.builds(
    Filed,
    id=st.uuids(),
    complainant=small.map(lambda n: UUID(int=n)),
    phone=st.sampled_from([None, b"p", b"q"]),
    address=st.sampled_from([None, b"a", b"b"]),
    firm=st.sampled_from(["f", "g"]),
    category=st.sampled_from(["goods.food", "goods.pet"]),
    problem=st.sampled_from(["quality", "price"]),
    happened_on=st.dates(DAY, DAY + timedelta(days=8)),
)


@given(filed, st.lists(filed, max_size=15), st.integers(0, 2))
def test_every_flag_reaches_its_limit_and_rests_on_cases_that_were_given(case, known, files):
    for flag in flags(case, known, files, LIMITS):
        assert flag.code in CODES
        assert flag.count >= flag.limit or flag.code == "no_files"
        assert set(flag.cases) <= {other.id for other in known} - {case.id}
        assert len(flag.cases) <= MOST_NAMED


@given(filed, st.lists(filed, max_size=10), filed)
def test_one_more_case_never_takes_a_flag_away(case, known, more):
    before = {flag.code for flag in flags(case, known, 1, LIMITS)}
    assert before <= {flag.code for flag in flags(case, [*known, more], 1, LIMITS)}
