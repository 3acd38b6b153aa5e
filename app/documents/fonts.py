"""The typefaces documents are set in, and which characters they have.

Two open families come as Python packages: Noto Sans CJK in every weight with 44,810 characters, the rare ones
of people's names among them, and Noto Serif SC for prose. Fonts of the machine are never used, so a document
looks the same everywhere.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.places import package_folder

PACKAGES = ("manimgx_fonts_cjk", "pylopdf_fonts_zh_cn")
WIDEST = "NotoSansCJK-VF.otf.ttc"
"""The face that every list of faces ends in: what it lacks is shown by number."""

UNICODE_FULL = (3, 10)
"""Platform and encoding of the table that has every character of the font."""


def folders() -> list[Path]:
    """The folders the typefaces lie in."""
    return [package_folder(name) for name in PACKAGES]


def missing(text: str) -> str:
    """The characters of ``text`` that cannot be drawn, each once, in order of number; white space needs no drawing."""
    have = characters()
    return "".join(sorted(c for c in set(text) if not c.isspace() and ord(c) not in have))


@cache
def characters() -> frozenset[int]:
    """Every character that can be drawn: the OpenType table ``cmap``, format 12, of the widest face."""
    with (folders()[0] / WIDEST).open("rb") as file:
        first = struct.unpack(">12xI", file.read(16))[0]
        file.seek(first)
        tables = struct.unpack(">4xH6x", file.read(12))[0]
        records = [struct.unpack(">4s4xII", file.read(16)) for _ in range(tables)]
        offset, length = next((start, size) for tag, start, size in records if tag == b"cmap")
        file.seek(offset)
        return frozenset(_mapped(file.read(length)))


def _mapped(table: bytes) -> Iterator[int]:
    count = struct.unpack_from(">H", table, 2)[0]
    listed = [struct.unpack_from(">HHI", table, 4 + 8 * i) for i in range(count)]
    start = next(at for platform, encoding, at in listed if (platform, encoding) == UNICODE_FULL)
    groups = struct.unpack_from(">I", table, start + 12)[0]
    for first, last, _ in struct.iter_unpack(">III", table[start + 16 : start + 16 + 12 * groups]):
        yield from range(first, last + 1)
