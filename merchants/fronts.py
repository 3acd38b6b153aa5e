"""Which store a picture shows, by the name of its file: the row of the list, or the store's name. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

ROW = re.compile(r"(?:row|第)?([0-9]{1,5})(?:行)?(?:[-_. ].*)?", re.IGNORECASE)
NAMELESS = re.compile(r"[\s\-_·.()（）]+")

UNKNOWN, SEVERAL = "unknown", "several"
"""Why a file shows none: no row or store is called so, or several stores are."""


def index(rows: Iterable[tuple[int, str]]) -> Mapping[str, list[int]]:
    """The rows of a list by the plain names of their stores."""
    found: dict[str, list[int]] = {}
    for row, name in rows:
        found.setdefault(plain(name), []).append(row)
    return found


def plain(name: str) -> str:
    """A name without what people write differently: width, spaces, hyphens, brackets, capitals."""
    return NAMELESS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def shows(file: str, rows: Mapping[int, str], names: Mapping[str, list[int]]) -> int | str:
    """The row whose store a file shows, or why there is none.

    A store's whole name comes before a number, so that a store called 1921 is not taken for a row.

    :param rows: the store's name of every row that needs a picture.
    :param names: :func:`index` of the same rows.
    """
    stem = unicodedata.normalize("NFKC", file).rsplit(".", 1)[0].strip()
    called = names.get(plain(stem), [])
    if len(called) > 1:
        return SEVERAL
    if called:
        return called[0]
    number = ROW.fullmatch(stem)
    return int(number[1]) if number and int(number[1]) in rows else UNKNOWN
