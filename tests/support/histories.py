"""Every way that a case can go, as steps of the product itself: what the corpus of recorded histories is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from complaints.drafts import Person, ReportDraft, Respondent
from complaints.operations import decide, filing, mediate, offers, outcomes, repeats, reports
from seeds.reference import bureau_id
from tests.factories import FactsFactory
from tests.support.world import World, at
from workflows.people.tables import Bureau

BEGAN = {"O20": date(2026, 3, 2), "O121": date(2026, 7, 20)}
"""A day of receipt under each rule set."""

MET = ("told", "consent", "consent_firm", "open_mediation")
MEDIATING = ("accept", *MET)

COMPLAINTS = {
    "withdrawn_at_once": ("withdraw",),
    "declined": ("identity", "decline", "told", "close"),
    "returned_and_dispatched": ("return_to_intake", "dispatch", "decline", "told", "close"),
    "accepted_late": ("wait", "accept", "terminate", "told", "told_end", "close"),
    "accepted_then_withdrawn": ("accept", "told", "withdraw", "told_end", "close"),
    "corrected": ("accept", "told", "correct", "decline", "told", "close"),
    "decline_corrected": ("decline", "told", "correct", *MEDIATING, "settle", "close"),
    "settled": (*MEDIATING, "offer", "offer_firm", "settle", "close", "perform", "confirm", "evaluate"),
    "settled_and_denied": (*MEDIATING, "settle", "close", "perform", "deny"),
    "terminated": (*MEDIATING, "offer", "terminate", "told_end", "close"),
    "withdrawn_in_mediation": (*MEDIATING, "withdraw", "told_end", "close"),
    "tested_and_settled": (*MEDIATING, "testing", "tested", "settle", "close"),
    "terminated_while_testing": (*MEDIATING, "testing", "terminate", "told_end", "close"),
    "withdrawn_while_testing": (*MEDIATING, "testing", "withdraw", "told_end", "close"),
}
"""Ways of a complaint under both rule sets."""

REPORTS = {
    "case_opened": ("verify", "testing", "tested", "open_case"),
    "no_case": ("verify", "no_case"),
    "redirected": ("redirect",),
    "revealed": ("reveal", "no_case"),
}
"""Ways of a report under both rule sets."""

REPEATS = {"repeated": ("repeat",), "merged": ("merge",)}
"""Ways that Order 121 alone knows (art. 35)."""


@dataclass
class Way:
    """A case on its way, a day further with each step."""

    world: World
    rule_set: str
    day: date
    case: UUID | None = None
    earlier: str = ""

    @property
    def clock(self):
        return at(self.day.isoformat())

    @property
    def bureaus_ground(self) -> str:
        return "O121-16-1" if self.rule_set == "O121" else "O20-15-1"

    @property
    def ending_ground(self) -> str:
        return "O121-23-2" if self.rule_set == "O121" else "O20-21-2"

    def go(self, steps: tuple[str, ...], known: dict[str, Callable[[Way], object]]) -> UUID:
        for step in steps:
            self.day += timedelta(days=1)
            known[step](self)
        assert self.case is not None
        return self.case

    def officer(self, verb, *arguments, **named):
        return self.world.decide(self.case, verb, *arguments, clock=self.clock, **named)

    def consumer(self, verb, *arguments, **named):
        with self.world.as_consumer() as session:
            found = decide.find(session, self.case)
            return verb(session, found, *arguments, actor=self.world.consumer_actor, clock=self.clock, **named)

    def firm(self, verb, *arguments, **named):
        with self.world.as_merchant() as session:
            found = decide.find(session, self.case)
            return verb(session, found, *arguments, actor=self.world.merchant_actor, clock=self.clock, **named)

    def of_report(self, verb, *arguments, **named):
        with self.world.as_officer() as session:
            found = reports.find(session, self.case)
            return verb(session, found, *arguments, actor=self.world.officer_actor, clock=self.clock, **named)

    def dispatch(self):
        """The intake body sends it back where it came from."""
        with self.world.as_worker() as session:
            county = session.get_one(Bureau, bureau_id("320508"))
            found = decide.find(session, self.case)
            decide.dispatch(session, found, county, actor=self.world.officer_actor, clock=self.clock)


STEPS: dict[str, Callable[[Way], object]] = {
    "wait": lambda way: setattr(way, "day", way.day + timedelta(days=20)),
    "identity": lambda way: way.officer(decide.request_identity, way.day + timedelta(days=5)),
    "accept": lambda way: way.officer(decide.accept),
    "decline": lambda way: way.officer(decide.decline, way.bureaus_ground, "不属于本局职责。"),
    "told": lambda way: way.officer(decide.told, "phone"),
    "told_end": lambda way: way.officer(decide.told, "post"),
    "return_to_intake": lambda way: way.officer(decide.return_to_intake, "经营地不在本区。"),
    "dispatch": lambda way: way.dispatch(),
    "correct": lambda way: way.officer(decide.correct, "漏看了购物凭证。"),
    "consent": lambda way: way.consumer(mediate.consent, "complainant"),
    "consent_firm": lambda way: way.firm(mediate.consent, "respondent"),
    "open_mediation": lambda way: way.officer(mediate.open_mediation),
    "testing": lambda way: way.officer(mediate.testing),
    "tested": lambda way: way.officer(mediate.tested),
    "offer": lambda way: way.consumer(offers.offer, "complainant", 39900, "全额退款。"),
    "offer_firm": lambda way: way.firm(offers.offer, "respondent", 20000, "退一半。"),
    "settle": lambda way: way.officer(mediate.settle, 30000),
    "terminate": lambda way: way.officer(mediate.terminate, way.ending_ground, "双方分歧大。"),
    "withdraw": lambda way: way.consumer(mediate.withdraw),
    "close": lambda way: way.officer(mediate.close),
    "perform": lambda way: way.firm(outcomes.perform, 30000),
    "confirm": lambda way: way.consumer(outcomes.confirm),
    "deny": lambda way: way.consumer(outcomes.deny, "没有收到。"),
    "evaluate": lambda way: way.consumer(mediate.evaluate, 5, ["quick"], "谢谢。"),
}

REPORT_STEPS: dict[str, Callable[[Way], object]] = {
    "verify": lambda way: way.of_report(reports.verify, "visit", "现场查看了货架。"),
    "testing": lambda way: way.of_report(reports.testing),
    "tested": lambda way: way.of_report(reports.tested),
    "open_case": lambda way: way.of_report(reports.open_case),
    "no_case": lambda way: way.of_report(reports.no_case, "未发现违法。"),
    "redirect": lambda way: way.of_report(reports.redirect, "某某管理局", "不属于市场监管职责。"),
    "reveal": lambda way: way.of_report(reports.reveal, "需要补充询问。"),
    "repeat": lambda way: way.of_report(repeats.repeat, way.earlier),
    "merge": lambda way: way.of_report(repeats.merge, way.earlier),
}


def names() -> list[str]:
    """The name of every way: kind, rule set, and how it went."""
    both = [(kind, rule) for rule in BEGAN for kind in ("complaint", "report")]
    found = [f"{kind}-{rule}-{way}" for kind, rule in both for way in (COMPLAINTS if kind == "complaint" else REPORTS)]
    return [*found, *(f"report-O121-{way}" for way in REPEATS)]


def walked(world: World, name: str) -> UUID:
    """Let the product take a case this way; its id."""
    kind, rule, way = name.split("-")
    going = Way(world, rule, BEGAN[rule])
    if kind == "complaint":
        facts = FactsFactory(happened_on=BEGAN[rule] - timedelta(days=9))
        going.case = world.file(going.clock, facts=facts)
        return going.go(COMPLAINTS[way], STEPS)
    if way in REPEATS:
        going.earlier = world.read_report(_report(going)).number
        going.day += timedelta(days=1)
    going.case = _report(going)
    return going.go(REPORTS.get(way) or REPEATS[way], REPORT_STEPS)


def _report(going: Way) -> UUID:
    draft = ReportDraft("货架标签与检测不符。", "吊牌照片和小票。")
    who = Person("张试样", "+8613900000000", "苏州市姑苏区平江路9号")
    with going.world.as_consumer() as session:
        against = Respondent(store_id=going.world.store)
        filed = filing.report(session, against, draft, who, actor=going.world.consumer_actor, clock=going.clock)
        assert filed.report is not None
        return filed.report.id
