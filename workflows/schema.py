"""What every schema of the product builds on: unknown fields refused, texts cleaned, numbers exact."""

from __future__ import annotations

import unicodedata
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length

LONGEST = 10_000
HIDDEN = {
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
}
"""Characters that change how a text looks without being seen: zero-width ones and direction overrides."""


class Strict(Schema):
    """A schema that refuses fields it does not know."""

    class Meta:
        unknown = RAISE


def clean(text: str) -> str:
    """A text as it is kept: composed (NFC), without hidden characters, trimmed.

    :raises ValidationError: control characters or broken code points: nothing a person typed.
    """
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
        raise ValidationError("contains control characters; remove them")
    return unicodedata.normalize("NFC", "".join(c for c in text if c not in HIDDEN)).replace("\r\n", "\n").strip()


class Words(fields.String):
    """A text that people typed: length-limited, cleaned."""

    def __init__(self, most: int = LONGEST, least: int = 0, **options: Any) -> None:
        super().__init__(validate=Length(min=least, max=most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if len(text) > 2 * LONGEST:
            raise ValidationError(f"has {len(text)} characters; far too many")
        return clean(text)


class Fen(fields.Integer):
    """An amount of money in whole fen; neither fractions nor texts are taken."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("must be a whole number of fen, not a text or a fraction")
        return super()._deserialize(value, attr, data, **options) or 0
