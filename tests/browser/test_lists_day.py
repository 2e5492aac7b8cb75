"""A day with lists, in a real browser on the whole running system: several at once, saved filters, a case beside."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from shared.contracts import Role, routing
from tests.browser.good import must_be_good
from tests.browser.test_console import CHAIRMAN, CLERK, HEAD, Desk, browser, desk, work_as
from tests.browser.test_officers_day import ANSWER, ECONOMY, Day, town
from tests.e2e.town import Town
from tests.servers import RunningSystem

__all__ = ["browser", "desk", "town"]
"""Fixtures of the console's tests."""

DONE_WITHIN_MS = 40_000
"""Ten seconds to take it back, and what a busy machine takes to send it."""
TEXTS = {
    "drains": "Mương thôn Nội tắc, bao giờ nạo vét?",
    "lamps": "Đèn đường thôn Đông hỏng, bao giờ sửa?",
    "bridge": "Cầu qua mương thôn Tây hỏng, bao giờ sửa?",
}


@pytest.fixture
async def day(desk: Desk, town: Town) -> Day:
    return Day(desk, town)


@pytest.fixture(scope="module")
async def waiting(stack: RunningSystem, browser: Browser, town: Town) -> dict[str, str]:
    """Three questions that came back to the office, which has given them away before: one proposal each."""
    found = Day(Desk("", "", browser), town)
    questions = {}
    for name, text in TEXTS.items():
        questions[name] = await found.given(name, text)
        reason = "Xin Văn phòng giao lại."
        await town.does(routing.HandBack, Role.OFFICER, ECONOMY, question=questions[name], reason=reason)
    await town.settles()
    return questions


async def shown(page: Page, path: str, text: str) -> None:
    """What was just said by others may take a moment to be on a page."""
    await page.goto(path)
    for _ in range(60):
        if await page.get_by_text(text).count():
            return
        await page.wait_for_timeout(500)
        await page.goto(path)
    raise AssertionError(f"{text} is not on {path}")


async def test_a_clerk_assigns_several_takes_it_back_and_assigns_them_again(day: Day, waiting: dict[str, str]) -> None:
    page = await day.desk.open("/")
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    await shown(page, "/", day.town.codes["bridge"])
    await must_be_good(page, "triage")
    boxes = page.locator("[aria-labelledby=triage] .pick input[type=checkbox]")
    await boxes.first.click()
    await boxes.nth(await boxes.count() - 1).click(modifiers=["Shift"])
    count = await boxes.count()
    await expect(page.get_by_text(f"Đã chọn {count}")).to_be_visible()
    await page.get_by_role("button", name="Giao các câu đã chọn").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text(f"{count} câu hỏi được giao cho phòng trả lời")
    await must_be_good(page, "dialog")
    await dialog.get_by_label("Phòng trả lời").select_option(ECONOMY)
    await dialog.get_by_label("Lý do giao").fill("Hạ tầng thôn do Phòng Kinh tế giải quyết.")
    await dialog.get_by_role("button", name=f"Giao phòng ({count})").click()
    toast = page.locator("[data-held] .toast")
    await expect(toast).to_contain_text(f"Sẽ giao {count} câu cho Phòng Kinh tế")
    await expect(boxes.first).to_be_disabled()
    await toast.get_by_role("button", name="Hoàn tác").click()
    await expect(toast).to_have_count(0)
    await page.goto("/viec/vua-lam")
    await expect(page.get_by_text("Đã hoàn tác: không có gì xảy ra.")).to_be_visible()
    said = [one for one in await day.town.said(routing.QuestionAssigned) if one.question == waiting["bridge"]]
    assert len(said) == 1, "what was undone never happened"

    await page.goto("/")
    for name in TEXTS:
        await page.locator(f"input[id='chon-{waiting[name]}']").check()
    await page.get_by_role("button", name="Giao các câu đã chọn").click()
    await dialog.get_by_label("Phòng trả lời").select_option(ECONOMY)
    await dialog.get_by_label("Lý do giao").fill("Hạ tầng thôn.")
    await dialog.get_by_role("button", name="Giao phòng (3)").click()
    await expect(toast).to_contain_text("Sẽ giao 3 câu cho Phòng Kinh tế")
    await page.goto("/hoi-nghi")  # she goes on; it happens all the same, and she is told here, too
    await expect(page.locator("[data-held] a")).to_have_text("3 việc vừa thực hiện", timeout=DONE_WITHIN_MS)
    await must_be_good(page, "told-elsewhere")
    await page.locator("[data-held] a").click()
    await expect(page.locator(".just-done").first).to_contain_text("3 việc đã xong")
    await must_be_good(page, "just-done")
    await shown(page, f"/?loc=da-giao&phong={ECONOMY}", day.town.codes["bridge"])
    assert broken == []


