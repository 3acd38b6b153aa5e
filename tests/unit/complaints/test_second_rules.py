from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from complaints import codes, rules
from workflows.errors import RuleBroken

ONE, TWO = UUID(int=1), UUID(int=2)
UNTIL = date(2026, 7, 22)


def test_one_person_declines_on_every_ground_but_the_one_that_rests_on_hints():
    for ground in (*codes.REFUSALS["O121"], *codes.REFUSALS["O20"]):
        if ground != "O121-16-3":
            rules.check_alone(ground)
    with pytest.raises(RuleBroken, match="a second person approves"):
        rules.check_alone("O121-16-3")


@pytest.mark.parametrize(("first", "second"), [(ONE, ONE), (ONE, None), (None, None)])
def test_the_second_person_is_somebody_else(first, second):
    with pytest.raises(RuleBroken, match="not the one who proposed"):
        rules.check_second(first, second)
    rules.check_second(ONE, TWO)


def test_the_consumer_has_answered_or_had_the_whole_last_day_to_answer():
    rules.check_heard(UNTIL, date(2026, 7, 21), date(2026, 7, 21))
    rules.check_heard(UNTIL, None, date(2026, 7, 23))
    for until in (UNTIL, None):
        with pytest.raises(RuleBroken, match="may answer until"):
            rules.check_heard(until, None, UNTIL)
