"""A day in the office, in a real browser on the whole running system: what comes in, who has it, who decides."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from shared.contracts import Role, handbook, routing
from tests.browser.good import must_be_good
from tests.browser.test_console import CHAIRMAN, CLERK, OFFICER, Desk, browser, desk, fill, unfold, work_as
from tests.e2e.town import Town, settled_in
from tests.servers import RunningSystem

__all__ = ["browser", "desk"]
"""Fixtures of the console's tests."""

HEAD, POLICE, ONE_STOP = "Bùi Thị Hải", "Hoàng Văn Thắng", "Đỗ Minh Quân"
ECONOMY, CULTURE, CENTRE = "phong-kinh-te", "phong-van-hoa-xa-hoi", "trung-tam-hanh-chinh-cong"
DRAIN = "Mương thoát nước thôn Nội tắc, đường ngập mỗi khi mưa. Bao giờ xã nạo vét?"
ANSWER = "Phòng Kinh tế nạo vét mương thôn Nội trước ngày 15/5/2026."
PHONE = "0953000001"


@dataclass(frozen=True)
class Day:
    """The town, whose people sit in front of browsers.

    by_mail: citizens are answered by mail, which leaves at once; a letter leaves at the cut-off.
    """

    desk: Desk
    town: Town
    by_mail: bool = True

    async def asked(self, name: str, text: str) -> str:
        """A citizen asks, and the form is under way; returns the id of its question."""
        known = {"name": f"Nguyễn Văn {name.title()}", "phone": PHONE, "address": "Số 5, thôn Nội"}
        await self.town.sends_by_program(
            name, text, **known | ({"email": f"{name}@nguoidan.example"} if self.by_mail else {})
        )
        return f"{self.town.cases[name]}-1"

    async def given(self, name: str, text: str, field: str = "infrastructure", department: str = ECONOMY) -> str:
        """The same, and the department has it, whatever the machine made of it."""
        question = await self.asked(name, text)
        said = [one for one in await self.town.said(routing.QuestionAssigned) if one.question == question]
        if not said or (said[-1].field, said[-1].department) != (field, department):
            wanted = {"field": field, "department": department, "reason": "Văn phòng đọc và giao."}
            await self.town.does(routing.AssignQuestion, Role.CLERK, question=question, **wanted)
        return question

    async def answered(self, name: str, text: str, answer: str = ANSWER) -> str:
        """The same, answered and approved by all who must."""
        question = await self.given(name, text)
        await self.town.does(routing.DraftAnswer, Role.OFFICER, ECONOMY, question=question, text=answer)
        await self.town.approves(question)
        return question

    async def at_desk_of(self, person: str, width: int = 1440) -> Page:
        page = await self.desk.open("/", width=width)
        await work_as(page, person)
        return page

    async def as_asker(self, name: str) -> Page:
        """The tracking page of a form, as its sender reads it."""
        page = await self.desk.open(f"{self.desk.public}/tra-cuu", width=360)
        await page.get_by_label("Mã phiếu").fill(self.town.codes[name])
        await page.get_by_label("Bốn số cuối của điện thoại").fill(PHONE[-4:])
        await page.get_by_role("button", name="Xem").click()
        await page.wait_for_url("**/tra-cuu/*")
        return page


@pytest.fixture(scope="module")
async def town(stack: RunningSystem, browser: Browser) -> AsyncIterator[Town]:
    """A morning in April 2026: who has a browser has moved the clock."""
    found = await settled_in("thanh-tri", stack)
    yield found
    await found.client.close()


@pytest.fixture
async def day(desk: Desk, town: Town) -> Day:
    return Day(desk, town)


def the(page: Page, question: str) -> Locator:
    return page.locator(f"article[id='{question}']")


async def decides(page: Page, person: str, case: str) -> Locator:
    """Another person opens the case."""
    await work_as(page, person)
    await page.goto(f"/ho-so/{case}")
    return page.locator("article.question").first


