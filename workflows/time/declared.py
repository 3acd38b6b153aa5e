"""A declared setting: what no text says, given openly with a default and a range. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.errors import RuleBroken


@dataclass(frozen=True)
class Declared:
    """One setting.

    :param default: what holds where nobody decided otherwise, in ``unit``.
    :param says: what it is and why it is ours to declare, in Chinese and in English.
    """

    code: str
    default: int
    least: int
    most: int
    unit: str
    says: tuple[str, str]


def check(setting: Declared, given: int) -> None:
    """Whether a value may be decided.

    :raises RuleBroken: out of the setting's range.
    """
    if not setting.least <= given <= setting.most:
        message = f"{setting.code} must be from {setting.least} to {setting.most} {setting.unit}"
        raise RuleBroken("declared.range", message, field="value", least=setting.least, most=setting.most)
