"""Put the pictures that the browser tests made onto one contact sheet per portal: ``sheets.py PICTURES FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

HEIGHT = 720
GAP = 24
GROUND = (229, 234, 233)
PORTALS = {
    "consumer": [
        "home-phone",
        "sign-in-phone",
        "file-what-phone",
        "file-facts-phone",
        "file-check-phone",
        "case-filed-phone",
    ],
    "follow": ["case-closed-phone", "notices-phone", "mine-phone", "file-who-errors-phone", "stores-phone-dark"],
    "officer": ["queue-desk", "case-desk", "measures-desk"],
    "officer-dark": ["officer--desk-dark", "officer-measures-desk-dark"],
    "merchant": ["merchant-inbox-desk", "merchant-case-desk", "merchant-desk-dark"],
    "public": ["home-desk-light", "home-desk-dark", "sign-in-staff-desk-light", "nowhere-desk-light"],
}


def scaled(path: Path) -> Image.Image:
    """A picture cut to one and a half screens and brought to the sheet's height."""
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, round(picture.width * 2.4))))
    width = round(picture.width * HEIGHT / picture.height)
    return picture.resize((width, HEIGHT), Image.Resampling.LANCZOS)


def sheet(pictures: list[Image.Image]) -> Image.Image:
    """Pictures side by side."""
    width = sum(p.width for p in pictures) + GAP * (len(pictures) + 1)
    found = Image.new("RGB", (width, HEIGHT + 2 * GAP), GROUND)
    left = GAP
    for picture in pictures:
        found.paste(picture, (left, GAP))
        left += picture.width + GAP
    return found


def main(source: str, target: str) -> None:
    """Write every sheet."""
    Path(target).mkdir(parents=True, exist_ok=True)
    for portal, names in PORTALS.items():
        found = [scaled(path) for path in (Path(source, f"{name}.png") for name in names) if path.exists()]
        if found:
            sheet(found).quantize(128).save(Path(target, f"{portal}.png"), optimize=True)


main(*sys.argv[1:])