async def test_in_the_morning_an_officer_hands_back_what_is_not_his_and_the_asker_reads_why(day: Day) -> None:
    question = await day.given("wrong", "Mẹ tôi 82 tuổi chưa có lương hưu thì được hưởng trợ cấp gì?")
    page = await day.at_desk_of(OFFICER)
    await expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()
    mine = page.locator(f"a.case[href$='#{question}']")
    await expect(mine.locator(".term")).to_be_visible()
    await page.locator("main").focus()
    for _ in range(20):
        await page.keyboard.press("j")
        if await mine.evaluate("link => link === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator("#beside #case")).to_be_visible()
    reason = "Trợ cấp xã hội do Phòng Văn hóa - Xã hội giải quyết."
    await fill(the(page, question), "hand-back", "Trả lại Văn phòng", reason=reason)
    await expect(page.get_by_role("status").first).to_contain_text("Đã trả lại câu hỏi")
    await day.town.settles()
    asker = await day.as_asker("wrong")
    await expect(asker.locator("main")).to_contain_text("Phòng Kinh tế")
    await expect(asker.locator("main")).to_contain_text(reason)
    office = await day.at_desk_of(CLERK)
    waiting = office.locator("[aria-labelledby=triage] li", has_text=day.town.codes["wrong"])
    await expect(waiting).to_contain_text(f"Phòng Kinh tế trả lại: {reason}")
    await waiting.get_by_role("link", name="Chọn phòng").click()
    wanted = {"field": "social-policy", "department": CULTURE, "reason": "Trợ cấp xã hội."}
    await fill(the(office, question), "assign-question", "Giao cho phòng", **wanted)
    await expect(the(office, question)).to_contain_text("Đã giao Phòng Văn hóa - Xã hội")


async def test_an_answer_is_begun_from_what_there_is_kept_handed_in_returned_and_approved(day: Day) -> None:
    """Thanh Trì lets the head look first, then the office-head or the chairman."""
    await day.answered("earlier", DRAIN)
    question = await day.given("drain", "Bao giờ xã nạo vét mương thoát nước thôn Nội? Đường ngập khi mưa.")
    case = day.town.cases["drain"]
    page = await day.at_desk_of(OFFICER)
    article = the(page, question)
    form = article.locator("details", has=page.locator("input[name=verb][value=draft-answer]"))
    like = form.get_by_text("Câu tương tự đã trả lời").first
    async with asyncio.timeout(30):  # what was just answered is not suggested at once
        await page.goto(f"/ho-so/{case}")
        while not await like.count():
            await page.wait_for_timeout(500)
            await page.reload()
    await unfold(form)
    await like.click()
    await form.get_by_role("button", name="Dùng câu trả lời này").first.click()
    text = form.get_by_label("Câu trả lời", exact=True)
    await expect(text).to_have_value(ANSWER)
    await text.fill(ANSWER + " Liên hệ {người phụ trách}.")
    await form.get_by_role("button", name="Trình duyệt").click()
    await expect(article.get_by_role("alert")).to_contain_text("{người phụ trách}")
    await expect(text).to_have_value(ANSWER + " Liên hệ {người phụ trách}.")
    await text.fill(ANSWER + " Liên hệ ông Toàn.")
    await form.get_by_role("button", name="Lưu nháp").click()
    await expect(page.get_by_text("Đã lưu bản nháp")).to_be_visible()
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Bản nháp đang viết dở")).to_be_visible()
    await page.goto(f"/ho-so/{case}")
    await unfold(form)
    await expect(text).to_have_value(ANSWER + " Liên hệ ông Toàn.")
    await form.get_by_role("button", name="Trình duyệt").click()
    await expect(page.get_by_text("Đã trình câu trả lời để duyệt.")).to_be_visible()

    await day.town.settles()
    await fill(await decides(page, HEAD, case), "approve-answer", "Duyệt câu trả lời")
    await expect(page.get_by_role("status").first).to_be_visible()
    remarks = "Nêu rõ số điện thoại liên hệ."
    await fill(await decides(page, CHAIRMAN, case), "return-answer", "Trả lại dự thảo", remarks=remarks)
    await expect(page.get_by_text("Đã trả lại dự thảo")).to_be_visible()

    await work_as(page, OFFICER)
    await page.goto("/")
    returned = page.locator("[aria-labelledby=returned] a.case", has_text=day.town.codes["drain"])
    await expect(returned).to_contain_text(remarks)
    await returned.click()
    await fill(article, "draft-answer", "Trình duyệt", text=ANSWER + " Liên hệ ông Toàn, số 024.3861.0000.")
    await expect(page.get_by_text("Đã trình câu trả lời để duyệt.")).to_be_visible()
    await page.goto(f"/ho-so/{case}/du-thao/{question}")
    await expect(page.locator("article.version ins", has_text="024.3861.0000")).to_be_visible()

    for person in (HEAD, CHAIRMAN):
        await day.town.settles()
        await work_as(page, person)
        await page.goto("/")
        waiting = page.locator("[aria-labelledby=to-decide] li", has_text=day.town.codes["drain"])
        await expect(waiting).to_contain_text("số 024.3861.0000")
        await waiting.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Duyệt các câu đã chọn").click()
        await page.get_by_role("button", name="Duyệt (1)").click()
        await expect(page.locator("[data-held] a")).to_have_text("1 việc vừa thực hiện", timeout=30_000)
        await page.locator("[data-held] a").click()
    await page.goto(f"/ho-so/{case}")
    await expect(article).to_contain_text("Câu trả lời đã duyệt")


async def test_several_drafts_are_approved_at_once_and_each_that_is_refused_is_named(day: Day) -> None:
    questions = [await day.given(name, f"{DRAIN} ({name})") for name in ("one", "two")]
    for question in questions:
        await day.town.does(routing.DraftAnswer, Role.OFFICER, ECONOMY, question=question, text=ANSWER)
    page = await day.at_desk_of(HEAD)
    for question in questions:
        await page.locator(f"input[id='chon-{question}']").focus()
        await page.keyboard.press("Space")
    await page.get_by_role("button", name="Duyệt các câu đã chọn").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("qua thư điện tử one@nguoidan.example")
    await dialog.get_by_role("button", name="Duyệt (2)").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-held]")).to_contain_text("Sẽ duyệt 2 câu trả lời")
    await day.town.does(
        routing.ReturnAnswer, Role.HEAD, ECONOMY, question=questions[1], remarks="Nêu rõ đơn vị thi công."
    )
    await expect(page.locator("[data-held] a")).to_have_text("1 việc vừa thực hiện, 1 việc chưa được", timeout=30_000)
    await page.locator("[data-held] a").click()
    refused = page.locator(".just-done li", has_text=day.town.codes["two"])
    await expect(refused).to_contain_text("Bùi Thị Hải Trả lại dự thảo")


