"""The citizens' pages in a real browser: from the first page to the answer's term, in whatever way people use them."""

import asyncio
import re
from collections.abc import Awaitable
from typing import Any

from playwright.async_api import expect

from services.intake.codes import normalise
from tests.browser.citizens import AGREED, ASKED, FORM, LOOK, Citizens, file, fill_in, look_up, tab_to
from tests.builders import DIALOGUE


async def test_a_citizen_registers_and_looks_it_up_with_the_keyboard_alone(citizens: Citizens) -> None:
    page = await citizens.open()
    press = page.keyboard.press
    await tab_to(page, "Xã Thanh Trì")
    await press("Enter")
    await expect(page.locator("h1")).to_have_text("Phiếu đăng ký tham gia đối thoại")
    await expect(page.get_by_text("Phiếu gửi đến hết 17:00 thứ Hai, 04/05/2026 được trả lời")).to_be_visible()
    await tab_to(page, "Đến nội dung chính")
    await press("Enter")
    for label, text in (
        ("Họ và tên", "Nguyễn Thị Mai"),
        ("Điện thoại", "0912345678"),
        ("Địa chỉ", "Số 5, thôn Nội"),
        ("1. Về thủ tục hành chính", ASKED),
    ):
        await tab_to(page, label)
        await page.keyboard.insert_text(text)
    await tab_to(page, AGREED)
    await press("Space")
    await tab_to(page, "Gửi câu hỏi")
    await press("Enter")
    await expect(page.locator("h1")).to_have_text("Đã tiếp nhận phiếu của ông/bà")
    code = await page.locator(".receipt .code").inner_text()
    assert normalise(code) == code
    await tab_to(page, "Xem câu hỏi đang ở đâu")
    await press("Enter")
    await expect(page.locator("h1")).to_have_text(f"Phiếu {code}")
    await expect(page.locator(".steps li").first).to_contain_text("Đã tiếp nhận")
    await page.context.clear_cookies()  # another day
    await page.goto(f"/tra-cuu/{code}")
    await expect(page.get_by_label("Mã phiếu")).to_have_value(code)
    await tab_to(page, "Bốn số cuối")
    await page.keyboard.insert_text("5678")
    await press("Enter")
    await expect(page.locator("h1")).to_have_text(f"Phiếu {code}")


async def test_the_way_of_a_question_says_who_answers_until_when_and_why(citizens: Citizens) -> None:
    page = await citizens.open()
    await look_up(page, *await citizens.register(ASKED, "Lệ phí bao nhiêu?"))
    steps = page.locator(".story").first.locator(".steps li")
    await expect(steps).to_contain_text(
        ["Đã tiếp nhận", "Đã chuyển đến", "Đang soạn trả lời", "Lãnh đạo duyệt", "Trả lời tại hội nghị"]
    )
    now = page.locator(".story").first.locator("[aria-current=step]")
    await expect(now).to_contain_text(re.compile(r"Hạn trả lời: thứ \S+, \d\d/\d\d/2026 \(còn \d+ ngày.* làm việc\)"))
    await now.get_by_text("Hạn này được tính thế nào?").click()
    await expect(now.get_by_text("Các ngày được tính")).to_be_visible()
    await expect(now).to_contain_text("Căn cứ: Kế hoạch năm 2026 của UBND xã Thanh Trì")
    await expect(page.locator(".contents a")).to_have_count(2)
    await expect(page.locator("body")).not_to_contain_text(re.compile("assigned|triage|undefined|None"))


async def test_a_wrong_contact_shows_nothing_and_keeps_the_code(citizens: Citizens) -> None:
    code, contact = await citizens.register(ASKED)
    page = await citizens.open(f"/tra-cuu/{code}")
    await page.fill("#contact", "0000" if contact != "0000" else "1111")
    await page.get_by_role("button", name="Xem phiếu").click()
    await expect(page.locator("#summary")).to_be_focused()
    await expect(page.locator("#summary")).to_contain_text("Không tìm thấy phiếu có mã và thông tin liên hệ này")
    await expect(page.get_by_label("Mã phiếu")).to_have_value(code)
    await expect(page.locator("body")).not_to_contain_text(ASKED[:20])
    await expect(page).to_have_title(re.compile("^Không tìm thấy: "))


