"""The frame of every page: which places a role finds, how it looks, and the news that reach an open page."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.console.places import places_of
from services.console.streams.news import News
from services.console.view import Seen
from shared.contracts import Role
from tests.unit.test_console_pages import CHAIRMAN, CLERK, NOW, OFFICER, console, page

AT = datetime(2026, 4, 20, 2, 30, tzinfo=UTC)
STATIC = Path(__file__).parents[2] / "services" / "console" / "static"


def seen(case: str = "C1", commune: str = "thanh-tri", speaker: str = "routing") -> Seen:
    return Seen(1, AT, speaker, commune, case, "question-assigned")


def told(line: bytes) -> tuple[str, dict[str, object]]:
    fields = dict(part.split(": ", 1) for part in line.decode().strip().splitlines())
    return fields["event"], json.loads(fields["data"])


@pytest.mark.parametrize(
    ("role", "has", "has_not", "because"),
    [
        (
            Role.CLERK,
            {"paper", "mailbox", "post", "handbook"},
            {"operations", "audit"},
            "the office takes in and sends",
        ),
        (Role.OFFICER, {"work", "questions", "templates"}, {"paper", "post", "handbook"}, "a department answers"),
        (Role.CHAIRMAN, {"work", "mailbox", "reports"}, {"paper", "operations"}, "he decides and reads"),
        (Role.PROVINCE, {"province", "reports", "library"}, {"questions", "work", "terms"}, "figures, no persons"),
        (Role.OPERATOR, {"operations", "audit", "province"}, {"questions", "dialogues"}, "what runs, not what is said"),
        (None, set(), {"work", "library"}, "nobody is in"),
    ],
)
def test_a_role_finds_the_places_it_needs(role, has, has_not, because):
    keys = {place.key for group in places_of(role) for place in group.places}
    assert has <= keys, because
    assert not has_not & keys, because
    assert all(group.places for group in places_of(role))


def test_no_two_places_are_reached_by_the_same_keys():
    letters = [place.letter for role in Role for group in places_of(role) for place in group.places]
    of_place = {(place.key, place.letter) for role in Role for group in places_of(role) for place in group.places}
    assert len({letter for _, letter in of_place}) == len(of_place)
    assert all(len(letter) == 1 for letter in letters)


def test_every_place_has_its_picture():
    icons = (STATIC / "icons.svg").read_text(encoding="utf-8")
    for role in Role:
        for group in places_of(role):
            for place in group.places:
                assert f'id="{place.icon}"' in icons, place.key


@pytest.mark.parametrize("worker", [CLERK, OFFICER, CHAIRMAN])
async def test_a_page_says_where_one_is_and_who(tmp_path, worker):
    html = await page(tmp_path, "/viec", worker=worker)
    assert 'aria-current="page"' in html
    assert "Đăng xuất" in html
    assert "Xã Thanh Trì" in html


@pytest.mark.parametrize(
    ("field", "value", "mark"),
    [
        ("theme", "dark", 'data-theme="dark"'),
        ("theme", "light", 'data-theme="light"'),
        ("language", "en", '<html lang="en"'),
    ],
)
async def test_what_somebody_likes_is_kept_and_one_comes_back_to_the_page(tmp_path, field, value, mark):
    transport = httpx.ASGITransport(console(tmp_path, (), NOW))
    headers = {"sec-fetch-site": "same-origin"}
    cookies = {"doithoai_console": f"thanh-tri/{CLERK}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=headers, cookies=cookies
    ) as browser:
        assert mark not in (await browser.get("/viec")).text
        answer = await browser.post("/giao-dien", data={field: value, "back": "/viec?phong="})
        assert (answer.status_code, answer.headers["location"]) == (303, "/viec?phong=")
        assert mark in (await browser.get("/viec?phong=")).text


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ({"theme": "pink"}, "there is no such theme"),
        ({"language": "fr"}, "nor this language"),
        ({"back": "//elsewhere.example"}, "and nobody is led to another site"),
    ],
)
async def test_what_is_not_offered_changes_nothing(tmp_path, typed, because):
    transport = httpx.ASGITransport(console(tmp_path, (), NOW))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers={"sec-fetch-site": "same-origin"}
    ) as browser:
        answer = await browser.post("/giao-dien", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), because
    assert "set-cookie" not in answer.headers, because


async def test_an_open_page_hears_of_its_own_commune_alone():
    news = News()
    watching = news.watch("thanh-tri", lambda: 7, lambda: 3)
    first = await anext(watching)
    assert told(first.split(b"\n\n", 1)[1]) == ("beat", {"position": 7, "behind": 3})
    following = asyncio.ensure_future(anext(watching))
    await asyncio.sleep(0)
    news.tell([seen("C2", commune="chanh-lo")])
    news.tell([seen("C1"), seen("C3", speaker="deadlines")])
    kind, what = told(await following)
    assert kind == "news"
    assert what == {"position": 7, "behind": 3, "cases": ["C1", "C3"], "terms": True, "cut": False}
    await watching.aclose()


async def test_a_page_that_is_slow_is_told_once_of_much_and_holds_little():
    news = News()
    watching = news.watch("thanh-tri", lambda: 1, lambda: 0)
    await anext(watching)
    news.tell([seen(f"C{number}") for number in range(1_000)])
    _, what = told(await anext(watching))
    assert (len(what["cases"]), what["cut"]) == (200, True)
    await watching.aclose()


async def test_news_end_so_that_the_door_is_asked_again_and_leave_nothing_behind():
    news = News()
    lines = [line async for line in news.watch("thanh-tri", lambda: 1, lambda: 0, lasts_s=0.01)]
    assert [told(lines[0].split(b"\n\n", 1)[1])[0], *(told(line)[0] for line in lines[1:])] == ["beat", "beat"]
    news.tell([seen()])
    assert not news._pages


@pytest.mark.parametrize("path", ["/", "/?loc=tat-ca", "/viec", "/hoi-nghi", "/buu-chinh", "/bao-cao", "/van-ban"])
async def test_no_page_loads_more_than_its_share(tmp_path, path):
    """Bytes on the line of a page's styles, scripts and pictures, and of the whole typeface, which no page needs."""
    transport = httpx.ASGITransport(console(tmp_path, (), NOW))
    cookies = {"doithoai_console": f"thanh-tri/{CLERK}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as browser:
        html = (await browser.get(path)).text
        addresses = {part.split('"')[0] for mark in ('src="', 'href="') for part in html.split(mark)[1:]}
        own = {address.split("#")[0] for address in addresses if address.startswith("/static/")}
        sizes = {address: (await browser.get(address)).num_bytes_downloaded for address in own}
        fonts = (await browser.get("/static/fonts/be-vietnam-pro.css")).text
        faces = {part.split(")")[0].strip("\"'") for part in fonts.split("url(")[1:]}
        sizes |= {
            face: (await browser.get(f"/static/fonts/{face.split('/')[-1]}")).num_bytes_downloaded for face in faces
        }
    assert sum(sizes.values()) <= 200_000, sizes