async def test_another_department_says_what_it_knows(day: Day) -> None:
    question = await day.given("parking", "Xe tải đỗ kín đường thôn Nội, ai xử lý?")
    page = await day.at_desk_of(OFFICER)
    await page.goto(f"/ho-so/{day.town.cases['parking']}")
    article = the(page, question)
    form = article.locator("details.act", has=page.locator("input[name=verb][value=ask-coordination]"))
    await unfold(form)
    await form.get_by_label("Công an xã").check()
    await form.locator("[name=matter]").fill("Xin cho biết kế hoạch xử lý xe đỗ sai quy định.")
    await form.get_by_role("button", name="Đề nghị phối hợp").click()
    await expect(page.get_by_text("Đã đề nghị phối hợp.")).to_be_visible()
    await work_as(page, POLICE)
    await page.goto("/")
    asked = page.locator("[aria-labelledby=coordinating] a.case", has_text=day.town.codes["parking"])
    await expect(asked).to_contain_text("kế hoạch xử lý xe đỗ sai quy định")
    await asked.click()
    await fill(article, "give-opinion", "Gửi ý kiến", text="Công an xã tuần tra hằng ngày từ 20/4.")
    await expect(page.get_by_text("Đã gửi ý kiến")).to_be_visible()
    await work_as(page, OFFICER)
    await page.goto(f"/ho-so/{day.town.cases['parking']}")
    await expect(article).to_contain_text("Công an xã tuần tra hằng ngày từ 20/4.")


