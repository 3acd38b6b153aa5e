from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from app import sheets
from merchants.columns import COLUMNS
from tests.support import lists
from workflows.errors import RuleBroken

NAMES = {"门店名称": "store", "地址": "address"}
HEAD = ["门店名称", "地址"]


def written(tmp_path, text, encoding="utf-8", name="a.csv"):
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return file


def read(file, limits=None):
    return list(sheets.open_sheet(file, NAMES, limits).rows)


def refused(file, code, limits=None):
    with pytest.raises(RuleBroken) as caught:
        read(file, limits)
    assert caught.value.code == f"sheet.{code}"
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_usual_encoding_and_delimiter(tmp_path, encoding, delimiter):
    text = delimiter.join(HEAD) + "\n" + delimiter.join(("一店", "样板路1号")) + "\n"
    assert read(written(tmp_path, text, encoding)) == [(2, {"store": "一店", "address": "样板路1号"})]


def test_rows_have_the_numbers_that_the_spreadsheet_shows(tmp_path):
    text = '门店名称,地址\n一店,甲\n\n"二\n店",乙\n,\n三店\n'
    assert read(written(tmp_path, text)) == [
        (2, {"store": "一店", "address": "甲"}),
        (4, {"store": "二\n店", "address": "乙"}),
        (6, {"store": "三店", "address": ""}),
    ]


def test_headers_match_whatever_their_width_brackets_and_marks(tmp_path):
    sheet = sheets.open_sheet(written(tmp_path, " *门店名称（必填） ,地 址,备注\n一店,甲,乙\n"), NAMES)
    assert (list(sheet.columns.values()), sheet.unknown) == (["store", "address"], ["备注"])


def test_no_two_columns_of_a_list_of_shops_share_a_header():
    spelled = [{sheets.header(h) for h in (name, *headers)} for name, headers in COLUMNS.items()]
    assert len(set().union(*spelled)) == sum(map(len, spelled))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (",,\n", "empty"),
        ("备注,其他\n1,2\n", "headers"),
        ("门店名称,门店名称\n1,2\n", "header_twice"),
        ("门店名称\n" + "长" * 2001 + "\n", "cell"),
        ("门店名称\n" + "x" * 140_000 + "\n", "csv"),
        ("门店名称\n" + ",".join("a" * 61) + "\n", "columns"),
        ("门店名称\n一\0店\n", "format"),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(tmp_path, text, code):
    refused(written(tmp_path, text), code)


def test_too_many_rows_are_refused(tmp_path):
    file = written(tmp_path, "门店名称\n1\n2\n3\n")
    assert refused(file, "rows", sheets.Limits(rows=2)).params == {"most": 2}


def test_a_file_of_more_than_100_mb_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "big.csv"
    with file.open("wb") as out:
        out.truncate(sheets.MOST_BYTES + 1)
    refused(file, "size")


def test_bytes_of_no_encoding_and_old_excel_are_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"\xff\xff\xff\xff")
    refused(tmp_path / "a", "format")
    (tmp_path / "b").write_bytes(sheets.OLD_EXCEL + b"rest")
    assert "save it as .xlsx" in str(refused(tmp_path / "b", "format"))


def test_a_broken_archive_and_a_zip_that_is_no_workbook_are_refused(tmp_path):
    (tmp_path / "a").write_bytes(sheets.ZIP + b"no archive")
    refused(tmp_path / "a", "format")
    with zipfile.ZipFile(tmp_path / "b", "w") as archive:
        archive.writestr("hello.txt", "hello")
    refused(tmp_path / "b", "format")


def test_an_archive_that_would_unpack_to_too_much_is_refused(tmp_path):
    refused(lists.write_xlsx(tmp_path / "a.xlsx", lists.rows(1)), "unpacked", sheets.Limits(unpacked=1000))


def test_an_archive_that_says_less_than_it_holds_is_refused(tmp_path):
    file = lists.write_xlsx(tmp_path / "a.xlsx", lists.rows(50))
    with zipfile.ZipFile(file) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    file.write_bytes(file.read_bytes().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    refused(file, "format")


def test_xlsx_gives_plain_texts_and_the_same_row_numbers(tmp_path):
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 0, HEAD)
        sheet.write_row(2, 0, [913205081234567890, 7])
        sheet.write_row(4, 0, [True, 2.5])
        sheet.write_datetime(5, 0, datetime(2026, 7, 20))  # noqa: DTZ001 - a spreadsheet knows no zone
    assert read(file) == [
        (3, {"store": "9.13205081e+17", "address": "7"}),
        (5, {"store": "true", "address": "2.5"}),
        (6, {"store": "2026-07-20", "address": ""}),
    ]


def test_a_formula_is_refused_by_its_cell(tmp_path):
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["一店 <f> ", "甲"])
        sheet.write_formula(2, 1, "=1+1")
    assert refused(file, "formula").params == {"cell": "B3"}


def test_every_kind_of_cell_has_a_text():
    noon = datetime(2026, 1, 2, 12)  # noqa: DTZ001 - a spreadsheet knows no zone
    cells = (None, " a ", True, False, 3, 3.0, 0.25, 1e20, date(2026, 1, 2), noon, time(9, 30))
    assert [sheets.plain(cell) for cell in cells] == [
        "", "a", "true", "false", "3", "3", "0.25", "1e+20", "2026-01-02", "2026-01-02", "09:30:00",
    ]  # fmt: skip
    assert sheets.plain(timedelta(hours=1)) == "1:00:00"


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=2, max_size=2)
    )
)
def test_what_csv_wrote_is_read_again(tmp_path_factory, lines):
    file = tmp_path_factory.mktemp("sheet") / "a.csv"
    lists.write_csv(file, [])
    with file.open("w", encoding="utf-8", newline="") as out:
        sheets.csv.writer(out).writerows([HEAD, *lines])
    found = [tuple(row.values()) for _, row in read(file)]
    wanted = [tuple(cell.strip() for cell in line) for line in lines]
    assert found == [line for line in wanted if any(line)]
