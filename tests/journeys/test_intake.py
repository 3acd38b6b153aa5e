"""A call taken down by keyboard, an agent who files, a joint complaint, a question: as people do it."""

from __future__ import annotations

import time

from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff, texted
from tests.journeys.test_every_page import SMALL, sound
from tests.journeys.test_main_job import act
from workflows.people.masks import masked_phone
from workflows.time.clock import SystemClock

CALLER = "13900000071"
PRINCIPAL = "13900000072"
TOGETHER = "13900000073"
STORY = "来电人称昨天买的电饭煲煮饭时漏电，店员说过了七天不能换。"


def looks(page, shot, name: str) -> None:
    """The page as it stands, sound at three sizes, and kept as pictures."""
    address = page.url
    for size, label in ((SMALL, "small"), (PHONE, "phone"), (DESK, "desk")):
        page.set_viewport_size(size)
        sound(page, address)
        shot(page, f"intake-{name}-{label}")


def message(page, phone: str, after: str) -> str:
    """What follows these words in the newest message to a telephone, once the worker has sent it."""
    until = time.monotonic() + 60
    while True:
        page.goto("/demo/messages")
        if page.locator("tr").filter(has_text=masked_phone(f"+86{phone}")).filter(has_text=after).count():
            return texted(page, f"+86{phone}", after)
        assert time.monotonic() < until, "the message never came"
        time.sleep(1)


def type_call(desk, phone: str = CALLER, firm: str = "观前电器演示店") -> None:
    """What a caller says, typed field by field."""
    desk.locator("#phone").fill(phone)
    desk.locator("#your_name").fill("周来电")
    desk.locator("#your_address").fill("苏州市姑苏区样板路18号")
    desk.locator("#name").fill(firm)
    desk.locator("#address").fill("苏州市姑苏区观前街8号")
    desk.locator("#place").fill("观前街8号一楼")
    desk.locator("#narrative").fill(STORY)
    desk.locator("#happened_on").fill(str(SystemClock().today()))
    desk.locator("#amount").fill("399")
    desk.locator("#category").select_option("goods.appliance")
    desk.locator("#problem").select_option("quality")
    desk.get_by_label("更换", exact=True).check()


def test_an_officer_takes_a_call_by_keyboard_and_the_caller_follows_it(opened, shot):
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto("/officer/intake/")
    desk.get_by_role("link", name="新登记").click()
    shot(desk, "intake-empty-desk")
    desk.locator("#phone").fill(CALLER)
    desk.get_by_role("button", name="先保存").click()
    assert "还缺" in desk.locator(".note.warn").first.inner_text()
    looks(desk, shot, "kept")
    type_call(desk)
    desk.locator("#narrative").press("Control+Enter")
    desk.wait_for_selector("[data-number]")
    number = desk.locator("[data-number]").inner_text()
    looks(desk, shot, "done")
    desk.get_by_role("link", name="登记下一件").click()
    type_call(desk)
    desk.wait_for_selector(".alike li")
    assert number in desk.locator(".alike").inner_text()
    assert "周**" in desk.locator("#beside").inner_text()
    shot(desk, "intake-beside-desk")
    dark = opened(DESK, storage_state=desk.context.storage_state(), color_scheme="dark")
    sound(dark, desk.url)
    shot(dark, "intake-new-dark")
    phone = opened(PHONE)
    assert number in message(phone, CALLER, "您的投诉 ")
    phone.goto("/sign-in")
    sign_in_by_phone(phone, CALLER)
    phone.wait_for_url("**/my/")
    phone.get_by_role("link", name=number).click()
    assert STORY in phone.content()
    shot(phone, "intake-followed-phone")


def file_with(phone, opens: str, fill) -> None:
    """From the first step to a filed complaint, with what the last page takes besides."""
    phone.goto("/my/complaints/new/")
    phone.get_by_role("link", name="去投诉").click()
    phone.get_by_label("商家名称").fill("观前演示健身房")
    phone.get_by_label("商家地址").fill("苏州市姑苏区观前街18号")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("文化娱乐体育服务").check()
    phone.get_by_label("合同", exact=True).check()
    phone.get_by_label("退还货款和服务费用").check()
    phone.get_by_role("button", name="下一步").click()
    phone.locator("#happened_on").fill(str(SystemClock().today()))
    phone.locator("#place").fill("观前街18号")
    phone.locator("#amount").fill("1200")
    phone.locator("#narrative").fill("健身房突然关门，预付的年卡不退。")
    phone.get_by_role("button", name="下一步").click()
    phone.locator("#your_name").fill("吴本人")
    phone.locator("#your_address").fill("苏州市姑苏区样板路28号")
    phone.locator("summary", has_text=opens).click()
    fill(phone)
    phone.get_by_role("button", name="下一步").click()


