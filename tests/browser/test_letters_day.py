"""A clerk's day with letters, in a real browser on the whole running system: words, print run, post, register."""

import asyncio
import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.async_api import Browser, FilePayload, Page, expect
from pypdf import PdfReader

from tests.browser.good import must_be_good
from tests.browser.test_console import CLERK, Desk, browser, desk, fill, work_as
from tests.browser.test_officers_day import DRAIN, Day, the, town
from tests.e2e.town import Town, at
from tests.servers import RunningSystem

__all__ = ["browser", "desk", "town"]
"""Fixtures of the console's tests."""

TRACKING = "EA123456789VN"
ANOTHER = "EA123456780VN"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def appears(page: Page, path: str, text: str) -> None:
    """What follows from a command may take a moment."""
    async with asyncio.timeout(30):
        await page.goto(path)
        while not await page.locator("main").get_by_text(text).count():
            await page.wait_for_timeout(500)
            await page.goto(path)


@pytest.fixture
async def day(desk: Desk, town: Town) -> Day:
    return Day(desk, town, by_mail=False)


@pytest.fixture(scope="module")
async def answered(stack: RunningSystem, browser: Browser, town: Town) -> Town:
    """Three citizens without a mail address have been answered."""
    found = Day(Desk("", "", browser), town, by_mail=False)
    for name in ("drain", "second", "third"):
        await found.answered(name, f"{DRAIN} ({name})")
    await town.settles()
    return town


async def test_the_office_edits_a_text_and_sees_what_it_makes(day: Day) -> None:
    page = await day.at_desk_of(CLERK)
    await page.get_by_role("link", name="Mẫu văn bản").click()
    await expect(page.get_by_role("heading", name="Mẫu thư và văn bản")).to_be_visible()
    await must_be_good(page, "texts")
    await page.goto("/van-ban/answer")
    await expect(page.locator("#preview iframe")).to_be_visible(timeout=20_000)
    await must_be_good(page, "text-mail")
    body = page.get_by_label("Nội dung", exact=True)
    shipped = await body.input_value()
    await body.fill(shipped + "\n\n{{ khong_co }}")
    await expect(page.locator("#preview .refused")).to_contain_text("khong_co", timeout=20_000)
    await page.get_by_role("button", name="Lưu mẫu").click()
    await expect(page.get_by_role("alert")).to_contain_text("Chưa lưu được")
    await expect(body).to_have_value(shipped + "\n\n{{ khong_co }}")
    await must_be_good(page, "text-wrong")
    await body.fill(shipped.replace("nhận được", "đã nhận được"))
    await page.get_by_label("Thư giấy").check()
    await expect(page.locator("#preview img.paper-look").first).to_be_visible(timeout=30_000)
    await must_be_good(page, "text-letter")
    await page.get_by_role("button", name="Lưu mẫu").click()
    await expect(page.get_by_text("Đã lưu mẫu")).to_be_visible()
    await page.get_by_role("link", name="So với bản trước").first.click()
    await expect(page.locator(".versions ins", has_text="đã").first).to_be_visible()


async def test_the_text_can_be_looked_at_without_a_script(day: Day) -> None:
    page = await day.desk.open("/van-ban/receipt", javascript=False)
    await page.goto("/van-ban/receipt")
    await page.get_by_role("button", name="Xem trước").click()
    await expect(page.locator("#preview iframe")).to_be_visible()


async def test_a_letter_is_called_back_and_told_in_another_way(day: Day, answered: Town) -> None:
    page = await day.at_desk_of(CLERK)
    await page.goto(f"/ho-so/{answered.cases['third']}")
    await expect(page.get_by_role("link", name="Chờ in trong đợt kế tiếp")).to_be_visible()
    await must_be_good(page, "case-ready")
    await appears(page, "/buu-chinh", answered.codes["third"])
    mine = page.locator(".waiting-letters > li", has_text=answered.codes["third"])
    await mine.locator("summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Người hỏi đã nghe trả lời trực tiếp.")
    await must_be_good(page, "post-call-back")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("Đã gọi lại thư")
    await expect(page.locator(".waiting-letters > li", has_text=answered.codes["third"])).to_have_count(0)
    await day.town.settles()
    await page.goto("/")
    lost = page.locator("[aria-labelledby=lost] a", has_text=answered.codes["third"])
    await expect(lost).to_contain_text("Người hỏi đã nghe trả lời trực tiếp.")
    await must_be_good(page, "work-called-back")
    await lost.click()
    letter = page.locator("section[aria-labelledby=letters]")
    await expect(letter).to_contain_text("Không gửi đi")
    await fill(letter, "record-hand-over", "Ghi nhận", note="Gọi điện sáng nay.")
    await expect(letter).to_contain_text("Đã trao trực tiếp")
    await day.town.settles()
    await page.goto("/")
    await expect(lost).to_have_count(0)