async def test_a_wrong_form_keeps_what_was_typed_and_names_what_to_mend(citizens: Citizens) -> None:
    page = await citizens.open(FORM)
    await fill_in(page, name="Nguyễn Thị Mai", email="mai@", handling="\nTôi cảm ơn.\n  Và hỏi:\n\n")
    summary = page.locator("#summary")
    await expect(summary).to_be_focused()
    await expect(page).to_have_title(re.compile("^Chưa gửi được: "))
    await expect(page.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Mai")
    await expect(page.get_by_label("2. Về giải quyết")).to_have_value("\nTôi cảm ơn.\n  Và hỏi:\n\n")
    email = page.get_by_label("Thư điện tử")
    await expect(email).to_have_value("mai@")
    await expect(email).to_have_attribute("aria-invalid", "true")
    await expect(email).to_have_accessible_description(re.compile("Giấy tiếp nhận .* Địa chỉ thư điện tử chưa đúng"))
    await summary.get_by_role("link", name="thư điện tử chưa đúng").click()
    await expect(email).to_be_focused()
    await email.fill("mai@example.vn")
    await fill_in(page, procedures=ASKED)
    await expect(page.locator("h1")).to_have_text("Đã tiếp nhận phiếu của ông/bà")


async def test_a_form_sent_again_says_that_it_is_here_already(citizens: Citizens) -> None:
    page = await citizens.open(FORM)
    typed = {"name": "Trần Văn Bình", "phone": "0987654321", "procedures": ASKED}
    await fill_in(page, **typed)
    first = await page.locator(".receipt .code").inner_text()
    await page.goto(FORM)
    await fill_in(page, **typed)
    await expect(page.get_by_text("đã được tiếp nhận từ trước")).to_be_visible()
    await expect(page.locator(".receipt .code")).to_have_text(first)


async def test_everything_works_without_javascript(citizens: Citizens) -> None:
    page = await citizens.open(FORM, width=360, javascript=False)
    await fill_in(page, name="Lê Thị Không", phone="0912345679")
    await expect(page.locator("#summary:focus")).to_have_count(1)
    await fill_in(page, procedures=ASKED)
    code = await page.locator(".receipt .code").inner_text()
    await expect(page.get_by_role("button", name="In giấy tiếp nhận")).to_have_count(0)
    await page.context.clear_cookies()
    await look_up(page, code, "5679")
    await expect(page.locator(".steps li").first).to_contain_text("Đã tiếp nhận")


async def test_the_receipt_is_a_thing_to_keep(citizens: Citizens) -> None:
    code, _ = await citizens.register(ASKED)
    page = await citizens.open(f"/phieu/{code}")
    await expect(page.get_by_role("img", name="Mã QR")).to_be_visible()
    await expect(page.locator(".next li")).to_contain_text(["20/04/2026", "08:30 thứ Năm, 14/05/2026", "báo trước"])
    await expect(page.get_by_role("button", name="In giấy tiếp nhận")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.locator(".receipt .code")).to_be_visible()
    for left_out in ("header", "footer", ".actions"):
        await expect(page.locator(left_out)).to_be_hidden()


async def test_every_page_is_as_large_clear_and_narrow_as_people_need(citizens: Citizens) -> None:
    code, contact = await citizens.register(ASKED, "Xã cần công khai lệ phí.")
    page = await citizens.open()
    short: dict[str, list[str]] = {}

    async def look(name: str) -> None:
        await page.evaluate("() => document.fonts.ready")
        for width in (320, 360, 640, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            if found := await page.evaluate(LOOK):
                short[f"{name} at {width} px"] = found

    paths = {
        "home": "/",
        "form": FORM,
        "receipt": f"/phieu/{code}?lai=1",
        "dialogues": f"{FORM}/hoi-nghi",
        "dialogue": f"{FORM}/hoi-nghi/{DIALOGUE}",
        "data notice": "/thong-bao-du-lieu?xa=thanh-tri",
        "error": "/khong-co",
    }
    for name, path in paths.items():
        await page.goto(path)
        await look(name)
    await page.goto(FORM)
    await page.set_input_files("#files", file("don.pdf"))
    await fill_in(page, name="N" * 201, email="mai@")
    await expect(page.locator("#summary")).to_be_focused()
    await page.get_by_text("Đọc toàn bộ thông báo").click()
    await expect(page.get_by_label("Bỏ tệp này")).to_be_visible()
    await look("wrong form")
    await look_up(page, code, contact)
    await page.get_by_text("Hạn này được tính thế nào?").first.click()
    await look("tracking")
    await page.goto("/tra-cuu")
    await look("ask")
    await page.get_by_role("button", name="Xem phiếu").click()
    await expect(page.locator("#summary")).to_be_focused()
    await look("wrong ask")
    assert short == {}


async def test_the_description_of_the_api_does_not_scroll_sideways(citizens: Citizens) -> None:
    page = await citizens.open("/api/docs", width=320)
    assert await page.evaluate("() => document.documentElement.scrollWidth") == 320
    await expect(page.get_by_role("heading", name="Gửi phiếu đăng ký")).to_be_visible()


async def test_a_first_visit_weighs_less_than_200_kb_and_comes_from_here_alone(citizens: Citizens) -> None:
    page = await citizens.open("about:blank")
    weights: dict[str, int] = {}
    arriving: list[Awaitable[None]] = []

    async def weigh(response: Any) -> None:
        weights[response.url] = len(await response.body())

    page.on("response", lambda response: arriving.append(asyncio.ensure_future(weigh(response))))
    await page.goto(f"{citizens.address}{FORM}")
    await page.evaluate("() => document.fonts.ready")
    await asyncio.gather(*arriving)
    loaded = [url for url in weights if not url.startswith("data:")]
    assert all(url.startswith(citizens.address) for url in loaded)
    assert sum("woff2" in url for url in loaded) >= 2, "the typeface has come"
    assert sum(weights.values()) < 200_000, weights
