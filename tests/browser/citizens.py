"""Citizens with their browsers, and what they do on most pages."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, expect

LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
"""What LOOK asks of citizens' pages: measured in a page, it returns what falls short."""

ASKED = "Hồ sơ cấp giấy chứng nhận quyền sử dụng đất của tôi quá hẹn một tháng, bao giờ có kết quả?"
AGREED = "Tôi đã đọc thông báo và đồng ý"
FORM = "/xa/thanh-tri"
numbers = count(1)


@dataclass
class Citizens:
    """The citizens' address, and browsers to open it with. `blocked`: what a page's own rules kept from it."""

    address: str
    chromium: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)

    async def open(self, path: str = "/", *, width: int = 1280, javascript: bool = True) -> Page:
        context = await self.chromium.new_context(
            base_url=self.address, viewport={"width": width, "height": 800}, java_script_enabled=javascript
        )
        self.contexts.append(context)
        page = await context.new_page()
        page.on("console", lambda said: self.blocked.append(said.text) if "Security Policy" in said.text else None)
        page.on("pageerror", lambda error: self.blocked.append(str(error)))
        await page.goto(path)
        return page

    async def register(self, *questions: str) -> tuple[str, str]:
        """Register as a program does. Returns the code and the last four digits, once a department has the first."""
        phone = f"09{next(numbers):08}"
        form = {"name": "Nguyễn Thị Mai", "phone": phone, "questions": [{"text": text} for text in questions]}
        async with httpx.AsyncClient(base_url=self.address) as http:
            receipt = await http.post("/api/v1/communes/thanh-tri/submissions", json=form)
            code = str(receipt.json()["code"])
            await until(lambda: _is_with_a_department(http, code, phone[-4:]))
        return code, phone[-4:]


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def _is_with_a_department(http: httpx.AsyncClient, code: str, contact: str) -> bool:
    told = await http.get(f"/api/v1/submissions/{code}", params={"contact": contact})
    return bool(told.json()["questions"][0]["due_at"])


def file(name: str, size: int = 100, beginning: bytes = b"%PDF-1.7 ") -> FilePayload:
    """A scan to choose; of another name it is another scan."""
    return {"name": name, "mimeType": "application/pdf", "buffer": (beginning + name.encode()).ljust(size, b"x")}


async def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has these words, or a label with them, has the focus."""
    reached = []
    for _ in range(30):
        await page.keyboard.press("Tab")
        name = await page.evaluate(
            "() => (document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()"
        )
        reached.append(name)
        if name.startswith(words):
            return
    raise AssertionError(f"no way to {words!r}: {reached}")


async def fill_in(page: Page, **typed: str) -> None:
    for name, text in typed.items():
        await page.fill(f"#{name}", text)
    await page.get_by_label(AGREED).check()
    await page.get_by_role("button", name="Gửi câu hỏi").click()


async def look_up(page: Page, code: str, contact: str) -> None:
    await page.goto(f"/tra-cuu/{code}")
    await page.fill("#contact", contact)
    await page.get_by_role("button", name="Xem phiếu").click()
    await expect(page.locator("h1")).to_have_text(f"Phiếu {code}")
