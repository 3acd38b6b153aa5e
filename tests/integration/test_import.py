"""An operator's list of shops, brought into a real base."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from app import imports
from app.cli import status
from app.commands import bulk
from app.import_tables import ImportRun
from app.wiring import TERMS
from merchants.geography import off_km
from merchants.lifecycle import ENROLMENT, STANDING
from merchants.models import Brand, Contact, Enrolment, Enterprise, Promise, Standing, Store
from merchants.operations import enrol, standing
from merchants.queries import standings
from seeds import people, promising, shops
from seeds.brands import INVENTED
from tests.support import lists
from workflows.case import clocks, journal
from workflows.case.tables import CaseAccess, CaseEvent
from workflows.store.sealed import unseal
from workflows.store.session import Role


@pytest.fixture
def wuyou(world, monkeypatch, capsys):
    """The command line, on this test's database."""

    class Held:
        def __enter__(self):
            return world.db

        def __exit__(self, *error):
            return False

    monkeypatch.setattr(bulk, "database", Held)

    def run(*arguments: object):
        code = status(["import", "merchants", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def counted(world) -> dict[str, int]:
    tables = (Enterprise, Brand, Store, Contact, Enrolment, Standing, Promise, CaseEvent, CaseAccess)
    with world.db.transaction(Role.OWNER) as session:
        return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) for t in tables}


def verify(world) -> None:
    """Every chain and every open date is what the product itself would have written."""
    with world.db.transaction(Role.EXPORT) as session:
        for kind in (Enrolment, Standing):
            for case in session.scalars(select(kind)):
                events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq))
                assert not list(journal.verify(case.id, events, (case.chain_seq, case.chain_hash)))
        assert not list(clocks.faults(session, TERMS))


def test_a_good_list_becomes_stores_in_force_with_plaque_promise_and_journal(world, wuyou, tmp_path):
    file = lists.write_csv(tmp_path / "shops.csv", lists.rows(30))
    code, out, err = wuyou(file)
    assert (code, out) == (0, "30 rows: 30 good, 0 bad; 30 stores added, 0 known already\n"), err
    verify(world)
    with world.db.transaction(Role.OWNER) as session:
        store = session.scalars(select(Store).where(Store.name == "试样4号店")).one()
        stands = session.scalars(select(Standing).where(Standing.store_id == store.id)).one()
        held = standings.promise_on(session, store.id, stands.entered_on)
        case = session.scalars(select(Enrolment).where(Enrolment.store_id == store.id)).one()
        assert (stands.state, store.plaque, str(stands.entered_on)) == ("in_force", stands.plaque, "2026-05-05")
        assert (held.days, store.promise_days, store.promise_store) == (15, 15, True)
        assert stands.next_due_on == stands.expires_on
        assert (case.state, case.standing_id) == ("approved", stands.id)
        assert case.signed_digest == enrol.commitment(session, case)
        reached = session.scalars(select(Contact).where(Contact.org_id == store.enterprise_id)).one()
        assert unseal(session, reached, "phone") == "0512-60000004"
        assert session.scalar(select(Brand.name).where(Brand.id == store.brand_id)) == "试样品牌4"


def test_the_product_goes_on_with_what_was_brought_in(world, wuyou, tmp_path):
    wuyou(lists.write_csv(tmp_path / "shops.csv", lists.rows(2)))
    with world.db.transaction(Role.OWNER) as session:
        found = session.scalars(select(Standing).order_by(Standing.id)).first()
        from_list = standing.find(session, found.id)
        standing.suspend(
            session, from_list, "inspection", "现场检查发现未公示。", actor=world.officer_actor, clock=world.clock
        )
    verify(world)


def test_a_dry_run_writes_nothing(world, wuyou, tmp_path):
    before = counted(world)
    code, out, _ = wuyou(lists.write_csv(tmp_path / "shops.csv", lists.rows(5)), "--dry-run")
    assert (code, out) == (0, "5 rows: 5 good, 0 bad; nothing written\n")
    assert counted(world) == before


