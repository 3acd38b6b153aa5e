"""What is kept how long, and the night that lets go of it: in small batches, counted first, under a safety cap.

No text gives these periods a number but where its rule says so; each is a declared setting with a default that is an
assumption. A night that would let go of more than the cap lets go of nothing of that kind: a wrong date in a setting,
or a clock that runs away, must not empty the house. It is refused, ``wuyou doctor`` tells a person, and the next night
asks anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, and_, delete, func, inspect, select, text, true, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows.declared import BOTH, value
from workflows.store.db import Base, one_of
from workflows.store.session import DatabaseClock
from workflows.time.clock import shanghai_date
from workflows.time.declared import Declared

AT_ONCE = 5_000
"""Rows let go of in one batch of one kind."""

SMALL = 1_000
"""So few rows may go whatever share of their table they are."""

OPEN, DONE, REFUSED = "open", "done", "refused"


def period(code: str, default: int, least: int, most: int, zh: str, en: str) -> Declared:
    """A period of keeping, in days."""
    return Declared(f"keeping.{code}", default, least, most, "days", (f"{zh}（无明文规定，暂定）", f"{en} (assumed)"))


OUTBOX = period("outbox", 30, 7, 365, "已处理的内部消息保存期", "messages that were handled")
IDEMPOTENCY = period("idempotency", 2, 1, 30, "重复请求凭据的保存期", "answers to requests that may be repeated")
SESSION = period(
    "session", 180, 180, 1095, "过期登录会话的保存期，日志至少六个月", "sessions over, logs being six months"
)
CODE = period("code", 1, 1, 30, "过期验证码的保存期", "one-time codes over")
THROTTLE = period(
    "throttle", 180, 180, 1095, "登录失败记录的保存期，日志至少六个月", "failed sign-ins, logs being six months"
)
WEBHOOK = period("webhook", 90, 7, 1095, "已送达或放弃的推送保存期", "deliveries of webhooks that ended")
STAND_IN = period("stand_in", 7, 1, 90, "本地短信、邮件替身的保存期", "messages of the local stand-in")
JOB = period("job", 90, 7, 1095, "定时任务记录的保存期", "runs of scheduled jobs")
HEARTBEAT = period("heartbeat", 7, 1, 90, "已停进程心跳的保存期", "signs of life of processes that are gone")
DRAFT = period("draft", 90, 7, 730, "未提交草稿的保存期", "drafts that were left")
UPLOAD = period("upload", 30, 1, 365, "未提交文件的保存期", "uploaded files that belong to no case")

MOST_ROWS = Declared(
    "keeping.most_rows",
    200_000,
    1_000,
    100_000_000,
    "rows",
    ("每晚每类最多清除的技术记录", "technical rows a night, each kind"),
)
MOST_CASES = Declared(
    "keeping.most_cases",
    500,
    10,
    1_000_000,
    "cases",
    ("每晚每类最多清除个人信息的案件", "cases erased a night, each kind"),
)
MOST_PERCENT = Declared(
    "keeping.most_percent",
    25,
    1,
    100,
    "percent",
    ("每晚最多清除一类记录的比例", "share of one kind that may go in a night"),
)

SETTINGS: Mapping[str, Declared] = {
    s.code: s
    for s in (
        OUTBOX, IDEMPOTENCY, SESSION, CODE, THROTTLE, WEBHOOK, STAND_IN, JOB, HEARTBEAT, DRAFT, UPLOAD, MOST_ROWS,
        MOST_CASES, MOST_PERCENT,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One kind of data: how long it is kept, and how what is over is counted and let go of.

    :param most: the setting of how many may go in a night.
    :param due: how many are over on a day, counted to a limit.
    :param purge: lets go of at most so many, oldest first, and says how many it were.
    :param table: whose size the share is taken of.
    """

    code: str
    kept: Declared
    most: Declared
    due: Callable[[Session, date, int], int]
    purge: Callable[[Session, date, int], int]
    table: str


class RetentionNight(Base):
    """What one night did to one kind of data: how much was over, how much went, or that it was refused."""

    __tablename__ = "retention_night"

    night: Mapped[date] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    due: Mapped[int]
    most: Mapped[int]
    purged: Mapped[int]
    state: Mapped[str]
    checked_at: Mapped[datetime]

    __table_args__ = (one_of("state", (OPEN, DONE, REFUSED)), CheckConstraint("purged <= due", name="counted_first"))


