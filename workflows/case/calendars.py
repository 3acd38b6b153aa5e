"""The calendar in force: the years that ship with Wuyou, with the years this installation loaded over them.

Loading a year counts up a serial that every transaction reads at its start, so no process goes on
counting with yesterday's calendar.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflows.case.tables import CalendarSerial, LoadedYear
from workflows.store.session import DatabaseClock
from workflows.time.calendar import Calendar, CalendarYear
from workflows.time.notices import load_years, read_year


def current(session: Session) -> Calendar:
    """The calendar of this transaction."""
    session.connection()
    serial: int = session.info["calendar_serial"]
    known: dict[int, Calendar] = session.info["calendars"]
    if serial not in known:
        known.clear()
        known[serial] = _read(session)
    return known[serial]


def _read(session: Session) -> Calendar:
    years: dict[int, CalendarYear] = {year.year: year for year in load_years()}
    for row in session.scalars(select(LoadedYear)):
        years[row.year] = read_year(row.body, str(row.year))
    return Calendar(years.values())


def load(session: Session, body: str, year: CalendarYear, by: UUID | None) -> Calendar:
    """Put a year in force from this transaction on; the calendar with it.

    The caller then moves the clocks that lean on it (:func:`workflows.case.clocks.shifts`).
    """
    values = {
        "year": year.year,
        "body": body,
        "version": year.version,
        "loaded_at": DatabaseClock(session).now(),
        "loaded_by": by,
    }
    session.execute(insert(LoadedYear).values(values).on_conflict_do_update(index_elements=["year"], set_=values))
    session.execute(update(CalendarSerial).values(serial=CalendarSerial.serial + 1))
    session.info["calendar_serial"] = session.scalar(select(func.max(CalendarSerial.serial)))
    return current(session)