async def test_a_like_question_gets_the_same_answer_and_a_letter_of_its_own(day: Day) -> None:
    lead = await day.given("lamp", "Đèn đường ngõ 5 thôn Nội hỏng hai tháng, bao giờ sửa?")
    other = await day.given("lamps", "Bao giờ sửa đèn đường ngõ 5 thôn Nội?")
    page = await day.at_desk_of(OFFICER)
    await page.goto(f"/ho-so/{day.town.cases['lamps']}")
    await fill(the(page, other), "join-question", "Trả lời chung", lead=lead)
    await expect(page.get_by_text("Đã gộp")).to_be_visible()
    answer = "Xã thay đèn ngõ 5 trong tuần này."
    await day.town.does(routing.DraftAnswer, Role.OFFICER, ECONOMY, question=lead, text=answer)
    await day.town.approves(lead)
    for name, question in (("lamp", lead), ("lamps", other)):
        await page.goto(f"/ho-so/{day.town.cases[name]}")
        await expect(the(page, question)).to_contain_text(answer)
        await expect(page.locator("aside")).to_contain_text("Văn bản trả lời")


async def test_a_question_with_two_matters_becomes_two(day: Day) -> None:
    first = "Con tôi sinh tháng trước thì làm giấy khai sinh cần giấy tờ gì?"
    second = "Đèn đường ngõ 7 hỏng hai tháng chưa sửa."
    question = await day.asked("both", f"{first} Ngoài ra, {second[0].lower()}{second[1:]}")
    page = await day.at_desk_of(CLERK)
    await page.goto(f"/ho-so/{day.town.cases['both']}")
    wanted = {
        "phan-1": first,
        "linh-vuc-1": "civil-status",
        "phong-1": CENTRE,
        "phan-2": second,
        "linh-vuc-2": "infrastructure",
        "phong-2": ECONOMY,
    }
    await fill(the(page, question), "split-question", "Tách câu hỏi", **wanted)
    await expect(page.get_by_text("Đã tách câu hỏi")).to_be_visible()
    await day.town.settles()
    await page.reload()
    await expect(page.locator("article.question")).to_have_count(2)
    await expect(the(page, question)).to_contain_text("Đã giao Trung tâm Phục vụ hành chính công")
    await expect(page.locator("article.question").nth(1)).to_contain_text("Đã giao Phòng Kinh tế")


async def test_a_question_that_comes_back_is_given_to_whom_it_belongs_with_one_click(day: Day) -> None:
    question = await day.answered("again", "Bao giờ xã sửa cầu qua mương thôn Nội?")
    await day.town.does(routing.ReopenQuestion, Role.CLERK, question=question, reason="Chưa nêu ngày sửa.")
    page = await day.at_desk_of(CLERK)
    waiting = page.locator("[aria-labelledby=triage] li", has_text=day.town.codes["again"])
    await waiting.get_by_role("button", name="Giao Phòng Kinh tế").click()
    await expect(page.get_by_text("Đã giao câu hỏi.")).to_be_visible()
    await expect(waiting).to_have_count(0)
    await work_as(page, OFFICER)
    await expect(page.locator("a.case", has_text=day.town.codes["again"])).to_be_visible()


