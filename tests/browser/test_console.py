"""The console in a real browser, on the whole running system."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

import httpx
import nats
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from services.console.acting import workers
from shared.clock import move_clock
from shared.communes import Communes
from tests.browser.chromium import launched
from tests.builders import COMMUNE, NOW
from tests.door import enter
from tests.servers import RunningSystem

CLERK, OFFICER, POLICE = "Trần Thị Hạnh", "Nguyễn Đức Toàn", "Hoàng Văn Thắng"
HEAD, CHAIRMAN, OPERATOR = "Bùi Thị Hải", "Nguyễn Văn Lợi", "Người vận hành"
DIALOGUE = "/hoi-nghi/thanh-tri-20260514-0830"
ROOM = tuple(DIALOGUE + tab for tab in ("", "/chuan-bi", "/nguoi-du", "/cau-hoi", "/tai-hoi-nghi", "/ket-luan"))
PATHS = ("/", "/?loc=tat-ca", "/viec?phong=", "/hoi-nghi", *ROOM, "/bao-cao", "/tinh", "/van-hanh")
numbers = count(1)


@dataclass(frozen=True)
class Desk:
    """The console's address, the citizens' address, and a browser to look at them with."""

    console: str
    public: str
    browser: Browser

    async def open(self, path: str = "/", *, width: int = 1440, javascript: bool = True, by: str = CLERK) -> Page:
        """A page of the console in a browser in which somebody is signed in."""
        context = await self.browser.new_context(
            base_url=self.console, viewport={"width": width, "height": 900}, java_script_enabled=javascript
        )
        await enter(context, self.console, COMMUNE, worker_named(by))
        page = await context.new_page()
        await page.goto(path)
        return page

    async def ask(self, text: str) -> str:
        """Register a question as a citizen does; returns its code."""
        form = {
            "name": f"Lê Quang Hòa {next(numbers)}",
            "phone": "0912345678",
            "address": "Số 5, thôn Nội, xã Thanh Trì",
            "questions": [{"text": text}],
        }
        async with httpx.AsyncClient(base_url=self.public) as client:
            answer = await client.post("/api/v1/communes/thanh-tri/submissions", json=form)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["code"])


@pytest.fixture(scope="module")
async def browser(stack: RunningSystem) -> AsyncIterator[Browser]:
    """A browser, and a system whose time is a morning in April 2026."""
    client = await nats.connect(stack.addresses.nats_url)
    await move_clock(client, NOW)
    await client.close()
    async with launched() as browser:
        yield browser


@pytest.fixture
async def desk(stack: RunningSystem, browser: Browser) -> AsyncIterator[Desk]:
    yield Desk(stack.addresses.services["console"], stack.addresses.services["intake"], browser)
    for context in browser.contexts:
        await context.close()


def worker_named(name: str) -> str:
    """The id of a person of the commune."""
    [found] = [worker.id for worker in workers(Communes.load()[COMMUNE]) if worker.name.startswith(name)]
    return found


async def work_as(page: Page, name: str) -> None:
    """Somebody else signs in in this browser, and opens the same page; with its `#part` it would not be loaded anew."""
    console = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    await enter(page.context, console, COMMUNE, worker_named(name))
    await page.goto(page.url.split("#")[0])


async def find(page: Page, code: str) -> Locator:
    """Open a case by its code; returns its first question. It may still be on its way here."""
    async with asyncio.timeout(30):
        await page.goto(f"/?loc=tat-ca&phong=&tim={code}")
        while not await page.locator("a.case").count():
            await page.reload()
    await page.goto(str(await page.locator("a.case").first.get_attribute("href")))
    return page.locator("article.question").first


async def fill(form_of: Locator, verb: str, button: str, **fields: str) -> None:
    """Open the form of a command, fill it in and send it."""
    await (await fill_in(form_of, verb, **fields)).get_by_role("button", name=button).click()


async def fill_in(form_of: Locator, verb: str, **fields: str) -> Locator:
    """Open the form of a command and fill it in. Returns the form."""
    form = form_of.locator("details", has=form_of.page.locator(f"input[name=verb][value={verb}]"))
    await unfold(form)
    for name, text in fields.items():
        field = form.locator(f"[name={name}]")
        if await field.evaluate("field => field.tagName") == "SELECT":
            await field.select_option(text)
        else:
            await field.fill(text)
    return form


async def unfold(form: Locator) -> None:
    """Open a form; a rare one stands behind “Việc khác”."""
    others = form.locator("xpath=preceding-sibling::details[@class='others' and not(@open)]")
    if not await form.is_visible() and await others.count():
        await others.locator("summary").click()
    if await form.get_attribute("open") is None:
        await form.locator("summary").first.click()


async def assigned(page: Page, code: str) -> Locator:
    """A question that its department has; the machine takes a moment to hand it over."""
    question = await find(page, code)
    async with asyncio.timeout(30):
        while not await question.get_by_text("Đã giao Phòng Kinh tế").count():
            await page.reload()
    return question


async def test_an_empty_commune_is_told_what_will_come(desk: Desk) -> None:
    page = await desk.open("/hoi-nghi")
    await expect(page.get_by_text("chưa có hội nghị nào")).to_be_visible()
    await expect(page.get_by_text("DIỄN TẬP – thời gian mô phỏng")).to_be_visible()


async def test_the_office_plans_a_dialogue_and_announces_it(desk: Desk) -> None:
    page = await desk.open("/hoi-nghi")
    await work_as(page, CLERK)
    title = "Hội nghị đối thoại lần 1 năm 2026"
    await fill(
        page.locator("main"),
        "plan-dialogue",
        "Lên kế hoạch",
        title=title,
        held_at="2026-05-14T08:30",
        place="Hội trường UBND xã",
    )
    await expect(page.get_by_text("Đã lên kế hoạch hội nghị.")).to_be_visible()
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    async with asyncio.timeout(30):
        while not await page.get_by_text("04/05/2026 17:00").count():
            await page.goto("/hoi-nghi/thanh-tri-20260514-0830")
    await fill(page.locator("main"), "announce-dialogue", "Thông báo hội nghị")
    await expect(page.get_by_text("Đã thông báo hội nghị.")).to_be_visible()
    await desk.ask("Lệ phí chứng thực bản sao là bao nhiêu?")
    async with asyncio.timeout(30):
        while not await page.locator(".people li").count():
            await page.goto(DIALOGUE + "/nguoi-du")
    await fill(page.locator(".people"), "excuse-registrant", "Ghi nhận báo vắng", reason="Đi công tác")
    await expect(page.locator(".people .state")).to_have_text("Đã báo vắng")


async def test_a_duty_of_the_plan_is_ticked_off_with_its_proof(desk: Desk) -> None:
    page = await desk.open(DIALOGUE + "/chuan-bi")
    await work_as(page, CLERK)
    await expect(page).to_have_url(f"{desk.console}{DIALOGUE}/chuan-bi")
    duty = page.locator(".duty", has_text="Chuẩn bị hội trường").first
    await fill(duty, "complete-duty", "Ghi nhận đã xong", proof="Biên bản số 3 ngày 12/5/2026")
    await expect(page.get_by_text("Biên bản số 3 ngày 12/5/2026")).to_be_visible()


async def test_a_question_gets_its_answer_through_the_pages(desk: Desk) -> None:
    code = await desk.ask("Đường thôn Nội ngập mỗi khi mưa lớn, bao giờ xã làm thoát nước?")
    page = await desk.open()
    await work_as(page, OFFICER)
    await fill(await assigned(page, code), "draft-answer", "Trình duyệt", text="Thưa ông, xã làm trong quý I/2027.")
    await expect(page.get_by_text("Đã trình câu trả lời để duyệt.")).to_be_visible()
    await expect(page.locator("article .state")).to_have_text("Chờ duyệt")
    for judge in (HEAD, CHAIRMAN):
        await work_as(page, judge)
        await fill(page.locator("article.question").first, "approve-answer", "Duyệt câu trả lời")
        await expect(page.get_by_text("Đã duyệt câu trả lời.")).to_be_visible()
    await expect(page.locator(".history")).to_contain_text("Nguyễn Văn Lợi · Duyệt câu trả lời")


async def test_a_page_that_is_out_of_date_says_what_came_since_and_keeps_what_was_typed(desk: Desk) -> None:
    code = await desk.ask("Mương thoát nước thôn Đông tắc, đường ngập, bao giờ xã nạo vét?")
    page = await desk.open()
    await work_as(page, OFFICER)
    question = await assigned(page, code)
    other = await page.context.new_page()
    await other.goto(page.url)
    stale = other.locator("article.question").first
    draft = await fill_in(stale, "draft-answer", text="Kính gửi ông, xin trả lời như sau.")
    wanted = {"working_days": "3", "reason": "Cần khảo sát hiện trường.", "requirement": "Khảo sát mương thoát nước."}
    await fill(question, "request-extension", "Gửi đề nghị", **wanted)
    await expect(page.get_by_text("Đã gửi đề nghị gia hạn.")).to_be_visible()
    await draft.get_by_role("button", name="Trình duyệt").click()
    await expect(stale.get_by_role("alert")).to_contain_text("Xin gia hạn")
    await expect(stale.locator("[name=text]")).to_have_value("Kính gửi ông, xin trả lời như sau.")
    await stale.get_by_role("button", name="Trình duyệt").click()
    await expect(other.get_by_text("Đã trình câu trả lời để duyệt.")).to_be_visible()


async def test_a_term_is_told_in_working_time_and_its_count_on_a_click(desk: Desk) -> None:
    code = await desk.ask("Cống thôn Tây vỡ, nước tràn ra đường, bao giờ xã sửa?")
    page = await desk.open()
    question = await assigned(page, code)
    async with asyncio.timeout(30):
        while not await question.locator(".term", has_text="làm việc").count():
            await page.reload()
    count = question.locator("details.count").first
    await count.locator("summary").click()
    for told in ("Ngày được tính", "21/04/2026", "Ngày không tính", "mục III.2"):
        await expect(count).to_contain_text(told)
    await page.goto("/viec?loai=department-answer&phong=phong-kinh-te")
    await expect(page.locator(".cases")).to_contain_text("Cống thôn Tây vỡ")
    await expect(page.locator(".cases .term").first).to_contain_text("làm việc")


async def test_a_question_is_handed_to_another_department_which_takes_it_up(desk: Desk) -> None:
    code = await desk.ask("Đường thôn Đông bị lấn chiếm để xe tải, bao giờ xã giải tỏa, nạo vét cống?")
    page = await desk.open()
    await work_as(page, CLERK)
    question = await assigned(page, code)
    form = question.locator("details", has=page.locator("input[value=transfer-question]"))
    await unfold(form)
    await form.get_by_label("Tạm dừng").check()
    wanted = {"field": "residence-security", "department": "cong-an", "reason": "Việc dừng đỗ xe thuộc Công an xã."}
    await fill(question, "transfer-question", "Chuyển câu hỏi", **wanted)
    await expect(page.get_by_text("Đã chuyển câu hỏi sang phòng khác.")).to_be_visible()
    async with asyncio.timeout(30):
        while not await question.locator(".term", has_text="tạm dừng").count():
            await page.reload()
    await work_as(page, POLICE)
    await fill(page.locator("article.question").first, "accept-transfer", "Nhận câu hỏi")
    await expect(page.get_by_text("Đã nhận câu hỏi; thời hạn được tính tiếp.")).to_be_visible()
    await expect(page.locator(".history")).to_contain_text("Công an xã nhận câu hỏi được chuyển")


async def test_what_must_be_mended_is_named_beside_its_field(desk: Desk) -> None:
    page = await desk.open()
    await work_as(page, CLERK)
    question = await find(page, await desk.ask("Cho tôi hỏi về chợ Thanh Trì bao giờ sửa mái?"))
    form = question.locator("details", has=page.locator("input[value=redirect-question]"))
    await form.locator("form").evaluate("form => { form.noValidate = true; }")
    await fill(question, "redirect-question", "Gửi hướng dẫn", authority="UBND thành phố")
    await expect(form.get_by_role("alert")).to_contain_text("Chưa thực hiện được")
    await expect(form.get_by_text("Xin ghi mục này.")).to_be_visible()
    await expect(form.locator("[name=authority]")).to_have_value("UBND thành phố")


async def test_everything_works_without_javascript(desk: Desk) -> None:
    code = await desk.ask("Mẹ tôi 82 tuổi muốn xin trợ cấp xã hội thì nộp hồ sơ ở đâu?")
    page = await desk.open(javascript=False)
    question = await find(page, code)
    await fill(
        question,
        "assign-question",
        "Giao cho phòng",
        field="social-policy",
        department="van-phong",
        reason="Văn phòng đang theo dõi việc này.",
    )
    await expect(page.get_by_text("Đã giao câu hỏi.")).to_be_visible()


async def test_who_has_not_signed_in_sees_nothing(desk: Desk) -> None:
    page = await desk.open("/viec")
    await page.context.clear_cookies()
    for path in ("/", "/viec", "/bao-cao", "/van-hanh"):
        await page.goto(path)
        await expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()


async def test_who_denounces_is_known_to_those_alone_who_decide_on_it(desk: Desk) -> None:
    code = await desk.ask("Tôi tố cáo cán bộ địa chính nhận tiền của dân để làm sổ đỏ.")
    page = await desk.open()
    await work_as(page, OFFICER)
    await find(page, code)
    async with asyncio.timeout(30):
        while not await page.get_by_text("Chờ phân loại").count():
            await page.reload()
    await expect(page.get_by_role("heading", name="Người gửi được giữ kín danh tính")).to_be_visible()
    for secret in ("Lê Quang Hòa", "0912345678", "thôn Nội", "nhận tiền"):
        await expect(page.locator("main")).not_to_contain_text(secret)
    await work_as(page, CLERK)
    await expect(page.get_by_role("heading", name="Lê Quang Hòa")).to_be_visible()
    await expect(page.locator("blockquote")).to_contain_text("nhận tiền")
    await page.goto("/?loc=cho-phan-loai&phong=")
    await expect(page.locator(".cases")).to_contain_text("được giữ kín")
    await expect(page.locator(".cases")).not_to_contain_text("nhận tiền")


@pytest.mark.parametrize("width", [360, 1440])
async def test_pages_fit_and_break_nothing(desk: Desk, width: int) -> None:
    code = await desk.ask("Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?")
    page = await desk.open(width=width)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda message: broken.append(message.text) if message.type in ("error", "warning") else None)
    page.on("response", lambda answer: broken.append(f"{page.url}: {answer.url}") if answer.status >= 400 else None)
    await work_as(page, CLERK)
    await find(page, code)
    for path in (page.url, *PATHS):
        if path == "/van-hanh":
            await work_as(page, OPERATOR)
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert broken == []


async def test_keys_walk_through_the_list(desk: Desk) -> None:
    await desk.ask("Xã có hỗ trợ nộp hồ sơ trực tuyến không?")
    page = await desk.open("/?loc=tat-ca")
    async with asyncio.timeout(30):
        while not await page.locator("a.case").count():
            await page.reload()
    await page.keyboard.press("j")
    await expect(page.locator("a.case").first).to_be_focused()
    await page.keyboard.press("/")
    await expect(page.locator(".global input[type=search]")).to_be_focused()
