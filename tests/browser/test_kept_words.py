"""What somebody types is never lost, and is never shown to or sent as another: in a real browser, before a console that
a test holds, so that it dies, lies and changes hands when the test says so.
"""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from nats.errors import Error as NatsError
from playwright.async_api import Browser, BrowserContext, Dialog, Locator, Page, Request, Route, expect

from shared.contracts import Event
from shared.contracts.routing import QuestionAssigned, QuestionAwaitsTriage
from tests.builders import COMMUNE, QUESTION, SUBMISSION, of_question, question, submission_received
from tests.unit import conference_scene as scene
from tests.unit.teaching_scene import Desk, Routing
from tests.unit.test_console_pages import CHAIRMAN, CLERK, EARLIER, EARLIER_QUESTION, LAND_OFFICER, OFFICER, console

CASE = f"/ho-so/{SUBMISSION}"
ROOM = f"/hoi-nghi/{scene.DIALOGUE}"
GUIDANCE = "Hai mươi dòng hướng dẫn gửi người dân"
ANSWERS = "Ông/bà mang căn cước đến xã.", "Xã làm đường nước trong tháng 6."
DAY_MS = 24 * 3600 * 1000
STORED = (
    "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((one) => one.startsWith('doithoai-'))"
)
NEWS = "cases => document.dispatchEvent(new CustomEvent('doithoai:news', { detail: { cases } }))"
TWO = submission_received(questions=(question(1), question(2, "Bao giờ thôn Nội có nước sạch?")))
TO_TRIAGE = (TWO, of_question(QuestionAwaitsTriage))
TO_ANSWER = (TWO, of_question(QuestionAssigned), of_question(QuestionAssigned, question=f"{SUBMISSION}-2"))


@dataclass
class Office:
    """A console that listens, and a browser before it in which people come and go."""

    address: str
    context: BrowserContext
    broken: list[str] = field(default_factory=list)

    async def sits_down(self, worker: str) -> None:
        """Whoever sat here before has left."""
        await self.context.clear_cookies()
        await self.context.add_cookies(
            [{"name": "doithoai_console", "value": f"{COMMUNE}/{worker}", "url": self.address}]
        )

    async def open(self, path: str) -> Page:
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        await page.goto(self.address + path)
        return page


@asynccontextmanager
async def office(app: FastAPI, chromium: Browser, worker: str = CLERK) -> AsyncIterator[Office]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        found = Office(address, await chromium.new_context(viewport={"width": 1440, "height": 900}))
        try:
            found.context.set_default_timeout(8_000)
            await found.sits_down(worker)
            yield found
        finally:
            await found.context.close()
            server.should_exit = True
            await serving
        assert found.broken == []


class Services(Routing):
    """They answer as a test says; no stream is there that a case's record could be read from."""

    def new_inbox(self) -> str:
        raise NatsError


def desk(folder: Path, events: Sequence[Event], worker: str = CLERK, services: Services | None = None) -> FastAPI:
    return Desk(folder, services or Services(), events, worker).app


async def unfold(page: Page) -> None:
    await page.evaluate("for (const one of document.querySelectorAll('#case details')) one.open = true")


async def nothing_is_kept(page: Page) -> None:
    """Once the page's scripts have run."""
    await page.wait_for_function(f"() => !({STORED})().length")


def form(page: Page, verb: str, question: str = QUESTION) -> Locator:
    of_verb = page.locator("#case form", has=page.locator(f"input[name=verb][value={verb}]"))
    return of_verb.filter(has=page.locator(f"input[name=question][value='{question}']"))


# --- forms of a case ------------------------------------------------------------------------------------------------


