"""The evening in the hall, in real browsers: people come in by the code on their invitation or by name, the chair calls
them one after the other, and a screen on another machine follows."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import nats
import pytest
import segno
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from deploy.embedded.quiet import until_quiet
from shared.clock import move_clock
from shared.commands import send
from shared.contracts import Command, Done, Envelope
from shared.contracts.intake import AnnounceDialogue, AttendanceRecorded, CheckIn, LookUpSubmission, PlanDialogue
from tests.browser.chromium import launched
from tests.browser.good import MOST_OF_A_PAGE, WIDTHS, must_be_good, weight
from tests.builders import COMMUNE, DIALOGUE, HELD_AT, NOW, PLACE, TITLE, actor
from tests.door import enter
from tests.servers import RunningSystem

CLERK = "hanh.clerk@hanoi.example"
ROOM = f"/hoi-nghi/{DIALOGUE}"
PHONE = "0912345678"
LAN, TUAN, HOA, HUONG = "Nguyễn Thị Lan", "Trần Văn Tuấn", "Lê Quang Hòa", "Phạm Thị Hương"
ASKED = {
    LAN: f"Bao giờ thôn Nội có nước sạch? Xin gọi cho tôi số {PHONE}.",
    TUAN: "Đường thôn Đoài ngập khi mưa, bao giờ xã sửa cống?",
    HOA: "Làm giấy khai sinh trực tuyến cho con mất bao lâu?",
    HUONG: "Phí chợ năm nay là bao nhiêu?",
}
SCREENS = (*WIDTHS, 1920)


@dataclass(frozen=True)
class Evening:
    """A conference that has begun, with people before its door. codes: of their forms, by name."""

    stack: RunningSystem
    browser: Browser
    codes: dict[str, str]

    @property
    def console(self) -> str:
        return self.stack.addresses.services["console"]

    async def context(self, width: int = 1440, *, camera: bool = False) -> BrowserContext:
        context = await self.browser.new_context(
            base_url=self.console,
            viewport={"width": width, "height": 900},
            permissions=["camera"] if camera else [],
        )
        await enter(context, self.console, COMMUNE, CLERK)
        return context

    async def open(self, path: str, *, camera: bool = False) -> Page:
        page = await (await self.context(camera=camera)).new_page()
        await page.goto(ROOM + path)
        return page

    async def present(self) -> set[str]:
        """Codes of whoever the stream says has come."""
        client = await nats.connect(self.stack.addresses.nats_url)
        subscription = await client.jetstream().subscribe(
            f"event.intake.{COMMUNE}.*.attendance-recorded", ordered_consumer=True
        )
        found = set[str]()
        try:
            while True:
                message = await subscription.next_msg(timeout=0.5)
                event = Envelope.model_validate_json(message.data).open()
                assert isinstance(event, AttendanceRecorded)
                found |= {event.case} if event.present else set()
        except TimeoutError:
            return found
        finally:
            await client.close()


@pytest.fixture(scope="module")
async def evening(stack: RunningSystem, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evening]:
    client = await nats.connect(stack.addresses.nats_url)

    async def done(command: Command) -> bool:
        return isinstance(await send(client, command), Done)

    await move_clock(client, NOW)
    assert await done(
        PlanDialogue(actor=actor(), key="plan", dialogue=DIALOGUE, title=TITLE, held_at=HELD_AT, place=PLACE, seats=20)
    )
    async with asyncio.timeout(30):  # the end of registration must be counted before it can be announced
        while not await done(AnnounceDialogue(actor=actor(), key="announce", dialogue=DIALOGUE)):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)
    codes = dict[str, str]()
    async with httpx.AsyncClient(base_url=stack.addresses.public_url, timeout=30) as public:
        for name, text in ASKED.items():
            form = {"name": name, "phone": PHONE, "address": "Số 5, thôn Nội", "questions": [{"text": text}]}
            answer = await public.post(f"/api/v1/communes/{COMMUNE}/submissions", json=form)
            assert answer.status_code == 201, answer.text
            codes[name] = answer.json()["code"]
    moment = HELD_AT + timedelta(minutes=20)
    await move_clock(client, moment)
    await until_quiet(client, stack.addresses.services, swept_at=moment)
    await client.close()
    video = tmp_path_factory.mktemp("camera") / "code.y4m"
    video.write_bytes(filmed(f"{stack.addresses.public_url}/tra-cuu/{codes[LAN]}"))
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    async with launched(*fake, f"--use-file-for-fake-video-capture={video}") as browser:
        yield Evening(stack, browser, codes)


def filmed(text: str, width: int = 640, height: int = 480) -> bytes:
    """A film of a code held before a camera: uncompressed YUV, ten pictures a second."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
    picture = Image.new("L", (width, height), 200)
    code = Image.open(drawn).convert("L")
    picture.paste(code, ((width - code.width) // 2, (height - code.height) // 2))
    grey = bytes([128]) * (width * height // 2)
    return f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + 10 * (
        b"FRAME\n" + picture.tobytes() + grey
    )


async def test_somebody_comes_in_by_the_code_on_his_invitation(evening: Evening) -> None:
    page = await evening.open("/diem-danh", camera=True)
    await page.get_by_role("button", name="Quét bằng máy ảnh").click()
    greeting = page.locator("[data-greeting]")
    await expect(greeting).to_contain_text("Mời vào", timeout=15_000)
    await expect(greeting).to_contain_text(LAN)
    await expect(greeting).to_contain_text("Chỗ số 1")
    await must_be_good(page, "room-door")
    await page.get_by_role("button", name="Tắt máy ảnh").click()
    await expect(page.locator("[data-viewfinder]")).to_be_hidden()
    await page.reload()
    await expect(page.locator("[data-roll] li", has_text=LAN)).to_have_class("at-present")
    await page.get_by_label("Mã phiếu hoặc họ tên").fill(evening.codes[LAN])
    await page.keyboard.press("Enter")
    await expect(greeting).to_contain_text("Đã điểm danh trước đó")
    assert len(await evening.present()) == 1


async def test_by_a_part_of_the_name_and_the_keyboard_alone(evening: Evening) -> None:
    page = await evening.open("/diem-danh")
    await page.keyboard.type("tuan")
    await expect(page.locator("[data-roll] li:visible")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=f"Ghi nhận {TUAN} có mặt")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-greeting]")).to_contain_text(TUAN)
    await expect(page.get_by_label("Mã phiếu hoặc họ tên")).to_be_focused()
    await page.keyboard.type("khong co ai")
    await expect(page.get_by_text("Không có ai mang tên hay mã này")).to_be_visible()


async def test_a_wrong_code_is_told_and_lets_nobody_in(evening: Evening) -> None:
    page = await evening.open("/diem-danh")
    before = await evening.present()
    await page.locator("h1").click()  # a hand-held scanner types wherever the focus is
    await page.keyboard.type("ZZZZ9999")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-greeting]")).to_contain_text("không có phiếu mang mã “ZZZZ9999”")
    await expect(page.locator("[data-queue]")).to_be_hidden()
    assert await evening.present() == before


async def test_without_a_connection_people_come_in_and_are_recorded_once_it_is_back(evening: Evening) -> None:
    context = await evening.context()
    page = await context.new_page()
    await page.goto(f"{ROOM}/diem-danh")
    await context.set_offline(True)
    await page.get_by_label("Mã phiếu hoặc họ tên").fill(evening.codes[HOA])
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-greeting]")).to_contain_text(HOA)
    await expect(page.get_by_text("Đang mất kết nối. Điểm danh được giữ")).to_be_visible()
    before = await evening.present()
    await context.set_offline(False)
    await expect(page.locator("[data-queue]")).to_be_hidden(timeout=15_000)
    assert len(await evening.present() - before) == 1
    assert await page.evaluate("Object.keys(localStorage).filter(id => id.startsWith('doithoai-checkin'))") == []


