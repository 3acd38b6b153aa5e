from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import RuleBroken
from workflows.time.calendar import FIRST_DAY, LAST_DAY, Calendar, DayKind
from workflows.time.notices import YEARS, load_years, published, read_year

CALENDAR = published()
PUBLISHED = st.dates(date(2019, 1, 1), date(2026, 12, 31))


def year_file(**changes) -> str:
    plain = json.loads((YEARS / "2026.json").read_text("utf-8"))
    return json.dumps(plain | changes)


def test_the_years_2019_to_2026_are_loaded_each_with_its_notice():
    years = {y.year: y for y in load_years()}
    assert sorted(years) == list(range(2019, 2027))
    for year in years.values():
        assert year.notice.url.startswith("https://www.gov.cn/")
        assert year.notice.published_on.year == year.year - 1


def test_every_day_of_2019_to_2026_agrees_with_chinesecalendar():
    day, wrong = date(2019, 1, 1), []
    while day <= date(2026, 12, 31):
        if CALENDAR.is_working(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_2026_has_248_working_days():
    assert CALENDAR.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


@pytest.mark.parametrize(
    ("start", "seven", "ten", "fifteen", "thirty"),
    [
        ("2026-04-15", "2026-04-24", "2026-04-29", "2026-05-09", "2026-05-29"),
        ("2026-04-28", "2026-05-11", "2026-05-14", "2026-05-21", "2026-06-11"),
        ("2026-09-20", "2026-09-30", "2026-10-10", "2026-10-16", "2026-11-06"),
        ("2026-09-21", "2026-10-08", "2026-10-12", "2026-10-19", "2026-11-09"),
        ("2026-09-30", "2026-10-15", "2026-10-20", "2026-10-27", "2026-11-17"),
        ("2026-10-01", "2026-10-15", "2026-10-20", "2026-10-27", "2026-11-17"),
        ("2026-02-12", "2026-02-28", "2026-03-04", "2026-03-11", "2026-04-01"),
    ],
)
def test_working_days_after_a_receipt(start, seven, ten, fifteen, thirty):
    found = [str(CALENDAR.add_working_days(date.fromisoformat(start), n)) for n in (7, 10, 15, 30)]
    assert found == [seven, ten, fifteen, thirty]


@pytest.mark.parametrize(("weekday", "due"), list(enumerate([20, 21, 22, 23, 24, 24, 24])))
def test_five_working_days_from_each_weekday_of_an_ordinary_week(weekday, due):
    start = date(2026, 7, 13) + timedelta(days=weekday)
    assert CALENDAR.add_working_days(start, 5) == date(2026, 7, due)


@given(PUBLISHED, st.integers(1, 60))
def test_counting_equals_walking_day_by_day(start, amount):
    day, left = start, amount
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_working(day)
    assert CALENDAR.add_working_days(start, amount) == day


@given(PUBLISHED, st.integers(1, 60))
def test_a_later_start_never_falls_due_earlier(start, amount):
    next_day = start + timedelta(days=1)
    assert CALENDAR.add_working_days(start, amount) <= CALENDAR.add_working_days(next_day, amount)


@given(PUBLISHED, st.integers(1, 60))
def test_the_due_day_is_itself_a_working_day_and_counts_back(start, amount):
    due = CALENDAR.add_working_days(start, amount)
    assert CALENDAR.is_working(due)
    assert CALENDAR.working_days_between(start, due) == amount


def test_an_unpublished_year_counts_monday_to_friday_less_new_year_and_says_so():
    assert CALENDAR.kind(date(2027, 1, 1)) is DayKind.ASSUMED_HOLIDAY
    assert CALENDAR.kind(date(2027, 10, 1)) is DayKind.WORKDAY
    assert not CALENDAR.is_published(date(2027, 1, 1))


def test_a_make_up_weekend_day_is_a_working_day():
    assert CALENDAR.kind(date(2026, 10, 10)) is DayKind.MAKE_UP


def test_a_days_kind_knows_its_holiday():
    assert CALENDAR.kind(date(2026, 10, 3)) is DayKind.HOLIDAY
    assert CALENDAR.holiday(date(2026, 10, 3)).name == "国庆节"
    assert CALENDAR.holiday(date(2026, 7, 1)) is None


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), date(2101, 1, 1)])
def test_a_day_outside_every_table_is_refused(day):
    with pytest.raises(RuleBroken, match="outside 2010–2100"):
        CALENDAR.add_working_days(day, 1)


def test_an_answer_outside_every_table_is_refused():
    with pytest.raises(RuleBroken, match="outside"):
        CALENDAR.add_working_days(LAST_DAY, 1)


def test_a_term_of_no_days_is_refused():
    with pytest.raises(RuleBroken, match="at least one day"):
        CALENDAR.add_working_days(date(2026, 1, 5), 0)


def test_a_year_given_twice_is_refused():
    year = next(load_years())
    with pytest.raises(RuleBroken, match="given twice"):
        Calendar([year, year])


def test_an_empty_calendar_is_all_assumption():
    assert Calendar([]).last_published is None
    assert CALENDAR.last_published == 2026


def test_a_changed_day_changes_the_version_and_only_then():
    same = CALENDAR.with_year(read_year(year_file()))
    moved = CALENDAR.with_year(read_year(year_file(make_up=["2026-01-04"])))
    assert same.version == CALENDAR.version
    assert moved.version != CALENDAR.version


def test_an_operators_year_stands_over_the_shipped_one(tmp_path: Path):
    (tmp_path / "2026.json").write_text(year_file(make_up=[]), "utf-8")
    assert not published(tmp_path).is_working(date(2026, 10, 10))
    assert published(tmp_path / "absent").version == CALENDAR.version


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"yaer": 2026}, "yaer is not a known field"),
        ({"year": "2026"}, "year must be a number"),
        ({"year": 3026}, "year must be a number"),
        ({"notice": {"title": "x"}}, "notice must give"),
        ({"notice": None}, "notice must give"),
        ({"amendments": {}}, "amendments must be a list"),
        ({"holidays": []}, "holidays is empty"),
        ({"holidays": [{"name": "x"}]}, "must each give name, from and to"),
        ({"holidays": [{"name": "x", "from": "2026-10-07", "to": "2026-10-01"}]}, "ends before it begins"),
        ({"holidays": [{"name": "x", "from": "2026-10-32", "to": "2026-10-01"}]}, "not a date"),
        ({"holidays": [{"name": "x", "from": 1, "to": "2026-10-01"}]}, "not a date"),
        ({"holidays": [{"name": "x", "from": "2025-10-01", "to": "2025-10-01"}]}, "not a day of 2026"),
        ({"holidays": [{"name": n, "from": "2026-10-01", "to": "2026-10-02"} for n in "ab"]}, "overlap"),
        ({"make_up": ["2026-10-02"]}, "also a day off"),
        ({"make_up": ["2026-07-01"]}, "ordinary working day"),
    ],
)
def test_a_faulty_year_file_is_refused_by_field(changes, says):
    with pytest.raises(RuleBroken, match=says):
        read_year(year_file(**changes))


@pytest.mark.parametrize(("text", "says"), [("{", "is not JSON"), ("[]", "must be an object")])
def test_a_year_file_that_is_no_object_is_refused(text, says):
    with pytest.raises(RuleBroken, match=says):
        read_year(text)
