"""The form in a real browser: what is being written is not lost, and files need not be chosen twice."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.citizens import AGREED, ASKED, FORM, LOOK, Citizens, file, fill_in

DRAFT = "doithoai.draft.thanh-tri"
WEEK_MS = 7 * 24 * 3600 * 1000
RESTORED = "Đã khôi phục phần ông/bà đang viết"


async def draft_of(page: Page) -> Any:
    kept = await page.evaluate(f"() => localStorage.getItem('{DRAFT}')")
    return json.loads(kept)["typed"] if kept else None


async def type_in(page: Page, **typed: str) -> None:
    for name, text in typed.items():
        await page.fill(f"#{name}", text)
    kept = f"typed => JSON.stringify(JSON.parse(localStorage.getItem('{DRAFT}') || '{{}}').typed) === typed"
    await page.wait_for_function(kept, arg=json.dumps(typed, ensure_ascii=False, separators=(",", ":")))


# --- the draft ------------------------------------------------------------------------------------------------------


async def test_what_is_being_written_outlives_the_tab(citizens: Citizens) -> None:
    page = await citizens.open(FORM)
    await expect(page.get_by_text(RESTORED)).to_have_count(0)
    await type_in(page, name="Nguyễn Thị Mai", procedures=ASKED)
    await page.get_by_label(AGREED).check()
    again = await page.context.new_page()
    await page.close()
    await again.goto(FORM)
    await expect(again.get_by_text(RESTORED)).to_be_visible()
    await expect(again.locator("#name")).to_have_value("Nguyễn Thị Mai")
    await expect(again.locator("#procedures")).to_have_value(ASKED)
    await expect(again.get_by_label(AGREED)).not_to_be_checked()
    await again.get_by_role("button", name="Xóa phần đã khôi phục").click()
    await expect(again.locator("#procedures")).to_have_value("")
    await expect(again.locator("#name")).to_be_focused()
    await again.reload()
    await expect(again.locator("#name")).to_have_value("")
    await expect(again.get_by_text(RESTORED)).to_have_count(0)


async def test_each_commune_has_a_draft_of_its_own(citizens: Citizens) -> None:
    page = await citizens.open(FORM)
    await type_in(page, procedures=ASKED)
    await page.goto("/xa/thanh-mai")
    await expect(page.locator("#procedures")).to_have_value("")


async def test_the_draft_is_gone_with_the_receipt_and_not_before(citizens: Citizens) -> None:
    page = await citizens.open(FORM)
    await type_in(page, name="Hoàng Thị Nháp", procedures=ASKED)
    await fill_in(page)
    await expect(page.locator("#summary")).to_contain_text("ít nhất một cách liên hệ")
    await expect(page.get_by_text(RESTORED)).to_have_count(0)  # the page itself has it
    assert await draft_of(page) == {"name": "Hoàng Thị Nháp", "procedures": ASKED}
    await fill_in(page, phone="0912345670")
    await expect(page.locator("h1")).to_have_text("Đã tiếp nhận phiếu của ông/bà")
    receipt = page.url
    await page.wait_for_function(f"() => !localStorage.getItem('{DRAFT}')")
    await page.goto(FORM)
    await expect(page.locator("#name")).to_have_value("")
    await type_in(page, procedures="Câu khác?")
    await page.goto(receipt)
    assert await draft_of(page) == {"procedures": "Câu khác?"}, "an old receipt takes nothing with it"


@pytest.mark.parametrize(("age_ms", "there"), [(WEEK_MS - 60_000, True), (WEEK_MS + 60_000, False)])
async def test_a_draft_lasts_a_week(citizens: Citizens, age_ms: int, there: bool) -> None:
    page = await citizens.open("/")
    typed = json.dumps({"procedures": ASKED})
    await page.evaluate(
        f"() => localStorage.setItem('{DRAFT}', JSON.stringify({{at: Date.now() - {age_ms}, typed: {typed}}}))"
    )
    await page.goto(FORM)
    await expect(page.locator("#procedures")).to_have_value(ASKED if there else "")
    assert (await draft_of(page) is not None) is there


@pytest.mark.parametrize("kept", ["", "{", "null", "[]", '{"at": 1e15}', '{"at": 1e15, "typed": {"name": 5}}'])
async def test_a_spoilt_draft_spoils_nothing(citizens: Citizens, kept: str) -> None:
    page = await citizens.open("/")
    await page.evaluate(f"kept => localStorage.setItem('{DRAFT}', kept)", kept)
    await page.goto(FORM)
    await type_in(page, procedures=ASKED)
    assert await draft_of(page) == {"procedures": ASKED}


async def test_a_browser_that_keeps_nothing_sends_forms_all_the_same(citizens: Citizens) -> None:
    page = await citizens.open("/")
    await page.add_init_script(
        "for (const kind of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, kind, { get() { throw new DOMException('denied', 'SecurityError'); } });"
    )
    await page.goto(FORM)
    await fill_in(page, name="Lê Văn Kín", phone="0912345671", procedures=ASKED)
    await expect(page.locator("h1")).to_have_text("Đã tiếp nhận phiếu của ông/bà")


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False])
async def test_files_are_chosen_once_whatever_must_be_mended(citizens: Citizens, javascript: bool) -> None:
    page = await citizens.open(FORM, width=360, javascript=javascript)
    phone = "0912345672" if javascript else "0912345673"
    await page.set_input_files("#files", [file("Giấy hẹn.pdf"), file("Biên lai.pdf")])
    await fill_in(page, name="Phạm Thị Tệp", procedures=ASKED)
    await expect(page.locator("#summary")).to_contain_text("ít nhất một cách liên hệ")
    await expect(page.locator(".files li")).to_contain_text(["Giấy hẹn.pdf", "Biên lai.pdf"])
    drop = page.get_by_label("Bỏ tệp này").nth(1)
    await expect(drop).to_have_accessible_description("Biên lai.pdf")
    await drop.check()
    await fill_in(page, phone=phone)
    await expect(page.locator("h1")).to_have_text("Đã tiếp nhận phiếu của ông/bà")
    await expect(page.get_by_text("Kèm 1 tệp")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Giấy hẹn.pdf")
    await expect(page.locator("main")).not_to_contain_text("Biên lai.pdf")


async def test_a_file_that_is_too_large_is_told_before_it_travels(citizens: Citizens) -> None:
    page = await citizens.open(FORM)
    field = page.locator("#files")
    await field.set_input_files([file("phim.pdf", 11 * 1024 * 1024), file("don.pdf")])
    await expect(page.locator("#files-problem")).to_contain_text("Không chọn được “phim.pdf”: tệp lớn quá 10 MB.")
    await expect(field).to_have_accessible_description(re.compile("phim.pdf"))
    assert await field.evaluate("input => [...input.files].map(file => file.name)") == ["don.pdf"]
    await field.set_input_files([file(f"{number}.pdf") for number in range(6)])
    await expect(page.locator("#files-problem")).to_contain_text("Không chọn được “5.pdf”: đã đủ số tệp.")
    await field.set_input_files([file("don.pdf")])
    await expect(page.locator("#files-problem")).to_be_hidden()


async def test_what_is_no_document_is_told_by_the_field(citizens: Citizens) -> None:
    page = await citizens.open(FORM, javascript=False)
    await page.set_input_files("#files", file("don.pdf", beginning=b"MZ"))
    await fill_in(page, name="Phạm Thị Lầm", phone="0912345674", procedures=ASKED)
    await expect(page.locator("#summary")).to_contain_text("Chưa nhận “don.pdf”: Chỉ nhận tệp PDF")
    await page.locator("#summary a").click()
    await expect(page.locator("#files")).to_be_focused()
    await fill_in(page)
    await expect(page.locator("h1")).to_have_text("Đã tiếp nhận phiếu của ông/bà")


# --- consent --------------------------------------------------------------------------------------------------------


async def test_nobody_is_registered_who_has_not_agreed(citizens: Citizens) -> None:
    page = await citizens.open(FORM)
    for name, text in (("name", "Đỗ Văn Chưa"), ("phone", "0912345675"), ("procedures", ASKED)):
        await page.fill(f"#{name}", text)
    await page.get_by_role("button", name="Gửi câu hỏi").click()
    box = page.get_by_label(AGREED)
    await expect(page.locator("#summary")).to_contain_text("đánh dấu vào ô đồng ý")
    await expect(box).to_have_attribute("aria-invalid", "true")
    await page.get_by_text("Đọc toàn bộ thông báo").click()
    await expect(page.get_by_role("heading", name="Ông/bà có quyền gì?")).to_be_visible()
    await box.check()
    await page.get_by_role("button", name="Gửi câu hỏi").click()
    await expect(page.locator("h1")).to_have_text("Đã tiếp nhận phiếu của ông/bà")


# --- several questions ----------------------------------------------------------------------------------------------


async def test_how_a_box_is_taken_apart_is_told_while_it_is_written(citizens: Citizens) -> None:
    page = await citizens.open(FORM, width=320)
    await page.fill("#handling", f"{ASKED}\n\nVì sao phải <b>chờ</b> lâu?")
    await page.locator("#handling").blur()
    told = page.locator("[data-apart=handling]")
    await expect(told).to_contain_text("Hệ thống hiểu là 2 câu hỏi.")
    await expect(told.locator("li")).to_have_text([ASKED, "Vì sao phải <b>chờ</b> lâu?"])
    assert await page.evaluate(LOOK) == []
    await page.fill("#handling", ASKED)
    await page.locator("#handling").blur()
    await expect(told).to_be_empty()
