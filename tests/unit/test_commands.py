from __future__ import annotations

import json

import pytest

from app.cli import status
from app.wiring import TERMS


@pytest.fixture
def wuyou(capsys, monkeypatch, tmp_path):
    """Run a command; its status, and what it printed."""
    monkeypatch.setenv("WUYOU_DATA", str(tmp_path))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def run(*arguments: str):
        code = status(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_deadline_prints_the_date_on_its_first_line(wuyou):
    assert wuyou("deadline", "complaint.accept", "2026-02-12") == (0, "2026-02-28\n", "")


def test_deadline_takes_a_time_and_decides_in_shanghai(wuyou):
    assert wuyou("deadline", "complaint.accept", "2026-02-11T16:30:00Z")[1] == "2026-02-28\n"
    assert wuyou("deadline", "complaint.accept", "2026-02-12T23:59:59")[1] == "2026-02-28\n"


def test_deadline_says_provisional_past_the_published_years(wuyou):
    assert wuyou("deadline", "report.verify", "2026-12-15")[1] == "2027-01-06 (provisional)\n"


def test_deadline_explains_every_day(wuyou):
    _, out, _ = wuyou("deadline", "complaint.accept", "2026-02-12", "--explain", "--lang", "zh")
    assert "O121 15" not in out
    assert "放假：春节" in out
    assert "2026-02-28 周六   7 计入 · 调休上班日" in out


def test_deadline_explains_a_move_and_the_safe_day(wuyou):
    _, out, _ = wuyou("deadline", "complaint.mediate", "2026-08-03", "--explain")
    assert out.startswith("2026-10-08\n")
    assert out.endswith("work to 2026-10-02, the same date without the move\n")


def test_deadline_explains_what_is_provisional(wuyou):
    assert (
        "the notice for 2027 is not published yet" in wuyou("deadline", "report.verify", "2026-12-15", "--explain")[1]
    )


def test_deadline_gives_facts_as_json(wuyou):
    code, out, _ = wuyou(
        "deadline", "complaint.mediate", "2026-07-28", "--received", "2026-07-20", "--json",
        "--event", "testing@2026-08-03", "--event", "tested@2026-08-05", "--explain",
    )  # fmt: skip
    facts = json.loads(out)
    assert code == 0
    assert (facts["due_on"], facts["safe_on"], facts["article"]) == ("2026-09-28", "2026-09-28", "O121 23(1)(5)")
    assert [d["verdict"] for d in facts["days"]].count("paused") == 2


def test_deadline_while_paused_is_a_no(wuyou):
    code, out, _ = wuyou("deadline", "complaint.mediate", "2026-07-28", "--event", "testing@2026-08-03")
    assert (code, out) == (1, "paused since 2026-08-03\n")


def test_deadline_before_the_loaded_rules_is_marked_an_illustration(wuyou):
    code, out, err = wuyou("deadline", "complaint.accept", "2019-03-04")
    assert (code, out) == (0, "2019-03-13\n")
    assert "an illustration only" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["deadline", "no.such", "2026-01-05"], "unknown term 'no.such'"),
        (["deadline", "complaint.accept", "2026-02-30"], "'2026-02-30' is not a date"),
        (["deadline", "complaint.accept", "１２３４-01-05"], "is not a date"),
        (["deadline", "complaint.accept", "0001-01-01T00:00:00+14:00"], "is not a date"),
        (["deadline", "complaint.accept", "2200-01-01"], "outside 2010–2100"),
        (["deadline", "complaint.accept"], "Missing argument 'START'"),
        (["deadline", "complaint.accept", "2026-01-05", "--event", "nap@2026-01-06"], "KIND@DATE"),
        (["deadline", "complaint.accept", "2026-01-05", "--event", "testing"], "KIND@DATE"),
        (["deadline", "complaint.accept", "2026-01-05", "--event", "testing@2026-01-06"], "does not stop"),
        (["deadline", "complaint.accept", "2026-01-05", "--received", "2026-01-06"], "is after the start"),
        (["calendar", "show", "never"], "'never' is not a valid integer"),
        (["nonsense"], "No such command"),
    ],
)
def test_bad_input_is_one_clear_line_and_status_2(wuyou, arguments, says):
    code, out, err = wuyou(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_terms_lists_every_version_with_its_article(wuyou):
    rows = json.loads(wuyou("terms", "--json")[1])
    assert [row["code"] for row in rows] == [term.code for term in TERMS]
    assert {"code": "complaint.mediate", "amount": 60, "unit": "days", "from": "2026-04-15"}.items() <= next(
        row for row in rows if row["article"] == "O121 23(1)(5)"
    ).items()
    assert len(wuyou("terms")[1].splitlines()) == len(rows)


def test_calendar_show_prints_holidays_and_make_up_days(wuyou):
    code, out, _ = wuyou("calendar", "show", "2026")
    assert code == 0
    assert "国办发明电〔2025〕7号" in out
    assert "work  2026-10-10" in out
    assert json.loads(wuyou("calendar", "show", "2026", "--json")[1])["make_up"][0] == "2026-01-04"


def test_calendar_show_of_an_unpublished_year_is_a_no(wuyou):
    code, out, err = wuyou("calendar", "show", "2027")
    assert (code, out) == (1, "")
    assert "no published notice for 2027" in err


def test_help_is_no_error(wuyou):
    assert wuyou("--help")[0] == 0
    assert wuyou("deadline", "--help")[0] == 0