async def test_letters_are_printed_posted_and_followed(day: Day, answered: Town, tmp_path: Path) -> None:
    page = await day.at_desk_of(CLERK)
    await appears(page, "/buu-chinh", answered.codes["second"])
    await must_be_good(page, "post")
    await page.get_by_text("Chốt đợt in ngay").click()
    await page.get_by_role("button", name="Chốt đợt in").click()
    await expect(page.get_by_text("Đã chốt đợt in")).to_be_visible(timeout=20_000)
    await day.town.settles()
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Đợt in chờ gửi bưu điện")).to_be_visible()
    await must_be_good(page, "work-letters")
    await page.locator("[aria-labelledby=to-post] a").first.click()
    await expect(page.get_by_role("heading", name="Đợt in", exact=False).first).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Thư để in (PDF)").first.click()
    bundle = tmp_path / "bundle.pdf"
    await (await download.value).save_as(bundle)
    assert bundle.read_bytes().startswith(b"%PDF")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Bảng kê gửi bưu điện").click()
    assert (await download.value).suggested_filename.endswith(".xlsx")
    await must_be_good(page, "run")
    await page.locator(".tracking").first.fill(TRACKING)
    await page.get_by_role("button", name="Cả đợt đã gửi").click()
    await expect(page.get_by_text("Đã ghi nhận gửi bưu điện.")).to_be_visible()
    await expect(page.locator(".run-letters")).not_to_contain_text("Chờ gửi")
    await the_posts_list_is_taken_in(page)
    first = await page.locator(".run-letters input[type=checkbox]").first.get_attribute("name")
    assert first
    await scanned(day, first.removeprefix("thu-"))


def posts_list(*rows: tuple[int, str]) -> FilePayload:
    """As the post sends it: what names a letter in one column, its own number in another."""
    book, file = Workbook(), io.BytesIO()
    assert book.active is not None
    for cells in (("Bưu điện Hà Nội",), ("STT", "Mã bưu gửi"), *rows):
        book.active.append(cells)
    book.save(file)
    return {"name": "buu-dien.xlsx", "mimeType": XLSX, "buffer": file.getvalue()}


async def the_posts_list_is_taken_in(page: Page) -> None:
    """Looked at first: a row that names no letter of the run is told with its reason, the others are written down."""
    await page.get_by_label("Tệp", exact=True).set_input_files(posts_list((1, TRACKING), (2, ANOTHER), (9, "EA999VN")))
    await page.get_by_role("button", name="Đọc bảng").click()
    await expect(page.get_by_text("không có thư này trong đợt")).to_be_visible()
    await expect(page.locator(".run-letters")).not_to_contain_text(ANOTHER)
    await must_be_good(page, "list-read")
    await page.get_by_role("button", name="Ghi số hiệu của 2 thư").click()
    await expect(page.get_by_text("Đã ghi số hiệu của 2 thư.")).to_be_visible()
    for place, number in enumerate((TRACKING, ANOTHER)):
        await expect(page.locator(".tracking").nth(place)).to_have_value(number)
    await must_be_good(page, "list-taken")
    await page.get_by_label("Tệp", exact=True).set_input_files(
        {"name": "buu-dien.xls", "mimeType": "application/vnd.ms-excel", "buffer": b"\xd0\xcf\x11\xe0"}
    )
    await page.get_by_role("button", name="Đọc bảng").click()
    await expect(page.get_by_role("alert")).to_contain_text("Tệp .xls cũ xin lưu lại thành .xlsx")
    await must_be_good(page, "list-refused")


async def scanned(day: Day, notification: str) -> None:
    """The envelope comes back: a thumb on a telephone says so."""
    await day.town.settles()
    phone = await day.at_desk_of(CLERK, width=360)
    await phone.goto(f"/buu-chinh/quet/{notification}")
    await expect(phone.get_by_text(TRACKING)).to_be_visible()
    await must_be_good(phone, "scan")
    await phone.set_viewport_size({"width": 360, "height": 740})
    box = await phone.get_by_role("button", name="Đã phát").bounding_box()
    assert box is not None
    assert box["height"] >= 60
    await phone.locator("summary.big").click()
    await must_be_good(phone, "scan-returned", 360)
    await phone.get_by_label("Sai địa chỉ, không tìm thấy nhà").check()
    await phone.get_by_role("button", name="Ghi nhận chuyển hoàn").click()
    await expect(phone.get_by_text("Đã ghi nhận thư bị chuyển hoàn")).to_be_visible()
    await day.town.settles()
    await phone.goto("/")
    await expect(phone.get_by_role("heading", name="Thư không đến nơi")).to_be_visible()
    await phone.locator("[aria-labelledby=lost] a").first.click()
    await expect(phone.locator(".fate").first).to_be_visible()
    await must_be_good(phone, "case-letters")


