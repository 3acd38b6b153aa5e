from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import event

from complaints import beside, queries
from complaints.likeness import DUPLICATE, REPEAT, SIMILAR
from complaints.operations import decide, filing, mediate
from tests.factories import DraftFactory, FactsFactory, ReportFactory
from tests.support.http import make_app, token_for
from tests.support.pile import copies
from tests.support.world import at
from workflows.people.actor import Actor, ActorRole
from workflows.store.session import Role

OTHER = {"narrative": "电饭煲的内胆掉漆，换了两次仍然如此。", "happened_on": date(2026, 3, 1)}


def hints(world, case):
    with world.as_officer() as session:
        found = queries.complaint(session, case)
        return {row.id: hint for hint, row in beside.like(session, found, (world.bureau,))}


def firm(world, case, today=date(2026, 7, 20)):
    with world.as_officer() as session:
        return beside.history(session, queries.complaint(session, case), (world.bureau,), today)


def by_another(world, **changes):
    """A complaint of another consumer."""
    draft = DraftFactory(respondent=filing.Respondent(store_id=world.store), **changes)
    actor = Actor(ActorRole.CONSUMER, world.other_consumer, None, "3205")
    with world.as_consumer(world.other_consumer) as session:
        return filing.file(session, draft, actor=actor, clock=world.clock).complaint.id


def test_a_duplicate_a_repeat_and_a_like_case_stand_beside_each_other_with_their_reasons(world):
    first, again = world.file(), world.file()
    later = world.file(facts=FactsFactory(**OTHER), problem="after_sales")
    like = by_another(world, complainant=DraftFactory().complainant.__class__("李样", "+8613700000009", "平江路十号"))
    found = hints(world, first)
    assert {case: hint.kind for case, hint in found.items()} == {again: DUPLICATE, later: REPEAT, like: SIMILAR}
    assert {r.code for r in found[again].reasons} >= {"complainant", "firm", "same_day", "words"}


def test_another_account_with_the_same_phone_is_found_by_it(world):
    first, other = world.file(), by_another(world, category="goods.appliance", facts=FactsFactory(**OTHER))
    assert next(r.code for r in hints(world, first)[other].reasons) == "phone"


def test_a_respondent_that_the_directory_does_not_know_is_compared_by_name(world):
    unknown = filing.Respondent(name="街角小铺", address="苏州市姑苏区道前街7号")
    first, again = world.file(respondent=unknown), world.file(respondent=unknown)
    world.file(respondent=filing.Respondent(name="街尾小铺", address="苏州市姑苏区道前街8号"))
    assert set(hints(world, first)) == {again}
    assert firm(world, first).open == 1


def test_a_firms_history_counts_how_its_cases_stand_and_leaves_the_case_itself_out(world):
    case = world.file()
    world.file()
    world.decide(world.mediating(), mediate.settle, 39900)
    world.decide(world.mediating(), mediate.terminate, "O121-23-3")
    world.decide(world.file(), decide.decline, "O121-16-4", "已超过三年。")
    world.file(at("2025-07-01"), facts=FactsFactory(happened_on=date(2025, 6, 1)))
    found = firm(world, case)
    assert (found.open, found.settled, found.terminated, found.declined) == (1, 1, 1, 1)
    assert (found.total, found.full, found.since) == (4, False, date(2025, 7, 20))


def test_a_firm_with_very_many_cases_is_counted_to_a_limit_and_says_so(world, root):
    case = world.file()
    copies(root, case, 300)
    found = firm(world, case)
    assert (found.open, found.full) == (beside.MOST_COUNTED, True)
    assert len(hints(world, case)) == 8


def test_another_bureaus_officer_is_shown_nothing_of_it(world):
    case = world.file()
    world.file()
    row = world.read(case)
    with world.as_far_officer() as session:
        parties = (world.far_bureau, world.bureau)
        assert beside.like(session, row, parties) == []
        assert beside.history(session, row, parties, date(2026, 7, 20)).total == 0


def test_hints_history_and_silence_cost_three_statements_whatever_there_is(world, root):
    case = world.file()
    copies(root, case, 100)
    sent = []

    def note(conn, cursor, statement, parameters, context, executemany):
        sent.append(statement)

    with world.as_officer() as session:
        found = queries.complaint(session, case)
        engine = world.db.engine(Role.OFFICER)
        event.listen(engine, "before_cursor_execute", note)
        beside.like(session, found, (world.bureau,))
        beside.history(session, found, (world.bureau,), date(2026, 7, 20))
        event.remove(engine, "before_cursor_execute", note)
    assert len(sent) == 3


@pytest.fixture
def page(world, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.officer))
    return lambda case, lang="zh": client.get(f"/officer/complaints/{case}?lang={lang}").text


def section(text):
    return re.search(r'<section class="beside-case".*?</section>', text, re.DOTALL)[0]


def test_the_case_page_shows_hints_and_history_in_both_languages(world, page):
    case, again = world.file(), world.file()
    chinese, english = section(page(case)), section(page(case, "en"))
    assert world.read(again).number in chinese
    assert "可能重复" in chinese
    assert "同一投诉人；同一经营者" in chinese
    assert "Likely duplicate" in english
    assert "same complainant; same firm" in english


def test_a_report_leg_neither_appears_nor_changes_anything_beside_a_case(world, page):
    case = world.file()
    world.file()
    before = section(page(case))
    draft = DraftFactory(respondent=filing.Respondent(store_id=world.store), report=ReportFactory())
    with world.as_consumer(world.other_consumer) as session:
        actor = Actor(ActorRole.CONSUMER, world.other_consumer, None, "3205")
        filing.report(session, draft.respondent, draft.report, actor=actor, clock=world.clock)
    assert section(page(case)) == before
