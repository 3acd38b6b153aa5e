"""How a measurement is told: one figure, always with what it is held against."""

from __future__ import annotations

import sys
from typing import Any


def say(words: str) -> None:
    """Progress, on stderr: stdout ends with the figures."""
    print(words, file=sys.stderr, flush=True)


def figure(name: str, value: float, unit: str, baseline: float, ratio: float, how: str) -> dict[str, Any]:
    """One figure with what it is held against."""
    rounded = {"value": round(value, 3), "baseline": round(baseline, 3), "ratio": round(ratio, 3)}
    return {"name": name, "unit": unit, "how": how, **rounded}