async def test_an_act_outlives_the_console_that_holds_it(
    day: Day, waiting: dict[str, str], stack: RunningSystem
) -> None:
    question = await day.given("outlives", "Sân thể thao thôn Nội bao giờ làm xong?")
    page = await day.desk.open("/")
    await shown(page, "/?loc=dang-giai-quyet&phong=", day.town.codes["outlives"])
    await page.locator(f"input[id='chon-{question}']").check()
    await page.get_by_role("button", name="Đánh dấu bức xúc").click()
    await page.get_by_role("dialog").get_by_label("Vì sao bức xúc").fill("Nêu nhiều lần.")
    await page.get_by_role("dialog").get_by_role("button", name="Đánh dấu bức xúc (1)").click()
    await expect(page.locator("[data-held] .toast")).to_contain_text("Sẽ đánh dấu bức xúc 1 câu")
    stack.crash("console")
    page = await day.desk.open("/hoi-nghi")
    await expect(page.locator("[data-held] a")).to_have_text("1 việc vừa thực hiện", timeout=DONE_WITHIN_MS)
    marked = [one for one in await day.town.said(routing.QuestionPrioritised) if one.question == question]
    assert [one.prioritised_by for one in marked] == [CLERK]
    await page.locator("[data-held] a").click()


async def test_a_filter_gets_a_name_and_its_link_shows_another_the_same(day: Day, waiting: dict[str, str]) -> None:
    page = await day.desk.open("/?loc=tat-ca&phong=")
    await page.locator(".list-head").get_by_label("Tìm").fill("duong thon")
    await page.get_by_role("button", name="Lọc").click()
    await page.get_by_text("Lưu bộ lọc này").click()
    await page.get_by_label("Tên bộ lọc").fill("Đường thôn")
    await page.get_by_role("button", name="Lưu", exact=True).click()
    saved = page.get_by_role("navigation", name="Bộ lọc đã lưu")
    await expect(saved.get_by_role("link", name="Đường thôn")).to_have_attribute("aria-current", "true")
    await must_be_good(page, "questions")
    found = await page.locator("a.case .code").all_text_contents()
    other = await day.desk.open(page.url.removeprefix(day.desk.console), by=HEAD)
    assert await other.locator("a.case .code").all_text_contents() == found
    await expect(other.get_by_role("link", name="Đường thôn", exact=True)).to_have_count(0)
    await saved.get_by_label("Sửa bộ lọc Đường thôn").click()
    await saved.get_by_label("Tên").last.fill("Đường sá")
    await saved.get_by_role("button", name="Đổi tên").click()
    await expect(saved.get_by_role("link", name="Đường sá")).to_be_visible()
    await saved.get_by_label("Sửa bộ lọc Đường sá").click()
    await saved.get_by_role("button", name="Xóa").click()
    await expect(saved.get_by_role("link", name="Đường sá")).to_have_count(0)