async def test_what_is_typed_in_a_form_of_a_case_outlives_the_link_to_what_is_new(
    chromium: Browser, tmp_path: Path
) -> None:
    async with office(desk(tmp_path, TO_TRIAGE), chromium) as found:
        page = await found.open(CASE)
        await unfold(page)
        redirect = form(page, "redirect-question")
        await redirect.locator("[name=guidance]").fill(GUIDANCE)
        await redirect.locator("[name=scope]").select_option("complaint")
        await page.evaluate(NEWS, [SUBMISSION])
        changed = page.locator("[data-changed]")
        await expect(changed).to_contain_text("Nội dung đang nhập dở được giữ lại.")
        await changed.get_by_role("link", name="Xem").click()
        await expect(redirect.locator("[name=guidance]")).to_have_value(GUIDANCE)
        await expect(redirect.locator("[name=guidance]")).to_be_visible()
        await expect(redirect.locator("[name=scope]")).to_have_value("complaint")
        await expect(redirect.get_by_role("status")).to_contain_text("Đã lấy lại nội dung")
        await redirect.get_by_role("button", name="Bỏ nội dung lấy lại").click()
        await expect(redirect.locator("[name=guidance]")).to_have_value("")
        await nothing_is_kept(page)


async def test_what_was_refused_is_there_when_the_case_is_opened_anew_and_goes_once_it_was_done(
    chromium: Browser, tmp_path: Path
) -> None:
    services = Services()
    async with office(desk(tmp_path, TO_TRIAGE, services=services), chromium) as found:
        page = await found.open(CASE)
        await unfold(page)
        redirect = form(page, "redirect-question")
        await redirect.locator("[name=scope]").select_option("complaint")
        await redirect.locator("[name=authority]").fill("Sở Nội vụ")
        await redirect.locator("[name=guidance]").fill(GUIDANCE)
        await redirect.get_by_role("button", name="Gửi hướng dẫn").click()
        await expect(page.get_by_text("Không ai trả lời.")).to_be_visible()
        await page.goto(found.address + CASE)
        await expect(redirect.locator("[name=guidance]")).to_have_value(GUIDANCE)
        services.answers["redirect-question"] = {}
        await redirect.get_by_role("button", name="Gửi hướng dẫn").click()
        await expect(page).to_have_url(re.compile("xong=redirect-question"))
        await expect(page.locator(".notice.done")).to_be_visible()
        await nothing_is_kept(page)


async def test_a_part_that_the_page_has_no_place_for_any_more_is_shown(chromium: Browser, tmp_path: Path) -> None:
    """A third matter of a split stands on a page that was answered to a form; the page itself offers two."""
    async with office(desk(tmp_path, TO_ANSWER), chromium) as found:
        page = await found.open(CASE)
        await unfold(page)
        split = form(page, "split-question")
        await split.get_by_role("button", name="Thêm một nội dung").click()
        await expect(split.locator("[name=phan-3]")).to_be_visible()
        await split.locator("[name=phan-2]").fill("Lệ phí là bao nhiêu?")
        await split.locator("[name=phan-3]").fill("Đường thôn Đoài bao giờ sửa?")
        await page.goto(found.address + CASE)
        await expect(split.locator("[name=phan-2]")).to_have_value("Lệ phí là bao nhiêu?")
        await expect(page.locator("#case .refilled")).to_contain_text("Đường thôn Đoài bao giờ sửa?")


async def test_what_was_typed_in_a_form_that_is_gone_is_shown_on_its_case(chromium: Browser, tmp_path: Path) -> None:
    async with office(desk(tmp_path, TO_TRIAGE), chromium) as found:
        page = await found.open(CASE)
        await unfold(page)
        await form(page, "redirect-question").locator("[name=guidance]").fill(GUIDANCE)
        await page.evaluate(
            """() => { for (const [id, kept] of Object.entries(sessionStorage)) {
              sessionStorage.setItem(id.replace('redirect-question', 'no-such-form'), kept);
              sessionStorage.removeItem(id);
            } }"""
        )
        await page.reload()
        left = page.locator("#case .refilled")
        await expect(left).to_contain_text(GUIDANCE)
        await left.get_by_role("button", name="Bỏ nội dung lấy lại").click()
        await page.reload()
        await expect(page.locator("#case")).to_be_visible()
        await expect(left).to_have_count(0)


