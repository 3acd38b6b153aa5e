"""What became of the demo's stores: which never applied, wait, were sent back, stand, were suspended, or are gone.

What most stores are, in force, is streamed in by :mod:`seeds.promising`. The rarer ends are reached through the
product's own verbs with a clock of the past, so their journals have the same reasons, periods and decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants.models import Enrolment, Standing, Store
from merchants.operations import bulk, enrol, review, standing
from merchants.operations.enrol import Papers
from merchants.promise import PromiseTerms
from seeds.people import desk_id, keeper_id
from seeds.pictures import Album
from seeds.reference import bureau_id
from workflows.people.actor import SYSTEM, Actor, ActorRole
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.time.clock import FixedClock

OPENS = time(2, tzinfo=UTC)
"""Ten in the morning in Shanghai: when the decisions of the past were made."""

SHARES = (
    ("none", 4), ("draft", 3), ("submitted", 4), ("under_review", 1), ("sent_back", 2), ("refused", 1),
    ("withdrawn", 1), ("suspended", 2), ("leaving", 2), ("removed", 2), ("lapsed", 1), ("left", 1), ("expiring", 4),
)  # fmt: skip
"""Of a hundred stores; the others are simply in force."""

OF_HUNDRED = tuple(name for name, share in SHARES for _ in range(share))
APPLYING = ("draft", "submitted", "under_review", "sent_back", "refused", "withdrawn")

MENDS = (
    ("shop", "门头照片看不清店名，请重新拍摄。"),
    ("address", "请补充楼层和铺位号。"),
    ("licence", "营业执照照片缺少下半部分。"),
)
REFUSALS = (("not_eligible", "该地址为仓库，不面向消费者销售。"), ("untrue", "提交的门店照片与实地不符。"))
SUSPENSIONS = (
    ("inspection", "现场检查发现店内没有公示承诺内容，整改期间暂停展示。"),
    ("complaints", "一个月内三次没有按承诺时间退款，核查期间暂停展示。"),
)
REMOVALS = (
    ("broken_promise", "多次拒绝按承诺办理无理由退货，经提醒仍未改正。"),
    ("closed", "现场核查已停止营业，联系不上经营者。"),
    ("repeat", "一年内两次暂停展示后再次拒绝退货。"),
)
HEARD = "已对当班人员进行培训，并补退了两笔货款。"


def fate(brand: int, number: int) -> str:
    """What became of a brand's store; the first of each is in force."""
    place = (brand * 53 + number * 17) % 100
    return OF_HUNDRED[place] if number and place < len(OF_HUNDRED) else "in_force"


