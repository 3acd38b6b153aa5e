"""What every kind of sheet needs before it is set: its texts bounded, its dates in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from workflows.errors import FieldError


def bounded(sheet: object, longest: Mapping[str, int], *, optional: str = "") -> Iterator[FieldError]:
    """The faults of a sheet's texts.

    :param longest: how many characters each may have; none may be empty but the ``optional`` one.
    """
    for name, most in longest.items():
        value: str = getattr(sheet, name)
        if not value.strip() and name != optional:
            yield FieldError(name, "required", "is needed")
        if len(value) > most:
            yield FieldError(name, "too_long", f"has more than {most} characters")


def chinese_date(day: date) -> str:
    """``2026年7月3日``, as documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"
