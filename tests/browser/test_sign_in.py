"""Coming in and going out, in real browsers: with a link, a password and a telephone; as anybody in a rehearsal."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pyotp
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from deploy.embedded.accounts import Office, office
from services.console.door.sessions import KNOWN_FOR_S
from shared.clock import real_now
from tests.browser.good import must_be_good
from tests.servers import RunningSystem, running

CLERK, HEAD, OFFICER = "hanh.clerk@hanoi.example", "huy.vanphong@hanoi.example", "toan.kinhte@hanoi.example"
PASSWORD = "mười hai con mèo đen"


@dataclass
class Door:
    """The console's address, its accounts, and browsers to come with."""

    console: str
    office: Office
    chromium: Browser

    async def browser(self, *, javascript: bool = True) -> BrowserContext:
        return await self.chromium.new_context(
            base_url=self.console, viewport={"width": 1440, "height": 900}, java_script_enabled=javascript
        )

    async def page(self, path: str, *, javascript: bool = True) -> Page:
        page = await (await self.browser(javascript=javascript)).new_page()
        await page.goto(path)
        return page


@pytest.fixture(scope="module")
def system() -> Iterator[RunningSystem]:
    with running(services=["console"]) as found:
        yield found


@pytest.fixture
async def door(system: RunningSystem, chromium: Browser) -> AsyncIterator[Door]:
    async with office(system.folder) as found:
        yield Door(system.addresses.services["console"], found, chromium)
    for context in chromium.contexts:
        await context.close()


async def opens_account(door: Door, email: str) -> Page:
    """Somebody who needs no telephone follows his link; the page he is on then."""
    page = await door.page(await door.office.add(email, "", None, ""))
    await page.get_by_label("Mật khẩu mới").fill(PASSWORD)
    await page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đặt mật khẩu và vào").click()
    await expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()
    return page


async def signs_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """By the keyboard alone, from the field that has the focus, or from the summary that hides it in a rehearsal."""
    account = page.get_by_text("Đăng nhập bằng tài khoản", exact=True)
    if await account.count() and not await page.locator("#email").is_visible():
        await account.focus()
        await page.keyboard.press("Enter")
    await page.locator("#email").focus()
    await page.keyboard.press("Control+A")
    await page.keyboard.type(email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_newcomer_is_in_with_two_clicks(door: Door, javascript: bool) -> None:
    page = await door.page("/viec", javascript=javascript)
    await expect(page.get_by_role("heading", name="Đăng nhập", exact=True)).to_be_visible()
    if javascript:
        await must_be_good(page, "rehearsal")
    await page.get_by_role("button", name="Trần Thị Hạnh").click()
    await expect(page).to_have_url(f"{door.console}/viec")
    await page.goto("/toi")
    await expect(page.get_by_text("Đang diễn tập: vai này không có mật khẩu")).to_be_visible()


async def test_another_commune_s_people_are_chosen_without_a_script(door: Door) -> None:
    page = await door.page("/vao", javascript=False)
    await page.get_by_label("Xã, phường").select_option("chanh-lo")
    await page.get_by_role("button", name="Xem").click()
    await page.get_by_role("button", name="Người vận hành hệ thống").click()
    await expect(page).to_have_url(f"{door.console}/van-hanh")


async def test_a_head_of_office_comes_in_with_the_keyboard_alone(door: Door) -> None:
    page = await door.page(await door.office.add(HEAD, "", None, ""))
    await must_be_good(page, "first")
    telephone = pyotp.TOTP(await page.locator("[name=secret]").get_attribute("value") or "")
    await expect(page.get_by_label("Mật khẩu mới")).to_be_focused()
    step = int(real_now().timestamp()) // 30
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.get_by_label("Mã trên điện thoại").focus()
    await page.keyboard.type(telephone.generate_otp(step))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Mười mã dự phòng")).to_be_visible()
    await must_be_good(page, "recovery")
    paper = (await page.locator(".recovery li").first.inner_text()).strip()
    await page.goto("/toi/ma")
    await must_be_good(page, "telephone")
    await page.goto("/toi/nhat-ky")
    await expect(page.get_by_role("cell", name="Đặt mật khẩu lần đầu")).to_be_visible()
    await must_be_good(page, "record")

    page = await door.page("/viec")
    await signs_in(page, HEAD)
    await expect(page.get_by_label("Mã trên điện thoại")).to_be_focused()
    await must_be_good(page, "code")
    await page.keyboard.type(telephone.generate_otp(step))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Mã không đúng hoặc đã dùng rồi")).to_be_visible()
    await page.keyboard.type(paper)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{door.console}/viec")
    await page.goto("/toi")
    await expect(page.get_by_text("Còn 9 mã dự phòng")).to_be_visible()
    await must_be_good(page, "own")


async def test_a_wrong_password_is_told_and_a_pause_in_plain_words(door: Door) -> None:
    await door.office.add(OFFICER, "", None, "")
    page = await door.page("/vao")
    for _ in range(5):
        await signs_in(page, OFFICER, "không phải mật khẩu")
        await expect(page.get_by_text("Địa chỉ thư hoặc mật khẩu chưa đúng.")).to_be_visible()
        await expect(page.locator("#password")).to_be_focused()
    await signs_in(page, OFFICER, "không phải mật khẩu")
    await expect(page.get_by_role("alert")).to_contain_text("xin thử lại sau")
    await expect(page.get_by_role("alert")).to_contain_text("Tài khoản không bị khóa hẳn")
    await must_be_good(page, "pause")


async def test_a_form_waits_for_its_writer_and_another_browser_is_shown_the_door(door: Door) -> None:
    """Her session is ended from her telephone while she keys a form in."""
    page = await opens_account(door, CLERK)
    await page.goto("/nhap-phieu")
    await page.locator("#name").fill("Đào Thị Lý")
    await page.locator("#handling").fill("Xin thêm ghế ở nơi chờ.")
    telephone = await door.page("/toi")
    await signs_in(telephone, CLERK)
    await telephone.get_by_role("button", name="Kết thúc", exact=False).first.click()
    await expect(telephone.get_by_role("status").filter(has_text="Đã kết thúc phiên")).to_be_visible()
    reader = await page.context.new_page()
    async with asyncio.timeout(KNOWN_FOR_S + 30):
        while "/vao" not in reader.url:
            await reader.goto("/viec")

    await page.get_by_role("button", name="Lưu phiếu").click()
    await expect(page.get_by_role("alert")).to_contain_text("không mất gì ông/bà đã nhập")
    await must_be_good(page, "waits")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Đăng nhập ở thẻ mới").click()
    beside = await opened.value
    await signs_in(beside, CLERK)
    await expect(beside.get_by_role("heading", name="Đã đăng nhập")).to_be_visible()
    await page.get_by_role("button", name="Gửi lại").click()
    await expect(page.locator("#name")).to_have_value("Đào Thị Lý")
    await expect(page.locator("#handling")).to_have_value("Xin thêm ghế ở nơi chờ.")


async def test_whoever_goes_is_gone_also_by_the_back_button(door: Door) -> None:
    page = await door.page("/vao")
    await page.get_by_role("button", name="Nguyễn Văn Lợi").click()
    await expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()
    await page.locator("summary", has_text="Nguyễn Văn Lợi").click()
    await page.get_by_role("button", name="Đăng xuất").click()
    await expect(page.get_by_role("heading", name="Đăng nhập", exact=True)).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Đăng nhập", exact=True)).to_be_visible()