def test_one_bad_row_in_the_middle_is_named_by_row_and_column_and_nothing_is_written(world, wuyou, tmp_path):
    before = counted(world)
    lines = [lists.row(0), lists.row(1, 门店名称="=HYPERLINK(1)"), lists.row(2)]
    code, out, _ = wuyou(lists.write_csv(tmp_path / "shops.csv", lines))
    assert code == 1
    assert "row 3, store: begins like a formula of a spreadsheet" in out
    assert "3 rows: 2 good, 1 bad; nothing written: mend the bad rows" in out
    assert counted(world) == before


def test_bad_rows_may_be_left_out(world, wuyou, tmp_path):
    lines = [lists.row(0), lists.row(1, 统一社会信用代码="91320508400000000A"), lists.row(2)]
    code, out, _ = wuyou(lists.write_csv(tmp_path / "shops.csv", lines), "--skip-bad", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["rows"], told["good_rows"], told["bad_rows"], told["added"]) == (3, 2, 1, 2)
    assert [(f["row"], f["column"], f["code"]) for f in told["faults"]] == [(3, "uscc", "uscc")]
    verify(world)


def test_the_same_file_twice_changes_nothing(world, wuyou, tmp_path):
    file = lists.write_csv(tmp_path / "shops.csv", lists.rows(8))
    wuyou(file)
    before = counted(world)
    code, out, _ = wuyou(file)
    assert (code, out) == (0, "8 rows: 8 good, 0 bad; 0 stores added, 8 known already\n")
    assert counted(world) == before


def test_a_run_that_was_cut_off_goes_on_and_ends_as_if_it_never_was(world, wuyou, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 4)
    file = lists.write_csv(tmp_path / "shops.csv", lists.rows(10))
    report = imports.check(world.db, file, lambda _: None)

    def cut_off_after_two_chunks(count):
        cut_off_after_two_chunks.seen += count
        if cut_off_after_two_chunks.seen == 8:
            raise KeyboardInterrupt

    cut_off_after_two_chunks.seen = 0
    with pytest.raises(KeyboardInterrupt):
        imports.write(world.db, file, report, cut_off_after_two_chunks)
    with world.as_worker() as session:
        assert session.scalars(select(ImportRun.done_rows)).one() == 8
    code, out, _ = wuyou(file)
    assert (code, out) == (
        0,
        "10 rows: 10 good, 0 bad; 10 stores added, 0 known already, going on after 8\n",
    )
    with world.as_worker() as session:
        run = session.scalars(select(ImportRun)).one()
        assert (run.done_rows, run.added, run.finished_at is not None) == (10, 10, True)
        assert session.scalar(select(func.count()).select_from(Standing)) == 10
    verify(world)


def test_xlsx_says_the_same_as_csv(world, wuyou, tmp_path):
    lines = list(lists.rows(6))
    assert wuyou(lists.write_xlsx(tmp_path / "shops.xlsx", lines))[0] == 0
    before = counted(world)
    for name, encoding, delimiter in (("a.csv", "gb18030", ";"), ("b.csv", "utf-8", "\t")):
        code, out, _ = wuyou(lists.write_csv(tmp_path / name, lines, encoding, delimiter))
        assert (code, out) == (0, "6 rows: 6 good, 0 bad; 0 stores added, 6 known already\n")
    assert counted(world) == before


def test_a_credit_code_of_another_firm_here_is_named_and_another_spelling_of_it_is_told(world, wuyou, tmp_path):
    wuyou(lists.write_csv(tmp_path / "first.csv", [lists.row(1), lists.row(2)]))
    lines = [
        lists.row(1, 企业名称="全不相同的名字有限公司", 门店名称="二店"),
        lists.row(2, 企业名称="试样2商贸有限责任公司", 门店名称="二店"),
    ]
    code, out, _ = wuyou(lists.write_csv(tmp_path / "second.csv", lines))
    assert code == 1
    assert "row 2, uscc: belongs to 试样1商贸有限公司 here" in out
    assert "row 3, enterprise: is known here as 试样2商贸有限公司; that spelling stays [spelling] (told only)" in out


def test_a_row_that_comes_twice_in_the_file_is_written_once(world, wuyou, tmp_path):
    code, out, _ = wuyou(
        lists.write_csv(tmp_path / "shops.csv", [lists.row(1), lists.row(2), lists.row(1)]), "--skip-bad"
    )
    assert "row 4, store: is in row 2 already" in out
    assert (code, out.splitlines()[-1]) == (0, "3 rows: 2 good, 1 bad; 2 stores added, 0 known already")


