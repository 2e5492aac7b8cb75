"""An operator's day: the picture moves, the tail is followed, what was parked is read, replayed, discarded."""

import asyncio
import json
from collections.abc import AsyncIterator

import nats
import pytest
from nats.aio.client import Client
from playwright.async_api import expect

from shared.broker import DEADLETTERS, EVENTS
from tests.browser.good import must_be_good
from tests.browser.test_console import OPERATOR, Desk, browser, desk
from tests.servers import RunningSystem

__all__ = ["browser", "desk"]
"""Fixtures of the console's tests."""

PLACES = ("", "/luong", "/noi-xu-ly", "/su-kien", "/bi-giu", "/suc-khoe", "/huong-dan")
HANDLER = "notify-acknowledge"
REASON = "Đã gửi giấy tiếp nhận bằng cách khác."


@pytest.fixture
async def client(stack: RunningSystem) -> AsyncIterator[Client]:
    client = await nats.connect(stack.addresses.nats_url)
    yield client
    await client.close()


async def an_event(client: Client, desk: Desk) -> bytes:
    """What the stream holds of a citizen's question."""
    await desk.ask("Giấy khai sinh của con tôi ghi sai tên đệm, sửa ở đâu?")
    asked = json.dumps({"last_by_subj": "event.intake.thanh-tri.*.submission-received"}).encode()
    async with asyncio.timeout(20):
        while not (found := await client.request(f"$JS.API.DIRECT.GET.{EVENTS}", asked)).data:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
    return found.data


async def park(client: Client, body: bytes, error: str) -> int:
    """As the handler's own middleware does; its number."""
    ack = await client.jetstream().publish(
        "deadletter.notify.acknowledge",
        body,
        stream=DEADLETTERS,
        headers={
            "Doithoai-Handler": HANDLER,
            "Doithoai-Subject": str(json.loads(body)["subject"]),
            "Doithoai-Sequence": "1",
            "Doithoai-Delivered": "8",
            "Doithoai-Error": error,
        },
    )
    return ack.seq


async def test_the_picture_moves_when_a_citizen_asks(desk: Desk) -> None:
    page = await desk.open("/van-hanh", by=OPERATOR)
    said = page.locator("tr[data-s=intake] [data-t='intake.said']")
    await expect(page.locator("#beat")).to_have_text("cập nhật mỗi 2 giây", timeout=20_000)
    before = int(await said.inner_text())
    await desk.ask("Làm căn cước cho cháu 6 tuổi cần giấy tờ gì?")
    await expect(said).to_have_text(str(before + 1), timeout=20_000)
    arrow = page.locator("a.arrow[data-a=intake-routing]")
    await expect(arrow.locator(".rate")).not_to_have_text("0")
    await expect(arrow).not_to_have_class("arrow quiet")
    await arrow.focus()
    await page.keyboard.press("Enter")
    opened = page.locator("#mui")
    await expect(opened.get_by_role("heading")).to_contain_text("Tiếp nhận → Phân công và trả lời")
    await expect(opened.get_by_role("link", name="Tiếp nhận phiếu")).to_be_visible()
    for service in ("Tiếp nhận", "Phân công và trả lời", "Thời hạn", "Thư và thông báo", "Bàn làm việc"):
        await expect(page.get_by_role("rowheader", name=service, exact=True)).to_be_visible()


async def test_the_live_tail_shows_what_happens_now_and_nobodys_words(desk: Desk) -> None:
    page = await desk.open("/van-hanh/su-kien", by=OPERATOR)
    filtered = await desk.open("/van-hanh/su-kien?loai=question-assigned&noi=routing&xa=thanh-tri", by=OPERATOR)
    for one in (page, filtered):
        await expect(one.locator("[data-live-state]")).to_contain_text("đang xem trực tiếp")
    await desk.ask("Xin cấp lại thẻ bảo hiểm y tế cho trẻ em ở đâu?")
    await expect(page.locator(".tail tbody tr.new", has_text="Tiếp nhận phiếu").first).to_be_attached()
    await expect(page.locator(".tail tbody")).not_to_contain_text("Lê Quang Hòa")
    await expect(filtered.locator(".tail tbody tr.new").first).to_contain_text("Giao câu hỏi")
    await expect(filtered.locator(".tail tbody")).not_to_contain_text("Tiếp nhận phiếu")