async def test_what_is_typed_beside_a_list_is_there_when_the_case_is_opened_again(
    chromium: Browser, tmp_path: Path
) -> None:
    events = (*TO_TRIAGE, EARLIER_QUESTION, of_question(QuestionAwaitsTriage, question=f"{EARLIER}-1", case=EARLIER))
    async with office(desk(tmp_path, events), chromium) as found:
        page = await found.open("/?loc=tat-ca&phong=")
        beside = page.locator("#beside")
        row = page.locator(f"#list a.case[href^='{CASE}']").first
        await row.click()
        await expect(beside.locator(f"[data-case='{SUBMISSION}']")).to_be_visible()
        await unfold(page)
        guidance = form(page, "redirect-question").locator("[name=guidance]")
        for leave in ("another row", "close", "back"):
            await guidance.fill(f"{GUIDANCE} {leave}")
            if leave == "another row":
                await page.locator(f"#list a.case[href^='/ho-so/{EARLIER}']").first.click()
                await expect(beside.locator(f"[data-case='{EARLIER}']")).to_be_visible()
            elif leave == "close":
                await beside.get_by_role("button", name="Đóng").click()
            else:
                await page.go_back()
            await expect(beside.locator(f"[data-case='{SUBMISSION}']")).to_have_count(0)
            await row.click()
            await expect(guidance).to_have_value(f"{GUIDANCE} {leave}")


async def test_nobody_else_sees_what_was_typed(chromium: Browser, tmp_path: Path) -> None:
    async with office(desk(tmp_path, TO_TRIAGE), chromium) as found:
        page = await found.open(CASE)
        await unfold(page)
        guidance = form(page, "redirect-question").locator("[name=guidance]")
        await guidance.fill(GUIDANCE)
        await found.sits_down(CHAIRMAN)
        await page.goto(found.address + CASE)
        assert GUIDANCE not in await page.content()
        await expect(guidance).to_have_value("")


async def test_an_answer_that_was_refused_is_not_forgotten_with_one_that_was_handed_in(
    chromium: Browser, tmp_path: Path
) -> None:
    services = Services()
    async with office(desk(tmp_path, TO_ANSWER, OFFICER, services), chromium, OFFICER) as found:
        page = await found.open(CASE)
        await unfold(page)
        first, second = (form(page, "draft-answer", f"{SUBMISSION}-{number}") for number in (1, 2))
        await first.locator("[name=text]").fill(ANSWERS[0])
        await first.get_by_role("button", name="Trình duyệt").click()
        await expect(page.get_by_text("Không ai trả lời.")).to_be_visible()
        services.answers["draft-answer"] = {}
        await unfold(page)
        await second.locator("[name=text]").fill(ANSWERS[1])
        await second.get_by_role("button", name="Trình duyệt").click()
        await expect(page.locator(".notice.done")).to_be_visible()
        await expect(first.locator("[name=text]")).to_have_value(ANSWERS[0])
        await expect(second.locator("[name=text]")).to_have_value("")


async def test_an_answer_that_was_handed_in_beside_a_list_is_forgotten(chromium: Browser, tmp_path: Path) -> None:
    services = Services(draft_answer={})
    async with office(desk(tmp_path, TO_ANSWER, OFFICER, services), chromium, OFFICER) as found:
        page = await found.open("/?loc=tat-ca&phong=")
        await page.locator(f"#list a.case[href^='{CASE}']").first.click()
        await expect(page.locator("#beside #case")).to_be_visible()
        await unfold(page)
        await form(page, "draft-answer").locator("[name=text]").fill(ANSWERS[0])
        await form(page, "draft-answer").get_by_role("button", name="Trình duyệt").click()
        await expect(page.locator("#beside .notice.done")).to_be_visible()
        await nothing_is_kept(page)


# --- what waits for a connection ------------------------------------------------------------------------------------


def aborted(route: Route) -> object:
    return route.abort() if route.request.method == "POST" else route.continue_()


def posts(page: Page) -> list[Request]:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    return sent


async def captured(page: Page, name: str) -> None:
    floor = page.locator("#tai-cho form")
    await floor.locator("[name=name]").fill(name)
    await floor.locator("[name=text]").fill("Điều riêng của tôi")
    await floor.get_by_role("button", name="Ghi câu hỏi").click()


