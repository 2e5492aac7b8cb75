"""Questions from the floor of a conference, while the connection comes and goes: each is taken in, and none twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import nats
import pytest
from nats.errors import TimeoutError as NatsTimeoutError
from playwright.async_api import Browser, BrowserContext, Locator, Page, Request, expect

from shared.clock import move_clock
from shared.commands import send
from shared.contracts import Done, Envelope
from shared.contracts.intake import AnnounceDialogue, PlanDialogue, SubmissionReceived
from tests.browser.chromium import launched
from tests.builders import COMMUNE, DIALOGUE, HELD_AT, NOW, PLACE, TITLE, actor
from tests.door import enter as sign_in
from tests.servers import RunningSystem

CLERK = "hanh.clerk@hanoi.example"
ROOM = f"/hoi-nghi/{DIALOGUE}/tai-hoi-nghi"
QUESTIONS = "Bao giờ thôn Nội có nước sạch?", "Đường thôn Đoài ngập khi mưa.", "Phí chợ năm nay là bao nhiêu?"


DAY_MS = 24 * 3600 * 1000
OLDER = """by => {
  for (const [id, kept] of Object.entries(localStorage)) {
    const entry = JSON.parse(kept);
    localStorage.setItem(id, JSON.stringify({ ...entry, kept_at: entry.kept_at - by }));
  }
  return localStorage.length;
}"""
"""Lets what is kept grow older. Returns how much there is."""


@dataclass(frozen=True)
class Hall:
    """The hall of a conference that has begun, with a browser in it."""

    stack: RunningSystem
    browser: Browser

    async def context(self, *, width: int = 1440, javascript: bool = True) -> BrowserContext:
        """A browser whose clerk has signed in; every tab of it has the same storage."""
        console = self.stack.addresses.services["console"]
        context = await self.browser.new_context(
            base_url=console, viewport={"width": width, "height": 900}, java_script_enabled=javascript
        )
        await sign_in(context, console, COMMUNE, CLERK)
        return context

    async def taken_in(self, *names: str) -> list[SubmissionReceived]:
        """What the stream says was received of these people, in its order."""
        client = await nats.connect(self.stack.addresses.nats_url)
        found = list[SubmissionReceived]()
        try:
            of_forms = f"event.intake.{COMMUNE}.*.submission-received"
            subscription = await client.jetstream().subscribe(of_forms, ordered_consumer=True)
            while True:
                message = await subscription.next_msg(timeout=1)
                event = Envelope.model_validate_json(message.data).open()
                assert isinstance(event, SubmissionReceived)
                found += [event] if event.registrant.name in names else []
                if not message.metadata.num_pending:
                    return found
        except NatsTimeoutError:
            return found
        finally:
            await client.close()


@pytest.fixture(scope="module")
async def hall(breakable_stack: RunningSystem) -> AsyncIterator[Hall]:
    client = await nats.connect(breakable_stack.addresses.nats_url)
    await move_clock(client, NOW)
    plan = PlanDialogue(actor=actor(), key="plan", dialogue=DIALOGUE, title=TITLE, held_at=HELD_AT, place=PLACE)
    assert isinstance(await send(client, plan), Done)
    async with asyncio.timeout(30):  # the end of registration must be counted before it can be announced
        while not isinstance(  # noqa: ASYNC110 - nobody tells
            await send(client, AnnounceDialogue(actor=actor(), key="a", dialogue=DIALOGUE)), Done
        ):
            await asyncio.sleep(0.2)
    await move_clock(client, HELD_AT + timedelta(minutes=20))
    await client.close()
    async with launched() as browser:
        yield Hall(breakable_stack, browser)


async def enter(context: BrowserContext) -> Page:
    page = await context.new_page()
    async with asyncio.timeout(30):  # the console hears of the announcement and of the time a moment later
        while (await page.goto(ROOM)) and not await page.locator("#tai-cho form").count():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)
    return page


async def capture(page: Page, name: str, text: str, **more: str) -> None:
    """Two clicks: into the field, and the button."""
    form = page.locator("#tai-cho form")
    if more:
        await form.locator("summary").click()
    for field, value in {"name": name, "text": text, **more}.items():
        await form.locator(f"[name={field}]").fill(value)
    await form.get_by_role("button", name="Ghi câu hỏi").click()


def queue(page: Page) -> Locator:
    return page.locator("#tai-cho [data-queue]")


async def test_what_is_captured_is_taken_in_and_stands_on_the_agenda(hall: Hall) -> None:
    page = await enter(await hall.context())
    await capture(page, "Đỗ Thị Sen", QUESTIONS[0])
    await expect(page.get_by_role("status").filter(has_text="Đã tiếp nhận câu hỏi của Đỗ Thị Sen")).to_be_visible()
    await expect(page.locator("[data-agenda]").get_by_text(QUESTIONS[0])).to_be_visible()
    await expect(queue(page)).to_be_hidden()
    await expect(page.locator("#tai-cho [name=name]")).to_be_focused()
    [taken] = await hall.taken_in("Đỗ Thị Sen")
    assert (taken.channel, taken.on_time, taken.entered_at) == ("floor", True, None)


async def test_without_a_script_the_form_is_sent_like_any_other(hall: Hall) -> None:
    page = await enter(await hall.context(javascript=False))
    await capture(page, "Bùi Văn Lộc", QUESTIONS[1])
    await expect(page.get_by_text("Đã tiếp nhận câu hỏi.")).to_be_visible()
    assert len(await hall.taken_in("Bùi Văn Lộc")) == 1


async def test_captures_without_a_connection_are_sent_once_each_and_in_order_when_it_is_back(hall: Hall) -> None:
    """The page cannot be loaded again meanwhile: it says so, and the browser asks before it is left."""
    names = ("Ngô Thị Lụa", "Ngô Văn Bách", "Ngô Thị Tơ")
    context = await hall.context()
    page = await enter(context)
    await context.set_offline(True)
    for name, text in zip(names, QUESTIONS, strict=True):
        await capture(page, name, text)
    await expect(page.get_by_role("heading", name="Đang chờ gửi (3)")).to_be_visible()
    await expect(page.get_by_text("Xin đừng đóng hoặc tải lại trang")).to_be_visible()
    assert await hall.taken_in(*names) == []
    await asyncio.sleep(1)
    await context.set_offline(False)
    await expect(queue(page)).to_be_hidden(timeout=15_000)
    taken = await hall.taken_in(*names)
    assert [one.registrant.name for one in taken] == list(names)
    assert [one.questions[0].text for one in taken] == list(QUESTIONS)
    assert all(one.on_time and one.channel == "floor" for one in taken)
    captured = [one.received_at for one in taken]
    assert captured == sorted(captured)
    began = HELD_AT + timedelta(minutes=20)
    assert all(began <= at <= began + timedelta(minutes=10) for at in captured), "the simulated time of the hall"
    assert all(one.entered_at and one.entered_at > one.received_at for one in taken[:1])
    assert await page.evaluate("Object.keys(localStorage)") == []
    await expect(page.locator("[data-agenda]").get_by_text(QUESTIONS[2])).to_be_visible()


async def test_what_waits_outlives_the_tab_and_two_tabs_send_it_once(hall: Hall) -> None:
    name = "Tạ Văn Chiến"
    context = await hall.context()
    first, second = await enter(context), await enter(context)
    await context.set_offline(True)
    await capture(first, name, QUESTIONS[0])
    await expect(second.get_by_role("heading", name="Đang chờ gửi (1)")).to_be_visible()
    await first.close(run_before_unload=False)
    sent = list[Request]()
    context.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    third_may_load = await context.new_page()
    await context.set_offline(False)
    await third_may_load.goto(ROOM)
    for page in (second, third_may_load):
        await expect(queue(page)).to_be_hidden(timeout=15_000)
    assert len(await hall.taken_in(name)) == 1
    assert len(sent) == 1


async def test_the_same_words_of_two_people_are_two_questions(hall: Hall) -> None:
    names = ("Vũ Thị Mận", "Vũ Thị Đào")
    page = await enter(await hall.context())
    for name in names:
        await capture(page, name, QUESTIONS[2])
    await expect(page.get_by_role("status").filter(has_text=names[1])).to_be_visible()
    assert [one.registrant.name for one in await hall.taken_in(*names)] == list(names)


async def test_what_is_refused_stays_with_the_reason_and_can_be_mended_or_dropped(hall: Hall) -> None:
    page = await enter(await hall.context())
    await capture(page, "Lý Văn Sơn", QUESTIONS[0], contact="số máy ở nhà")
    await expect(page.get_by_role("heading", name="Cần xem lại (1)")).to_be_visible()
    await expect(page.get_by_text("không phải số điện thoại hay thư điện tử")).to_be_visible()
    await capture(page, "Lý Thị Mây", QUESTIONS[1])
    await expect(page.get_by_role("status").filter(has_text="Lý Thị Mây")).to_be_visible()
    await page.get_by_role("button", name="Sửa: câu hỏi của Lý Văn Sơn").click()
    await expect(page.locator("#tai-cho [name=text]")).to_have_value(QUESTIONS[0])
    await page.locator("#tai-cho [name=contact]").fill("0912 345 678")
    await page.locator("#tai-cho form").get_by_role("button", name="Ghi câu hỏi").click()
    await expect(page.get_by_role("status").filter(has_text="Đã tiếp nhận câu hỏi của Lý Văn Sơn")).to_be_visible()
    await capture(page, "Lý Văn Đá", QUESTIONS[0], contact="không có")
    await page.get_by_role("button", name="Bỏ: câu hỏi của Lý Văn Đá").click()
    await page.get_by_role("button", name="Bấm lần nữa để bỏ câu hỏi của Lý Văn Đá").click()
    await expect(queue(page)).to_be_hidden()
    names = ("Lý Văn Sơn", "Lý Thị Mây", "Lý Văn Đá")
    assert sorted(one.registrant.name for one in await hall.taken_in(*names)) == ["Lý Thị Mây", "Lý Văn Sơn"]


async def test_names_and_questions_stay_on_no_device_for_good(hall: Hall) -> None:
    """Refused ones go after three days, whatever page is opened; what was never sent is nowhere else."""
    context = await hall.context()
    page = await enter(context)
    await capture(page, "Lý Văn Cũ", QUESTIONS[0], contact="không có")
    await expect(page.get_by_role("heading", name="Cần xem lại (1)")).to_be_visible()
    await page.goto("/")
    assert await page.evaluate(OLDER, 3 * DAY_MS - 60_000) == 1
    await page.goto("/")
    assert await page.evaluate(OLDER, 2 * 60_000) == 1
    await page.goto("/")
    assert await page.evaluate(OLDER, 0) == 0
    await page.evaluate(
        "age => { for (const number of [4, 31]) localStorage.setItem(`doithoai-floor/khac/${number}`,"
        " JSON.stringify({ id: '', kept_at: Date.now() - number * age, fields: {} })); }",
        DAY_MS,
    )
    await page.goto("/")
    assert await page.evaluate("() => Object.keys(localStorage)") == ["doithoai-floor/khac/4"]


async def test_a_server_that_dies_under_it_gets_each_question_once_when_it_is_back(hall: Hall) -> None:
    names = tuple(f"Hồ Văn {which}" for which in ("Một", "Hai", "Ba", "Bốn"))
    page = await enter(await hall.context())
    for place, name in enumerate(names):
        await capture(page, name, f"{QUESTIONS[0]} Lần {place}.")
        if place == 1:
            hall.stack.kill("console")
        if place == 2:
            hall.stack.kill("intake")
    await expect(queue(page)).to_be_hidden(timeout=60_000)
    assert sorted(one.registrant.name for one in await hall.taken_in(*names)) == sorted(names)
    hall.stack.until_ready()


async def test_a_question_that_was_waiting_when_the_conference_ended_is_still_taken_in(hall: Hall) -> None:
    """It was asked while the conference was held. This test ends it, so it stands last."""
    name = "Phan Thị Cúc"
    context = await hall.context()
    page, other = await enter(context), await enter(await hall.context())
    await context.set_offline(True)
    await capture(page, name, QUESTIONS[1])
    await expect(page.get_by_role("heading", name="Đang chờ gửi (1)")).to_be_visible()
    await other.goto(f"/hoi-nghi/{DIALOGUE}")
    await other.locator("details", has=other.locator("input[value=hold-dialogue]")).locator("summary").first.click()
    await other.locator("form", has=other.locator("input[value=hold-dialogue]")).get_by_role("button").click()
    await expect(other.get_by_text("Đã ghi nhận hội nghị đã tổ chức.")).to_be_visible()
    await context.set_offline(False)
    await expect(queue(page)).to_be_hidden(timeout=15_000)
    [taken] = await hall.taken_in(name)
    assert taken.on_time
    assert taken.received_at.astimezone(UTC) < datetime(2026, 5, 14, 4, tzinfo=UTC)
