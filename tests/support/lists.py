"""Lists of shops as an operator would bring them, made for tests and for measuring."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import xlsxwriter

from tests.factories import credit_code

HEADERS = (
    "统一社会信用代码", "企业名称", "门店名称", "品牌", "区县", "门店地址", "商品类别", "经度", "纬度", "联系电话",
    "无理由退货天数", "异店退货", "承诺日期",
)  # fmt: skip
PLACES = (("姑苏区", 120.62, 31.31), ("昆山市", 120.98, 31.39), ("黄浦区", 121.49, 31.23), ("徐汇区", 121.44, 31.19))


def row(number: int, **changes: str) -> list[str]:
    """One good row; ``changes`` by header."""
    district, lon, lat = PLACES[number % len(PLACES)]
    values = (
        credit_code(40_000_000 + number), f"试样{number}商贸有限公司", f"试样{number}号店", f"试样品牌{number % 300}",
        district, f"{district}样板路{number}号", "服装鞋帽、食品", str(lon), str(lat), f"0512-{60_000_000 + number}",
        ("7", "15", "30")[number % 3], ("是", "否")[number % 2], f"2026-{number % 6 + 1:02d}-{number % 28 + 1:02d}",
    )  # fmt: skip
    return list((dict(zip(HEADERS, values, strict=True)) | changes).values())


def rows(count: int) -> Iterator[list[str]]:
    """Good rows, each another firm's."""
    return (row(number) for number in range(count))


def write_csv(path: Path, lines: Iterable[list[str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEADERS, *lines])
    return path


def write_xlsx(path: Path, lines: Iterable[list[str]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for place, line in enumerate([HEADERS, *lines]):
        sheet.write_row(place, 0, line)
    book.close()
    return path
