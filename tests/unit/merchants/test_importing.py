from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports import words_of_codes
from merchants import codes
from merchants.cells import day, hours
from merchants.columns import COLUMNS, names
from merchants.drafts import Contact, EnterpriseDraft, StoreDraft
from merchants.importing import Book, Entry, Together, first_day, read
from merchants.promise import LEAST_DAYS, MOST_DAYS, PromiseTerms, faults
from merchants.writing import written
from tests.factories import credit_code
from workflows.people.places import Place

PLACES = (Place("320508", "姑苏区", "3205"), Place("310101", "黄浦区", "3101"))
TODAY = date(2026, 7, 20)
BOOK = Book(PLACES, words_of_codes(), date(2023, 7, 21), TODAY)
GOOD = {
    "uscc": credit_code(1),
    "enterprise": "试样一商贸有限公司",
    "store": "试样一号店",
    "district": "姑苏区",
    "address": "姑苏区样板路1号",
    "categories": "服装鞋帽",
    "days": "15",
    "enrolled_on": "2026-05-01",
}


def entry(row=2, **changes):
    found, faults = read(row, GOOD | changes, BOOK)
    assert not faults
    return found


def told(**changes):
    found, faults = read(7, GOOD | changes, BOOK)
    assert found is None
    assert all(fault.row == 7 and fault.grave for fault in faults)
    return [(fault.column, fault.code) for fault in faults]


def test_a_good_row_is_a_firm_a_store_and_a_promise():
    found = entry(
        brand="试样",
        lon="120.62",
        lat="31.31",
        capacity="40",
        cross_store="是",
        cross_city="Yes",
        refund_hours="24小时",
    )
    assert found.key == (credit_code(1), "姑苏区样板路1号", "试样一号店")
    assert (found.firm.address, found.store.district, found.store.brand) == ("姑苏区样板路1号", "320508", "试样")
    assert (found.store.lon, found.store.lat, found.store.capacity) == (120.62, 31.31, 40)
    assert (found.terms.days, found.terms.categories) == (15, ("goods.clothing",))
    assert (found.terms.cross_store, found.terms.cross_city, found.terms.refund_hours) == (True, True, 24)
    assert found.enrolled_on == date(2026, 5, 1)


def test_a_station_says_what_it_takes_in_when_it_is_open_and_how_much_it_holds():
    found = entry(kind="station", takes="goods.clothing,goods.food", capacity="40", hours="10:00-22:00")
    assert (found.store.takes, found.store.capacity) == (("goods.clothing", "goods.food"), 40)


def test_what_a_row_leaves_out_has_its_default():
    found = entry(district="")
    assert (found.store.district, found.store.brand, found.store.kind) == ("320508", "试样一号店", "shop")
    assert (found.store.lon, found.store.capacity, found.terms.refund_hours) == (None, None, 48)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"uscc": "9.13205E+17"}, [("uscc", "uscc.number")]),
        ({"uscc": "913205080000000018"}, [("uscc", "uscc")]),
        ({"uscc": ""}, [("uscc", "uscc")]),
        ({"enterprise": "=A1"}, [("enterprise", "formula")]),
        ({"enterprise_address": "短"}, [("enterprise_address", "too_short")]),
        ({"store": "一\0店"}, [("store", "control")]),
        ({"phone": "0512\x07"}, [("phone", "control")]),
        ({"store": ""}, [("store", "required"), ("brand", "required")]),
        ({"district": "鼓楼区"}, [("district", "outside")]),
        ({"district": "", "address": "南京市鼓楼区样板路1号"}, [("district", "outside")]),
        ({"categories": "飞机"}, [("categories", "choice")]),
        ({"categories": ""}, [("categories", "required")]),
        ({"kind": "castle"}, [("kind", "choice")]),
        ({"lon": "31.31", "lat": "120.62"}, [("lon", "swapped")]),
        ({"lon": "124.9", "lat": "31.3"}, [("lon", "far")]),
        ({"lon": "120.62"}, [("lon", "half_point")]),
        ({"lon": "东经", "lat": "31.3"}, [("lon", "number")]),
        ({"lon": "nan", "lat": "31.3"}, [("lon", "number")]),
        ({"phone": "1" * 201}, [("phone", "too_long")]),
        ({"capacity": "-4"}, [("capacity", "number")]),
        ({"capacity": "0"}, [("capacity", "range")]),
        ({"kind": "station"}, [("takes", "store.takes_what"), ("capacity", "required"), ("hours", "required")]),
        ({"takes": "服装鞋帽"}, [("takes", "store.takes")]),
        ({"days": "6"}, [("days", "promise.days_least")]),
        ({"days": "七"}, [("days", "number")]),
        ({"days": ""}, [("days", "promise.days_least")]),
        ({"cross_city": "是"}, [("cross_city", "promise.reach")]),
        ({"cross_store": "maybe"}, [("cross_store", "choice")]),
        ({"proofs": "口头"}, [("proofs", "choice")]),
        ({"exclusions": "开过的"}, [("exclusions", "choice")]),
        ({"exclusions": "activated", "confirmed": "否"}, [("confirmed", "promise.confirm")]),
        ({"condition": "随便"}, [("condition", "choice")]),
        ({"hours": "早上"}, [("hours", "hours")]),
        ({"hours": "22:00-10:00"}, [("hours", "hours")]),
        ({"refund_hours": "200"}, [("refund_hours", "promise.refund")]),
        ({"enrolled_on": "2026-02-30"}, [("enrolled_on", "date")]),
        ({"enrolled_on": "soon"}, [("enrolled_on", "date")]),
        ({"enrolled_on": "2026-07-21"}, [("enrolled_on", "future")]),
        ({"enrolled_on": "2023-07-20"}, [("enrolled_on", "over")]),
    ],
)
def test_every_fault_is_named_by_its_column(changes, expected):
    assert told(**changes) == expected


