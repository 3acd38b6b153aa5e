from __future__ import annotations

import csv
import io
import json

import pytest

from app import open_data, wiring
from app import settings as app_settings
from merchants.models import Contact, Enterprise, Store
from merchants.operations import standing
from merchants.queries.open_data import FIELDS
from tests.integration.test_enrolment import as_bureau, standing_of
from tests.integration.test_public_views import remove
from tests.support.http import make_app
from tests.support.world import NOON, at
from workflows.store.crypto import sm3
from workflows.store.sealed import seal
from workflows.store.session import Role


@pytest.fixture
def data(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def client(world, data):
    return make_app(world.db, data, WUYOU_OPEN_DATA_LICENCE="开放许可（测试）").test_client()


def publish(world, data, on="2026-07-20"):
    with world.as_worker() as session:
        return open_data.publish(session, data, at(on).today(), "")


def download(client, name, expected=200) -> bytes:
    with client.get(f"/public/open-data/{name}") as answer:
        assert answer.status_code == expected
        return answer.get_data()


def table(client, name):
    text = download(client, f"{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def lines(client, name):
    return json.loads(download(client, f"{name}.json"))


def test_an_enrolled_store_is_in_the_file_with_its_promise(world, data, client):
    world.enrolled()
    publish(world, data)
    ((row,), (same,)) = table(client, "enrolled"), lines(client, "enrolled")
    number = standing_of(world).plaque
    assert tuple(row) == tuple(same) == FIELDS["enrolled"]
    assert (row["plaque"], row["days"], row["district"], row["cross_city"]) == (number, "7", "320508", "false")
    assert (same["plaque"], same["days"], same["cross_city"]) == (number, 7, False)
    assert same["store_id"] == str(world.store)
    assert (same["lon"], same["categories"]) == (120.62, ["goods.clothing"])
    assert table(client, "removed") == []


def test_a_removed_store_moves_to_the_file_of_removed_ones(world, data, client):
    world.enrolled()
    remove(world)
    publish(world, data, "2026-08-04")
    assert lines(client, "enrolled") == []
    ((row,), (same,)) = table(client, "removed"), lines(client, "removed")
    assert (row["state"], row["ended_on"], row["ground"]) == ("removed", "2026-08-03", "broken_promise")
    assert same["plaque"] == standing_of(world).plaque


def test_an_edition_says_its_day_its_rows_its_digests_and_its_fields(world, data, client):
    world.enrolled()
    publish(world, data)
    index = json.loads(download(client, "index.json"))
    assert (index["day"], index["digest"], index["licence"]) == ("2026-07-20", "sm3", None)
    assert {f["name"]: f["rows"] for f in index["files"]} == {
        "enrolled.csv": 1, "enrolled.json": 1, "removed.csv": 0, "removed.json": 0,
    }  # fmt: skip
    for f in index["files"]:
        body = download(client, f["name"])
        assert (sm3(body).hex(), len(body)) == (f["sm3"], f["bytes"])
    assert list(index["fields"]["enrolled"]) == list(FIELDS["enrolled"])
    assert index["fields"]["enrolled"]["plaque"]["zh"] == "标牌编号"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://example.invalid")', "+1店", "＝1+1", "好店\n=1+1", "@店", "-店"])
def test_a_name_that_is_a_formula_is_none_in_a_spreadsheet(world, data, client, name):
    world.enrolled()
    with world.as_worker() as session:
        session.get_one(Store, world.store).name = name
        session.get_one(Enterprise, world.enterprise).name = name
    publish(world, data)
    (row,) = table(client, "enrolled")
    for cell in (row["name"], row["enterprise"]):
        assert not [line for line in cell.splitlines() if line[:1] in "=+-@＝"]
    assert lines(client, "enrolled")[0]["name"] == name


def test_contacts_and_people_are_never_published(world, data, client):
    world.enrolled()
    with world.db.transaction(Role.OWNER) as session:
        contact = Contact(org_id=world.enterprise, enterprise_id=world.enterprise, updated_at=NOON)
        seal(session, contact, "phone", "+8613912345678")
        session.add(contact)
    publish(world, data)
    for name in ("enrolled.csv", "enrolled.json", "removed.csv", "removed.json", "index.json"):
        text = download(client, name).decode()
        assert "13912345678" not in text
        assert str(world.merchant) not in text
        assert str(world.officer) not in text


def test_a_suspended_store_stays_listed_as_suspended(world, data, client):
    world.enrolled()
    as_bureau(world, standing.suspend, "complaints", "投诉集中", clock=at("2026-07-21"))
    publish(world, data, "2026-07-21")
    (row,) = table(client, "enrolled")
    assert row["state"] == "suspended"
    assert "投诉集中" not in json.dumps(row, ensure_ascii=False)


def test_a_new_edition_takes_the_place_of_the_old_one_whole_or_not_at_all(world, data, client, monkeypatch):
    world.enrolled()
    publish(world, data)
    before = json.loads(download(client, "index.json"))

    def fail(_text):
        raise OSError("no space left")

    monkeypatch.setattr(open_data, "safe", fail)
    with pytest.raises(OSError, match="no space"):
        publish(world, data)
    monkeypatch.undo()
    assert json.loads(download(client, "index.json")) == before
    assert len([p for p in open_data.folder(data).iterdir() if p.is_dir() and not p.is_symlink()]) == 1


def test_the_last_few_editions_are_kept_and_older_ones_are_not(world, data):
    for n in range(5):
        publish(world, data, f"2026-07-{20 + n}")
    assert open_data.current(data)["day"] == "2026-07-24"
    assert 1 <= len([p for p in open_data.folder(data).iterdir() if not p.is_symlink()]) <= open_data.KEPT


def test_no_file_but_the_editions_own_can_be_asked_for(world, data, client):
    download(client, "index.json", 404)
    publish(world, data)
    for name in ("../keys/flask.secret", "..%2Fkeys%2Fflask.secret", "secret", ".current", "enrolled"):
        download(client, name, 404)


def test_the_page_tells_every_field_and_the_declared_licence(world, data, client):
    empty = client.get("/public/open-data/?lang=zh").text
    assert "数据还没有生成" in empty
    assert "开放许可（测试）" in empty
    publish(world, data)
    text = client.get("/public/open-data/?lang=zh").text
    assert "本期数据：2026年7月20日" in text
    assert all(f"<code>{field}</code>" in text for listed in FIELDS.values() for field in listed)
    assert "本站尚未声明使用许可" in make_app(world.db, data).test_client().get("/public/open-data/?lang=zh").text


def test_the_night_publishes_and_says_how_much(world, data):
    told = app_settings.read({"WUYOU_DATA": str(data)})
    (job,) = [job for job in wiring.jobs(told) if job.name == "merchants.open_data"]
    with world.as_worker() as session:
        assert job.run(session, NOON) == {"files": 4}
    assert open_data.current(data)["day"] == "2026-07-20"