async def test_the_tail_is_paused_and_goes_on_where_it_was(desk: Desk) -> None:
    page = await desk.open("/van-hanh/su-kien?noi=intake", by=OPERATOR)
    await expect(page.locator("[data-live-state]")).to_contain_text("đang xem trực tiếp")
    shown = await page.locator(".tail tbody tr").count()
    await page.keyboard.press("p")
    await expect(page.get_by_role("button", name="Xem tiếp")).to_be_visible()
    await desk.ask("Đổi giấy phép lái xe ở xã có được không?")
    await expect(page.locator(".tail tbody tr")).to_have_count(shown)
    await page.get_by_role("button", name="Xem tiếp").click()
    await expect(page.locator(".tail tbody tr.new").first).to_contain_text("Tiếp nhận phiếu")


async def test_the_tail_comes_back_by_itself_and_misses_nothing(desk: Desk, stack: RunningSystem) -> None:
    page = await desk.open("/van-hanh/su-kien", by=OPERATOR)
    await expect(page.locator("[data-live-state]")).to_contain_text("đang xem trực tiếp")
    newest = page.locator(".tail tbody tr").first.locator("td").last
    before = int(await newest.inner_text())
    await asyncio.to_thread(stack.crash, "console")
    await desk.ask("Thủ tục đăng ký tạm trú cần những giấy tờ gì?")
    await expect(page.locator("[data-live-state]")).to_contain_text("đang xem trực tiếp", timeout=20_000)
    await expect(page.locator(".tail tbody tr td:last-child", has_text=str(before + 1)).first).to_be_attached()


async def test_an_event_is_read_without_its_words_and_with_them_for_a_reason(desk: Desk) -> None:
    await desk.ask("Tôi muốn hỏi về đất của gia đình.")
    page = await desk.open("/van-hanh/su-kien?loai=submission-received", by=OPERATOR)
    await page.locator(".tail tbody tr").first.locator("td").last.get_by_role("link").click()
    fields = page.locator("table.fields")
    await expect(fields).to_contain_text("registrant")
    await expect(fields).not_to_contain_text("Lê Quang Hòa")
    await page.locator("summary", has_text="Xem nội dung").click()
    await page.get_by_label("Lý do xem").fill("Đối chiếu với phiếu giấy theo yêu cầu của Văn phòng.")
    await page.get_by_role("button", name="Xem nội dung").click()
    await expect(fields).to_contain_text("Lê Quang Hòa")
    await page.get_by_role("link", name="← Sự kiện").click()
    await expect(page.get_by_role("link", name="về trực tiếp")).to_be_visible()
    await page.get_by_label("Từ lúc").fill("00:00")
    await page.get_by_role("button", name="Lọc").click()
    await expect(page.locator(".tail tbody tr").first).to_be_visible()