def test_a_credit_code_may_be_written_with_spaces_and_wide_digits():
    code = credit_code(1)
    wide = code.translate({ord(str(n)): ord("０") + n for n in range(10)})
    assert {entry(uscc=text).firm.uscc for text in (code.lower(), f"{code[:8]} {code[8:]}", wide)} == {code}


def test_several_faults_of_a_row_are_all_named():
    assert {column for column, _ in told(uscc="1", days="3", lon="1000", lat="1")} == {"uscc", "days", "lon"}


def test_a_fault_as_plain_data():
    fault = read(9, GOOD | {"days": "3"}, BOOK)[1][0]
    assert fault.facts() == {
        "row": 9,
        "column": "days",
        "code": "promise.days_least",
        "message": "must be at least 7 days (JS-23)",
        "grave": True,
        "values": {},
    }


def test_a_store_that_comes_twice_names_the_first_row():
    together = Together()
    assert together.faults(entry(2)) == []
    (fault,) = together.faults(entry(5, address="姑苏区 样板路 1号"))
    assert (fault.row, fault.column, fault.code, fault.grave) == (5, "store", "twice", True)
    assert "row 2" in fault.message


def test_one_code_for_two_firms_is_a_fault_and_two_spellings_of_one_are_told():
    together = Together()
    together.faults(entry(2))
    (reused,) = together.faults(entry(3, store="二号店", enterprise="另一家商贸有限公司"))
    (spelled,) = together.faults(entry(4, store="三号店", enterprise="试样一商贸 有限责任公司"))
    assert (reused.column, reused.code, reused.grave) == ("uscc", "uscc.reused", True)
    assert (spelled.column, spelled.code, spelled.grave) == ("enterprise", "spelling", False)


def test_one_name_under_two_codes_is_told():
    together = Together()
    together.faults(entry(2))
    (found,) = together.faults(entry(3, uscc=credit_code(2)))
    assert (found.column, found.code, found.grave) == ("enterprise", "two_codes", False)


@given(st.integers(1, MOST_DAYS), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_row_is_taken_exactly_when_its_days_are_lawful(days, on):
    found, faults = read(2, GOOD | {"days": str(days), "enrolled_on": str(on)}, BOOK)
    lawful = days >= LEAST_DAYS and BOOK.first <= on <= TODAY
    assert (found is not None) is lawful
    assert bool(faults) is not lawful


@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.text(max_size=60)))
def test_no_text_in_any_cell_breaks_the_reading(changes):
    found, faults = read(2, GOOD | changes, BOOK)
    assert (found is None) is bool(faults)
    assert len({fault.column for fault in faults}) == len(faults)
    assert {fault.column for fault in faults} <= set(COLUMNS)


@given(st.dates(date(1000, 1, 1)))
def test_a_day_is_read_in_every_way_it_is_written(on):
    written = (f"{on}", f"{on.year:04}/{on.month}/{on.day}", f"{on.year:04}年{on.month}月{on.day}日")
    assert {day(text) for text in written} == {on}


