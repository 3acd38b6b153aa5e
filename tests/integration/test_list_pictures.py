"""A list's pictures: one licence for all its applications, shop fronts by the names of their files."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import select

from merchants.models import Enrolment
from tests.integration.test_enrolment import work
from tests.integration.test_store_lists import (
    HEADERS,
    app,
    cases,
    client,
    confirmed,
    kept,
    line,
    pages,
    spreadsheet,
    upload,
)  # fmt: skip
from tests.support.http import token_for
from workflows.store.evidence import Evidence

__all__ = ["app", "pages"]


def picture(name, colour=90):
    body = io.BytesIO()
    Image.new("RGB", (160, 120), (colour, 120, 110)).save(body, "JPEG")
    body.seek(0)
    return body, name


SPOTS = (("120.620", "31.310"), ("121.480", "31.225"))


@pytest.fixture
def made(pages, world):
    """A list of three stores, each with its place, that is made and not signed."""
    lines = [[*line(n), *SPOTS[n % 2]] for n in range(3)]
    page = upload(pages, world, spreadsheet(lines, (*HEADERS, "经度", "纬度")))
    assert pages.post(f"{page}/confirm").status_code == 303
    return page


def give(pages, page, *files, **form):
    body = {"fronts": list(files)} if files else form
    return pages.post(f"{page}/{'fronts' if files else 'licence'}", data=body, content_type="multipart/form-data")


def sign(pages, page):
    return pages.post(f"{page}/sign", data={"signed": "1"})


def test_applications_with_their_pictures_are_all_green_and_approved_at_once(app, pages, world, made):
    assert give(pages, made, licence=picture("licence.jpg"), licence_expires_on="2046-01-01").status_code == 303
    assert give(pages, made, picture("试样0号店.jpg"), picture("3.jpg"), picture("第4行.jpg", 40)).status_code == 303
    assert "3 / 3" in pages.get(made).text
    assert sign(pages, made).status_code == 303
    work(world)
    found = cases(world)
    assert [(case.state, case.green, str(case.licence_expires_on)) for case in found] == [
        ("submitted", True, "2046-01-01")
    ] * 3
    officer = client(app, world, world.officer)
    near = [case for case in found if case.bureau_id == world.bureau]
    chosen = {"case": [f"{case.id}:{case.version}" for case in near]}
    assert officer.post("/officer/enrolments/bulk", data=chosen | {"confirmed": "1"}).status_code == 200
    assert {case.state for case in cases(world) if case.bureau_id == world.bureau} == {"approved"}


def test_each_bureau_sees_the_licence_of_its_own_applications_only(app, pages, world, made):
    give(pages, made, licence=picture("licence.jpg"))
    sign(pages, made)
    with world.as_worker() as session:
        rows = session.execute(
            select(Enrolment.bureau_id, Enrolment.licence_file, Evidence.case_id == Enrolment.id).join(
                Evidence, Evidence.id == Enrolment.licence_file
            )
        ).all()
    assert len({file for _, file, _ in rows}) == 3
    assert all(own for *_, own in rows)
    officer = client(app, world, world.officer)
    for bureau, file, _ in rows:
        assert officer.get(f"/my/evidence/{file}").status_code == (200 if bureau == world.bureau else 404)


def test_files_that_show_no_store_or_are_no_picture_are_named_and_the_others_kept(pages, world, made):
    text = io.BytesIO(b"not a picture"), "试样1号店.jpg"
    answer = give(pages, made, picture("试样0号店.jpg"), picture("IMG2031.jpg"), text)
    assert answer.status_code == 422
    assert "IMG2031.jpg</strong>：文件名对不上任何门店" in answer.text
    assert "试样1号店.jpg</strong>：只能上传" in answer.text
    assert len(kept(world).fronts) == 1
    assert "第 3 行 试样1号店" in pages.get(made).text


def test_stores_of_one_name_are_told_apart_by_their_row(pages, world):
    page = confirmed(pages, world, [line(n, 门店名称="同名店") for n in range(2)])
    assert "有几家门店同名" in give(pages, page, picture("同名店.jpg")).text
    assert give(pages, page, picture("2.jpg"), picture("3.jpg")).status_code == 303
    assert len(kept(world).fronts) == 2


def test_a_picture_given_again_takes_the_place_of_the_one_before(pages, world, made):
    give(pages, made, picture("2.jpg"))
    before = kept(world).fronts
    give(pages, made, picture("2.jpg", 30))
    after = kept(world).fronts
    assert (before.keys(), before) == (after.keys(), before)
    assert before != after


def test_a_licence_with_an_unreadable_end_is_refused(pages, world, made):
    answer = give(pages, made, licence=picture("licence.jpg"), licence_expires_on="2046")
    assert (answer.status_code, "执照有效期至" in answer.text) == (422, True)
    assert kept(world).licence_file is None


def test_pictures_of_an_application_itself_come_before_those_of_its_list(pages, world, made):
    case = cases(world)[0].id
    own = {"licence": picture("own.jpg", 20), "shop": picture("own-shop.jpg", 10)}
    version = cases(world)[0].version
    form = own | {"version": str(version)}
    assert pages.post(f"/merchant/applications/{case}/papers", data=form).status_code == 303
    before = cases(world)[0]
    give(pages, made, licence=picture("licence.jpg"))
    give(pages, made, picture("2.jpg"))
    sign(pages, made)
    after = cases(world)[0]
    assert (after.licence_file, after.shop_file) == (before.licence_file, before.shop_file)
    assert before.licence_file is not None


def test_pictures_come_before_the_signature_and_from_nobody_else(app, pages, world, made):
    other = app.test_client()
    other.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.officer))
    assert give(other, made, picture("2.jpg")).status_code == 403
    sign(pages, made)
    assert give(pages, made, picture("2.jpg")).status_code == 409
    assert give(pages, made, licence=picture("licence.jpg")).status_code == 409