async def test_the_clerk_tries_a_rule_before_she_saves_it(day: Day) -> None:
    text = "Ki ốt số 7 khu Ao Cả thu tiền thế nào?"
    page = await day.at_desk_of(CLERK)
    await page.get_by_role("link", name="Sổ tay").click()
    rows = page.locator("table.rules tbody tr")
    empty = rows.filter(has=page.locator("textarea:placeholder-shown, textarea")).last
    await empty.get_by_label("Lĩnh vực").last.select_option("business")
    await empty.locator("textarea").fill("khu Ao Cả")
    await empty.get_by_label("Phòng trả lời").last.select_option(CULTURE)
    await empty.get_by_label("Trọng số").last.fill("3,5")
    await page.get_by_label("Câu để thử").fill(text)
    await page.get_by_role("button", name="Thử", exact=True).click()
    tried = page.locator(".tried")
    await expect(tried).to_contain_text("Hộ kinh doanh, chợ – Phòng Văn hóa - Xã hội")
    await expect(tried).to_contain_text("câu hỏi gần nhất")
    await must_be_good(page, "tried")
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Chưa lưu được")
    await page.get_by_label("Vì sao thay đổi").fill("Khu Ao Cả do Phòng Văn hóa - Xã hội quản lý.")
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(page.locator("textarea", has_text="khu Ao Cả")).to_be_visible()
    async with asyncio.timeout(30):  # every replica looks for what was taught, now and then
        while True:
            known = await day.town.does(handbook.ClassifyTexts, Role.CLERK, texts=(text,))
            if known.state["texts"][0]["department"] == CULTURE:
                break
            await page.wait_for_timeout(300)
    question = await day.asked("taught", text)
    await page.goto(f"/ho-so/{day.town.cases['taught']}")
    await expect(the(page, question)).to_contain_text("Đã giao Phòng Văn hóa - Xã hội")


async def test_somebody_else_has_saved_the_handbook_meanwhile(day: Day) -> None:
    page = await day.at_desk_of(CLERK)
    await page.goto("/so-tay")
    other = await page.context.new_page()
    await other.goto("/so-tay")
    for one, word in ((page, "bến đò Nội"), (other, "bến đò Đông")):
        row = one.locator("table.rules tbody tr").last
        await row.locator("select").first.select_option("infrastructure")
        await row.locator("textarea").fill(word)
        await one.get_by_label("Vì sao thay đổi").fill("Tên bến đò của xã.")
        await one.get_by_role("button", name="Lưu", exact=True).click()
        await one.wait_for_load_state()
    await expect(other.get_by_role("alert")).to_contain_text("thêm “bến đò Nội”")
    await expect(other.locator("table.rules textarea", has_text="bến đò Đông")).to_be_visible()
    await other.get_by_role("button", name="Lưu", exact=True).click()
    await expect(other.get_by_role("alert")).to_have_count(0)
    await expect(other.locator("table.rules textarea", has_text="bến đò Đông")).to_be_visible()


async def test_a_template_of_ones_own_is_taken_for_an_answer(day: Day) -> None:
    page = await day.at_desk_of(OFFICER)
    await page.get_by_role("link", name="Mẫu trả lời").click()
    await page.get_by_role("link", name="Thêm mẫu mới").click()
    await page.get_by_label("Lĩnh vực").select_option("infrastructure")
    await page.get_by_label("Tên mẫu").fill("Nạo vét mương thôn")
    await page.get_by_label("Nội dung").fill("Phiếu {mã phiếu}: Phòng Kinh tế nạo vét trước ngày {ngày nạo vét}.")
    await page.get_by_role("button", name="Lưu mẫu").click()
    own = page.locator("details.template", has_text="Nạo vét mương thôn")
    await expect(own.locator("summary").first).to_contain_text("của xã, phường · 1 chỗ cần điền")
    question = await day.given("template", "Mương thôn Đông bao giờ nạo vét?")
    await page.goto(f"/ho-so/{day.town.cases['template']}")
    form = the(page, question).locator("details", has=page.locator("input[name=verb][value=draft-answer]"))
    await unfold(form)
    await form.get_by_text("Mẫu: Nạo vét mương thôn").click()
    await form.get_by_role("button", name="Dùng mẫu này: mẫu Nạo vét mương thôn").click()
    text = form.get_by_label("Câu trả lời", exact=True)
    await expect(text).to_have_value(
        f"Phiếu {day.town.codes['template']}: Phòng Kinh tế nạo vét trước ngày {{ngày nạo vét}}."
    )
    await expect(form.get_by_role("status")).to_contain_text("{ngày nạo vét}")
    await page.goto("/mau-tra-loi?linh_vuc=infrastructure")
    await own.locator("summary").first.click()
    await own.get_by_text("Xóa mẫu").first.click()
    await own.get_by_role("button", name="Xóa mẫu").click()
    await expect(page.get_by_text("Nạo vét mương thôn")).to_have_count(0)


