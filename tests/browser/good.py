"""What every page of the console is held to, wherever it is met in somebody's day."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

WIDTHS = (360, 768, 1440)
MOST_OF_A_PAGE = 200_000
"""Bytes of our own scripts, styles, typeface and pictures on one page."""
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"region": {"enabled": True}},
    "resultTypes": ["violations"],  # to describe what is well takes longer than to find what is not
}
OF_COLOURS: dict[str, Any] = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
"""All that can become wrong by other colours alone."""
WEIGHT = """() => performance.getEntriesByType("resource")
  .filter((one) => new URL(one.name).pathname.startsWith("/static/"))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


async def must_be_good(page: Page, name: str, *widths: int) -> None:
    """It fits each width, is light to fetch, and works for everybody (WCAG 2.2 AA, landmarks), in the dark, too.

    A picture of each lies in the folder that DOITHOAI_PICTURES names, for whoever wants to look. A page is read by axe
    where it is narrowest and widest.
    """
    await page.wait_for_load_state("networkidle")
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    widths = widths or WIDTHS
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
        if width in (widths[0], widths[-1]):
            await must_be_for_everybody(page, f"{name} at {width}")
        await picture(page, f"{name}-{width}")
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await must_be_for_everybody(page, f"{name} in the dark", OF_COLOURS)
    await picture(page, f"{name}-{widths[-1]}-dark")
    await page.emulate_media(color_scheme="light")
    assert 0 < await weight(page) < MOST_OF_A_PAGE, name


async def must_be_for_everybody(page: Page, name: str, rules: dict[str, Any] = RULES) -> None:
    found = await Axe().run(page, options=rules)
    broken = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]
    assert not broken, f"{name}: {broken}"


async def weight(page: Page) -> int:
    """Bytes of the page's own assets as they came over the line."""
    return int(await page.evaluate(WEIGHT))


async def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("DOITHOAI_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