async def test_a_guest_whom_nobody_expected_gets_a_seat(evening: Evening) -> None:
    page = await evening.open("/diem-danh")
    await page.get_by_text("Khách không hẹn trước", exact=True).click()
    await page.get_by_label("Họ tên", exact=True).fill("Vũ Văn Khách")
    await page.get_by_role("button", name="Xếp chỗ, ghi nhận có mặt").click()
    await expect(page.locator("[data-roll] li", has_text="Vũ Văn Khách")).to_have_class("at-present")


async def test_the_screen_on_another_machine_follows_the_chair(evening: Evening) -> None:
    await everybody_is_in(evening)
    hall, screen = await evening.open("/tai-hoi-nghi"), await evening.open("/man-chieu")
    await expect(screen.locator("h1")).to_have_text(TITLE)
    await must_be_good(screen, "room-screen-between", *SCREENS)
    await hall.get_by_label("Nội dung", exact=True).fill("Đang ghi dở")
    await hall.locator("h2").first.click()
    began = time.monotonic()
    await hall.keyboard.press("n")
    await expect(screen.locator("h1")).to_contain_text("Bao giờ thôn Nội có nước sạch?")
    assert time.monotonic() - began < 3, "a second, and what a machine under test takes"
    assert PHONE not in await screen.content()
    assert LAN not in await screen.content()
    await expect(screen.locator(".timer")).to_contain_text("/ 3:00")
    await expect(hall.get_by_label("Nội dung", exact=True)).to_have_value("Đang ghi dở")
    await must_be_good(screen, "room-screen", *SCREENS)
    await must_be_good(hall, "room-hall")
    await hall.get_by_text("Màn chiếu cho thấy gì").click()
    await hall.get_by_label("Họ tên người hỏi").check()
    written = asyncio.Event()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await written.wait()
        await route.fulfill(response=answer)

    await hall.route("**/tai-hoi-nghi", answer_late, times=1)
    await hall.get_by_role("button", name="Áp dụng").click()
    await expect(screen.locator("main")).to_contain_text(LAN)
    podium = hall.locator(".podium")
    await podium.get_by_text("Trả lời tại chỗ").click()
    await podium.get_by_label("Nội dung trả lời").fill("Quý III năm 2026.")
    await hall.locator("[data-agenda]").evaluate("agenda => agenda.dataset.before = ''")
    written.set()
    await expect(hall.locator("[data-agenda][data-before]")).to_have_count(0)
    await expect(podium.get_by_label("Nội dung trả lời")).to_have_value("Quý III năm 2026.")
    await expect(podium.get_by_label("Nội dung trả lời")).to_be_focused()
    await podium.get_by_role("button", name="Ghi nhận đã trả lời").click()
    await expect(screen.locator("main")).to_have_class("between")
    await expect(screen.locator(".tally")).to_contain_text("1 câu đã xong · còn 3")
    assert await hall.locator(".call.over").count() == 1