async def test_in_the_evening_an_answer_is_published_without_who_asked(day: Day) -> None:
    text = "Tôi là Nguyễn Văn Library, số 0953000001. Bao giờ xã nạo vét mương?"
    answer = "Phòng Kinh tế nạo vét trước ngày 15/5; ông gặp ông Nguyễn Đức Toàn để biết thêm."
    question = await day.answered("library", text, answer)
    page = await day.at_desk_of(CLERK)
    await page.goto(f"/ho-so/{day.town.cases['library']}")
    await the(page, question).get_by_role("link", name="Đăng lên thư viện hỏi đáp").click()
    asked = page.get_by_label("Câu hỏi", exact=True)
    await expect(asked).to_have_value("Tôi là [họ tên], số [số điện thoại]. Bao giờ xã nạo vét mương?")
    await expect(page.locator("mark.found").first).to_contain_text("Nguyễn Văn Library")
    await must_be_good(page, "publication")
    await page.get_by_label("“Nguyễn Đức Toàn”").check()
    await page.get_by_role("button", name="Đăng lên thư viện").click()
    await expect(page.get_by_text("chưa được đăng. Xin đọc lại rồi đăng.")).to_be_visible()
    await expect(page.get_by_label("Câu trả lời", exact=True)).to_have_value(answer)
    await page.get_by_role("button", name="Đăng lên thư viện").click()
    await expect(page.get_by_text("Đã đăng lên thư viện hỏi đáp.")).to_be_visible()
    await page.goto("/thu-vien")
    await expect(page.locator(".library")).to_contain_text("Nguyễn Đức Toàn")
    await expect(page.locator(".library")).not_to_contain_text("Nguyễn Văn Library")


async def test_the_pages_of_the_day_fit_and_are_for_everybody(day: Day) -> None:
    """What the others have left on the desks is there to be looked at."""
    page = await day.desk.open("/")
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda message: broken.append(message.text) if message.type in ("error", "warning") else None)
    for person in (OFFICER, HEAD, CHAIRMAN, CLERK):
        await work_as(page, person)
        await page.goto("/")
        await must_be_good(page, f"desk-{person}")
    for name, path in (("handbook", "/so-tay"), ("templates", "/mau-tra-loi"), ("template", "/mau-tra-loi/soan")):
        await page.goto(path)
        await must_be_good(page, name)
    assert broken == []


async def test_on_a_telephone_the_places_unfold_and_the_one_that_is_open_is_marked(day: Day) -> None:
    page = await day.at_desk_of(CLERK, width=360)
    await page.goto("/so-tay")
    place = page.get_by_role("navigation", name="Chính").get_by_role("link", name="Sổ tay", exact=True)
    await expect(place).to_be_hidden()
    await page.locator("label.menu").click()
    await expect(place).to_be_visible()
    await expect(place).to_have_attribute("aria-current", "page")


async def test_everything_on_these_pages_works_without_javascript(day: Day) -> None:
    question = await day.given("plain", "Cống thôn Tây vỡ, bao giờ sửa?")
    await day.town.does(routing.DraftAnswer, Role.OFFICER, ECONOMY, question=question, text=ANSWER)
    page = await day.desk.open("/", javascript=False, by=HEAD)
    await page.locator(f"input[id='chon-{question}']").check()
    await page.get_by_role("button", name="Duyệt các câu đã chọn").click()
    await page.get_by_role("button", name="Duyệt (1)").click()
    await expect(page.get_by_role("status").filter(has_text="Sẽ duyệt 1 câu trả lời")).to_be_visible()
    async with asyncio.timeout(40):
        while not await page.get_by_text("1 việc vừa thực hiện").count():
            await page.wait_for_timeout(500)
            await page.goto("/")
    await work_as(page, CLERK)
    await page.goto("/so-tay")
    before = await page.locator("table.rules tbody tr").count()
    await page.get_by_role("button", name="Thêm dòng").click()
    await expect(page.locator("table.rules tbody tr")).to_have_count(before + 5)
