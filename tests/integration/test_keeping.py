"""What goes after its period, what stays, and a night that refuses to let go of too much."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import false, func, select, text, update

from app import files, keeping
from app.commands.keeping import facts
from app.commands.replay import every
from app.identity.tables import IdempotencyKey, WebSession
from app.places import Places
from app.portals.tables import FilingDraft
from complaints.models import Complaint, Evaluation, Offer, Paper, Report
from complaints.operations import challenges, decide, erasing, papers
from tests.support import histories
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from tools import verify_journal
from workflows.case import export, journal
from workflows.case.tables import CaseCommitment, CaseEvent
from workflows.declared import BOTH, DeclaredSetting
from workflows.delivery.tables import JobRun, Message
from workflows.errors import NotFound
from workflows.keeping import AT_ONCE, REFUSED, RetentionNight, batch, count, refusals
from workflows.store.crypto import sm3
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.store.session import DatabaseClock, Role

RULE = {rule.code: rule for rule in keeping.RULES}
LATER = date(2036, 7, 20)
TODAY = at("2026-09-03")


def nothing_held(_kind):
    return false()


def decided(world, code, value, since=date(2020, 1, 1)):
    with world.as_worker() as session:
        session.add(
            DeclaredSetting(
                code=code,
                city=BOTH,
                since=since,
                value=value,
                reason="测试",
                decided_at=datetime(2020, 1, 1, tzinfo=UTC),
            )
        )


def run(world, code, day=LATER):
    with world.as_worker() as session:
        return batch(session, RULE[code], day)


def ended(world):
    """A complaint with words, offers, a rating and a file; closed."""
    return histories.walked(world, "complaint-O121-settled")


def chain_faults(world, case, kind=Complaint):
    with world.as_worker() as session:
        row = session.get_one(kind, case)
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq))
        return list(journal.verify(case, events, (row.chain_seq, row.chain_hash)))


def file_of(world, case, places, name="发票.png", content=b"bytes of a picture"):
    digest = sm3(content).hex()
    for path in (files.shown_path(places, digest), files.original_path(places, digest)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (time.time() - 7200,) * 2)
    with world.as_worker() as session:
        row = Evidence(
            id=new_id(), owner_id=world.consumer, case_id=case, media_type="image/png", name=name,
            original_digest=digest, shown_digest=digest, size=10, uploaded_at=world.clock.now(),
        )  # fmt: skip
        session.add(row)
    return row.id, digest


def test_every_kind_counts_what_is_over_and_says_how_long_it_is_kept_and_why(world):
    with world.as_worker() as session:
        rows = [facts(session, rule, "en") for rule in keeping.RULES]
    assert {row["code"] for row in rows} >= {
        "outbox",
        "idempotency",
        "session",
        "code",
        "webhook",
        "complaint",
        "report",
    }
    assert all(row["days"] > 0 and row["allowed"] and not row["more"] for row in rows)
    assert all("assumed" in row["says"] or "six months" in row["says"] for row in rows)


def test_technical_rows_go_after_their_period_and_the_rest_stays(world):
    world.file()
    with world.as_worker() as session:
        now = DatabaseClock(session).now()
        old = now - timedelta(days=31)
        session.execute(update(Message).values(done_at=old))
        session.add(FilingDraft(account_id=world.consumer, body_sealed=b"x", updated_at=now - timedelta(days=91)))
        session.add(FilingDraft(account_id=world.other_consumer, body_sealed=b"x", updated_at=now))
        for age in (3, 0):
            session.add(
                IdempotencyKey(
                    principal="anon", key=f"k{age}", fingerprint=b"", status=200, answer_sealed=b"",
                    created_at=now - timedelta(days=age),
                )
            )  # fmt: skip
        for age in (181, 10):
            over = now - timedelta(days=age)
            session.add(
                WebSession(
                    token_digest=os.urandom(16), account_id=world.consumer, kind="web", created_at=over, seen_at=over,
                    expires_at=over, ended_at=None,
                )
            )  # fmt: skip
        for age in (200, 100):
            session.add(
                JobRun(job="a", scheduled_for=now - timedelta(days=age), state="done", next_at=now, finished_at=now)
            )
    with world.as_worker() as session:
        slot = DatabaseClock(session).now()
        done = keeping.keeping.night(session, keeping.RULES, slot)
    assert {code: number for code, number in done.items() if number} == {
        "outbox": 1, "draft": 1, "idempotency": 1, "session": 1, "job": 1,
    }  # fmt: skip
    with world.as_worker() as session:
        assert session.scalars(select(FilingDraft.account_id)).all() == [world.other_consumer]
        assert session.scalars(select(IdempotencyKey.key)).all() == ["k0"]
        assert session.scalar(select(func.count()).select_from(JobRun)) == 1


def test_the_personal_values_of_a_closed_case_go_and_its_journal_still_verifies(world, tmp_path):
    case = ended(world)
    places = Places(tmp_path)
    file, _ = file_of(world, case, places)
    with world.as_worker() as session:
        before = session.get_one(Complaint, case)
        assert before.phone_index is not None
    assert run(world, "complaint") == 1
    with world.as_worker() as session:
        row = session.get_one(Complaint, case)
        assert (row.name_sealed, row.phone_sealed, row.address_sealed, row.phone_index) == (None,) * 4
        assert (row.narrative, row.place, row.state, row.erased_on is not None) == ("", "", "closed", True)
        assert session.scalar(select(func.count()).select_from(CaseCommitment)) == 0
        assert session.scalars(select(Evaluation.comment)).all() == [None]
        assert session.scalars(select(Offer.terms)).all() == [{}, {}]
        assert session.get_one(Evidence, file).name == ""
        last = session.scalars(select(CaseEvent).order_by(CaseEvent.seq.desc())).first()
        assert last is not None
        assert last.event == "erase"
        assert '"sealed":{}' in last.body
        (head,) = [line for line in export.journal_lines(session, [Complaint]) if '"case"' in line[:9]]
        assert '"sealed":{}' in head
        told = [json.loads(line) for line in export.journal_lines(session, [Complaint])]
        events, first = [line for line in told if "of" in line], told[0]
        assert list(verify_journal.sealed_faults(str(case), events, first)) == []
    assert chain_faults(world, case) == []
    with world.db.transaction(Role.EXPORT) as session:
        assert [fault for _, differs in every(session) for fault in differs] == []
    assert run(world, "complaint") is None


def test_a_running_case_a_fresh_one_and_a_held_one_keep_everything(world):
    running, fresh = world.file(), ended(world)
    with world.as_worker() as session:
        for day, held, found in (
            (date(2026, 9, 1), nothing_held, 0),
            (LATER, nothing_held, 1),
            (LATER, lambda kind: kind.id == fresh, 0),
        ):
            over = erasing.complaints_over(session, day, held)
            assert erasing.count(session, Complaint, over, 10) == found
    assert world.read(running).name_sealed is not None


def test_a_case_that_is_challenged_in_court_keeps_everything_until_that_is_over(world):
    case = ended(world)
    given = challenges.Given("litigation", "（2026）苏0508行初1号", "演示法院", date(2026, 9, 1))
    with world.as_officer() as session:
        row = challenges.enter(session, decide.find(session, case), given, actor=world.officer_actor, clock=TODAY)
        challenge = row.id
    run(world, "complaint")
    assert world.read(case).erased_on is None
    with world.as_officer() as session:
        found = decide.find(session, case)
        challenges.end(session, found, challenge, "upheld", date(2026, 9, 2), actor=world.officer_actor, clock=TODAY)
    run(world, "complaint", LATER + timedelta(days=1))
    assert world.read(case).erased_on is not None


def test_a_withdrawn_complaint_counts_from_the_day_it_was_withdrawn(world):
    case = histories.walked(world, "complaint-O121-withdrawn_at_once")
    with world.as_worker() as session:
        ends = {
            day: erasing.count(session, Complaint, erasing.complaints_over(session, day, nothing_held), 9)
            for day in (date(2026, 7, 21) + timedelta(days=1825), date(2026, 7, 21) + timedelta(days=1826))
        }
    assert list(ends.values()) == [0, 1]
    run(world, "complaint")
    assert world.read(case).erased_on is not None
    assert chain_faults(world, case) == []


def test_a_decided_report_forgets_its_reporter_and_its_words(world):
    case = histories.walked(world, "report-O121-no_case")
    assert run(world, "report") == 1
    found = world.read_report(case)
    assert (found.name_sealed, found.phone_sealed, found.clues, found.basis) == (None, None, "", "")
    assert chain_faults(world, case, Report) == []


def test_a_night_that_would_take_too_much_takes_nothing_and_tells_a_person(world):
    for _ in range(3):
        ended(world)
    decided(world, "keeping.most_cases", 2)
    assert run(world, "complaint") == REFUSED
    assert run(world, "complaint") == REFUSED
    with world.as_worker() as session:
        assert session.scalar(select(func.count()).where(Complaint.erased_on.is_not(None))) == 0
        (refused,) = refusals(session, LATER - timedelta(days=2))
        assert (refused.code, refused.due, refused.most) == ("complaint", 3, 2)
    decided(world, "keeping.most_cases", 3, since=LATER)
    assert run(world, "complaint", LATER + timedelta(days=1)) == 3
    with world.as_worker() as session:
        assert refusals(session, LATER - timedelta(days=2)) == []


def test_a_large_share_of_a_table_is_refused_however_small_the_number(world, root):
    root.execute(
        "INSERT INTO stand_in_message SELECT gen_random_uuid(), 'sms', ''::bytea, ''::bytea, now() - interval '9 days'"
        " FROM generate_series(1, 1500)"
    )
    root.commit()
    with world.as_worker() as session:
        counted = count(session, RULE["stand_in"], DatabaseClock(session).today())
    assert (counted.due, counted.allowed) == (1500, False)
    assert run(world, "stand_in", date(2026, 12, 1)) == REFUSED


def test_no_night_lets_go_of_more_than_it_counted(world, root):
    insert = (
        "INSERT INTO stand_in_message SELECT gen_random_uuid(), 'sms', ''::bytea, ''::bytea, now() - interval '9 days'"
        " FROM generate_series(1, {})"
    )
    root.execute(insert.format(3))
    root.commit()
    assert run(world, "stand_in") == 3
    root.execute(insert.format(4))
    root.commit()
    assert run(world, "stand_in") is None
    assert run(world, "stand_in", LATER + timedelta(days=1)) == 4
    assert AT_ONCE > 4


def test_files_go_from_the_disk_once_no_row_needs_them(world, tmp_path):
    places = Places(tmp_path)
    case, other = ended(world), world.file()
    alone, digest = file_of(world, case, places)
    _, shared = file_of(world, case, places, content=b"the same picture")
    file_of(world, other, places, content=b"the same picture")
    run(world, "complaint")
    with world.as_worker() as session:
        assert keeping.sweep(session, places) == 0
        session.execute(
            update(Evidence).where(Evidence.case_id == case).values(erased_at=text("now() - interval '2 hours'"))
        )
    with world.as_worker() as session:
        assert keeping.sweep(session, places) == 2
        assert session.get_one(Evidence, alone).swept_at is not None
    assert not files.shown_path(places, digest).exists()
    assert not files.original_path(places, digest).exists()
    assert files.shown_path(places, shared).exists()


def test_an_upload_that_no_filing_named_goes(world, tmp_path):
    file, _ = file_of(world, None, Places(tmp_path))
    assert run(world, "upload") == 1
    with world.as_worker() as session:
        assert session.get_one(Evidence, file).erased_at is not None


def test_an_erased_case_can_still_be_read_without_a_person_in_it(world, tmp_path):
    case = ended(world)
    file, _ = file_of(world, case, Places(tmp_path / "var"))
    run(world, "complaint")
    app = make_app(world.db, tmp_path / "var")
    api = Api(app, token_for(world.db, world.consumer))
    shown = api.get(f"/complaints/{case}").json
    assert shown["complainant"] == {"name": "—", "phone": "—", "address": "—"}
    assert shown["facts"]["narrative"] == ""
    assert api.get(f"/evidence/{file}").status_code == 404
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.consumer))
    page = client.get(f"/my/complaints/{case}")
    assert page.status_code == 200
    assert "个人信息已到期删除" in page.text


def test_a_document_whose_content_is_gone_says_so(world):
    with world.as_worker() as session, pytest.raises(NotFound, match="no longer kept"):
        papers.opened(session, Paper(content_sealed=None))


def test_the_values_of_a_case_that_has_not_ended_can_never_be_missing(world, root):
    case = world.file()
    with pytest.raises(Exception, match="kept_until_erased"):
        root.execute("UPDATE complaint SET name_sealed = NULL WHERE id = %s", [case])


def test_the_nights_are_the_workers_and_nobody_elses(world):
    run(world, "complaint")
    with world.as_officer() as session, pytest.raises(Exception, match="permission denied"):
        session.scalars(select(RetentionNight)).all()