async def test_the_chair_puts_them_in_another_order_by_keys(evening: Evening) -> None:
    await everybody_is_in(evening)
    hall = await evening.open("/tai-hoi-nghi")
    waiting = hall.locator("[data-question] strong")
    before = await waiting.all_text_contents()
    last = hall.locator("[data-question]").last
    await last.get_by_role("button", name="Đưa lên trước").focus()
    await hall.keyboard.press("Alt+ArrowUp")
    await expect(waiting).to_have_text([*before[:-2], before[-1], before[-2]])
    await expect(hall.locator("[data-question]").nth(-2).get_by_role("button", name="Đưa lên trước")).to_be_focused()
    await hall.reload()
    await expect(waiting).to_have_text([*before[:-2], before[-1], before[-2]])


@pytest.mark.parametrize("path", ["", "/chuan-bi", "/nguoi-du", "/cau-hoi", "/viec-con-lai", "/ket-luan"])
async def test_every_page_of_the_room_fits_and_is_for_everybody(evening: Evening, path: str) -> None:
    page = await evening.open(path)
    await must_be_good(page, f"room{path.replace('/', '-')}")


async def test_the_programme_and_the_papers_are_for_everybody(evening: Evening) -> None:
    page = await evening.open("/in/chuong-trinh")
    for paper in ("chuong-trinh", "ky-ten", "the-ten", "bien-ban"):
        await page.goto(f"{ROOM}/in/{paper}")
        await must_be_good(page, f"room-paper-{paper}")
    await page.goto("/hoi-nghi")
    await must_be_good(page, "room-programme")


async def test_the_door_with_its_decoder_weighs_little(evening: Evening) -> None:
    """On a telephone, in a hall where everybody has one."""
    page = await (await evening.context(camera=True)).new_page()
    await page.goto(f"{ROOM}/diem-danh")
    before = await weight(page)
    await page.get_by_role("button", name="Quét bằng máy ảnh").click()
    await expect(page.locator("[data-greeting]")).to_be_visible(timeout=15_000)
    assert before < await weight(page) < MOST_OF_A_PAGE


async def test_a_screen_that_lost_its_connection_says_so_and_comes_back(evening: Evening) -> None:
    """The console dies under it; by the time that the line is there again, it was started again."""
    await everybody_is_in(evening)
    screen = await (await evening.context(1920)).new_page()
    await screen.goto(f"{ROOM}/man-chieu")
    shown = await screen.locator("h1").inner_text()
    await screen.route("**/man-chieu/tin", lambda route: route.abort())
    evening.stack.kill("console")
    await expect(screen.get_by_text("Đang nối lại. Hình này có thể đã cũ.")).to_be_visible(timeout=20_000)
    assert await screen.locator("h1").inner_text() == shown
    await screen.unroute("**/man-chieu/tin")
    evening.stack.until_ready()
    await expect(screen.get_by_text("Đang nối lại")).to_be_hidden(timeout=20_000)
    assert await screen.locator("h1").inner_text() == shown


async def everybody_is_in(evening: Evening) -> None:
    """Whatever tests ran before."""
    client = await nats.connect(evening.stack.addresses.nats_url)
    for name in (LAN, TUAN, HOA, HUONG):
        found = await send(client, LookUpSubmission(actor=actor(), key=f"find-{name}", code=evening.codes[name]))
        assert isinstance(found, Done)
        come = CheckIn(actor=actor(), key=f"come-{name}", submission=found.state["id"])
        assert isinstance(await send(client, come), Done)
    await until_quiet(client, evening.stack.addresses.services)
    await client.close()