async def test_letters_that_were_signed_get_their_numbers_in_order(day: Day, answered: Town) -> None:
    page = await day.at_desk_of(CLERK)
    await appears(page, "/so-van-ban", answered.codes["second"])
    await must_be_good(page, "register")
    boxes = page.locator(".to-number input[type=checkbox]")
    await boxes.nth(1).check()
    await boxes.nth(0).check()
    await expect(page.locator(".to-number .order input").first).to_have_value("2")
    await page.get_by_role("button", name="Cấp số từ").click()
    await expect(page.get_by_text("Đã cấp số.")).to_be_visible()
    await expect(page.locator(".book tbody tr")).to_have_count(2)
    await must_be_good(page, "register-given")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Tải sổ (Excel)").click()
    assert (await download.value).suggested_filename.endswith(".xlsx")


async def test_a_book_goes_on_where_the_one_on_paper_ended(day: Day) -> None:
    page = await day.at_desk_of(CLERK)
    await page.goto("/so-van-ban")
    await page.get_by_role("link", name="Giấy mời").click()
    await expect(page.get_by_text("Sổ này chưa có số nào.")).to_be_visible()
    await page.get_by_text("Nối tiếp sổ giấy").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Số kế tiếp").fill("không")
    await page.get_by_role("button", name="Mở sổ từ số này").click()
    await expect(page.get_by_role("alert")).to_contain_text("Chưa mở được sổ")
    await must_be_good(page, "book-refused")
    await page.get_by_label("Số kế tiếp").fill("41")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Đã mở sổ.")).to_be_visible()
    await expect(page.locator(".title .sum")).to_contain_text("41/")
    await must_be_good(page, "book-opened")


async def test_the_report_is_had_as_the_document_it_becomes(day: Day, tmp_path: Path) -> None:
    page = await day.at_desk_of(CLERK)
    await page.goto("/bao-cao")
    await must_be_good(page, "reports")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Tải dự thảo báo cáo (PDF)").click()
    saved = tmp_path / "report.pdf"
    await (await download.value).save_as(saved)
    assert (await download.value).suggested_filename.endswith(".pdf")
    text = "".join(sheet.extract_text() for sheet in PdfReader(saved).pages)
    assert "BÁO CÁO" in text


async def test_others_are_told_whose_pages_these_are(desk: Desk) -> None:
    page = await desk.open("/buu-chinh")
    await work_as(page, "Nguyễn Đức Toàn")
    await page.goto("/buu-chinh")
    await expect(page.locator("main")).to_contain_text("Trang này dành cho")
    await must_be_good(page, "refused", 360)


async def test_in_the_end_the_office_apologises_for_an_answer_that_is_late(day: Day) -> None:
    """Weeks have passed. The asker has no mailbox: the apology is a letter of the next run."""
    question = await day.given("late", f"{DRAIN} (late)")
    case = day.town.cases["late"]
    await day.town.it_is(at(5, 25, 9))
    page = await day.at_desk_of(CLERK)
    await page.goto(f"/ho-so/{case}")
    await expect(the(page, question).locator(".term.late").first).to_be_visible()
    typed = {"reason": "Phải chờ kết quả đo đạc mương.", "until": "2026-06-05"}
    await fill(the(page, question), "apologise-for-delay", "Gửi thư xin lỗi", **(typed | {"reason": " "}))
    await expect(the(page, question).get_by_role("alert")).to_be_visible()
    await expect(the(page, question).locator("[name=until]")).to_have_value(typed["until"])
    await must_be_good(page, "apology-refused")
    await fill(the(page, question), "apologise-for-delay", "Gửi thư xin lỗi", **typed)
    await expect(page.get_by_role("status").first).to_contain_text("Đã gửi thư xin lỗi")
    await day.town.settles()
    await appears(page, "/buu-chinh", day.town.codes["late"])
    ready = page.locator(".waiting-letters > li", has_text=day.town.codes["late"])
    await expect(ready).to_contain_text("Thư xin lỗi")
    await page.goto(f"/ho-so/{case}")
    await expect(page.locator("section[aria-labelledby=letters]")).to_contain_text("Chờ in trong đợt kế tiếp")
    await must_be_good(page, "case-apology")
