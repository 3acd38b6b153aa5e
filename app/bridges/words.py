"""The words of other platforms as data: headings of their sheets, the order of their forms, names of our codes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app import sheets
from app.catalogue import text
from app.places import Places
from complaints import codes
from complaints.bridging import FIELDS
from workflows.errors import RuleBroken

SHIPPED = Path(__file__).with_name("headings.toml")
OWN = "bridge-headings.toml"
LISTS = {"category": codes.CATEGORIES, "problem": codes.PROBLEMS, "requests": codes.REQUESTS}
SPLIT = re.compile(r"[;；,，、\n]+")


def tables(places: Places | None = None) -> dict[str, Any]:
    """The tables of headings, orders and kinds: an installation's own take the place of those that ship.

    :raises RuleBroken: its own file cannot be read, or names a field that there is none of.
    """
    found: dict[str, Any] = tomllib.loads(SHIPPED.read_text("utf-8"))
    own = places.templates / OWN if places else None
    if own is not None and own.exists():
        try:
            found |= tomllib.loads(own.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RuleBroken("bridge.headings", f"{own} cannot be read: {error}", field="file") from None
    named = {*found["headings"], *(name for order in found["order"].values() for name in order)}
    if unknown := named - set(FIELDS):
        raise RuleBroken("bridge.headings", f"{OWN} names fields that there are none of: {', '.join(unknown)}")
    return found


def names(places: Places | None = None) -> dict[str, str]:
    """The field of every heading, as :func:`app.sheets.open_sheet` wants it."""
    headings = tables(places)["headings"]
    return {sheets.header(title): name for name in FIELDS for title in (name, *headings.get(name, ()))}


def order(system: str, places: Places | None = None) -> Sequence[str]:
    """The fields of a platform's form, in its order."""
    found: Sequence[str] = tables(places)["order"][system]
    return found


def titles(places: Places | None = None) -> dict[str, str]:
    """The first heading of each field: the one that people are shown."""
    headings = tables(places)["headings"]
    return {name: headings[name][0] for name in FIELDS if headings.get(name)}


@cache
def _named(field: str) -> Mapping[str, str]:
    """The code of each name that our own lists give, in either language."""
    return {text(f"{field}.{code}", lang).lower(): code for code in LISTS[field] for lang in ("zh", "en")}


def known(field: str, own: Mapping[str, Any]) -> Mapping[str, str]:
    """The code of each of a field's words: the names of our lists, and the platforms' words for them."""
    listed = {word.lower(): code for code, each in own.get(field, {}).items() for word in each}
    return {**(_named(field) if field in LISTS else {}), **listed}


def coded(row: Mapping[str, str], own: Mapping[str, Any]) -> dict[str, str]:
    """A row with our codes for the words that we know; a word that is none stays, and the rules name it.

    :param own: the tables, as :func:`tables` gives them.
    """
    found = dict(row)
    for field in ("kind", "category", "problem"):
        said = row.get(field, "").strip()
        found[field] = known(field, own).get(said.lower(), said)
    requests = known("requests", own)
    wanted = [word.strip() for word in SPLIT.split(row.get("requests", "")) if word.strip()]
    found["requests"] = ";".join(requests.get(word.lower(), word) for word in wanted)
    return found
