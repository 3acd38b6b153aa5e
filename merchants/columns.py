"""The columns of a list of shops, and the headers by which each is found, in Chinese and English. Pure data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码", "credit code", "unified social credit code"),
    "enterprise": ("企业名称", "经营者名称", "单位名称", "公司名称", "firm", "enterprise name", "company"),
    "enterprise_address": ("企业地址", "企业住所", "住所", "注册地址", "registered address"),
    "contact": ("联系人", "负责人", "contact name"),
    "contact_phone": ("联系电话", "联系人电话", "手机号", "contact telephone"),
    "store": ("门店名称", "店铺名称", "店名", "门店", "store name", "shop"),
    "brand": ("品牌", "品牌名称"),
    "district": ("区县", "所在区县", "所属区县", "区", "区县代码", "county"),
    "address": ("门店地址", "经营地址", "店铺地址", "地址", "store address"),
    "categories": ("类别", "经营类别", "商品类别", "经营范围类别", "category"),
    "kind": ("门店类型", "类型", "store kind"),
    "lon": ("经度", "longitude", "lng"),
    "lat": ("纬度", "latitude"),
    "hours": ("营业时间", "opening hours"),
    "phone": ("门店电话", "店铺电话", "store phone", "telephone"),
    "capacity": ("寄存容量", "容量"),
    "takes": ("代收类别", "代收商品", "takes in for others"),
    "days": ("无理由退货天数", "承诺天数", "退货天数", "退货期限", "天数", "return days"),
    "cross_store": ("异店退货", "跨店退货", "return at other stores"),
    "alliance": ("联盟退货", "联盟互退", "return at alliance"),
    "cross_city": ("异地退货", "跨城退货", "return in other city"),
    "refund_hours": ("退款时限", "退款小时数", "refund within hours"),
    "condition": ("商品要求", "退货条件", "condition of goods"),
    "proofs": ("认可凭证", "购物凭证", "proof of purchase"),
    "exclusions": ("不适用商品", "除外商品", "not covered"),
    "confirmed": ("不适用已确认", "购买时确认", "confirmed at purchase"),
    "gifts": ("赠品", "赠品处理"),
    "bundles": ("套装", "套装处理", "sets"),
    "freight": ("退货运费", "运费", "return freight"),
    "enrolled_on": ("承诺日期", "入驻日期", "加入日期", "enrolled", "since"),
}
"""Columns, and the headers by which each is found besides its own name."""

ENTERED = ("uscc", "enterprise", "store", "address", "categories", "days", "enrolled_on")
"""Needed where an operator brings shops that promise already."""

APPLIED = ("store", "address", "categories", "days")
"""Needed where a firm brings its own stores: whose they are and since when is known."""

OF_FIRM = ("uscc", "enterprise", "enterprise_address", "contact", "contact_phone", "enrolled_on")
"""What a firm need not say of its own stores."""


LISTS = {
    "kind": "store_kind",
    "condition": "condition",
    "gifts": "gifts",
    "bundles": "bundles",
    "freight": "freight",
    "proofs": "proof",
    "exclusions": "exclusion",
    "categories": "category",
    "takes": "category",
}
"""The list of codes that a column's words are of."""


def names(spelled: Callable[[str], str]) -> dict[str, str]:
    """The column of every header.

    :param spelled: gives a header's one spelling.
    """
    return {spelled(header): name for name, headers in COLUMNS.items() for header in (name, *headers)}