async def test_what_was_parked_is_read_replayed_parked_again_and_discarded(desk: Desk, client: Client) -> None:
    body = await an_event(client, desk)
    broken = json.loads(body)
    broken["data"] |= {"channel": "bồ câu"}
    del broken["data"]["code"]
    number = await park(client, json.dumps(broken).encode(), "code: missing; channel: literal_error")
    page = await desk.open("/van-hanh", by=OPERATOR)
    await expect(page.locator("a.dot[data-z='notify.parked']")).to_be_visible(timeout=20_000)
    await page.locator("a.dot[data-z='notify.parked']").click()
    await page.get_by_role("link", name="code: missing; channel: literal_error", exact=True).click()
    await expect(page.get_by_text("Nội dung không đúng hợp đồng.")).to_be_visible()
    await expect(page.locator("tr.is-missing", has_text="code")).to_contain_text("thiếu")
    await expect(page.locator("tr.is-wrong", has_text="channel")).to_contain_text("không phải giá trị được biết")
    await expect(page.locator("table.fields")).not_to_contain_text("Lê Quang Hòa")
    await expect(page.get_by_text("Sẽ bị giữ lại ngay")).to_be_visible()
    await must_be_good(page, "parked")

    await page.locator("summary", has_text="Giao lại").click()
    await page.get_by_role("button", name="Giao lại").click()
    await expect(page.locator(".outcome")).to_have_text("1 sự kiện vẫn bị giữ.", timeout=20_000)
    await must_be_good(page, "replay")
    await page.get_by_role("link", name="lại bị giữ").click()
    await expect(page).not_to_have_url(f"{desk.console}/van-hanh/bi-giu/{number}")

    await page.locator("summary", has_text="Bỏ").click()
    await page.get_by_label("Lý do bỏ").fill(REASON)
    await page.get_by_role("button", name="Bỏ sự kiện này").click()
    await expect(page.get_by_role("status").first).to_contain_text("Đã bỏ")
    await expect(page.get_by_text("Không có sự kiện nào bị giữ lại.")).to_be_visible()


async def test_several_are_given_back_together(desk: Desk, client: Client) -> None:
    body = await an_event(client, desk)
    for error in ("NoCalendar: 2031", "NoCalendar: 2031", "KeyError: x"):
        await park(client, body, error)
    page = await desk.open("/van-hanh/bi-giu", by=OPERATOR)
    await must_be_good(page, "parked-list")
    await page.get_by_role("link", name=f"{HANDLER}: NoCalendar: 2031").click()
    await page.get_by_label("cả 2 sự kiện khớp bộ lọc").check()
    await page.get_by_role("button", name="Bỏ", exact=True).click()
    assert await page.get_by_label("Lý do (bắt buộc khi bỏ)").evaluate("area => !area.validity.valid")
    await page.get_by_role("button", name="Giao lại").click()
    await expect(page.locator(".outcome")).to_have_text("Mọi sự kiện đã được xử lý.", timeout=20_000)
    await page.goto("/van-hanh/bi-giu")
    await page.get_by_label("Chọn tất cả trên trang").check()
    await page.get_by_role("button", name="Giao lại").click()
    await expect(page.locator(".counts")).to_contain_text("1 đã xử lý", timeout=20_000)


async def test_the_view_is_built_again_and_says_how_far_it_is(desk: Desk) -> None:
    page = await desk.open("/van-hanh/suc-khoe", by=OPERATOR)
    await expect(page.get_by_role("rowheader", name="Tiếp nhận")).to_be_visible()
    await page.locator("summary", has_text="Dựng lại từ đầu").click()
    await page.get_by_role("button", name="Dựng lại từ đầu").click()
    await expect(page.get_by_role("status").first).to_contain_text("Đang dựng lại dữ liệu hiển thị")
    await expect(page.locator("#again")).to_contain_text("Đủ, đến số", timeout=20_000)


@pytest.mark.parametrize("place", PLACES)
async def test_every_page_is_good_for_everybody(desk: Desk, place: str) -> None:
    page = await desk.open(f"/van-hanh{place}", by=OPERATOR)
    await must_be_good(page, f"operator{place.replace('/', '-')}")


async def test_the_pages_work_without_a_script(desk: Desk, client: Client) -> None:
    number = await park(client, await an_event(client, desk), "KeyError: x")
    page = await desk.open(f"/van-hanh/bi-giu/{number}", by=OPERATOR)
    bare = await desk.open(f"/van-hanh/bi-giu/{number}", javascript=False, by=OPERATOR)
    await bare.locator("summary", has_text="Bỏ").click()
    await bare.get_by_label("Lý do bỏ").fill(REASON)
    await bare.get_by_role("button", name="Bỏ sự kiện này").click()
    await expect(bare.get_by_text("Đã bỏ; lý do nằm trong nhật ký kiểm tra.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("không còn bị giữ")).to_be_visible()
