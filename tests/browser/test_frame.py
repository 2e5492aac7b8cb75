"""What stands around every page, in a real browser: keys, light and dark, two languages, a connection that is lost."""

import json

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.good import must_be_good
from tests.browser.test_console import CLERK, OPERATOR, Desk, browser, desk

__all__ = ["browser", "desk"]
"""Fixtures of the console's tests."""

AWAY = "Mất kết nối, đang thử nối lại."


@pytest.fixture
async def page(desk: Desk) -> Page:
    return await desk.open("/viec?phong=", by=CLERK)


async def test_a_lost_connection_shows_itself_keeps_what_was_typed_and_recovers(page: Page) -> None:
    await page.route("**/tin", lambda route: route.abort())
    await page.goto("/so-tay")
    await expect(page.get_by_text(AWAY)).to_be_visible(timeout=15_000)
    form = page.locator("form[method=post]:has(textarea)").first
    await form.locator("textarea").first.fill("giấy khai sinh")
    await form.evaluate("form => form.requestSubmit()")
    await expect(page.get_by_text("Chưa gửi được: mất kết nối.")).to_be_visible()
    await expect(form.locator("textarea").first).to_have_value("giấy khai sinh")
    await page.unroute("**/tin")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_text("Đã kết nối lại.")).to_be_visible(timeout=15_000)


async def test_a_page_says_by_how_much_the_view_is_behind(page: Page) -> None:
    beat = f"event: beat\ndata: {json.dumps({'position': 5, 'behind': 12_345})}\n\n"

    async def behind(route: Route) -> None:
        await route.fulfill(content_type="text/event-stream", body=beat)

    await page.route("**/tin", behind)
    await page.reload()
    await expect(page.locator("[data-behind]")).to_contain_text("còn 12.345 sự kiện chưa có trên trang")


async def test_a_list_takes_in_what_a_citizen_has_just_asked(desk: Desk) -> None:
    page = await desk.open("/?loc=tat-ca&phong=", by=CLERK)
    text = "Vỉa hè trước trường học hỏng, bao giờ sửa ạ?"
    await desk.ask(text)
    await expect(page.get_by_text(text)).to_be_visible(timeout=30_000)


async def test_keys_lead_everywhere_and_tell_of_themselves(page: Page) -> None:
    await page.keyboard.press("/")
    await expect(page.locator(".global input[type=search]")).to_be_focused()
    await page.keyboard.type("gi")
    await expect(page.locator(".global input[type=search]")).to_have_value("gi")
    await page.locator("main").focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("i")
    await page.wait_for_url("**/hoi-nghi")


async def test_light_and_dark_and_the_language_stay_as_chosen(page: Page) -> None:
    await page.locator(".me summary").click()
    await page.get_by_role("button", name="Tối").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.goto("/hoi-nghi")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.locator(".me summary").click()
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="My work")).to_be_visible()
    assert page.url.endswith("/hoi-nghi")


async def test_on_a_phone_the_places_open_without_a_script(desk: Desk) -> None:
    page = await desk.open("/viec", width=360, javascript=False, by=CLERK)
    places = page.get_by_role("navigation", name="Chính")
    await expect(places.get_by_role("link")).to_have_count(0)
    await page.get_by_text("Các mục").click()
    await places.get_by_role("link", name="Sổ văn bản").click()
    await expect(page).to_have_url(f"{desk.console}/so-van-ban")


@pytest.mark.parametrize(
    ("who", "path"), [(CLERK, "/buu-chinh"), (CLERK, "/van-ban"), (CLERK, "/khong-co"), (OPERATOR, "/bao-cao")]
)
async def test_the_frame_is_for_everybody(desk: Desk, who: str, path: str) -> None:
    page = await desk.open(path, by=who)
    await must_be_good(page, f"frame{path.replace('/', '-')}")
