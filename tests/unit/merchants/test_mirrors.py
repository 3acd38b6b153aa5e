from __future__ import annotations

from datetime import date

import pytest

from merchants import mirrors
from tests.factories import credit_code
from workflows.errors import RuleBroken

CODE = credit_code(12_345_678)
CREDIT = "uscc,month,class,source\n"
LISTS = "kind,uscc,source,number,edition,since,until\n"
REPAIR = "source,number,notice,repaired_on,received_on\n"


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def faults(reader, text: str) -> list[tuple[str, str]]:
    with pytest.raises(RuleBroken) as caught:
        reader(lines(text))
    return [(e.field, e.code) for e in caught.value.errors]


def test_a_file_of_credit_classes_is_read_by_month():
    (row,) = mirrors.credit_rows(lines(f"{CREDIT}{CODE},2026-06,C,省信用办\n"))
    assert row == mirrors.CreditRow(CODE, date(2026, 6, 1), "C", "省信用办")


def test_a_file_of_a_list_is_read_with_and_without_an_end():
    abnormal = f"abnormal,{CODE},上海,沪异1,v3,2026-01-05,\n"
    dishonest = f"dishonest,{CODE},上海,沪失2,v3,2026-01-05,2029-01-04\n"
    rows = mirrors.list_rows(lines(LISTS + abnormal + dishonest))
    assert [(r.kind, r.until) for r in rows] == [("abnormal", None), ("dishonest", date(2029, 1, 4))]


def test_a_file_of_repairs_is_read_with_and_without_its_day_of_arrival():
    rows = mirrors.repair_rows(lines(f"{REPAIR}上海,沪异1,修1,2026-07-01,\n上海,沪异2,修2,2026-07-01,2026-07-03\n"))
    assert [r.received_on for r in rows] == [None, date(2026, 7, 3)]


@pytest.mark.parametrize(
    ("reader", "text", "expected"),
    [
        (mirrors.credit_rows, "uscc;month\n", [("line 1", "mirror.header")]),
        (mirrors.credit_rows, "", [("line 1", "mirror.header")]),
        (mirrors.credit_rows, f"{CREDIT}{CODE},2026-06\n", [("line 2", "mirror.columns")]),
        (mirrors.credit_rows, f"{CREDIT}{CODE},2026-06,A,源,more\n", [("line 2", "mirror.columns")]),
        (mirrors.credit_rows, f"{CREDIT}nonsense,2026-06,A,源\n", [("line 2: uscc", "mirror.value")]),
        (mirrors.credit_rows, f"{CREDIT}{CODE},2026-13,A,源\n", [("line 2: month", "mirror.value")]),
        (mirrors.credit_rows, f"{CREDIT}{CODE},June,A,源\n", [("line 2: month", "mirror.value")]),
        (mirrors.credit_rows, f"{CREDIT}{CODE},2026-06,E,源\n", [("line 2: class", "mirror.value")]),
        (mirrors.credit_rows, f"{CREDIT}{CODE},2026-06,A,\n", [("line 2: source", "mirror.value")]),
        (mirrors.credit_rows, f"{CREDIT}{CODE},2026-06,A,源\n{CODE},2026-06,B,源\n", [("line 3", "mirror.twice")]),
        (mirrors.list_rows, f"{LISTS}abnormal,{CODE},沪,1,v1,2026-01-05,2026-01-04\n", [("1: until", "mirror.span")]),
        (mirrors.list_rows, f"{LISTS}rumour,{CODE},沪,1,v1,2026-01-05,\n", [("line 2: kind", "mirror.value")]),
        (mirrors.list_rows, f"{LISTS}abnormal,{CODE},沪,1,v1,5 January,\n", [("line 2: since", "mirror.value")]),
    ],
)
def test_every_fault_is_named_by_line_and_column(reader, text, expected):
    assert faults(reader, text) == expected


def test_after_a_hundred_faults_the_rest_is_not_read():
    found = faults(mirrors.credit_rows, CREDIT + "".join(f"x{n},2026-06,A,源\n" for n in range(300)))
    assert len(found) == mirrors.MOST_FAULTS + 1
    assert found[-1] == ("line 102", "mirror.most")
