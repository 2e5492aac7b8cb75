"""The library in a real browser: found with and without a script, and a hint that never stands in anybody's way."""

import nats
import pytest
from playwright.async_api import expect

from shared.broker import EVENTS
from shared.contracts import Envelope
from shared.contracts.routing import AnswerPublished
from tests.browser.citizens import FORM, LOOK, Citizens, until
from tests.builders import of_question
from tests.servers import RunningSystem

ASKED = "Cấp lại giấy khai sinh bị mất cần những giấy tờ gì?"
ANSWERED = "Người yêu cầu mang căn cước đến Trung tâm Phục vụ hành chính công."
LIBRARY = f"{FORM}/hoi-dap"


@pytest.fixture
async def published(before_the_desk: RunningSystem, citizens: Citizens) -> Citizens:
    """One answer stands in the library. Publishing it again changes nothing."""
    event = of_question(AnswerPublished, asked=ASKED, answered=ANSWERED)
    envelope = Envelope(
        id="routing:published:1",
        source="/services/routing",
        type=event.type,
        subject=event.subject,
        time=event.occurred_at,
        sequence=1,
        correlationid=event.case,
        data=event.model_dump(mode="json"),
    )
    client = await nats.connect(before_the_desk.addresses.nats_url)
    await client.jetstream().publish(event.subject, envelope.model_dump_json().encode(), stream=EVENTS)
    await client.close()
    page = await citizens.open(LIBRARY, javascript=False)

    async def stands_there() -> bool:
        await page.reload()
        return ASKED in await page.content()

    await until(stands_there)
    return citizens


@pytest.mark.parametrize("width", [320, 1280])
async def test_an_answer_is_found_without_a_script(published: Citizens, width: int) -> None:
    page = await published.open(f"{FORM}/hoi-nghi", width=width, javascript=False)
    await page.get_by_role("link", name="Câu hỏi đã trả lời").click()
    await page.get_by_label("Tìm trong các câu hỏi").fill("giay khai sinh")
    await page.get_by_role("button", name="Tìm câu hỏi").click()
    await expect(page.get_by_role("status")).to_contain_text("Có 1 câu hỏi")
    await page.get_by_role("link", name=ASKED).click()
    await expect(page.locator(".answer")).to_have_text(ANSWERED)


@pytest.mark.parametrize("path", [LIBRARY, f"{LIBRARY}?q=giay+khai+sinh", f"{LIBRARY}?q=may+bay"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_the_library_looks_as_citizens_pages_do(published: Citizens, path: str, width: int) -> None:
    page = await published.open(path, width=width)
    assert await page.evaluate(LOOK) == []


async def test_who_types_a_question_is_told_of_one_like_it_and_goes_on_typing(published: Citizens) -> None:
    page = await published.open(FORM, width=360)
    box = page.locator("#procedures")
    await box.press_sequentially("Tôi bị mất giấy khai sinh, xin cấp lại", delay=5)
    told = page.locator("[data-hint] [aria-live]").first
    await expect(told).to_contain_text("Có 1 câu hỏi tương tự đã được trả lời")
    await expect(box).to_be_focused()
    await page.keyboard.type(" giấy khai sinh")
    await expect(box).to_have_value("Tôi bị mất giấy khai sinh, xin cấp lại giấy khai sinh")
    await page.locator("[data-hint] summary").first.click()
    await expect(page.locator("[data-hint] .answer").first).to_have_text(ANSWERED)
    assert await page.evaluate(LOOK) == []
    await box.fill("Bao giờ có nước sạch ở thôn Bãi Thượng?")
    await expect(told).to_be_empty()
    await expect(page.locator("[data-hint] details")).to_have_count(0)


async def test_without_the_hint_the_form_is_what_it_was(published: Citizens) -> None:
    page = await published.open(FORM)
    await page.route("**/tuong-tu**", lambda route: route.abort())
    async with page.expect_event("requestfailed"):
        await page.locator("#procedures").press_sequentially("Tôi bị mất giấy khai sinh, xin cấp lại")
    await expect(page.locator("[data-hint] details")).to_have_count(0)
    await expect(page.locator("#procedures")).to_be_focused()
