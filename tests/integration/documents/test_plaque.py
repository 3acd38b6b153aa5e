"""The plaque: what hangs on the wall says what it should, fits, and can be checked by anybody's phone."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops, ImageStat
from pypdf import PdfReader

from app.documents.plaque import LONGEST, LONGEST_LINE, MOST_LINES, Size, as_pdf, as_png
from tests.support.paper import NUMBER, picture, plaque_sheet, scanned, sizes_in_mm, text_of
from workflows.errors import RuleBroken

MM = {Size.PORTRAIT: (210, 297), Size.LANDSCAPE: (300, 200)}
BOTH = pytest.mark.parametrize("size", list(Size))
AWKWARD = [
    "W" * 200,
    "一" * 200,
    "（" * 200,
    "，" * 200,
    "ー" * 200,
    "Ж" * 200,
    "—" * 200,
    "A " * 100,
    "虚构（店）" * 40,
]
CLEAR = {
    Size.PORTRAIT: [
        (11, 12, 20, 285),
        (190, 12, 199, 285),
        (21, 99, 189, 102),
        (21, 168, 189, 170),
        (21, 222, 189, 224),
    ],
    Size.LANDSCAPE: [
        (11, 12, 21, 188),
        (279, 12, 289, 188),
        (21, 83, 279, 85),
        (21, 127, 279, 129),
        (96, 132, 103, 178),
    ],
}
"""Strips of each plaque in millimetres – left, top, right, bottom – that stay white whatever it says."""


@BOTH
def test_it_says_everything_it_was_given_and_how_to_check_it(size):
    sheet = plaque_sheet()
    made = as_pdf(sheet, size)
    assert made.startswith(b"%PDF-")
    said = text_of(made)
    given = [sheet.store, sheet.enterprise, sheet.brand, sheet.number, *sheet.promise, sheet.bureau, sheet.city]
    fixed = ["无理由退货承诺单位", "有效期至2027年7月2日", "扫码核验，或打开wuyou.example.cn/verify输入标牌编号"]
    assert [each for each in (*given, *fixed) if "".join(each.split()) not in said] == []


@BOTH
def test_it_is_one_page_of_the_size_it_is_printed_on(size):
    assert sizes_in_mm(as_pdf(plaque_sheet(), size)) == [MM[size]]


@BOTH
def test_its_typefaces_are_inside_and_it_can_be_read_aloud(size):
    reader = PdfReader(io.BytesIO(as_pdf(plaque_sheet(), size)))
    fonts = [f.get_object() for f in reader.pages[0]["/Resources"]["/Font"].values()]
    inner = [f["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for f in fonts]
    assert inner
    assert all("/FontFile2" in each or "/FontFile3" in each for each in inner)
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert b"<pdfaid:part>2</pdfaid:part>" in reader.xmp_metadata.stream.get_data()
    assert reader.metadata.title == f"无理由退货承诺单位 {NUMBER}"


@BOTH
def test_a_phone_reads_its_address(size):
    sheet = plaque_sheet()
    assert scanned(as_png(sheet, size, 900)) == [sheet.verify_url]


@BOTH
def test_the_longest_address_can_still_be_read(size):
    address = f"https://{'wuyou.' * 27}cn/v/{NUMBER}"
    assert len(address) > LONGEST["verify_url"] - 10
    assert scanned(as_png(plaque_sheet(verify_url=address), size, 1400)) == [address]


@BOTH
def test_the_same_sheet_gives_the_same_bytes(size):
    assert as_pdf(plaque_sheet(), size) == as_pdf(plaque_sheet(), size)
    assert as_png(plaque_sheet(), size, 400) == as_png(plaque_sheet(), size, 400)


@BOTH
def test_another_name_gives_another_plaque(size):
    assert as_pdf(plaque_sheet(), size) != as_pdf(plaque_sheet(store="别家"), size)


def test_a_name_that_looks_like_a_command_hangs_on_the_wall_as_it_is():
    assert '#read("/etc/passwd")' in text_of(as_pdf(plaque_sheet(store='#read("/etc/passwd")'), Size.PORTRAIT))


@BOTH
@pytest.mark.parametrize("name", AWKWARD, ids=lambda name: name[:2])
def test_the_longest_names_fit(size, name):
    assert everything_in_place(plaque_sheet(store=name, enterprise=name), size)


@BOTH
def test_the_longest_of_everything_fits(size):
    full = plaque_sheet(
        store="虚构国际奥特莱斯" * 25,
        enterprise="虚构国际管理公司" * 25,
        brand="虚构品牌" * 15,
        number="9" * 40,
        promise=("购" * LONGEST_LINE,) * MOST_LINES,
        bureau="虚构市场监督管理局" * 6,
        city="虚构" * 10,
        verify_url=f"https://{'wuyou.' * 24}cn/v/{'9' * 40}",
    )
    assert everything_in_place(full, size)


@settings(max_examples=25)
@given(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=200), st.sampled_from(Size)
)
def test_any_name_fits(name, size):
    assert everything_in_place(plaque_sheet(store=name), size)


def everything_in_place(sheet, size) -> bool:
    """One page; the strips between its parts and its margins are white; and the code can be read."""
    made = as_png(sheet, size, 4 * MM[size][0])
    page = picture(made)
    strips = [page.crop(tuple(4 * mm for mm in strip)) for strip in CLEAR[size]]
    return (
        sizes_in_mm(as_pdf(sheet, size)) == [MM[size]]
        and all(ImageStat.Stat(strip).extrema[0][0] > 250 for strip in strips)
        and scanned(made) == [sheet.verify_url]
    )


@BOTH
def test_a_short_name_stands_large_and_in_the_middle(size):
    wide = MM[size][0]
    full, dotted = (picture(as_png(plaque_sheet(store=name), size, 4 * wide)) for name in ("囯囯", "··"))
    left, top, right, bottom = ImageChops.difference(full, dotted).getbbox()
    assert abs((left + right) / 8 - wide / 2) < 1
    assert (bottom - top) / 4 > 10


def test_a_plaque_without_brand_has_no_stray_mark():
    assert "|" not in text_of(as_pdf(plaque_sheet(brand=""), Size.PORTRAIT))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"store": ""}, "store"),
        ({"store": "长" * 201}, "store"),
        ({"promise": ()}, "promise"),
        ({"promise": ("一",) * 7}, "promise"),
        ({"promise": ("长" * 41,)}, "promise"),
        ({"promise": (" ",)}, "promise"),
        ({"verify_url": "https://wuyou.example.cn/verify/other"}, "verify_url"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name(changed, field):
    with pytest.raises(RuleBroken) as refused:
        plaque_sheet(**changed)
    assert [error.field for error in refused.value.errors] == [field]
