"""The code that a phone's camera reads, as a drawing that is sharp at every size."""

from __future__ import annotations

from io import BytesIO
from typing import cast

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage


def svg(text: str) -> bytes:
    """The QR code of ``text`` without its quiet zone, which the page around it gives.

    Level M bears the loss of 15 % of its area: glass, dust and glare on a shop's wall.
    """
    return cast("bytes", _code(text).make_image(image_factory=SvgPathImage).to_string())


def png(text: str) -> bytes:
    """The same code as a picture, for documents that take no drawing."""
    kept = BytesIO()
    _code(text).make_image().save(kept, "PNG")
    return kept.getvalue()


def _code(text: str) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    return code
