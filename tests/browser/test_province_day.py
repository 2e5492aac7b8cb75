"""The province's day, in a real browser on the whole running system: communes side by side, one of them, files."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import Browser, BrowserContext, expect

from shared.communes import Communes
from tests.browser.good import must_be_good
from tests.browser.test_console import COMMUNE, Desk, browser, desk
from tests.door import enter

__all__ = ["browser", "desk"]
"""Fixtures of the console's tests."""

COMMUNES = Communes.load()
ASKED = "Đường thôn Nội ngập khi mưa, bao giờ làm thoát nước?"
VIEWS = ("Tổng quan", "Thời gian trả lời", "Theo ngày", "Nghĩa vụ", "Lên cấp trên")


@pytest.fixture
async def province(desk: Desk, browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(
        base_url=desk.console, viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    await enter(context, desk.console, COMMUNE, "cap-tinh")
    yield context
    await context.close()


async def test_the_province_compares_its_communes_and_looks_into_one(province: BrowserContext, desk: Desk) -> None:
    code = await desk.ask(ASKED)
    page = await province.new_page()
    await page.goto("/tinh")
    await expect(page.locator("tbody tr")).to_have_count(len(COMMUNES))
    for name in VIEWS:
        await page.get_by_role("link", name=name).click()
        await expect(page.locator(".tabs [aria-current]")).to_have_text(name)
        await must_be_good(page, f"province-{name}")
        assert code not in await page.content()


async def test_a_column_is_sorted_and_the_address_can_be_sent_on(province: BrowserContext, desk: Desk) -> None:
    await desk.ask(ASKED)
    page = await province.new_page()
    await page.goto("/tinh")
    await page.get_by_role("link", name="Tiếp nhận").click()
    await expect(page.locator("th[aria-sort=descending]")).to_contain_text("Tiếp nhận")
    await expect(page.locator("tbody tr").first).to_contain_text("Xã Thanh Trì")
    sent_on = await province.new_page()
    await sent_on.goto(page.url)
    await expect(sent_on.locator("tbody tr").first).to_contain_text("Xã Thanh Trì")
    await page.get_by_role("link", name="Tiếp nhận").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Tiếp nhận")
    await expect(page.locator("tbody tr").last).to_contain_text("Xã Thanh Trì")
    await page.get_by_label("Loại đơn vị").select_option("phường")
    await page.get_by_role("button", name="Xem").click()
    await expect(page.locator("tbody tr")).to_have_count(
        sum(one.name.startswith("phường") for one in COMMUNES.values())
    )
    await page.get_by_label("Năm").select_option("2024")
    await page.get_by_role("button", name="Xem").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("2024")
    await expect(page.locator("tbody tr").first).to_contain_text("Phường")


async def test_one_commune_is_looked_into_and_taken_away(province: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    await desk.ask(ASKED)
    page = await province.new_page()
    await page.goto("/tinh")
    await page.get_by_role("link", name="Xã Thanh Trì").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Xã Thanh Trì")
    await expect(page.get_by_role("heading", name="Theo lĩnh vực")).to_be_visible()
    await must_be_good(page, "province-commune")
    assert ASKED[:20] not in await page.content()
    await page.get_by_role("link", name="Các xã, phường").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Tải bảng (Excel)").click()
    saved = tmp_path / "province.xlsx"
    await (await download.value).save_as(saved)
    sheet = load_workbook(saved).active
    assert sheet is not None
    assert sheet.max_row == len(COMMUNES) + 1
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV").click()
    saved = tmp_path / "province.csv"
    await (await download.value).save_as(saved)
    rows = list(csv.reader(io.StringIO(saved.read_text("utf-8-sig")), delimiter=";"))
    assert {row[0] for row in rows[1:]} == {profile.name for profile in COMMUNES.values()}


async def test_the_province_is_kept_out_of_the_desk_and_reads_english(province: BrowserContext) -> None:
    page = await province.new_page()
    answer = await page.goto("/cau-hoi.csv")
    assert answer is not None
    assert answer.status == 403
    await province.add_cookies([{"name": "doithoai_language", "value": "en", "url": page.url}])
    await page.goto("/tinh?xem=theo-ngay")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Communes and wards in 2026")
    await page.goto("/bao-cao?ky=2026")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Report on 2026")
    await must_be_good(page, "province-report")
