"""A list in a real browser, on the whole running system: from a file to receipts, and once more."""

from collections.abc import AsyncIterator

import nats
import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from shared.clock import move_clock
from tests.browser.good import must_be_good
from tests.builders import NOW
from tests.door import enter
from tests.servers import RunningSystem
from tests.tables import EXCEL, as_excel

CLERK = "hanh.clerk@hanoi.example"
HEADING = ("STT", "Họ và tên", "Điện thoại", "Địa chỉ", "Kiến nghị")
ROWS = [
    ("DANH SÁCH KIẾN NGHỊ CỦA THÔN NỘI",),
    HEADING,
    (1, "Nguyễn Thị Mai", 912345678, "Số 5, thôn Nội", "Đường thôn ngập khi mưa, đề nghị nạo vét cống."),
    (2, "Lê Văn Hòa", "hỏi con trai", "Thôn Nội", "Chợ họp lấn lòng đường."),
    (3, "Trần Văn Bình", "0987654321", "Thôn Nội", "Thủ tục tách thửa cần những giấy tờ gì?"),
]


@pytest.fixture
async def page(stack: RunningSystem, chromium: Browser) -> AsyncIterator[Page]:
    client = await nats.connect(stack.addresses.nats_url)
    await move_clock(client, NOW)
    await client.close()
    console = stack.addresses.services["console"]
    context = await chromium.new_context(base_url=console, viewport={"width": 1280, "height": 900})
    await enter(context, console, "thanh-tri", CLERK)
    opened = await context.new_page()
    await opened.goto("/")
    yield opened
    await context.close()


def workbook(*, mended: bool = False) -> FilePayload:
    rows = [*ROWS[:3], (2, "Lê Văn Hòa", "0912345679", *ROWS[3][3:]), ROWS[4]] if mended else ROWS
    return {"name": "thôn nội.xlsx", "mimeType": EXCEL, "buffer": as_excel(rows)}


async def upload(page: Page, file: FilePayload) -> None:
    await page.get_by_label("Nơi gửi danh sách").fill("Trưởng thôn Nội")
    await page.get_by_label("Tệp danh sách").set_input_files(files=[file])
    await page.get_by_role("button", name="Xem trước danh sách").click()


async def test_a_list_is_seen_taken_in_mended_and_sent_again(page: Page) -> None:
    await page.get_by_role("link", name="Nhận danh sách ý kiến").click()
    await must_be_good(page, "lists")
    await upload(page, workbook())
    await expect(page.get_by_role("status")).to_contain_text("2 dòng đúng")
    await expect(page.locator("tr.wrong")).to_contain_text("“hỏi con trai” không phải số điện thoại")
    await expect(page.locator("tr.wrong td").first).to_have_text("4")
    await expect(page.get_by_label("Kiến nghị")).to_have_value("text")
    await must_be_good(page, "list-preview")
    await page.get_by_role("button", name="Nhận 2 dòng đúng").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã nhận 2 phiếu mới; 1 dòng chưa nhận")
    await must_be_good(page, "list-result")
    await page.goto("/danh-sach")
    await upload(page, workbook(mended=True))
    await page.get_by_role("button", name="Nhận 3 dòng đúng").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã nhận 1 phiếu mới; 2 phiếu đã có từ trước")
    code = page.locator("tr", has_text="Lê Văn Hòa").get_by_role("link")
    await code.click()
    await expect(page.locator("a.case, article.question").first).to_contain_text("Chợ họp lấn lòng đường.")


async def test_the_table_to_fill_in_is_taken_from_the_page(page: Page) -> None:
    await page.goto("/danh-sach")
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Tải mẫu để điền").click()
    assert (await started.value).suggested_filename == "mau-danh-sach-y-kien-thanh-tri.xlsx"
