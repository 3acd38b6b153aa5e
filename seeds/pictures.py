"""The demo's pictures, drawn here: one specimen of a licence, and shop fronts that stand nowhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

Kept = Mapping[str, Any]
"""What is known of a kept file: kind, name, digests, size."""

WEIGHT = 600
PAPER, INK, RED = "#fbf8f0", "#2b2b2b", "#b03a2e"
FRONTS = (("#d9c7a8", "#7a4a2b"), ("#c9d3cf", "#0d5c63"), ("#e3d5d0", "#8a2f3b"), ("#cfd6e3", "#2f4a7a"),
          ("#dcd9c4", "#5b6b2f"), ("#d8cfe0", "#5a3f7a"))  # fmt: skip
"""Wall and sign of each front."""

SPECIMEN = (
    "统一社会信用代码：********",
    "名称：样板企业（演示）",
    "住所：苏州市样板路 1 号",
    "有效期：长期",
    "仅供演示，不是真实执照",
)


@dataclass(frozen=True)
class Album:
    """The demo's pictures, as they are kept."""

    licence: Kept
    fronts: tuple[Kept, ...]


def album(font: Path, keep: Callable[[bytes, str], Kept]) -> Album:
    """Draw and keep every picture.

    :param font: a typeface that has Chinese.
    :param keep: keeps one picture under a name, as an upload is kept.
    """
    fronts = [keep(front(font, wall, sign), f"门头{n}.jpg") for n, (wall, sign) in enumerate(FRONTS, 1)]
    return Album(keep(licence(font), "营业执照.jpg"), tuple(fronts))


def licence(font: Path) -> bytes:
    """A licence that says it is none."""
    picture = Image.new("RGB", (700, 940), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((24, 24, 676, 916), outline=RED, width=4)
    draw.text((350, 130), "营业执照（样张）", INK, _type(font, 56), "mm")
    small = _type(font, 30)
    for line, words in enumerate(SPECIMEN):
        draw.text((80, 280 + 80 * line), words, RED if line == len(SPECIMEN) - 1 else INK, small)
    draw.ellipse((460, 730, 600, 870), outline=RED, width=5)
    draw.text((530, 800), "样张", RED, small, "mm")
    return _jpeg(picture)


def front(font: Path, wall: str, sign: str) -> bytes:
    """A shop front: a sign, two windows, a door."""
    picture = Image.new("RGB", (960, 640), "#cfe3ee")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 560, 960, 640), "#9aa0a3")
    draw.rectangle((90, 60, 870, 580), wall)
    draw.rectangle((110, 110, 850, 220), sign)
    draw.text((480, 165), "样板门店 · 演示照片", "#ffffff", _type(font, 58), "mm")
    for left in (130, 620):
        draw.rectangle((left, 280, left + 210, 480), "#eef6f9", "#5d666a", 6)
        draw.line((left + 105, 280, left + 105, 480), "#5d666a", 4)
    draw.rectangle((390, 280, 570, 580), "#6f7a7e", "#4a5256", 6)
    draw.rectangle((415, 305, 545, 460), "#dfeef3")
    for stripe in range(110, 850, 74):
        draw.rectangle((stripe, 220, stripe + 36, 258), sign)
    return _jpeg(picture)


def _type(font: Path, size: int) -> ImageFont.FreeTypeFont:
    face = ImageFont.truetype(font, size)
    face.set_variation_by_axes([WEIGHT])
    return face


def _jpeg(picture: Image.Image) -> bytes:
    body = io.BytesIO()
    picture.save(body, "JPEG", quality=85)
    return body.getvalue()
