"""Debian's Chromium, driven by Playwright's asyncio API: the sync one cannot share a thread with asyncio tests."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

PROGRAMS = ("chromium-headless-shell", "chromium")
"""The same engine twice; the first draws no windows of a browser's own around the pages, which takes a third."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def launched(*arguments: str) -> AsyncIterator[Browser]:
    """A browser, closed in the end. arguments: further ones."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "Chromium is not installed: make chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *arguments])
        yield browser
        await browser.close()
