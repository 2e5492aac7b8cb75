"""Every page stands behind the door, and is for the roles of its place alone."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from services.console.access import EVERYBODY, may_open, roles_of
from services.console.door.resend import MOST_TYPED
from services.console.words import ROLES
from shared.contracts import Role
from shared.faces import OWN_PATHS
from tests.builders import COMMUNE, NOW
from tests.door import COOKIE
from tests.unit.test_console_pages import CHAIRMAN, CLERK, OFFICER, console

WHO = {
    Role.CLERK: CLERK,
    Role.OFFICER: OFFICER,
    Role.HEAD: "hai.kinhte@hanoi.example",
    Role.OFFICE_HEAD: "huy.vanphong@hanoi.example",
    Role.CHAIRMAN: CHAIRMAN,
    Role.PROVINCE: "cap-tinh",
    Role.OPERATOR: "van-hanh",
}
OUTSIDE = ("/vao", "/ra", "/giao-dien", "/static", "/healthz", "/readyz", "/metrics")


def routes(of: Any) -> Iterator[APIRoute]:
    """Every route of an application, also those that came with a router."""
    for route in of.routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return console(tmp_path_factory.mktemp("view"), [], NOW)


def inside(app: Any) -> list[APIRoute]:
    found = [route for route in routes(app) if not route.path.startswith(OUTSIDE)]
    assert len(found) > 40
    return found


def browser(app: Any, worker: str = "", **headers: str) -> httpx.AsyncClient:
    cookies = {COOKIE: f"{COMMUNE}/{worker}"}
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies, headers=headers)


def test_every_page_has_a_place(app: Any) -> None:
    assert [route.path for route in inside(app) if not roles_of(route.path)] == []


async def test_nobody_is_shown_a_page_without_signing_in(app: Any) -> None:
    own = {"sec-fetch-site": "same-origin"}
    for route in inside(app):
        async with browser(app, **own) as http:
            for method in route.methods or ():
                answer = await http.request(method, route.path)
                led = answer.headers.get("location", "")
                assert (answer.status_code == 303 and led.startswith("/vao")) or answer.status_code == 401, route.path


@pytest.mark.parametrize("role", sorted(EVERYBODY))
async def test_each_role_is_kept_out_of_the_pages_of_others_and_told_whose_they_are(app: Any, role: Role) -> None:
    closed = [route for route in inside(app) if not may_open(role, route.path) and route.path != "/"]
    assert closed or role is Role.OFFICE_HEAD
    async with browser(app, WHO[role], **{"sec-fetch-site": "same-origin"}) as http:
        for route in closed:
            for method in route.methods or ():
                answer = await http.request(method, route.path)
                assert answer.status_code == 403, (role, method, route.path)
                if method == "GET":
                    assert all(ROLES[one] in answer.text for one in roles_of(route.path)), route.path


@pytest.mark.parametrize(("role", "home"), [(Role.PROVINCE, "/tinh"), (Role.OPERATOR, "/van-hanh")])
async def test_who_sees_figures_alone_begins_with_them(app: Any, role: Role, home: str) -> None:
    async with browser(app, WHO[role]) as http:
        assert (await http.get("/")).headers["location"] == home
        assert (await http.post("/", headers={"sec-fetch-site": "same-origin"})).status_code in (403, 405)


@pytest.mark.parametrize(("fields", "size"), [(12, 990_000), (400, 5_000), (2_000, 10)])
async def test_of_what_nobody_sent_no_more_is_read_than_a_form_may_be(app: Any, fields: int, size: int) -> None:
    """Files aside: kept on a page and twice on it, it would take the memory of everybody."""
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for number in range(fields):
            head = f'--x\r\nContent-Disposition: form-data; name="f{number}"\r\n\r\n'.encode()
            part = head + b"<" * size + b"\r\n"
            read += len(part)
            yield part
        yield b"--x--\r\n"

    own = {"sec-fetch-site": "same-origin", "content-type": "multipart/form-data; boundary=x"}
    async with browser(app, **own) as http:
        answer = await http.post("/ho-so/x", content=body())
    assert answer.status_code == 401
    assert "quá lớn" in answer.text
    assert len(answer.content) < 50_000
    assert read <= 2 * MOST_TYPED


async def test_what_nobody_sent_with_a_file_keeps_its_words_whatever_the_file(app: Any) -> None:
    own = {"sec-fetch-site": "same-origin"}
    async with browser(app, **own) as http:
        files = {"tep": ("a.pdf", b"%PDF" * 1_000_000)}
        answer = await http.post("/ho-so/x", data={"text": "Kính gửi ông"}, files=files)
    assert answer.status_code == 401
    assert 'name="text" value="Kính gửi ông"' in answer.text
    assert 'type="file"' in answer.text
    assert 'name="tep"' in answer.text


@pytest.mark.parametrize(
    ("host", "status", "because"),
    [
        ("127.0.0.1:8081", 200, "this machine"),
        ("10.1.2.3:8081", 200, "a probe that asks the machine by its number"),
        ("[fd00::1]:8081", 200, "and by a longer one"),
        ("console:8081", 200, "a container by its name"),
        ("evil.example", 403, "a site that points its name here"),
        ("127.0.0.1.evil.example", 403, "also where it looks like a number"),
        ("", 403, "nobody in particular"),
    ],
)
async def test_a_site_that_points_its_name_here_reads_nothing_of_the_service(
    app: Any, host: str, status: int, because: str
) -> None:
    async with browser(app, host=host) as http:
        for path in OWN_PATHS:
            assert ((await http.get(path)).status_code == 403) == (status == 403), (path, because)


async def test_a_page_that_does_not_exist_is_told_to_whoever_asks(app: Any, tmp_path: Path) -> None:
    async with browser(app) as http:
        assert (await http.get("/khong-co")).status_code == 404
