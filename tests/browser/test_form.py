"""The form in a real browser: what is being written is not lost, and files need not be chosen twice."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.citizens import AGREED, ASKED, FORM, LOOK, Citizens, file, fill_in

DRAFT, PERSON = "doithoai.draft.thanh-tri", "doithoai.person.thanh-tri"
WEEK_MS = 7 * 24 * 3600 * 1000
RESTORED = "Đã khôi phục phần ông/bà đang viết"


async def draft_of(page: Page) -> Any:
    kept = await page.evaluate(f"() => localStorage.getItem('{DRAFT}')")
    return json.loads(kept)["typed"] if kept else None


async def type_in(page: Page, **typed: str) -> None:
    """And wait until it is kept: what is asked on the device, who asks in the tab."""
    for name, text in typed.items():
        await page.fill(f"#{name}", text)
    kept = (
        f"typed => {{ const of = (where, key) => JSON.parse(where.getItem(key) || '{{}}').typed ?? {{}};"
        f" const all = {{ ...of(sessionStorage, '{PERSON}'), ...of(localStorage, '{DRAFT}') }};"
        " return JSON.stringify(all) === typed; }"
    )
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
    await expect(again.locator("#name")).to_have_value("")  # the next one at a shared telephone reads no name
    await expect(again.locator("#procedures")).to_have_value(ASKED)
    await expect(again.get_by_label(AGREED)).not_to_be_checked()
    await again.get_by_role("button", name="Xóa phần đã khôi phục").click()
    await expect(again.locator("#procedures")).to_have_value("")
    await expect(again.locator("#name")).to_be_focused()
    await again.reload()
    await expect(again.locator("#name")).to_have_value("")
    await expect(again.get_by_text(RESTORED)).to_have_count(0)


async def test_who_is_writing_stays_in_the_tab(citizens: Citizens) -> None:
    page = await citizens.open(FORM)
    await type_in(page, name="Nguyễn Thị Mai", phone="0912345678", email="mai@example.vn", procedures=ASKED)
    assert "Mai" not in await page.evaluate("() => JSON.stringify(localStorage)")
    assert "0912345678" not in await page.evaluate("() => JSON.stringify(localStorage)")
    await page.reload()
    await expect(page.get_by_text(RESTORED)).to_be_visible()
    for name, value in (("name", "Nguyễn Thị Mai"), ("phone", "0912345678"), ("email", "mai@example.vn")):
        await expect(page.locator(f"#{name}")).to_have_value(value)
    await page.get_by_role("button", name="Xóa phần đã khôi phục").click()
    await page.wait_for_function("() => localStorage.length + sessionStorage.length === 0")


async def test_a_draft_that_nobody_came_back_to_is_removed_on_any_page(citizens: Citizens) -> None:
    page = await citizens.open("/")
    for commune, age_ms in (("thanh-mai", WEEK_MS + 60_000), ("chanh-lo", 60_000)):
        await page.evaluate(
            f"() => localStorage.setItem('doithoai.draft.{commune}', "
            f"JSON.stringify({{at: Date.now() - {age_ms}, typed: {{procedures: 'Hỏi'}}}}))"
        )
    await page.goto("/tra-cuu")
    await page.wait_for_function("() => localStorage.length < 2")
    assert await page.evaluate("() => Object.keys(localStorage)") == ["doithoai.draft.chanh-lo"]


async def test_who_got_no_answer_sends_again_and_gets_the_receipt_of_the_first_time(citizens: Citizens) -> None:
    """The form arrives, its answer is lost, and the page is loaded anew: it is the same form all the same."""
    page = await citizens.open(FORM)
    lost: list[int] = []

    async def lose_the_answer(route: Route) -> None:
        if route.request.method != "POST" or lost:
            await route.continue_()
            return
        lost.append((await route.fetch(max_redirects=0)).status)
        await route.abort()

    await page.route(f"**{FORM}", lose_the_answer)
    await fill_in(page, name="Lê Thị Rớt", phone="0912345677", procedures=ASKED)
    async with asyncio.timeout(20):
        while not lost:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    assert lost == [303]
    await page.wait_for_url("chrome-error://**")
    await page.context.clear_cookies()
    await page.goto(FORM)
    await expect(page.locator("#name")).to_have_value("Lê Thị Rớt")
    await fill_in(page)
    await expect(page.locator("h1")).to_have_text("Đã tiếp nhận phiếu của ông/bà")
    await expect(page.get_by_text("đã được tiếp nhận từ trước")).to_be_visible()
    await page.wait_for_function("() => localStorage.length + sessionStorage.length === 0")


@pytest.mark.parametrize("javascript", [True, False])
async def test_who_repeats_a_neighbours_form_is_told_where_its_code_is(citizens: Citizens, javascript: bool) -> None:
    typed = {"name": f"Lê Văn Xóm {javascript}", "phone": "0912345679", "procedures": ASKED}
    await fill_in(await citizens.open(FORM), **typed)
    page = await citizens.open(FORM, width=360, javascript=javascript)
    await fill_in(page, **typed)
    await expect(page.locator("h1")).to_have_text("Phiếu này đã được tiếp nhận")
    await expect(page.locator("main")).to_contain_text("Văn phòng cho biết mã phiếu sau khi xác minh người hỏi.")
    assert await page.context.cookies() == []
    if javascript:
        await page.wait_for_load_state()
        assert await page.evaluate(LOOK) == []


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
    assert await draft_of(page) == {"procedures": ASKED}
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