def answers(told: Callable[[str], tuple[int, str]]) -> Callable[[Route], object]:
    """A server that answers a form as `told` says of its body: status and text, JSON where it begins so."""

    def answer(route: Route) -> object:
        if route.request.method != "POST":
            return route.continue_()
        status, text = told(route.request.post_data or "")
        kind = "application/json" if text.startswith("{") else "text/html"
        return route.fulfill(status=status, body=text, content_type=kind)

    return answer


@pytest.mark.parametrize("worker", [CHAIRMAN, LAND_OFFICER])
async def test_a_question_that_waits_is_neither_shown_to_nor_sent_by_whoever_sits_down_next(
    chromium: Browser, tmp_path: Path, worker: str
) -> None:
    async with office(console(tmp_path, scene.GATHERED, scene.DURING), chromium) as found:
        page = await found.open(f"{ROOM}/tai-hoi-nghi")
        await page.route("**/tai-hoi-nghi*", aborted)
        await captured(page, "Trần Thị Kín")
        await expect(page.get_by_role("heading", name="Đang chờ gửi (1)")).to_be_visible()
        await page.close()
        await found.sits_down(worker)
        page = await found.context.new_page()
        sent = posts(page)
        await page.goto(f"{found.address}{ROOM}/tai-hoi-nghi")
        await expect(page.locator("#tai-cho")).to_contain_text("1 câu hỏi do người khác ghi")
        assert "Trần Thị Kín" not in await page.content()
        assert sent == []
        await found.sits_down(CLERK)
        await page.reload()
        await expect(page.locator("#tai-cho")).to_contain_text("Trần Thị Kín")


async def test_who_has_come_to_the_door_is_not_sent_by_whoever_sits_down_next(
    chromium: Browser, tmp_path: Path
) -> None:
    async with office(console(tmp_path, scene.CLOSED, scene.DURING), chromium) as found:
        page = await found.open(f"{ROOM}/diem-danh")
        await page.route("**/diem-danh*", aborted)
        await page.locator("#door").fill("K7QX3M02")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Đang mất kết nối. Điểm danh được giữ")).to_be_visible()
        await page.close()
        await found.sits_down("huy.vanphong@hanoi.example")
        page = await found.context.new_page()
        sent = posts(page)
        await page.goto(f"{found.address}{ROOM}/diem-danh")
        await expect(page.locator("[data-checkin]")).to_contain_text("1 lượt điểm danh do người khác ghi")
        assert sent == []


async def test_a_page_of_one_person_sends_nothing_in_the_session_of_another(chromium: Browser, tmp_path: Path) -> None:
    """The tab of the clerk stays open while the chairman signs in in another one: the door sees whose it was."""
    async with office(console(tmp_path, scene.GATHERED, scene.DURING), chromium) as found:
        page = await found.open(f"{ROOM}/tai-hoi-nghi")
        await found.sits_down(CHAIRMAN)
        async with page.expect_response(lambda told: told.request.method == "POST") as told:
            await captured(page, "Trần Thị Kín")
        assert (await told.value).status == 401
        await expect(page.locator("#tai-cho")).to_contain_text("Xin đăng nhập lại")
        await expect(page.get_by_role("heading", name="Đang chờ gửi (1)")).to_be_visible()


async def test_one_that_nobody_can_take_in_holds_up_none_behind_it(chromium: Browser, tmp_path: Path) -> None:
    async with office(console(tmp_path, scene.GATHERED, scene.DURING), chromium) as found:
        page = await found.open(f"{ROOM}/tai-hoi-nghi")

        def told(body: str) -> tuple[int, str]:
            return (502, "<h1>Bad Gateway</h1>") if "Poison" in body else (200, '{"done": true, "code": "K7"}')

        await page.route("**/tai-hoi-nghi*", answers(told))
        await captured(page, "Poison")
        await captured(page, "Sen")
        for _ in range(3):
            await page.evaluate("dispatchEvent(new Event('online'))")
        waiting = page.locator("#tai-cho [data-queue]")
        await expect(page.get_by_role("status").filter(has_text="Đã tiếp nhận câu hỏi của Sen")).to_be_visible()
        await expect(waiting).to_contain_text("Poison")
        await expect(waiting).to_contain_text("chưa được nhận")
        await expect(waiting.locator("[data-cut-off]")).to_be_hidden()


