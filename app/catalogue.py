"""One catalogue of every text people read, Chinese first and English second.

The texts are TOML files under ``app/texts``: a table per subject, a pair ``[Chinese, English]`` per
key. A key that is missing raises at once, and a test checks that every key in use exists.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent / "texts"


def text(key: str, lang: str, **values: Any) -> str:
    """The text of ``key`` in ``lang``, with ``{names}`` filled in.

    :param lang: ``zh`` or ``en``.
    :raises KeyError: no such text.
    """
    found = catalogue()[key][LANGUAGES.index(lang)]
    return found.format(**values) if values else found


def has(key: str) -> bool:
    """Whether there is a text for the key."""
    return key in catalogue()


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Every text by its dotted key."""
    texts: dict[str, tuple[str, str]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        _collect(tomllib.loads(path.read_text("utf-8")), "", texts, path.name)
    return texts


def _collect(table: dict[str, Any], prefix: str, into: dict[str, tuple[str, str]], where: str) -> None:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            _collect(value, f"{key}.", into, where)
        elif key in into or len(value) != len(LANGUAGES):
            raise ValueError(f"{where}: {key} is given twice, or not in {LANGUAGES}")
        else:
            into[key] = (value[0], value[1])
