from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.views.ics import OCTETS, Entry, calendar

MADE = datetime(2026, 7, 20, 4, tzinfo=UTC)
AT = datetime(2026, 7, 23, 6, tzinfo=UTC)


def entry(**changes):
    values = {"title": "调解", "place": "二楼", "about": "投诉", "sequence": 3, "cancelled": False}
    return Entry(UUID(int=1), AT, 90, **values | changes)


def test_a_session_says_when_where_and_which_version_of_it_this_is():
    lines = calendar([entry()], MADE, "wuyou").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    expected = ("DTSTART:20260723T060000Z", "DTEND:20260723T073000Z", "SEQUENCE:3", "STATUS:CONFIRMED", "SUMMARY:调解")
    assert set(expected) <= set(lines)
    assert "STATUS:CANCELLED" in calendar([entry(cancelled=True)], MADE, "wuyou")
    assert "VEVENT" not in calendar([], MADE, "wuyou")


def test_words_break_out_of_no_line():
    body = calendar([entry(place="一楼,甲;乙\\丙\nEND:VEVENT\r\nX:1")], MADE, "wuyou")
    assert "LOCATION:一楼\\,甲\\;乙\\\\丙\\nEND:VEVENT\\nX:1" in body.replace("\r\n ", "")
    assert body.split("\r\n").count("END:VEVENT") == 1


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_lines_are_folded_at_75_octets_and_unfold_to_what_they_were(words):
    body = calendar([entry(about=words)], MADE, "wuyou")
    assert all(len(line.encode()) <= OCTETS for line in body.split("\r\n"))
    unfolded = body.replace("\r\n ", "")
    assert (
        f"DESCRIPTION:{words.replace(chr(92), chr(92) * 2).replace(';', chr(92) + ';').replace(',', chr(92) + ',')}"
        in unfolded
    )