async def test_a_case_opens_beside_its_list_by_keyboard(day: Day, waiting: dict[str, str]) -> None:
    page = await day.desk.open("/")
    await shown(page, "/?loc=dang-giai-quyet&phong=", day.town.codes["lamps"])
    beside, rows = page.locator("#beside"), page.locator("#list a.case")
    await page.locator("main").focus()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    first = str(await rows.nth(0).get_attribute("href")).split("#")[0].removeprefix("/ho-so/")
    await expect(beside.locator("#case")).to_be_visible(timeout=15_000)
    await expect(page).to_have_url(re.compile(f"ho-so={first}"))
    await expect(rows.nth(0)).to_be_focused()
    await must_be_good(page, "beside", 1440)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    second = str(await rows.nth(1).get_attribute("href")).split("#")[0].removeprefix("/ho-so/")
    await expect(beside.locator(f"#case[data-case='{second}']")).to_be_visible()
    await page.keyboard.press("x")
    await expect(page.get_by_text("Đã chọn 1")).to_be_visible()
    await page.keyboard.press("x")

    form = beside.locator("details", has=page.locator("input[value=group-question]")).first
    await page.evaluate("for (const one of document.querySelectorAll('#beside details')) one.open = true")
    await form.locator("[name=topic]").fill("Hạ tầng thôn")
    await form.get_by_role("button", name="Xếp").click()
    await expect(beside.get_by_text("Đã xếp câu hỏi vào nhóm nội dung.")).to_be_visible()
    await expect(page).to_have_url(re.compile(f"ho-so={second}"))

    await page.go_back()
    await expect(beside.locator(f"#case[data-case='{first}']")).to_be_visible()
    shared = page.url
    await page.go_back()
    await expect(beside).to_be_hidden()
    other = await day.desk.open(shared.removeprefix(day.desk.console), by=CHAIRMAN)
    await expect(other.locator(f"#beside #case[data-case='{first}']")).to_be_visible()
    await other.keyboard.press("Escape")
    await expect(other.locator("#beside")).to_be_hidden()
    small = await day.desk.open(shared.removeprefix(day.desk.console), width=360)
    await expect(small).to_have_url(re.compile(f"/ho-so/{first}"))
    await expect(small.locator("#case")).to_be_visible()


async def test_the_chairman_reads_returns_one_and_approves_two(day: Day, waiting: dict[str, str]) -> None:
    questions = [await day.given(name, f"Đường trục thôn {name} bao giờ sửa?") for name in ("mot", "hai", "ba")]
    for question in questions:
        await day.town.does(
            routing.DraftAnswer, Role.OFFICER, ECONOMY, question=question, text=f"{ANSWER} ({question})"
        )
        await day.town.does(routing.ApproveAnswer, Role.HEAD, ECONOMY, question=question)
    page = await day.desk.open("/", by=CHAIRMAN)
    await shown(page, "/", day.town.codes["ba"])
    await must_be_good(page, "approvals")
    row = page.locator(f"li[data-question='{questions[0]}']")
    await expect(row).to_contain_text(f"{ANSWER} ({questions[0]})")
    await row.locator("summary", has_text="Trả lại").click()
    await row.get_by_label("Cần sửa gì").fill("Nêu rõ đơn vị thi công.")
    await row.get_by_role("button", name="Trả lại dự thảo").click()
    await expect(page.get_by_text("Đã trả lại dự thảo cho phòng chuyên môn.")).to_be_visible()
    for question in questions[1:]:
        await page.locator(f"input[id='chon-{question}']").check()
    await page.get_by_role("button", name="Duyệt các câu đã chọn").click()
    dialog = page.get_by_role("dialog")
    for name in ("hai", "ba"):
        await expect(dialog).to_contain_text(f"qua thư điện tử {name}@nguoidan.example")
    await dialog.get_by_role("button", name="Duyệt (2)").click()
    await expect(page.locator("[data-held] a")).to_have_text("2 việc vừa thực hiện", timeout=DONE_WITHIN_MS)
    approved = {one.question for one in await day.town.said(routing.AnswerApproved)}
    assert set(questions[1:]) <= approved
    assert questions[0] not in approved


async def test_terms_are_a_list_as_well(day: Day, waiting: dict[str, str]) -> None:
    page = await day.desk.open("/viec?phong=")
    await must_be_good(page, "terms")
    await page.locator("#terms a.case-link[href^='/ho-so/']").first.click()
    await expect(page.locator("#beside #case")).to_be_visible()
    await work_as(page, HEAD)
    await page.goto("/?loc=tat-ca&phong=")
    await expect(page.get_by_role("button", name="Đánh dấu bức xúc")).to_have_count(0)