# --- what stays in the browser --------------------------------------------------------------------------------------


async def test_nothing_stays_in_the_browser_for_good_whatever_page_is_opened(chromium: Browser, tmp_path: Path) -> None:
    def item(days: float, **more: str) -> str:
        return json.dumps({"at": days, "fields": {}, "text": "x", **more})

    ages = {
        "doithoai-draft/a/new": item(0.5),
        "doithoai-draft/a/old": item(1.5),
        "doithoai-floor/d/a/refused": item(4, reason="no"),
        "doithoai-floor/d/a/waits": item(4),
        "doithoai-floor/d/a/old": item(31),
        "doithoai-checkin/d/a/refused": item(4, reason="no"),
        "doithoai-checkin/d/a/waits": item(4),
        "doithoai-checkin/d/a/old": item(31),
    }
    async with office(desk(tmp_path, TO_TRIAGE), chromium) as found:
        page = await found.open("/so-tay")
        await page.evaluate(
            """([items, day]) => { for (const [id, text] of Object.entries(items)) {
              const one = JSON.parse(text);
              const at = Date.now() - one.at * day;
              localStorage.setItem(id, JSON.stringify({ ...one, at, kept_at: at }));
            } }""",
            [ages, DAY_MS],
        )
        await page.goto(found.address + "/so-tay")
        left = await page.evaluate(STORED)
        assert sorted(left) == ["doithoai-checkin/d/a/waits", "doithoai-draft/a/new", "doithoai-floor/d/a/waits"]


@pytest.mark.parametrize("sure", [True, False])
async def test_who_leaves_takes_the_words_along_or_stays(chromium: Browser, tmp_path: Path, sure: bool) -> None:
    async with office(desk(tmp_path, TO_ANSWER, OFFICER), chromium, OFFICER) as found:
        page = await found.open(CASE)
        await unfold(page)
        await form(page, "draft-answer").locator("[name=text]").fill(ANSWERS[0])
        await form(page, "hand-back").locator("[name=reason]").fill("Không thuộc phòng.")
        asked: list[str] = []

        async def answer(dialog: Dialog) -> None:
            asked.append(dialog.message)
            await (dialog.accept() if sure else dialog.dismiss())

        page.on("dialog", answer)
        sent = posts(page)
        await page.route("**/ra", lambda route: route.fulfill(status=200, body="left"))
        await page.locator(".me summary").click()
        await page.get_by_role("button", name="Đăng xuất").click()
        assert len(asked) == 1
        assert "nhập dở" in asked[0]
        if sure:
            await expect(page.locator("body")).to_have_text("left")
            await page.goto(found.address + "/static/favicon.svg")
            await nothing_is_kept(page)
        else:
            assert sent == []
            assert len(await page.evaluate(STORED)) == 2


# --- who speaks -----------------------------------------------------------------------------------------------------


async def test_whoever_presses_twice_calls_one(chromium: Browser, tmp_path: Path) -> None:
    async with office(console(tmp_path, scene.GATHERED, scene.DURING), chromium) as found:
        page = await found.open(f"{ROOM}/tai-hoi-nghi")
        sent = posts(page)
        go = asyncio.Event()

        async def held(route: Route) -> None:
            if route.request.method == "POST":
                await go.wait()
            await route.continue_()

        await page.route("**/tai-hoi-nghi*", held)
        first = await page.locator("li.next").get_attribute("id")
        await page.locator("h1").click()
        for _ in range(3):
            await page.keyboard.press("n")
        go.set()
        await expect(page.locator("li.runs")).to_have_attribute("id", str(first))
        assert len(sent) == 1
