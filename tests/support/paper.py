"""Reads documents back, as a person and a phone would."""

from __future__ import annotations

import io
from datetime import date

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from app.documents.letter import LetterSheet
from app.documents.plaque import PlaqueSheet

NUMBER = "SZ-GS-2026-004217"
MM = 72 / 25.4


def plaque_sheet(**changed) -> PlaqueSheet:
    usual = {
        "store": "虚构百货（观前街旗舰店）",
        "enterprise": "苏州虚构百货有限公司",
        "brand": "虚构优选",
        "number": NUMBER,
        "promise": ("购买之日起 15 日内无理由退货", "适用于服装、鞋帽、箱包", "退款 48 小时内按原路退回"),
        "bureau": "苏州市姑苏区市场监督管理局",
        "city": "苏州市",
        "issued_on": date(2026, 7, 3),
        "valid_until": date(2027, 7, 2),
        "verify_url": f"https://wuyou.example.cn/verify/{NUMBER}",
    }
    return PlaqueSheet(**{**usual, **changed})


def letter_sheet(**changed) -> LetterSheet:
    usual = {
        "title": "投诉不予受理决定书",
        "number": "苏姑市监诉不受〔2026〕第128号",
        "addressee": "林晓𠮷",
        "paragraphs": (
            "我局于2026年6月29日收到你关于虚构百货的投诉。经审查，属以下第（三）项情形，我局决定不予受理。",
        ),
        "grounds": (("（一）不属于市场监督管理部门职责的；", False), ("（三）不是为生活消费需要的；", True)),
        "fields": (("联系人", "周明"), ("联系电话", "0512-00000000")),
        "closing": ("特此告知。",),
        "bureau": "苏州市姑苏区市场监督管理局",
        "signed_on": date(2026, 7, 3),
        "verify_url": "https://wuyou.example.cn/verify/documents/0198c2b4-7d1e-7a30",
    }
    return LetterSheet(**{**usual, **changed})


def text_of(pdf: bytes) -> str:
    """Everything it says, on one line, without spaces: how a line was broken is no part of what it says."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def sizes_in_mm(pdf: bytes) -> list[tuple[int, int]]:
    boxes = [page.mediabox for page in PdfReader(io.BytesIO(pdf)).pages]
    return [(round(float(box.width) / MM), round(float(box.height) / MM)) for box in boxes]


def scanned(png: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture(png))]


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")
