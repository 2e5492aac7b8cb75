"""The paper desk in a real browser: a clerk enters a pile of paper forms without touching the mouse."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import nats
import pytest
from playwright.async_api import Browser, Page, expect

from shared.clock import move_clock
from tests.browser.good import must_be_for_everybody, must_be_good, picture
from tests.builders import NOW
from tests.door import enter
from tests.servers import RunningSystem

CLERK = "hanh.clerk@hanoi.example"
SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True)
class Form:
    """What is written on a paper. received, because: where it came in before."""

    name: str
    phone: str
    first: str = ""
    second: str = ""
    received: str = ""
    because: str = ""
    scan: str = ""


PILE = (
    Form("Nguyễn Thị Mai", "0952 345 601", "1. Cấp lại giấy khai sinh ở đâu?\n2. Lệ phí bao nhiêu?"),
    Form("Lê Văn Hòa", "0952345602", second="Một cửa mở cửa mấy giờ?"),
    Form("Trần Văn Bình", "0952345603", "Bao giờ xã nạo vét mương?", received="18/4 9:30", because="Mất điện cả ngày"),
    Form("Phạm Thị Cúc", "0952345604", "Thủ tục tách thửa?", received="17/4 15h", because="Bưu điện chuyển đến muộn"),
    Form("Đỗ Thị Dung", "0952345605", "Hồ sơ nhà ở xã hội nộp đâu?", scan="phieu-dung.pdf"),
    Form("Vũ Văn Em", "0952345606", "Xin cấp thẻ bảo hiểm y tế cho trẻ?"),
    Form("Lê Văn Hòa", "0952345602", second="Một cửa mở cửa mấy giờ?", scan="phieu-hoa.pdf"),
    Form("Hoàng Thị Giang", "0952345607", "Đăng ký hộ kinh doanh cần gì?"),
    Form("Bùi Văn Hải", "0952345608", "Chứng thực bản sao mất bao lâu?", "Ghế ngồi chờ ở một cửa còn thiếu."),
    Form("Ngô Thị Lan", "0952345609", "Xin trợ cấp cho mẹ 82 tuổi ở đâu?"),
)
SCANNED, DUPLICATE = 4, 6


@pytest.fixture
async def page(stack: RunningSystem, chromium: Browser) -> AsyncIterator[Page]:
    """The desk, as a clerk has it in the morning."""
    client = await nats.connect(stack.addresses.nats_url)
    await move_clock(client, NOW)
    await client.close()
    console = stack.addresses.services["console"]
    context = await chromium.new_context(base_url=console, viewport={"width": 1440, "height": 900})
    await enter(context, console, "thanh-tri", CLERK)
    found = await context.new_page()
    yield found
    await context.close()


async def key_in(page: Page, form: Form) -> None:
    """As it stands on the paper, from the first field to the key that saves. No mouse."""
    keys = page.keyboard
    await expect(page.locator("#name")).to_be_focused()
    for text in (form.name, form.phone, "Số 5, thôn Nội", ""):
        await keys.type(text)
        await keys.press("Enter")
    await expect(page.locator("#procedures")).to_be_focused()
    await keys.type(form.first)
    await keys.press("Tab")
    await keys.type(form.second)
    if form.scan:
        async with page.expect_file_chooser() as chooser:
            await keys.press("Alt+t")
            await expect(page.locator("#scan")).to_be_focused()
            await keys.press("Space")
        await (await chooser.value).set_files([{"name": form.scan, "mimeType": "application/pdf", "buffer": SCAN}])
    if form.received:
        await keys.press("Alt+l")
        await keys.type(form.received)
        await keys.press("Enter")
        await keys.type(form.because)
    async with page.expect_navigation(wait_until="load"):
        await keys.press("Control+Enter" if form.scan else "Alt+s")


async def test_a_clerk_enters_ten_paper_forms_with_the_keyboard_alone(page: Page, stack: RunningSystem) -> None:
    await page.goto("/")
    async with page.expect_navigation(wait_until="load"):
        await page.keyboard.press("Alt+n")
    codes = list[str]()
    for number, form in enumerate(PILE):
        await key_in(page, form)
        last = page.locator(".last")
        await expect(last).to_contain_text("Phiếu này đã nhập" if number == DUPLICATE else "Đã nhập phiếu")
        await expect(last).to_contain_text(form.name)
        codes.append(await last.locator(".big-code").inner_text())
        if form.received:
            await expect(page.locator(".entered li").first).to_contain_text("(nhận 1")
        await expect(page.locator("#name")).to_have_value("")
    assert codes[DUPLICATE] == codes[1]
    for code, scan in ((codes[SCANNED], PILE[SCANNED].scan), (codes[DUPLICATE], PILE[DUPLICATE].scan)):
        await is_kept_with(page, code, scan)
    assert len(set(codes)) == 9
    listed = await page.locator(".entered .code").all_inner_texts()
    assert listed == list(dict.fromkeys(reversed(codes)))
    await must_be_good(page, "paper")

    entered = await of_the_registry(stack, codes[0])
    assert len(entered) == 2, "intake has told the two questions of one box apart"

    async with page.expect_navigation(wait_until="load"):
        await page.keyboard.press("Alt+p")
    slip = page.locator(".slip")
    await expect(page.get_by_role("link", name="Về nhập phiếu tiếp")).to_be_focused()
    await expect(slip).to_contain_text(codes[-1])
    await expect(slip).to_contain_text("Tiếp nhận lúc: 09:3")
    await expect(slip).not_to_contain_text("Ngô Thị Lan")
    assert await slip.locator("img").evaluate("image => image.naturalWidth > 0")
    await must_be_good(page, "slip")
    for name, width in (("giay-tiep-nhan-80mm", 302), ("giay-tiep-nhan-a5", 559)):
        await page.emulate_media(media="print")
        await page.set_viewport_size({"width": width, "height": 900})
        await expect(page.locator(".way")).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
        await must_be_for_everybody(page, name)
        await picture(page, name)
    await page.emulate_media(media="screen")
    await page.set_viewport_size({"width": 1440, "height": 900})
    async with page.expect_navigation(wait_until="load"):
        await page.keyboard.press("Alt+b")
    await expect(page.locator("#name")).to_be_focused()
    receipt = await page.request.get(f"{stack.addresses.services['intake']}/phieu/{codes[-1]}.pdf")
    assert (receipt.status, (await receipt.body())[:5]) == (200, b"%PDF-")


async def is_kept_with(page: Page, code: str, scan: str) -> None:
    """Beside the desk: the case shows the file, also that of a form that had been entered without it."""
    case = await page.context.new_page()
    address = await page.locator(".entered a", has_text=code).get_attribute("href")
    async with asyncio.timeout(20):
        await case.goto(str(address))
        while not await case.get_by_text(scan).count():
            await case.reload()
    await case.close()


async def of_the_registry(stack: RunningSystem, code: str) -> list[Any]:
    """The questions of a form, as whoever holds its receipt sees them."""
    phone = PILE[0].phone[-4:].replace(" ", "")
    async with httpx.AsyncClient(base_url=stack.addresses.services["intake"]) as http:
        answer = await http.get(f"/api/v1/submissions/{code}", params={"contact": phone.rjust(4, "5")[-4:]})
    return list(answer.json()["questions"])


async def test_a_pile_keeps_its_time_and_reason_and_what_is_wrong_comes_back(page: Page) -> None:
    await page.goto("/nhap-phieu")
    keys = page.keyboard
    await keys.type("Cao Văn Khải")
    await keys.press("Tab")
    await keys.type("12")
    await keys.press("Control+Enter")
    await expect(page.locator("#phone-wrong")).to_be_visible()
    await expect(page.locator("#phone")).to_be_focused()
    await expect(page.locator("#name")).to_have_value("Cao Văn Khải")
    await must_be_good(page, "paper-wrong")
    await keys.press("Control+a")
    await keys.type("0952345699")
    for _ in range(3):
        await keys.press("Enter")
    await keys.type("Nộp thuế đất phi nông nghiệp ở đâu?")
    await keys.press("Alt+l")
    await keys.type("16/4 8:00")
    await keys.press("Enter")
    await keys.type("Thôn gửi cả tập")
    await keys.press("Enter")
    await expect(page.locator("#keep")).to_be_focused()
    await keys.press("Space")
    async with page.expect_navigation(wait_until="load"):
        await keys.press("Control+Enter")
    await expect(page.locator(".last")).to_contain_text("Cao Văn Khải")
    await expect(page.locator("#received")).to_have_value("16/4 8:00")
    await expect(page.locator("#late_because")).to_have_value("Thôn gửi cả tập")
    await expect(page.locator("#keep")).to_be_checked()


@pytest.mark.parametrize("width", [360, 1440])
async def test_the_desk_fits_the_screen_and_works_without_javascript(
    stack: RunningSystem, chromium: Browser, width: int
) -> None:
    console = stack.addresses.services["console"]
    context = await chromium.new_context(
        base_url=console, viewport={"width": width, "height": 900}, java_script_enabled=False
    )
    await enter(context, console, "thanh-tri", CLERK)
    page = await context.new_page()
    await page.goto("/nhap-phieu")
    await page.locator("#name").fill("Đào Thị Lý")
    await page.locator("#phone").fill(f"09523457{width % 100:02}")
    await page.locator("#handling").fill("Xin thêm ghế ở nơi chờ.")
    await page.get_by_role("button", name="Lưu phiếu").click()
    await expect(page.locator(".last")).to_contain_text("Đào Thị Lý")
    await page.get_by_role("link", name="In giấy tiếp nhận").click()
    await expect(page.locator(".slip")).to_contain_text("GIẤY TIẾP NHẬN")
    await context.close()