def of_rows(
    setting: Declared,
    model: Any,
    since: Any,
    only: ColumnElement[bool] | None = None,
    keys: Sequence[ColumnElement[Any]] = (),
) -> Rule:
    """The rule of a table whose rows are deleted some days after ``since``.

    :param model: a mapped class, or a bare table with its ``keys``.
    """
    keys = keys or inspect(model).primary_key
    name = getattr(model, "__tablename__", None) or model.name
    condition = true() if only is None else only

    def over(session: Session, today: date) -> ColumnElement[bool]:
        """Which rows are over."""
        days = value(session, setting, BOTH, today)
        return and_(since < DatabaseClock(session).now() - timedelta(days=days), condition)

    def due(session: Session, today: date, most: int) -> int:
        """How many are over, counted to a limit."""
        some = select(*keys).where(over(session, today)).limit(most).subquery()
        return session.scalar(select(func.count()).select_from(some)) or 0

    def purge(session: Session, today: date, most: int) -> int:
        """Delete some of them, the oldest first."""
        chosen = select(*keys).where(over(session, today)).order_by(since).limit(most).with_for_update(skip_locked=True)
        gone = delete(model).where(tuple_(*keys).in_(chosen)).execution_options(synchronize_session=False)
        return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]

    return Rule(setting.code.partition(".")[2], setting, MOST_ROWS, due, purge, name)


@dataclass(frozen=True)
class Counted:
    """How much of a kind is over, and whether a night may let go of it."""

    due: int
    most: int
    allowed: bool


def count(session: Session, rule: Rule, today: date) -> Counted:
    """Count what is over, and hold it against the cap: a number, and a share of the table once that is not small."""
    most = value(session, rule.most, BOTH, today)
    due = rule.due(session, today, most + 1)
    share = due > SMALL and due * 100 > value(session, MOST_PERCENT, BOTH, today) * _size(session, rule.table)
    return Counted(due, most, allowed=due <= most and not share)


def _size(session: Session, table: str) -> int:
    """How many rows a table has, as the server last estimated it, or counted where it never did."""
    known = session.scalar(
        text("SELECT reltuples::bigint FROM pg_class WHERE oid = CAST(:t AS regclass)"), {"t": table}
    )
    if known is not None and known >= SMALL:
        return int(known)
    return session.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0


def night(session: Session, rules: Iterable[Rule], slot: datetime) -> dict[str, Any]:
    """Let go of one batch of each kind, in the caller's transaction; what was done, by kind.

    The first batch of a night counts first and decides for the whole night; no night lets go of more than it counted.
    """
    day = shanghai_date(slot)
    return {rule.code: done for rule in rules if (done := batch(session, rule, day)) is not None}


def batch(session: Session, rule: Rule, day: date) -> int | str | None:
    """One batch of one kind: how many went, ``refused``, or None where nothing is left to do that night."""
    row = session.get(RetentionNight, (day, rule.code), with_for_update=True) or _opened(session, rule, day)
    if row.state != OPEN:
        return REFUSED if row.state == REFUSED else None
    wanted = min(AT_ONCE, row.due - row.purged)
    gone = rule.purge(session, day, wanted) if wanted else 0
    row.purged += gone
    row.state = OPEN if gone and row.purged < row.due else DONE
    session.flush()
    return gone


def _opened(session: Session, rule: Rule, day: date) -> RetentionNight:
    counted = count(session, rule, day)
    row = RetentionNight(night=day, code=rule.code, due=counted.due, most=counted.most, purged=0)
    row.state, row.checked_at = OPEN if counted.allowed else REFUSED, DatabaseClock(session).now()
    session.add(row)
    return row


def refusals(session: Session, since: date) -> list[RetentionNight]:
    """The kinds whose latest night was refused, of the nights since a day."""
    query = select(RetentionNight).where(RetentionNight.night >= since).order_by(RetentionNight.night)
    latest = {row.code: row for row in session.scalars(query)}
    return [row for row in latest.values() if row.state == REFUSED]
