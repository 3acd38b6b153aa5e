"""The renderer: what may reach the paper, what may not, and that nothing else has a say in it."""

from __future__ import annotations

import io
import socket
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.documents import fonts, render
from tests.support.paper import picture, text_of

PLAIN = '#import "common.typ": *\n#show: sheet\n#set page(width: 100mm, height: 50mm, margin: 5mm)\n'
DATA = {"title": "样张", "date": "2026-07-03"}


@pytest.fixture
def own(tmp_path):
    """A folder of templates of an installation's own; call it with a name and a source."""

    def write(name: str, source: str):
        (tmp_path / name).write_text(source, "utf-8")
        return tmp_path

    return write


@pytest.fixture
def said(own):
    """What a document says whose template prints the text ``said``."""
    folder = own("sample.typ", PLAIN + "#data.said")
    return lambda text: text_of(render.pdf("sample", {**DATA, "said": text}, own=folder))


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        '")#panic()',
        "*粗*_斜_$x$<label>@ref\\",
        "= 标题 // 注释",
        '{"a": 1}',
        "</data>",
        "${7*7}",
    ],
)
def test_what_looks_like_a_command_stays_text(said, text):
    assert said(text) == "".join(text.split())


@settings(max_examples=15)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=60))
def test_any_text_can_be_printed(text):
    data = {**DATA, "number": "1", "addressee": text, "paragraphs": [text], "grounds": [[text, True]]}
    rest = {"fields": [[text, text]], "closing": [], "bureau": text, "signed-on": "", "url": text, "digest": ""}
    words = {"words": {"check": "", "digest": "", "page": ""}}
    assert render.pdf("letter", {**data, **rest, **words}).startswith(b"%PDF-")


@pytest.mark.parametrize("path", ["/etc/passwd", "../render.py", "/../../../pyproject.toml"])
def test_a_template_reads_no_file_of_the_machine(own, path):
    folder = own("sample.typ", f'#read("{path}")')
    with pytest.raises(render.Unrendered, match=r"sample: (file not found|.*escape the project root)"):
        render.pdf("sample", DATA, own=folder)


def test_a_template_reaches_no_network(own, monkeypatch):
    folder = own("sample.typ", '#import "@preview/cetz:0.3.0"')
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(render.Unrendered, match="failed to download package"):
            render.pdf("sample", DATA, own=folder)
        with pytest.raises(TimeoutError):
            server.accept()


def test_the_press_learns_nothing_of_the_installation(tmp_path, monkeypatch):
    teller = tmp_path / "teller"
    teller.write_text("#!/bin/sh\nenv >&2\nexit 1\n", "utf-8")
    teller.chmod(0o755)
    monkeypatch.setattr(render.sys, "executable", str(teller))
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    with pytest.raises(render.Unrendered, match="LANG=") as told:
        render.pdf("letter", DATA)
    assert "secret" not in str(told.value)


def test_a_file_of_the_same_name_takes_the_place_of_the_shipped_one(own):
    folder = own("letter.typ", PLAIN + "本局自己的样式")
    assert text_of(render.pdf("letter", DATA, own=folder)) == "本局自己的样式"


def test_what_the_shipped_templates_share_can_be_changed_in_one_place(own):
    shared = (render.SHIPPED / "common.typ").read_text("utf-8")
    own("common.typ", shared.replace("#0b5a63", "#ff0000"))
    folder = own("sample.typ", PLAIN + "#rect(fill: accent, width: 100%, height: 100%)")
    page = picture(render.png("sample", DATA, 100, own=folder)[0])
    assert page.getpixel((50, 25)) == 76  # pure red in grey


def test_a_folder_that_is_not_there_changes_nothing(tmp_path):
    with pytest.raises(render.Unrendered, match="nothing: there is no such template"):
        render.pdf("nothing", DATA, own=tmp_path / "templates")


def test_a_broken_template_says_where_it_is_broken(own):
    folder = own("sample.typ", PLAIN + "#unheard-of")
    with pytest.raises(render.Unrendered, match=r"unknown variable: unheard-of[\s\S]*main\.typ:4"):
        render.pdf("sample", DATA, own=folder)


def test_a_template_that_does_not_end_is_ended(own, monkeypatch):
    monkeypatch.setattr(render, "SECONDS", 1)
    folder = own("sample.typ", "#for a in range(100000) { for b in range(100000) {} }")
    with pytest.raises(render.Unrendered, match="took more than 1 seconds"):
        render.pdf("sample", DATA, own=folder)


