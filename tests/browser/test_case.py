"""What the office does with a form after it came in, in a real browser on the whole running system."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.test_console import CLERK, OFFICER, Desk, assigned, browser, desk, fill, find, work_as

__all__ = ["browser", "desk"]
"""Fixtures of the console's tests."""

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
LAND = "Tôi xin cấp giấy chứng nhận quyền sử dụng đất thì cần giấy tờ gì?"


async def attach(page: Page, name: str, data: bytes) -> None:
    form = page.locator("details", has=page.locator("input[name=verb][value=add-files]"))
    if await form.get_attribute("open") is None:
        await form.locator("summary").first.click()
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
