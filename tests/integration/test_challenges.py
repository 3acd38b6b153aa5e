"""Challenges with their hold, and the bundle that proves a case by itself – also against whoever changes it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest
from click.testing import CliRunner

from app import bundle_check, bundles
from app.commands.proof import verify_group
from complaints.operations import challenges, decide, reports
from complaints.operations.challenges import Given
from tests.integration.test_reports import file as file_report
from tests.support.http import Api, filing, make_app, token_for
from tests.support.oversight import as_of, person
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.store.db import new_id

GIVEN = Given("reconsideration", "苏府复〔2026〕12号", "苏州市人民政府", date(2026, 7, 20))
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def enter(world, case, given=GIVEN):
    return world.decide(case, challenges.enter, given).id


def held(world, *cases):
    with world.as_worker() as session:
        return challenges.held(session, cases)


def test_a_case_is_held_while_any_challenge_about_it_lasts(world):
    case, other = world.file(), world.file()
    first = enter(world, case)
    second = enter(world, case, Given("litigation", "(2026)苏05行初3号", "苏州市中级人民法院", date(2026, 7, 20)))
    assert held(world, case, other, new_id()) == {case}
    world.decide(case, challenges.end, first, "upheld", date(2026, 7, 20))
    assert held(world, case) == {case}
    world.decide(case, challenges.end, second, "withdrawn", date(2026, 7, 20))
    assert held(world, case) == set()
    with pytest.raises(NotFound):
        world.decide(case, challenges.end, second, "withdrawn", date(2026, 7, 20))


def test_a_closed_case_and_a_report_can_be_challenged_too(world):
    report = file_report(world)
    with world.as_officer() as session:
        found = reports.find(session, report)
        challenges.enter(session, found, GIVEN, actor=world.officer_actor, clock=world.clock)
    assert held(world, report) == {report}
    colleague = person(world, "colleague", "officer", world.bureau)
    with as_of(world, colleague, world.bureau) as session:
        assert challenges.of_case(session, report) == []
        assert challenges.held(session, [report]) == set()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Given("letter", "1", "x", date(2026, 7, 20)), "kind"),
        (Given("litigation", " ", "x", date(2026, 7, 20)), "number"),
        (Given("litigation", "1", "x" * 201, date(2026, 7, 20)), "body"),
        (Given("litigation", "1", "x", date(2026, 7, 21)), "from_on"),
    ],
)
def test_a_challenge_needs_a_kind_a_number_a_body_and_a_day_not_ahead(world, given, field):
    with pytest.raises(RuleBroken) as broken:
        enter(world, world.file(), given)
    assert broken.value.errors[0].field == field


def test_a_challenge_is_entered_once_and_ends_with_an_outcome_on_a_day_that_fits(world):
    case = world.file()
    row = enter(world, case)
    with pytest.raises(Conflict):
        enter(world, case)
    for outcome, day, field in (("won", date(2026, 7, 20), "outcome"), ("upheld", date(2026, 7, 19), "until_on")):
        with pytest.raises(RuleBroken) as broken:
            world.decide(case, challenges.end, row, outcome, day)
        assert broken.value.errors[0].field == field


@pytest.fixture
def app(world, tmp_path):
    made = make_app(world.db, tmp_path / "var")
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def browser(app, world, account):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return found


def filed(app, world):
    """A complaint with a file, a document and a served telling."""
    consumer, officer = Api(app, token_for(world.db, world.consumer)), Api(app, token_for(world.db, world.officer))
    sent = consumer.client.post(
        "/api/v1/evidence",
        data={"file": (io.BytesIO(PNG), "小票.png")},
        headers={"Authorization": f"Bearer {consumer.token}"},
    )
    case = consumer.post("/complaints", filing(world, evidence=[sent.json["id"]])).json["id"]
    officer.post(f"/complaints/{case}/accept", {}, If_Match='"1"')
    paper = officer.post(f"/complaints/{case}/documents", {"form": 5, "values": {}}, If_Match='"2"').json["id"]
    served = {"side": "complainant", "by": "post"}
    officer.post(f"/complaints/{case}/documents/{paper}/serve", served, If_Match='"3"')
    return case


@pytest.fixture
def bundle(app, world, tmp_path):
    case = filed(app, world)
    answer = browser(app, world, world.officer).post(f"/officer/oversight/bundles/complaints/{case}")
    assert answer.status_code == 200
    path = tmp_path / "case.zip"
    path.write_bytes(answer.data)
    return path


def test_a_bundle_holds_everything_and_proves_itself(bundle):
    with zipfile.ZipFile(bundle) as packed:
        names = packed.namelist()
        about = json.loads(packed.read(bundles.MANIFEST))
        case = packed.read("case.json").decode()
        assert packed.read("documents/5-1.pdf")[:5] == b"%PDF-"
        assert packed.read("files/001-小票.png") == PNG
        assert json.loads(packed.read("services.json"))[0]["channel"] == "post"
        events = packed.read("journal.jsonl").decode()
    assert names[-1] == bundles.MANIFEST
    assert {file["name"] for file in about["files"]} == set(names[:-1])
    assert "张试" not in case
    assert '\\"event\\":\\"bundle\\"' in events
    assert list(bundle_check.faults(bundle)) == []
    told = CliRunner().invoke(verify_group, ["bundle", str(bundle)])
    assert (told.exit_code, told.output) == (0, "ok case.zip\n")


def changed(bundle, name, content=None, extra=None):
    """The bundle with one file changed, left out, or added."""
    target = bundle.with_name("changed.zip")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(target, "w") as new:
        for each in old.namelist():
            if each != name or content is not None:
                new.writestr(each, content(old.read(each)) if each == name else old.read(each))
        if extra:
            new.writestr(extra, b"x")
    return list(bundle_check.faults(target))


def test_whatever_is_changed_in_a_bundle_is_found(bundle):
    assert changed(bundle, "documents/5-1.pdf", lambda b: b + b" ") == ["documents/5-1.pdf: was altered"]
    assert changed(bundle, "files/001-小票.png") == ["files/001-小票.png: is missing"]
    assert changed(bundle, "", extra="more.txt") == ["more.txt: is not in the manifest, or twice"]
    forged = changed(bundle, "journal.jsonl", lambda b: b.replace(b"consumer", b"merchant", 1))
    assert "journal: event 1 was altered" in forged
    cut = changed(bundle, "journal.jsonl", lambda b: b"\n".join(b.splitlines()[:-1]))
    assert "journal: does not end where the manifest says" in cut
    assert changed(bundle, bundles.MANIFEST, lambda b: b[:-5]) == ["is no bundle, or a broken one"]
    other = changed(bundle, bundles.MANIFEST, lambda b: b.replace(bundles.FORMAT.encode(), b"zip.of.somebody"))
    assert other == ["has another format than wuyou.bundle.v1"]
    told = CliRunner().invoke(verify_group, ["bundle", str(bundle.with_name("changed.zip"))])
    assert told.exit_code == 1


def test_words_that_the_journal_does_not_commit_to_are_found(app, world, tmp_path):
    case = world.file()
    world.decide(case, decide.decline, "O121-16-1", "不属于本局职责")
    answer = browser(app, world, world.officer).post(f"/officer/oversight/bundles/complaints/{case}")
    path = tmp_path / "words.zip"
    path.write_bytes(answer.data)
    assert list(bundle_check.faults(path)) == []
    found = changed(path, "words.json", lambda b: b.replace("不属于".encode(), "属于".encode()))
    assert "words: reason of event 2 are not those that the journal commits to" in found


def test_a_bundle_that_would_be_too_large_is_refused_and_a_file_that_is_gone_is_named(
    app, world, monkeypatch, tmp_path
):
    case, officer = filed(app, world), browser(app, world, world.officer)
    monkeypatch.setattr(bundles, "MOST_BYTES", 10)
    assert officer.post(f"/officer/oversight/bundles/complaints/{case}").status_code == 422
    monkeypatch.undo()
    for path in (tmp_path / "var" / "evidence" / "originals").rglob("*"):
        if path.is_file():
            path.unlink()
    answer = officer.post(f"/officer/oversight/bundles/complaints/{case}")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert len(json.loads(packed.read(bundles.MANIFEST))["missing"]) == 1


def test_the_pages_enter_a_challenge_show_the_hold_and_end_it_and_parties_read_nothing_of_it(app, world):
    case = world.file()
    at_it = f"/officer/oversight/challenges/complaints/{case}"
    officer = browser(app, world, world.officer)
    assert officer.post(at_it, data={"version": "1", "kind": "litigation"}).status_code == 422
    values = {
        "kind": "litigation",
        "number": "(2026)苏05行初3号",
        "body": "法院",
        "from_on": "2026-07-20",
        "version": "1",
    }
    assert officer.post(at_it, data=values).status_code == 303
    page = officer.get(at_it).text
    assert "法律保留中" in page
    row = page.partition(f"{at_it}/")[2][:36]
    ended = {"version": "2", "outcome": "upheld", "until_on": "2026-07-21"}
    assert officer.post(f"{at_it}/{row}/end", data=ended | {"outcome": "x"}).status_code == 422
    assert officer.post(f"{at_it}/{row}/end", data=ended).status_code == 303
    assert "法律保留中" not in officer.get(at_it).text
    for account, start in ((world.consumer, "/my"), (world.merchant, "/merchant")):
        assert "登记了复议或诉讼" not in browser(app, world, account).get(f"{start}/complaints/{case}").text
        assert browser(app, world, account).get(at_it).status_code == 403
        assert browser(app, world, account).post(f"/officer/oversight/bundles/complaints/{case}").status_code == 403
    other = browser(app, world, person(world, "far2", "officer", world.far_bureau))
    assert other.get(at_it).status_code == 404
    assert other.post(f"/officer/oversight/bundles/complaints/{case}").status_code == 404


def test_a_report_is_bundled_by_its_own_officer_alone(app, world):
    report = file_report(world)
    colleague = browser(app, world, person(world, "colleague", "officer", world.bureau))
    assert colleague.post(f"/officer/oversight/bundles/reports/{report}").status_code == 404
    answer = browser(app, world, world.officer).post(f"/officer/oversight/bundles/reports/{report}")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert "13900000000" not in packed.read("case.json").decode()