class Fates:
    """Lets stores reach what became of them."""

    def __init__(self, session: Session, today: date, album: Album | None = None) -> None:
        self.session, self.today, self.album = session, today, album

    def clock(self, days: int) -> FixedClock:
        """The clock of a morning some days ago."""
        return FixedClock(datetime.combine(self.today - timedelta(days=days), OPENS))

    def officer(self, row: Enrolment | Standing) -> Actor:
        """The officer at the desk of a case's bureau."""
        return Actor(ActorRole.OFFICER, desk_id(row.district), bureau_id(row.district), row.city)

    def keeper(self, firm: str, enterprise: UUID) -> Actor:
        """Whoever keeps a firm's stores."""
        return Actor(ActorRole.MERCHANT, keeper_id(firm), enterprise, None, (enterprise,))

    def apply(self, firm: str, end: str, wanted: list[tuple[Store, PromiseTerms]], turn: int) -> None:
        """Bring some stores of a firm as far as their applications came."""
        by = self.keeper(firm, wanted[0][0].enterprise_id)
        ages = {"draft": 3 + turn % 25, "sent_back": 13, "refused": 40 + turn, "withdrawn": 25 + turn}
        begun = ages.get(end, 1 + turn % 8)
        for number, case in enumerate(bulk.draft_all(self.session, wanted, actor=by, clock=self.clock(begun))):
            if end != "draft":
                self._supply(case, by, turn + number, self.clock(begun))
                enrol.submit(self.session, case, signed=True, actor=by, clock=self.clock(begun))
                review.check(self.session, case, actor=SYSTEM, clock=self.clock(begun))
                self._decide(case, end, turn, by, begun)

    def _supply(self, case: Enrolment, by: Actor, number: int, clock: FixedClock) -> None:
        """Two of three come with their pictures."""
        if self.album is None or number % 3 == 2:
            return
        front = self.album.fronts[number % len(self.album.fronts)]
        kept = [
            Evidence(id=new_id(), owner_id=by.account, case_id=case.id, uploaded_at=clock.now(), **facts)
            for facts in (self.album.licence, front)
        ]
        self.session.add_all(kept)
        self.session.flush()
        enrol.supply(self.session, case, Papers(kept[0].id, kept[1].id), actor=by)

    def _decide(self, case: Enrolment, end: str, turn: int, by: Actor, begun: int) -> None:
        session, officer, later = self.session, self.officer(case), self.clock(max(0, begun - 6))
        if end == "under_review":
            review.take_up(session, case, actor=officer, clock=self.clock(begun - 1))
        elif end == "sent_back":
            field, words = MENDS[turn % len(MENDS)]
            review.send_back(session, case, [{"field": field, "words": words}], actor=officer, clock=later)
        elif end == "refused":
            review.refuse(session, case, *REFUSALS[turn % len(REFUSALS)], actor=officer, clock=later)
        elif end == "withdrawn":
            enrol.withdraw(session, case, actor=by, clock=later)

    def end_all(self, ends: Mapping[UUID, tuple[str, str]]) -> None:
        """Bring stores that entered to where they stand now.

        :param ends: by store, its firm and what became of it.
        """
        reach: dict[str, Callable[..., None]] = {
            "suspended": self._suspend,
            "leaving": self._leave,
            "left": self._leave,
            "removed": self._remove,
            "lapsed": self._lapse,
        }
        wanted = [store for store, (_, end) in ends.items() if end in reach]
        query = select(Standing).where(Standing.store_id.in_(wanted), Standing.ended_on.is_(None))
        for turn, found in enumerate(self.session.scalars(query.order_by(Standing.id)).all()):
            firm, end = ends[found.store_id]
            reach[end](found, self.keeper(firm, found.enterprise_id), end, turn)

    def _suspend(self, row: Standing, _by: Actor, _end: str, turn: int) -> None:
        ground, reason = SUSPENSIONS[turn % len(SUSPENSIONS)]
        standing.suspend(self.session, row, ground, reason, actor=self.officer(row), clock=self.clock(3 + turn % 40))

    def _leave(self, row: Standing, by: Actor, end: str, turn: int) -> None:
        told = 5 + turn % 20 + (60 if end == "left" else 0)
        last = self.today - timedelta(days=told) + timedelta(days=40)
        why = ("closing", "moving")[turn % 2]
        standing.give_notice(self.session, row, why, last, actor=by, clock=self.clock(told))
        if end == "left":
            standing.leave(self.session, row, actor=SYSTEM, clock=self.clock(told - 41))

    def _remove(self, row: Standing, by: Actor, _end: str, turn: int) -> None:
        ground, reason = REMOVALS[turn % len(REMOVALS)]
        told, officer = 40 + turn % 90, self.officer(row)
        standing.propose_removal(self.session, row, ground, reason, actor=officer, clock=self.clock(told))
        if turn % 2:
            standing.hear(self.session, row, HEARD, actor=by, clock=self.clock(told - 2))
        standing.remove(self.session, row, reason, actor=officer, clock=self.clock(told - 25))

    def _lapse(self, row: Standing, _by: Actor, _end: str, _turn: int) -> None:
        over = (self.today - row.expires_on).days
        standing.lapse(self.session, row, actor=SYSTEM, clock=self.clock(over - 1))
