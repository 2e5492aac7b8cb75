"""What is done with a form and its questions, in a real browser on the whole running system."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from shared.contracts import Role, routing
from tests.browser.good import must_be_good
from tests.browser.test_console import CLERK, OFFICER, Desk, assigned, browser, desk, fill, find, unfold, work_as
from tests.door import enter
from tests.e2e.town import Town, settled_in
from tests.servers import RunningSystem

__all__ = ["browser", "desk"]
"""Fixtures of the console's tests."""

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
LAND = "Tôi xin cấp giấy chứng nhận quyền sử dụng đất thì cần giấy tờ gì?"


async def attach(page: Page, name: str, data: bytes) -> None:
    form = page.locator("details", has=page.locator("input[name=verb][value=add-files]"))
    await unfold(form)
    await form.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": data}
    )
    await form.get_by_role("button", name="Bổ sung tệp").click()


async def test_a_scan_is_put_to_a_form_and_fetched_by_the_department(desk: Desk, tmp_path: Path) -> None:
    page = await desk.open()
    await work_as(page, CLERK)
    code = await desk.ask(LAND)
    await assigned(page, code)
    await attach(page, "ban-chup.exe.pdf", b"MZ this is a program")
    await expect(page.get_by_role("alert")).to_contain_text("Chỉ nhận tệp PDF")
    await attach(page, "bản chụp đơn.pdf", PDF)
    await expect(page.get_by_text("Đã bổ sung tệp vào phiếu.")).to_be_visible()
    await work_as(page, OFFICER)
    await find(page, code)
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="bản chụp đơn.pdf").click()
    download = await coming.value
    assert download.suggested_filename == "bản chụp đơn.pdf"
    await download.save_as(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == PDF
    answer = await page.context.request.get(download.url)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_contact_is_corrected_and_a_question_withdrawn_for_its_asker(desk: Desk) -> None:
    page = await desk.open()
    await work_as(page, CLERK)
    code = await desk.ask(LAND)
    await assigned(page, code)
    aside = page.locator("aside")
    await fill(aside, "correct-registrant", "Sửa thông tin", phone="0987 654 321", reason="Đổi số máy")
    await expect(page.get_by_text("Đã sửa thông tin liên hệ")).to_be_visible()
    await expect(aside.get_by_text("0987654321")).to_be_visible()
    await page.goto("/?loc=tat-ca&phong=&tim=0987.654.321")
    await expect(page.locator("a.case").filter(has_text=code)).to_be_visible()
    await page.locator("a.case").filter(has_text=code).click()
    await fill(page.locator("aside"), "withdraw-questions", "Ghi nhận rút câu hỏi", reason="Đã tự giải quyết")
    await expect(page.get_by_text("Đã ghi nhận người đăng ký rút câu hỏi.")).to_be_visible()
    await page.goto(f"/?loc=da-rut&phong=&tim={code}")
    for _ in range(20):
        if await page.locator("a.case").filter(has_text=code).count():
            break
        await page.wait_for_timeout(250)
        await page.reload()
    await expect(page.locator("a.case").filter(has_text="Đã rút")).to_be_visible()


# --- the work on a question -----------------------------------------------------------------------------------------

ECONOMY, CULTURE = "phong-kinh-te", "phong-van-hoa-xa-hoi"
DRAIN = "Mương thoát nước thôn Nội tắc, đường ngập mỗi khi mưa. Bao giờ xã nạo vét?"
FIRST = "Phòng Kinh tế đã khảo sát mương thôn Nội và nạo vét trước ngày 10/5/2026."
BETTER = "Phòng Kinh tế đã khảo sát mương thôn Nội, nạo vét trước ngày 15/5/2026 và báo thôn Nội biết."


@pytest.fixture(scope="module")
async def town(stack: RunningSystem, browser: Browser) -> AsyncIterator[Town]:
    """Whoever has a browser has moved the clock."""
    found = await settled_in("thanh-tri", stack)
    yield found
    await found.client.close()


async def asked_and_given(town: Town, name: str, *texts: str) -> list[str]:
    """A form whose questions the department has, whatever the machine made of them; their ids."""
    await town.sends_by_program(name, *texts, name=f"Lê Thị {name.title()}", phone="0912345678", address="Thôn Nội")
    questions = [f"{town.cases[name]}-{place}" for place, _ in enumerate(texts, 1)]
    at_once = {(one.question, one.field, one.department) for one in await town.said(routing.QuestionAssigned)}
    for question in questions:
        if (question, "infrastructure", ECONOMY) in at_once:
            continue
        await town.does(
            routing.AssignQuestion,
            Role.CLERK,
            question=question,
            field="infrastructure",
            department=ECONOMY,
            reason="Văn phòng đọc và giao.",
        )
    return questions


async def test_a_case_with_everything_on_it_is_readable_on_every_screen_and_for_everybody(
    desk: Desk, town: Town, tmp_path: Path
) -> None:
    """Handed back, coordinated, split, joined, written three times, returned, endorsed."""
    text = f"{DRAIN} Và lệ phí cấp lại giấy khai sinh là bao nhiêu?"
    first, second = await asked_and_given(town, "everything", text, "Rãnh trước nhà tôi ở thôn Nội cũng tắc.")

    async def by_office(command: type[routing.RoutingCommand], **fields: object) -> None:
        await town.does(command, Role.CLERK, question=first, **fields)

    async def by_officer(command: type[routing.RoutingCommand], of: str = ECONOMY, **fields: object) -> None:
        await town.does(command, Role.OFFICER, of, question=first, **fields)

    await by_officer(routing.HandBack, reason="Câu hỏi có cả nội dung hộ tịch, xin tách ra.")
    parts = (
        routing.Part(text=DRAIN, field="infrastructure", department=ECONOMY),
        routing.Part(text="Lệ phí cấp lại giấy khai sinh là bao nhiêu?"),
    )
    await by_office(routing.SplitQuestion, parts=parts)
    await by_office(
        routing.AskCoordination, departments=(CULTURE, "cong-an"), matter="Ảnh hưởng đến trường học, giao thông."
    )
    await by_officer(routing.GiveOpinion, CULTURE, text="Trường Tiểu học bị ngập hai lần trong tháng 4.")
    await town.does(routing.JoinQuestion, Role.CLERK, question=second, lead=first)
    await by_officer(routing.KeepDraft, text=FIRST[:40])
    await by_officer(routing.DraftAnswer, text=FIRST)
    await town.does(routing.ReturnAnswer, Role.HEAD, ECONOMY, question=first, remarks="Xin xem lại ngày nạo vét.")
    await by_officer(routing.DraftAnswer, text=BETTER)
    await town.does(routing.ApproveAnswer, Role.HEAD, ECONOMY, question=first)
    case = town.cases["everything"]
    page = await desk.open(f"/ho-so/{case}")
    for person in (CLERK, OFFICER):
        await work_as(page, person)
        await page.goto(f"/ho-so/{case}")
        lead = page.locator(f"article[id='{first}']")
        for told in (
            *("Phòng chủ trì", "đã có ý kiến", "chưa có ý kiến", "Trường Tiểu học bị ngập"),
            *("Trưởng phòng Bùi Thị Hải đồng ý", "Chờ Chánh Văn phòng hoặc Chủ tịch", "1 câu khác nhận chung"),
            *("xin tách ra", "Nguyên văn trên phiếu"),
        ):
            await expect(lead).to_contain_text(told)
        await must_be_good(page, f"case-{person.rpartition(' ')[2]}")
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        await must_be_good(page, f"case-open-{person.rpartition(' ')[2]}")
    await page.goto(f"/ho-so/{case}/du-thao/{first}")
    await expect(page.locator("#ban-3 ins").first).to_be_visible()
    await expect(page.locator("#ban-2")).to_contain_text("Xin xem lại ngày nạo vét.")
    await must_be_good(page, "drafts")
    await work_as(page, CLERK)
    await page.goto(f"/ho-so/{case}/ai-lam-gi/{first}")
    await expect(page.get_by_role("row").filter(has_text="Bùi Thị Hải").first).to_be_visible()
    await must_be_good(page, "deeds")


async def test_an_answer_is_written_with_the_keyboard_alone(desk: Desk, town: Town) -> None:
    [question] = await asked_and_given(town, "keyboard", DRAIN)
    page = await desk.open()
    await work_as(page, OFFICER)
    await page.goto(f"/ho-so/{town.cases['keyboard']}")
    article = page.locator(f"article[id='{question}']")
    await article.locator("summary", has_text="Soạn câu trả lời").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.type("Xã nạo vét trước ngày {ngày}.")
    await expect(article.locator(".places")).to_contain_text("{ngày}")
    await page.keyboard.press("Tab")
    await expect(article.get_by_role("button", name="Trình duyệt")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(article.get_by_role("alert")).to_contain_text("Còn chỗ chưa điền: {ngày}")
    await article.locator("textarea[name=text]").fill("Xã nạo vét trước ngày 15/5/2026.")
    await article.locator("textarea[name=text]").focus()
    for _ in range(2):
        await page.keyboard.press("Tab")
    await expect(article.get_by_role("button", name="Lưu nháp")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Đã lưu bản nháp; chưa trình để duyệt.")).to_be_visible()
    await expect(page.locator("article.question .state").first).to_have_text("Đang soạn trả lời")


@pytest.mark.parametrize("javascript", [True, False])
async def test_an_answer_is_begun_from_a_template_with_a_script_and_without(
    desk: Desk, town: Town, javascript: bool
) -> None:
    name = f"template-{javascript}"
    [question] = await asked_and_given(town, name, DRAIN)
    page = await desk.open(f"/ho-so/{town.cases[name]}", javascript=javascript)
    await enter(page.context, desk.console, "thanh-tri", "toan.kinhte@hanoi.example")
    await page.reload()
    article = page.locator(f"article[id='{question}']")
    await article.locator("textarea[name=text]").fill("Kính gửi ông/bà,")
    await article.locator("details.more summary").first.click()
    await article.get_by_role("button", name="Dùng mẫu này").first.click()
    begun = article.locator("textarea[name=text]")
    await expect(begun).to_have_value(re.compile(r"^Kính gửi ông/bà,\n\n.*\{", re.DOTALL))
    await expect(article.locator(".places")).to_contain_text("Còn chỗ chưa điền")


async def test_a_matter_is_added_struck_off_and_the_question_split(desk: Desk, town: Town) -> None:
    [question] = await asked_and_given(town, "split", f"{DRAIN} Lệ phí chứng thực là bao nhiêu?")
    page = await desk.open()
    await work_as(page, CLERK)
    await page.goto(f"/ho-so/{town.cases['split']}")
    article = page.locator(f"article[id='{question}']")
    await unfold(article.locator("details", has=page.locator("input[value=split-question]")))
    await article.get_by_label("Lời hỏi").nth(0).fill(DRAIN)
    await article.get_by_label("Lời hỏi").nth(1).fill("Lệ phí chứng thực là bao nhiêu?")
    await article.get_by_role("button", name="Thêm một nội dung").click()
    await expect(article.get_by_label("Lời hỏi")).to_have_count(3)
    await article.get_by_label("Lời hỏi").nth(2).fill("Thừa")
    await article.get_by_label("Bỏ phần này").nth(2).check()
    await article.get_by_role("button", name="Tách câu hỏi").click()
    await expect(page.get_by_text("mỗi nội dung nay là một câu hỏi riêng")).to_be_visible()
    await expect(page.locator("article.question")).to_have_count(2)
    await expect(page.locator("article.question").nth(1)).to_contain_text("câu 1 – mỗi nội dung được trả lời riêng")
    async with page.expect_response("**/ho-so/**"):
        await page.reload()
    await expect(page.locator(".history")).to_contain_text("Tách các nội dung khác thành câu 2")


async def test_a_slip_goes_with_what_is_referred_up(desk: Desk, town: Town, tmp_path: Path) -> None:
    [question] = await asked_and_given(town, "slip", "Đường vành đai qua xã bao giờ mở rộng?")
    superior = "Ủy ban nhân dân thành phố Hà Nội"
    await town.does(
        routing.ReferQuestionUp, Role.CLERK, question=question, authority=superior, reason="Đường do thành phố quản lý."
    )
    page = await desk.open()
    await work_as(page, CLERK)
    await page.goto(f"/ho-so/{town.cases['slip']}")
    for label, starts in (("Phiếu chuyển (PDF)", b"%PDF"), ("Phiếu chuyển (Word)", b"PK")):
        async with page.expect_download() as coming:
            await page.get_by_role("link", name=label).click()
        await (await coming.value).save_as(tmp_path / "slip")
        assert (tmp_path / "slip").read_bytes().startswith(starts)


# --- what the page does with a script -------------------------------------------------------------------------------

HEAD_DECIDES = "Trưởng phòng Bùi Thị Hải"


async def at_case(desk: Desk, town: Town, name: str) -> tuple[Page, Locator]:
    """The officer has the case of a drain before him; the page and the place where he writes."""
    await asked_and_given(town, name, f"{DRAIN} ({name})")
    page = await desk.open()
    await work_as(page, OFFICER)
    await page.goto(f"/ho-so/{town.cases[name]}")
    return page, page.get_by_label("Câu trả lời", exact=True)


async def test_what_is_being_written_survives_a_reload_and_a_lost_connection(desk: Desk, town: Town) -> None:
    page, text = await at_case(desk, town, "kept")
    await text.fill(FIRST)
    await page.reload()
    await expect(text).to_have_value(FIRST)
    await expect(page.get_by_text("Đã lấy lại nội dung soạn dở trên máy này")).to_be_visible()
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Lưu nháp").click()
    await expect(page.get_by_role("alert").filter(has_text="mất kết nối với máy chủ")).to_be_visible()
    await expect(text).to_have_value(FIRST)
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Lưu nháp").click()
    await expect(page.get_by_text("Đã lưu bản nháp; chưa trình để duyệt.")).to_be_visible()
    await expect(text).to_have_value(FIRST)
    # what was sent does not stay on the computer
    await page.wait_for_function("() => !Object.keys(localStorage).some((one) => one.startsWith('doithoai-draft/'))")


async def test_an_answer_is_looked_over_and_handed_in_by_keys_once_it_is_said_who_decides(
    desk: Desk, town: Town
) -> None:
    page, text = await at_case(desk, town, "keys")
    await page.keyboard.press("d")
    await expect(text).to_be_focused()
    await page.keyboard.type(BETTER)
    await expect(page.locator("[data-count]")).to_have_text(f"{len(BETTER.split())} chữ")
    await page.get_by_role("button", name="Xem lại").click()
    await expect(page.locator(".letter-look")).to_have_text(BETTER)
    await text.focus()
    sure = page.get_by_role("alert").filter(has_text=f"Trình {HEAD_DECIDES} duyệt?")
    await page.keyboard.press("Control+Enter")
    await expect(sure).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(sure).to_be_hidden()
    for _ in range(2):
        await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Đã trình câu trả lời để duyệt.")).to_be_visible()


async def test_a_case_that_changes_while_somebody_writes_says_so_and_leaves_him_his_words(
    desk: Desk, town: Town
) -> None:
    page, text = await at_case(desk, town, "news")
    await text.fill(FIRST)
    question = f"{town.cases['news']}-1"
    await town.does(
        routing.AskCoordination, Role.CLERK, question=question, departments=("cong-an",), matter="Giao thông."
    )
    await expect(page.get_by_text("Hồ sơ vừa có thay đổi")).to_be_visible(timeout=20_000)
    await expect(page.locator(".history")).to_contain_text("Đề nghị phối hợp: Công an xã")
    await expect(text).to_have_value(FIRST)


async def test_the_time_line_and_the_terms_are_read_with_the_keyboard_on_every_screen(desk: Desk, town: Town) -> None:
    page, _ = await at_case(desk, town, "line")
    await page.locator("#xem-thu").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#xem-thu")).to_have_attribute("aria-current", "true")
    await expect(page.locator(".history")).not_to_contain_text("Gửi phiếu")
    await page.locator(".as-table summary").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("rowheader", name="Hạn trả lời của phòng chuyên môn")).to_be_visible()
    await expect(page.get_by_role("img", name=re.compile("^Từ .* đến ")).first).to_be_visible()
    await must_be_good(page, "case-line")
