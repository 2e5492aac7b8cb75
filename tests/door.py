"""How tests come in to the console: by the entry of a rehearsal; without a database, by a door that believes."""

import httpx
from fastapi import APIRouter, Request
from playwright.async_api import BrowserContext

from services.console.acting import Acting, chosen
from services.console.pages import Pages
from shared.service import Service

COOKIE = "doithoai_console"


class KnownDoor:
    """For pages without a database: believes the cookie `doithoai_console=<commune>/<worker>`."""

    async def who(self, request: Request) -> Acting | None:
        commune, _, worker = request.cookies.get(COOKIE, "").partition("/")
        found = chosen(request.app.state.communes, commune, worker)
        return found if found.worker else None

    async def who_was(self, request: Request) -> Acting | None:
        return None

    def add_pages(self, outside: APIRouter, inside: APIRouter, service: Service, pages: Pages) -> None:
        """It has none."""


async def let_in(base_url: str, commune: str, worker: str) -> dict[str, str]:
    """Sign in at a running rehearsal; returns the cookies that httpx sends from then on.

    worker: the person's e-mail in the commune's profile; `van-hanh` the operator, `cap-tinh` the province.
    """
    async with httpx.AsyncClient(base_url=base_url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as http:
        answer = await http.post("/vao/thu", data={"commune": commune, "worker": worker, "back": "/"})
        assert answer.status_code == 303, answer.text
        return dict(http.cookies)


def let_in_now(base_url: str, commune: str, worker: str) -> dict[str, str]:
    """The same, for tests that wait for nothing else."""
    with httpx.Client(base_url=base_url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as http:
        answer = http.post("/vao/thu", data={"commune": commune, "worker": worker, "back": "/"})
        assert answer.status_code == 303, answer.text
        return dict(http.cookies)


async def enter(context: BrowserContext, base_url: str, commune: str, worker: str) -> None:
    """The same, for a browser."""
    cookies = await let_in(base_url, commune, worker)
    await context.add_cookies([{"name": name, "value": value, "url": base_url} for name, value in cookies.items()])
