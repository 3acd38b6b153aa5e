"""A believable past: some thousands of complaints of all ages, made from a seed and streamed into the database.

Every case is written as the product itself would have left it – journal chained, personal fields sealed,
clocks computed – so ``wuyou verify`` passes afterwards. Nothing is random but by the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from complaints import codes
from complaints.models import Complaint
from complaints.operations import indexing
from complaints.terms import ACCEPT, MEDIATE, NOTIFY
from seeds.past import Past, Shop
from workflows.case import numbers
from workflows.people.actor import Actor, ActorRole
from workflows.store.crypto import Keys
from workflows.store.sealed import normal
from workflows.time.calendar import Calendar

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "样例演示测试虚构范本模拟"
STREETS = ("样板路", "示例街", "演示大道", "平安里", "长乐坊")
STORIES = {
    "quality": "购买后{days}天出现质量问题,商家表示是人为损坏,不同意处理。",
    "after_sales": "送修{days}天没有结果,多次催促没有答复。",
    "contract": "付款后商家没有按约定交付,已经过去{days}天。",
    "price": "结账价格与标价不一致,{days}天后才发现,要求退还差额。",
    "food_safety": "购买的食品打开后有异味,距离到期还有{days}天。",
    "false_promotion": "宣传的效果与实际不符,使用{days}天没有任何变化。",
}
PROBLEMS = tuple(STORIES)
HOUR = timedelta(hours=1)
OPENS, CLOSES = 9, 17
FOUND_BY = ("number", "respondent_name", "place", "narrative")


class Historian:
    """Makes cases of the past from a seed.

    :param today: nothing happens after this day.
    :param days: how far back the first filing lies.
    """

    def __init__(self, keys: Keys, calendar: Calendar, shops: list[Shop], seed: int, today: date, days: int) -> None:
        self.keys, self.calendar, self.shops = keys, calendar, shops
        self.rng = random.Random(seed)  # noqa: S311 - a story, not a secret
        self.space = UUID(int=seed % 2**128)
        self.today, self.days = today, days
        self.officer = Actor(ActorRole.OFFICER)

    def cases(self, count: int, consumers: list[UUID]) -> Iterator[Past]:
        """``count`` cases, the oldest first."""
        ages = sorted((int(self.rng.triangular(0, self.days, 0)) for _ in range(count)), reverse=True)
        for age in ages:
            yield self.one(self.today - timedelta(days=age), self.rng.choice(consumers))

    def one(self, received: date, consumer: UUID) -> Past:
        """One case, from filing as far as its age takes it."""
        past = self.filed(received, consumer)
        self.decide(past, received)
        return past

    def timed_id(self, at: datetime) -> UUID:
        """An id that sorts by the time it was made, like the product's own."""
        stamp, rand = int(at.timestamp() * 1000), self.rng.getrandbits(74)
        return UUID(int=stamp << 80 | 7 << 76 | (rand >> 62) << 64 | 2 << 62 | rand & (2**62 - 1))

    def filed(self, received: date, consumer: UUID) -> Past:
        """A case on the day it arrives."""
        shop, rng = self.rng.choice(self.shops), self.rng
        at = self.moment(received)
        case = self.timed_id(at)
        problem = rng.choice(PROBLEMS)
        amount = int(rng.lognormvariate(10.3, 1.1)) // 100 * 100
        name = rng.choice(SURNAMES) + rng.choice(GIVEN)
        person = {
            "name": name,
            "phone": f"+86139{rng.randrange(10**8):08d}",
            "address": f"{shop.address[:6]}{rng.choice(STREETS)}{rng.randrange(1, 300)}号",
        }
        past = Past(case, self.keys, self.row(case, shop, received, problem, amount, consumer))
        past.row |= {f"{f}_sealed": self.keys.seal(f"complaint|{f}|{case}", v) for f, v in person.items()}
        blind = {f"{f}_index": self.keys.blind(f"complaint.{f}", normal(person[f])) for f in indexing.INDEXED}
        past.row |= blind
        past.row["created_at"], past.row["narrative"] = at, STORIES[problem].format(days=rng.randrange(2, 40))
        past.row["grams"] = indexing.keys(Complaint(**{name: past.row[name] for name in FOUND_BY}))
        past.start(self.calendar, ACCEPT, received, received)
        facts = {
            "number": past.row["number"],
            "received_on": str(received),
            "rule_set": past.row["rule_set"],
            "amount_fen": amount,
        }
        by = Actor(ActorRole.CONSUMER, consumer)
        past.record(
            "file", at, by, facts, {"narrative": past.row["narrative"], **{k: person[k] for k in ("name", "phone")}}
        )
        return past

    def row(self, case: UUID, shop: Shop, received: date, problem: str, amount: int, consumer: UUID) -> dict[str, Any]:
        """The columns of a fresh case."""
        return {
            "id": case,
            "city": shop.city,
            "state": "filed",
            "number": numbers.make(shop.city, received, pick=self.rng.choice),
            "filing_id": uuid5(self.space, f"filing:{case}"),
            "rule_set": codes.rule_set(received),
            "received_on": received,
            "district": shop.district,
            "bureau_id": shop.bureau,
            "complainant_id": consumer,
            "store_id": shop.id,
            "enterprise_id": shop.enterprise,
            "respondent_name": f"{shop.enterprise_name}({shop.name})",
            "respondent_address": shop.address,
            "category": shop.category,
            "problem": problem,
            "requests": self.rng.sample(codes.REQUESTS, self.rng.choice((1, 1, 2))),
            "happened_on": received - timedelta(days=self.rng.randrange(0, 20)),
            "place": shop.address,
            "amount_fen": amount,
            "publish": self.rng.random() < 0.8,
            "entrust": self.rng.random() < 0.3,
        }

    def moment(self, day: date) -> datetime:
        """A moment of a day's office hours in Shanghai."""
        start = datetime.combine(day, time(OPENS), UTC) - 8 * HOUR
        return start + timedelta(seconds=self.rng.randrange((CLOSES - OPENS) * 3600))

    def later(self, day: date, least: int, most: int) -> date:
        """A working day some working days later."""
        return self.calendar.add_working_days(day, self.rng.randint(least, most))

    def step(self, past: Past, event: str, day: date, to: str | None = None, **facts: Any) -> bool:
        """Let something happen on a day, unless the day has not come yet."""
        if day > self.today:
            return False
        moved = {"_to": to} if to else {}
        past.record(
            event, self.moment(day), self.officer, {**{k: v for k, v in facts.items() if v is not None}, **moved}
        )
        return True

    def decide(self, past: Past, received: date) -> None:
        """Most complaints are decided and told in time, a few late, some declined."""
        late = self.rng.random() < 0.03
        decided = self.later(received, 8, 11) if late else self.later(received, 1, 6)
        if self.rng.random() < 0.13:
            self.decline(past, decided)
        elif self.step(past, "accept", decided, "accepted", accepted_on=str(decided)):
            past.row |= {"decided_on": decided, "accepted_on": decided}
            past.start(self.calendar, MEDIATE, decided, received)
            self.tell(past, decided)
            self.mediate(past, decided)

    def tell(self, past: Past, decided: date) -> date | None:
        """The telling, on the day of the decision or the next."""
        told = decided if self.rng.random() < 0.7 else self.later(decided, 1, 1)
        if not self.step(past, "told", told, by="phone", told_on=str(told)):
            return None
        past.row["told_on"] = told
        past.stop(ACCEPT, told)
        return told

    def decline(self, past: Past, decided: date) -> None:
        """Declined with a ground of its rule set, told, closed."""
        ground = self.rng.choice(codes.REFUSALS[past.row["rule_set"]][:4])
        if self.step(past, "decline", decided, "declined", ground=ground):
            past.row |= {"decided_on": decided, "decline_ground": ground}
            if told := self.tell(past, decided):
                self.close(past, self.later(told, 1, 3))

    def mediate(self, past: Past, accepted: date) -> None:
        """Consents, mediation, then an agreement or its end."""
        day = self.later(accepted, 1, 8)
        if past.row.get("told_on") is None or day < past.row["told_on"]:
            return
        for side in codes.SIDES:
            if not self.step(past, "consent", day, side=side, given_on=str(day)):
                return
            past.row[f"{side}_consent_on"] = day
        if not self.step(past, "open_mediation", day, "mediating"):
            return
        end = self.later(day, 2, 26)
        if self.rng.random() < 0.62:
            self.settle(past, end)
        else:
            self.terminate(past, end)

    def settle(self, past: Past, day: date) -> None:
        """An agreement, mostly paid, then closing and perhaps a rating."""
        amount = int(past.row["amount_fen"] * self.rng.choice((1, 1, 0.8, 0.5)))
        paid = day if self.rng.random() < 0.85 else None
        if self.step(past, "settle", day, "settled", amount_fen=amount, paid_on=paid and str(paid)):
            past.row |= {"settled_on": day, "settled_fen": amount, "paid_on": paid}
            past.stop(MEDIATE, day)
            self.close(past, self.later(day, 1, 3), satisfied=0.86)

    def terminate(self, past: Past, day: date) -> None:
        """The end of mediation, told within its days, then closing."""
        grounds = codes.TERMINATIONS[past.row["rule_set"]]
        ground = self.rng.choice((grounds[0], grounds[2]))
        if not self.step(past, "terminate", day, "terminated", ground=ground):
            return
        past.row |= {"terminated_on": day, "termination_ground": ground}
        past.stop(MEDIATE, day)
        past.start(self.calendar, NOTIFY, day, past.row["received_on"])
        told = self.later(day, 1, 5)
        if self.step(past, "told", told, by="sms", told_on=str(told)):
            past.row["termination_told_on"] = told
            past.stop(NOTIFY, told)
            self.close(past, self.later(told, 1, 2))

    def close(self, past: Past, day: date, satisfied: float = 0.45) -> None:
        """Closing, and a rating by about a third."""
        if not self.step(past, "close", day, "closed", closed_on=str(day)):
            return
        past.row["closed_on"] = day
        resolution = len(past.told)
        rated = self.later(day, 1, 5)
        if self.rng.random() < 0.35 and rated <= self.today:
            score = self.rng.choice((4, 5, 5)) if self.rng.random() < satisfied else self.rng.choice((1, 2, 3))
            at = self.moment(rated)
            past.record("evaluate", at, Actor(ActorRole.CONSUMER, past.row["complainant_id"]), {"score": score})
            past.evaluations.append((uuid5(self.space, f"rating:{past.id}"), past.id, resolution, score, [], None, at))
