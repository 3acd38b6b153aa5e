"""Sessions as an iCalendar file (RFC 5545), for the calendar of a telephone: lines folded, texts escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

OCTETS = 75
MEDIA_TYPE = "text/calendar"


@dataclass(frozen=True)
class Entry:
    """One session in a calendar.

    :param sequence: grows with every change, so that a moved session replaces the one that was there.
    """

    id: UUID
    starts_at: datetime
    minutes: int
    title: str
    place: str
    about: str
    sequence: int
    cancelled: bool = False


def calendar(entries: Iterable[Entry], made_at: datetime, host: str) -> str:
    """A calendar of sessions.

    :param host: whose ids these are, so that they are nobody else's.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Wuyou//Mediation//ZH", "METHOD:PUBLISH"]
    for entry in entries:
        lines += _event(entry, made_at, host)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(entry: Entry, made_at: datetime, host: str) -> list[str]:
    ends = entry.starts_at + timedelta(minutes=entry.minutes)
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.id}@{host}",
        f"DTSTAMP:{_moment(made_at)}",
        f"DTSTART:{_moment(entry.starts_at)}",
        f"DTEND:{_moment(ends)}",
        f"SEQUENCE:{entry.sequence}",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_text(entry.title)}",
        f"LOCATION:{_text(entry.place)}",
        f"DESCRIPTION:{_text(entry.about)}",
        "END:VEVENT",
    ]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words.replace("\r", "")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets; no character is cut, and every piece but the first begins with a space."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > OCTETS:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece])