def test_a_template_that_eats_memory_is_ended(own):
    folder = own("sample.typ", "#range(1000000000).len()")
    with pytest.raises(render.Unrendered, match="sample: "):
        render.pdf("sample", DATA, own=folder)


def test_too_much_data_is_refused_before_anything_is_set():
    with pytest.raises(render.Unrendered, match="the data has more than"):
        render.pdf("letter", {**DATA, "said": "长" * render.MOST_DATA})


def test_too_large_templates_are_refused(tmp_path):
    (tmp_path / "logo.png").write_bytes(bytes(render.MOST_FILES))
    with pytest.raises(render.Unrendered, match="the templates have more than"):
        render.pdf("letter", DATA, own=tmp_path)


def test_too_large_a_document_is_refused(own, monkeypatch):
    monkeypatch.setattr(render, "MOST_OUTPUT", 100)
    with pytest.raises(render.Unrendered, match="the document has more than 100 bytes"):
        render.pdf("sample", DATA, own=own("sample.typ", PLAIN + "大"))


@pytest.mark.parametrize("pixels", [0, -1, 4097])
def test_a_picture_has_a_sensible_width(pixels):
    with pytest.raises(ValueError, match="1 to 4096 pixels"):
        render.png("letter", DATA, pixels)


@pytest.mark.parametrize("pixels", [1, 333, 1000, 4096])
def test_a_picture_is_exactly_as_wide_as_asked(own, pixels):
    pages = render.png("sample", DATA, pixels, own=own("sample.typ", PLAIN + "一\n#pagebreak()\n二"))
    assert [picture(page).width for page in pages] == [pixels, pixels]


def test_the_documents_date_is_the_datas_date_and_its_own_clock(own):
    folder = own("sample.typ", PLAIN + "#datetime.today().display()")
    made = render.pdf("sample", {**DATA, "date": "2019-02-28"}, own=folder)
    assert text_of(made) == "2019-02-28"
    assert PdfReader(io.BytesIO(made)).metadata.creation_date.date() == date(2019, 2, 28)


def test_a_rare_character_of_a_name_is_drawn(said):
    assert fonts.missing("𠮷堃䶮㛃喆𬭚龘") == ""
    assert said("𠮷堃䶮㛃喆𬭚龘") == "𠮷堃䶮㛃喆𬭚龘"


def test_a_character_that_no_face_has_is_shown_by_its_number(said):
    assert fonts.missing("张\U0002a6a4👍") == "👍\U0002a6a4"
    assert said("张\U0002a6a4👍某") == "张U+2A6A4U+1F44D某"


def test_every_character_that_counts_as_drawable_is_drawn(own):
    """The archive standard refuses a character without a glyph, so the compiler itself is the judge."""
    drawable = (chr(n) for n in sorted(fonts.characters()))
    text = "".join(c for c in drawable if not c.isspace() and render.tidied(c))
    folder = own("sample.typ", PLAIN + "#data.said")
    assert len(text) > 44_000
    assert render.pdf("sample", {**DATA, "said": text}, own=folder).startswith(b"%PDF-")


def test_what_cannot_be_seen_is_left_out_and_the_rest_stays_as_it_was():
    assert render.tidied("甲\u202e乙\u200b\x00丙\U000e0101") == "甲乙丙"
    assert render.tidied({"a": ["x\ty", ("é", 1, None, True)]}) == {"a": ["x y", ["é", 1, None, True]]}
    assert render.tidied("一\n二\u3000三") == "一\n二 三"


def test_figures_are_of_one_width_in_the_face_that_numbers_are_set_in(own):
    source = '#context "0123456789".clusters().map(d => measure(text(font: hei, weight: 500, d)).width).dedup().len()'
    assert text_of(render.pdf("sample", DATA, own=own("sample.typ", PLAIN + source))) == "1"


def test_a_typeface_of_the_machine_or_the_compiler_is_not_there(own):
    """Text in an unknown face would vanish without a word: that is an error here."""
    for name in ("DejaVu Sans", "Libertinus Serif"):
        folder = own("sample.typ", PLAIN + f'#set text(font: "{name}")\nx')
        with pytest.raises(render.Unrendered, match="unknown font family"):
            render.pdf("sample", DATA, own=folder)


def test_the_working_directory_has_no_part_in_it(tmp_path, monkeypatch, own):
    folder = own("sample.typ", PLAIN + "同一份")
    here = render.pdf("sample", DATA, own=folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert render.pdf("sample", DATA, own=folder) == here
