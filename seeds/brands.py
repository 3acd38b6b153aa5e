"""The demo's invented brands: thirty of both cities with 1,600 stores between them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Invented:
    """A brand that does not exist.

    :param seat: district of its firm.
    :param sells: what it mostly sells.
    :param stores: how many it has.
    """

    name: str
    city: str
    seat: str
    sells: str
    stores: int


INVENTED = {
    "pingjiang": Invented("平江衣坊", "3205", "320508", "goods.clothing", 96),
    "binjiang": Invented("滨江家电", "3101", "310101", "goods.appliance", 88),
    "lianhe": Invented("莲荷食品", "3205", "320505", "goods.food", 80),
    "yunjin": Invented("云锦丝绸", "3205", "320507", "goods.clothing", 48),
    "hushan": Invented("虎山茶行", "3205", "320506", "goods.food", 56),
    "jinji": Invented("金鸡湖数码", "3205", "320576", "goods.telecom", 64),
    "taihu": Invented("太湖家居", "3205", "320509", "goods.household", 56),
    "yushan": Invented("玉山美妆", "3205", "320583", "goods.cosmetics", 52),
    "shahe": Invented("沙河鞋业", "3205", "320581", "goods.clothing", 48),
    "gangcheng": Invented("港城健身", "3205", "320582", "service.culture_sport", 24),
    "liuhe": Invented("浏河宠物", "3205", "320585", "goods.pet", 32),
    "wutong": Invented("梧桐咖啡", "3101", "310104", "service.catering_lodging", 80),
    "suhe": Invented("苏河书画教育", "3101", "310106", "service.education", 28),
    "shenlu": Invented("申鹿珠宝", "3101", "310115", "goods.jewellery", 44),
    "hongmei": Invented("虹梅洗衣", "3101", "310112", "service.laundry", 40),
    "jiading": Invented("嘉行自行车", "3101", "310114", "goods.vehicle", 36),
    "fengqiao": Invented("枫桥童装", "3205", "320505", "goods.clothing", 60),
    "mudu": Invented("木渎家纺", "3205", "320506", "goods.household", 52),
    "yangcheng": Invented("阳澄粮油", "3205", "320507", "goods.food", 64),
    "dushu": Invented("独墅文具", "3205", "320576", "goods.other", 44),
    "tongli": Invented("同里糕坊", "3205", "320509", "goods.food", 68),
    "jinxi": Invented("锦溪眼镜", "3205", "320583", "goods.other", 40),
    "huangjing": Invented("璜泾户外", "3205", "320585", "goods.other", 36),
    "chaxi": Invented("槎溪点心", "3101", "310114", "goods.food", 60),
    "caohejing": Invented("漕河泾通讯", "3101", "310104", "goods.telecom", 56),
    "zhangjiang": Invented("张江电器", "3101", "310115", "goods.appliance", 64),
    "wusong": Invented("吴淞渔具", "3101", "310113", "goods.other", 32),
    "qibao": Invented("七宝母婴", "3101", "310112", "goods.other", 60),
    "sheshan": Invented("佘山护肤", "3101", "310117", "goods.cosmetics", 52),
    "zhujiajiao": Invented("朱家角布艺", "3101", "310118", "goods.household", 40),
}
"""Brands by the short name of their firm."""