def test_columns_that_mean_nothing_here_are_named(world, wuyou, tmp_path):
    file = tmp_path / "shops.csv"
    file.write_text(",".join([*lists.HEADERS, "备注"]) + "\n" + ",".join([*lists.row(1), "老客户"]) + "\n", "utf-8")
    code, out, _ = wuyou(file, "--dry-run")
    assert (code, out.splitlines()[0]) == (0, "columns not read: 备注")


def test_who_manages_the_firm_sees_its_application_and_no_other_firms(world, wuyou, tmp_path):
    wuyou(lists.write_csv(tmp_path / "shops.csv", [lists.row(1), lists.row(2)]))
    with world.as_worker() as session:
        firm = session.scalars(select(Enterprise.id).where(Enterprise.name == "试样1商贸有限公司")).one()
    with world.as_merchant(firm) as session:
        assert session.scalars(select(Enrolment.enterprise_id)).all() == [firm]


def test_a_second_store_of_a_known_firm_joins_it(world, wuyou, tmp_path):
    wuyou(lists.write_csv(tmp_path / "first.csv", [lists.row(1)]))
    wuyou(lists.write_csv(tmp_path / "second.csv", [lists.row(1, 门店名称="二店"), lists.row(1, 门店名称="三店")]))
    with world.as_worker() as session:
        firm = session.scalars(select(Enterprise).where(Enterprise.name == "试样1商贸有限公司")).one()
        stores = session.scalars(select(Store.name).where(Store.enterprise_id == firm.id).order_by(Store.name)).all()
    assert stores == ["三店", "二店", "试样1号店"]


def test_a_file_without_the_columns_that_are_needed_is_refused_with_their_names(world, wuyou, tmp_path):
    file = tmp_path / "shops.csv"
    file.write_text("门店名称,门店地址\n一店,姑苏区样板路1号\n", "utf-8")
    code, _, err = wuyou(file)
    assert code == 2
    assert "the file lacks these columns: uscc (统一社会信用代码), enterprise (企业名称)" in err


def test_nobody_but_the_operator_sees_the_runs(world):
    with world.as_merchant() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("SELECT 1 FROM import_run"))


def test_a_file_that_grew_too_big_is_refused_at_once(world, wuyou, tmp_path):
    file = tmp_path / "big.csv"
    with file.open("wb") as out:
        out.truncate(101 * 1024 * 1024)
    code, _, err = wuyou(file)
    assert (code, "the file has 101 MB; at most 100 MB are read" in err) == (2, True)


def test_the_demos_stores_are_in_every_state_and_loading_again_changes_nothing(world):
    for _ in range(2):
        with world.db.transaction(Role.OWNER) as session:
            people.load_crowd(session)
            people.load(session, "not a hash")
            shops.load(session)
            promising.load_demo(session)
    verify(world)
    with world.db.transaction(Role.OWNER) as session:
        demo = Store.brand.in_([brand.name for brand in INVENTED.values()])
        assert session.scalar(select(func.count()).select_from(Store).where(demo)) == 1600
        listed = session.scalars(select(Store).where(demo, Store.plaque.is_not(None))).all()
        assert 1150 < len(listed) < 1350
        assert {store.promise_days for store in listed} == {7, 15, 30}
        assert {store.promise_city for store in listed} == {True, False}
        assert all(store.brand_id for store in listed)
        chain = select(func.count()).select_from(Store).where(Store.example_chain, Store.plaque.is_not(None))
        assert session.scalar(chain) == 0
        assert set(session.scalars(select(Standing.state))) == set(STANDING.states)
        assert set(session.scalars(select(Enrolment.state))) == set(ENROLMENT.states) - {"expired"}
        assert session.scalar(select(func.count(Standing.entered_on.distinct()))) > 500
        removed = session.scalars(select(Standing).where(Standing.state == "removed")).all()
        assert all(next(iter(journal.words_of(session, row.id).values()))["reason"] for row in removed)


def test_the_demos_stores_lie_within_a_few_kilometres_of_their_districts_seats():
    off = [off_km(row["district"], float(row["lon"]), float(row["lat"])) for row in shops.stores(None)]
    assert len(off) == 1600
    assert max(off) < 5
