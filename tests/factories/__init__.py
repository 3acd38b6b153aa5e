"""Makers of people, shops and drafts. They need a session and say so loudly without one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from stdnum.cn import uscc

from complaints.drafts import Draft, Facts, Person, ReportDraft, Respondent
from merchants.models import Enterprise, Store
from merchants.rules import address_key, spelling
from workflows.people.tables import Account, Membership
from workflows.store.db import new_id
from workflows.store.sealed import seal
from workflows.store.search import grams

BORN = datetime(2026, 1, 5, 2, tzinfo=UTC)


def credit_code(number: int) -> str:
    """A well-formed unified social credit code."""
    organisation = f"{number:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = (11 - sum(int(d) * w for d, w in zip(organisation, weights, strict=True)) % 11) % 11
    body = f"91320508{organisation}{'X' if check == 10 else check}"
    return body + uscc.calc_check_digit(body)


class Rows(factory.Factory):
    """Rows added to the session given as ``session=``."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, session=None, **kwargs):
        if session is None:
            raise RuntimeError(f"{cls.__name__} needs session=")
        sealed = {f: kwargs.pop(f) for f in getattr(cls._meta.model, "_test_sealed", ()) if f in kwargs}
        row = model_class(*args, **kwargs)
        for field, value in sealed.items():
            seal(session, row, field, value)
        session.add(row)
        session.flush()
        return row


Account._test_sealed = ("name", "phone")


class AccountFactory(Rows):
    class Meta:
        model = Account

    id = factory.LazyFunction(new_id)
    kind = "consumer"
    city = "3205"
    name = factory.Sequence(lambda n: f"测试人{n}")
    phone = factory.Sequence(lambda n: f"+86139{n:08d}")
    lang = "zh"
    created_at = BORN


class MembershipFactory(Rows):
    class Meta:
        model = Membership

    org_kind = "bureau"


class EnterpriseFactory(Rows):
    class Meta:
        model = Enterprise

    id = factory.LazyFunction(new_id)
    uscc = factory.Sequence(lambda n: credit_code(10_000_000 + n))
    name = factory.Sequence(lambda n: f"苏州试样商贸{n}有限公司")
    city = "3205"
    district = "320508"
    spelling = factory.LazyAttribute(lambda firm: spelling(firm.name))
    address = "姑苏区观前街1号"
    created_at = BORN


class StoreFactory(Rows):
    class Meta:
        model = Store

    id = factory.LazyFunction(new_id)
    name = factory.Sequence(lambda n: f"试样{n}号店")
    brand = "试样"
    city = "3205"
    district = "320508"
    address = "姑苏区观前街1号"
    address_key = factory.LazyAttribute(lambda shop: address_key(shop.address))
    grams = factory.LazyAttribute(lambda shop: grams(shop.name, shop.brand, shop.address))
    lon = Decimal("120.62")
    lat = Decimal("31.31")
    categories = factory.List(["goods.clothing"])
    created_at = BORN


class FactsFactory(factory.Factory):
    class Meta:
        model = Facts

    happened_on = date(2026, 7, 1)
    place = "观前街1号一楼"
    amount_fen = 39900
    narrative = "购买的外套洗了一次就脱线,店员拒绝退换。"


class DraftFactory(factory.Factory):
    class Meta:
        model = Draft

    complainant = factory.LazyFunction(lambda: Person("张试", "+8613900000000", "苏州市姑苏区平江路9号"))
    respondent = factory.LazyFunction(lambda: Respondent(name="试样服饰店", address="江苏省苏州市姑苏区观前街1号"))
    category = "goods.clothing"
    problem = "quality"
    requests = ("return", "refund")
    facts = factory.SubFactory(FactsFactory)
    publish = True
    entrust = False


class ReportFactory(factory.Factory):
    class Meta:
        model = ReportDraft

    clues = "货架上的羊毛标签与检测报告不符。"
    basis = "吊牌照片和购物小票。"