def test_the_first_day_is_one_whose_term_is_not_over():
    assert first_day(1095, TODAY) + timedelta(days=1095) == TODAY


def test_every_header_leads_to_its_own_column_only():
    assert names(str)["统一社会信用代码"] == "uscc"
    assert len(names(str)) == sum(len({column, *headers}) for column, headers in COLUMNS.items())


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("10:00-22:00", "mon tue wed thu fri sat sun"),
        ("周一至周五 10:00～22:00", "mon tue wed thu fri"),
        ("一-五 10：00-22：00；周六、周日 10:00至22:00", "mon tue wed thu fri sat sun"),
        ("星期六,星期日 10:00-22:00", "sat sun"),
        ("六日 10:00-22:00", "sat sun"),
        ("", ""),
    ],
)
def test_opening_hours_are_read_as_people_write_them(said, days):
    assert hours(said) == {name: [["10:00", "22:00"]] for name in days.split()}


@pytest.mark.parametrize(
    "said",
    [
        "早上",
        "10-22",
        "周一 10:00",
        "周一、周一 9:00-10:00",
        "一 9:00-10:00; 一 9:00-10:00",
        "五至一 9:00-10:00",
        "一至三至五 9:00-10:00",
        "一至 9:00-10:00",
    ],
)
def test_opening_hours_that_cannot_be_read_are_none(said):
    assert hours(said) is None


def test_a_break_at_noon_is_two_spans():
    assert hours("周一 9:00-12:00、13:30-18:00") == {"mon": [["09:00", "12:00"], ["13:30", "18:00"]]}


def test_a_word_with_a_comma_within_stays_whole():
    found = entry(exclusions="拆封的音像制品、软件等；定作的商品", proofs="发票、购物小票")
    assert found.terms.exclusions == ("opened_media", "custom_made")
    assert found.terms.proofs == ("invoice", "receipt")


TIMES = st.tuples(st.integers(0, 11), st.integers(12, 23)).map(lambda t: [f"{t[0]:02}:00", f"{t[1]:02}:30"])
WORDS = st.text("试样平江路一二三ABCabc019", min_size=8, max_size=20)
SOME = lambda listed, least: st.lists(st.sampled_from(listed), min_size=least, unique=True).map(tuple)  # noqa: E731 - a strategy by its list
TERMS = st.builds(
    PromiseTerms,
    days=st.integers(LEAST_DAYS, MOST_DAYS),
    categories=SOME(codes.CATEGORIES, 1),
    exclusions=SOME(codes.EXCLUSIONS, 1),
    confirmed=st.just(True),
    condition=st.sampled_from(codes.CONDITIONS),
    proofs=SOME(codes.PROOFS, 1),
    gifts=st.sampled_from(codes.GIFTS),
    bundles=st.sampled_from(codes.BUNDLES),
    freight=st.sampled_from(codes.FREIGHT),
    refund_hours=st.integers(0, 168),
    cross_store=st.booleans(),
    alliance=st.booleans(),
    cross_city=st.booleans(),
).filter(lambda terms: not faults(terms))


def stores(kind, **more):
    """Stores of a kind, as a list may bring them."""
    return st.builds(
        StoreDraft,
        name=WORDS,
        brand=WORDS,
        district=st.just("320508"),
        address=WORDS,
        categories=st.just(()),
        kind=st.just(kind),
        lon=st.just(120.62),
        lat=st.just(31.31),
        phone=st.just("0512-60000000"),
        **more,
    )


HOURS = st.dictionaries(st.sampled_from(("mon", "wed", "sun")), st.lists(TIMES, min_size=1, max_size=2), min_size=1)
PLAIN = {"hours": HOURS | st.just({}), "capacity": st.none() | st.integers(1, 500)}
TAKING = {"hours": HOURS, "capacity": st.integers(1, 500), "takes": SOME(codes.GOODS, 1)}
STORES = st.one_of(stores(kind, **(TAKING if kind in codes.TAKERS else PLAIN)) for kind in codes.STORE_KINDS)


@given(STORES, TERMS, st.dates(BOOK.first, TODAY))
def test_what_is_written_into_cells_is_read_as_the_same(store, terms, on):
    firm = EnterpriseDraft(credit_code(5), "试样五商贸有限公司", "320508", store.address, Contact("张试", "0512-6"))
    before = Entry(2, firm, replace(store, categories=terms.categories), terms, on)
    assert read(2, written(before), BOOK) == (before, [])
