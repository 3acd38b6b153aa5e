"""Re-encode one picture, in a process of its own under limits of memory and time: ``python -m app.picture IN OUT``.

Decoding what a stranger sent is the most dangerous thing the product does, so it happens where nothing can
be reached from. The new file has the pixels and nothing else: no position, no thumbnail, no trailing bytes.
Exit status 0 and the media type on stdout, or 1.
"""

from __future__ import annotations

import resource
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageOps

MOST_PIXELS = 40_000_000
MEMORY = 1_500_000_000
SECONDS = 20
LONGEST_SIDE = 4096
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def limit() -> None:
    """Bound this process, whatever the picture asks for."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def encode(source: Path, target: Path) -> str:
    """Decode ``source`` and encode it anew; its media type."""
    with Image.open(source, formats=list(FORMATS)) as picture:
        kind = str(picture.format)
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = upright.convert("RGBA" if kind == "PNG" and upright.has_transparency_data else "RGB")
        plain.info.clear()
        plain.save(target, kind, **({"quality": 88} if kind != "PNG" else {}))
    return FORMATS[kind]


def main() -> int:
    """Do it, and say nothing of why it failed: the caller tells the person what is possible."""
    limit()
    try:
        print(encode(Path(sys.argv[1]), Path(sys.argv[2])))
    except (
        OSError,
        ValueError,
        SyntaxError,
        MemoryError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