def test_an_agent_files_and_the_desk_sees_what_is_missing(opened, shot):
    phone = opened(PHONE)
    phone.goto("/sign-in")
    sign_in_by_phone(phone, "13900000001")
    phone.wait_for_url("**/my/")
    phone.goto("/my/begin/")
    looks(phone, shot, "begin")
    phone.set_viewport_size(PHONE)

    def as_agent(page):
        page.locator("label[for=for_other]").click()
        page.locator("#principal_phone").fill(PRINCIPAL)
        page.locator("#agent_name").fill("林代理")
        page.get_by_label("参加调解").check()
        shot(page, "intake-agent-phone")

    file_with(phone, "我替别人投诉", as_agent)
    shot(phone, "intake-agent-check-phone")
    phone.get_by_role("button", name="确认提交").click()
    phone.wait_for_selector("[data-number]")
    case = phone.url.partition("?")[0].rpartition("/")[2]
    looks(phone, shot, "agent-case")
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto(f"/officer/complaints/{case}")
    assert "授权委托书原件" in desk.locator(".people-of").inner_text()
    looks(desk, shot, "agent-desk")
    desk.locator("summary", has_text="登记收到的材料").click()
    desk.locator("#agent-kind").select_option("original")
    desk.get_by_role("button", name="登记", exact=True).click()
    desk.wait_for_selector(".people-of dt:has-text('收到原件日期')")


def test_several_complain_together_and_the_other_joins_on_his_phone(opened, shot):
    phone = opened(PHONE)
    phone.goto("/sign-in")
    sign_in_by_phone(phone, "13900000002")
    phone.wait_for_url("**/my/")

    def together(page):
        page.locator("#other-name-0").fill("郑同伴")
        page.locator("#other-phone-0").fill(TOGETHER)
        page.locator("#other-address-0").fill("苏州市姑苏区样板路38号")
        page.locator("label[for=first]").click()
        page.locator("#chosen_on").fill(str(SystemClock().today()))
        shot(page, "intake-joint-phone")

    file_with(phone, "我们几个人一起投诉", together)
    phone.get_by_role("button", name="确认提交").click()
    phone.wait_for_selector("[data-number]")
    number = phone.locator("[data-number]").inner_text()
    case = phone.url.partition("?")[0]
    other = opened(PHONE)
    assert number in message(other, TOGETHER, "有人把您列为投诉 ")
    other.goto("/sign-in")
    sign_in_by_phone(other, TOGETHER)
    other.wait_for_url("**/my/")
    other.get_by_role("link", name=number).click()
    looks(other, shot, "joint-other")
    other.set_viewport_size(PHONE)
    other.get_by_role("button", name="参加", exact=True).click()
    other.wait_for_selector(".people-of .tag.good:has-text('已同意参加') >> nth=1")
    phone.goto(case)
    act(phone, "撤回投诉")
    assert "还缺下列人员的同意" in phone.content()
    shot(phone, "intake-joint-refused-phone")
    other.locator("summary", has_text="同意由代表人").click()
    other.get_by_role("button", name="我同意").click()
    other.wait_for_selector("text=同意：撤回投诉")
    phone.goto(case)
    act(phone, "撤回投诉")
    phone.goto(case)
    assert "已撤回" in phone.locator("h1").inner_text()


def test_a_question_is_asked_and_answered(opened, shot):
    phone = opened(PHONE)
    phone.goto("/sign-in")
    sign_in_by_phone(phone, "13900000001")
    phone.wait_for_url("**/my/")
    phone.goto("/my/begin/")
    phone.get_by_role("button", name="登记").click()
    phone.locator("#name").fill("林晓样")
    phone.locator("#district").select_option("320508")
    phone.locator("#words").fill("网上买的衣服，吊牌剪了还能七天退货吗？")
    looks_at = phone.url
    sound(phone, looks_at)
    phone.locator("#name").fill("林晓样")
    phone.locator("#district").select_option("320508")
    phone.locator("#words").fill("网上买的衣服，吊牌剪了还能七天退货吗？")
    shot(phone, "intake-ask-phone")
    phone.get_by_role("button", name="提交").click()
    phone.wait_for_selector("[data-number]")
    number = phone.locator("[data-number]").inner_text()
    page = phone.url.partition("?")[0]
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto("/officer/consultations/")
    looks(desk, shot, "questions")
    desk.get_by_role("link", name=number).click()
    looks(desk, shot, "question")
    desk.locator("#words").fill("吊牌剪了不影响商品完好的，一般不影响七天无理由退货。")
    desk.get_by_label("解决争议的五种途径").check()
    desk.get_by_role("button", name="答复").click()
    desk.wait_for_load_state()
    phone.goto(page)
    assert "七天无理由退货" in phone.content()
    looks(phone, shot, "answered")
