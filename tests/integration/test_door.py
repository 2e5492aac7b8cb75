"""Sign-in on a real database: two consoles, guesses and codes at once, links, sessions that end, the record of it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pyotp
import pytest

from services.console.door import doorkeeper, sign_in_pages, signing_in
from services.console.door.audit import Wanted
from services.console.door.book import Book
from services.console.door.sessions import KNOWN_FOR_S
from services.console.door.tokens import hashed
from shared.clock import real_now
from shared.communes import Communes
from shared.contracts import Refusal, Role
from tests.replicas import ADDRESS, Replica
from tests.servers import Servers

CLERK, HEAD, OPERATOR = "hanh.clerk@hanoi.example", "huy.vanphong@hanoi.example", "minh.vanhanh@tinh.example"
PASSWORD, OTHER = "mười hai con mèo đen", "một con đường quê dài"
WRONG = "Địa chỉ thư hoặc mật khẩu chưa đúng."
COMMUNES = Communes.load()


@pytest.fixture
async def replica(fresh: Servers, tmp_path: Path) -> AsyncIterator[Replica]:
    found = Replica(fresh.mongo_url, tmp_path)
    await found.prepare()
    yield found
    found.close()


@pytest.fixture
async def other(replica: Replica, fresh: Servers, tmp_path: Path) -> AsyncIterator[Replica]:
    """A second console on the same database."""
    found = Replica(fresh.mongo_url, tmp_path)
    yield found
    found.close()


async def invited(replica: Replica, email: str, role: Role | None = None) -> str:
    return await replica.door.book.add(email, COMMUNES, real_now(), role=role, name="Lê Minh" if role else "")


class Telephone:
    """Makes codes of a secret, each once; `used` is the last."""

    def __init__(self, secret: str) -> None:
        self._codes = pyotp.TOTP(secret)
        self._step = int(real_now().timestamp()) // 30 - 1
        self.used = ""

    def at(self, when: datetime) -> str:
        return self._codes.at(when)

    def next(self) -> str:
        self._step += 1
        self.used = self._codes.generate_otp(self._step)
        return self.used


async def opened(replica: Replica, email: str, role: Role | None = None) -> Telephone:
    """An account with a password, and with a telephone where its role demands one; its first code is used up."""
    token = await invited(replica, email, role)
    async with replica.browser() as browser:
        page = (await browser.get("/vao/lan-dau", params={"ma": token})).text
        secret = field(page, "secret")
        telephone = Telephone(secret)
        typed = {"ma": token, "secret": secret, "password": PASSWORD, "again": PASSWORD}
        must = "bắt buộc" in page
        answer = await browser.post("/vao/lan-dau", data=typed | ({"code": telephone.next()} if must else {}))
        assert answer.status_code == (200 if must else 303), answer.text
    return telephone


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


async def signs_in(browser: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await browser.post("/vao", data={"email": email, "password": password, **more})


async def recorded(replica: Replica, **wanted: str) -> list[tuple[str, str, str]]:
    """Kind, outcome and who, the oldest first."""
    rows = await replica.door.book.audit.rows(Wanted(**wanted))
    return [(row.kind, row.outcome, row.who) for row in reversed(rows)]


async def within_seconds(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(KNOWN_FOR_S + 5):
        while not await is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.1)


# --- coming in ------------------------------------------------------------------------------------------------------


async def test_nobody_is_let_in_without_signing_in(replica: Replica) -> None:
    async with replica.browser() as browser:
        for path in ("/", "/viec", "/ho-so/01J", "/van-hanh", "/toi"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/vao")
        assert (await browser.get("/viec", headers={"accept": "application/json"})).status_code == 401
        assert (await browser.get("/viec", headers={"accept": "text/event-stream"})).status_code == 401
        part = await browser.get("/viec", headers={"hx-request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (401, "/vao")


async def test_a_password_lets_a_person_of_the_profile_in_where_she_wanted_to_go(
    replica: Replica, other: Replica
) -> None:
    await opened(replica, CLERK)
    async with replica.browser() as browser:
        led = (await browser.get("/viec?phong=")).headers["location"]
        page = (await browser.get(led)).text
        answer = await signs_in(browser, f" {CLERK.upper()}", back=field(page, "back"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/viec?phong=")
        [cookie] = [one for one in answer.headers.get_list("set-cookie") if one.startswith("doithoai_console=")]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie
        assert (await browser.get("/viec")).status_code == 200
        async with other.browser() as elsewhere:
            elsewhere.cookies = browser.cookies
            assert (await elsewhere.get("/viec")).status_code == 200, "each replica reads the same sessions"
        kept = [one async for one in replica.database.collection("sessions").find({})]
    assert browser.cookies["doithoai_console"] not in str(kept)


async def test_where_the_console_has_tls_no_other_site_can_set_its_cookies(fresh: Servers, tmp_path: Path) -> None:
    replica = Replica(fresh.mongo_url, tmp_path)
    replica.door.cookie = type(replica.door.cookie)("doithoai_console", True)
    await replica.prepare()
    await opened(replica, CLERK)
    async with replica.browser() as browser:
        answer = await signs_in(browser, CLERK)
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if "doithoai_console" in one]
    assert cookie.startswith("__Host-doithoai_console=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    replica.close()


async def test_names_are_not_told_apart_by_what_is_said(replica: Replica) -> None:
    await opened(replica, CLERK)
    await invited(replica, HEAD)
    said = set()
    async with replica.browser() as browser:
        for email in (CLERK, HEAD, "nobody@hanoi.example", "loi.lanhdao@hanoi.example"):
            answer = await signs_in(browser, email, OTHER)
            said.add((answer.status_code, answer.text.replace(email, "")))
    [(status, page)] = said
    assert status == 401
    assert WRONG in page
    assert [row for row in await recorded(replica, kind="sign-in-failed") if row[2] == ""] != []
    assert "nobody@hanoi.example" not in str([one async for one in replica.database.collection("audit").find({})])


async def test_who_decides_needs_a_code_and_each_code_is_taken_once(replica: Replica, other: Replica) -> None:
    telephone = await opened(replica, HEAD)
    async with replica.browser() as browser, other.browser() as elsewhere:
        assert (await signs_in(browser, HEAD)).headers["location"] == "/vao/ma"
        assert (await browser.get("/")).status_code == 303, "a password alone opens nothing"
        used = await browser.post("/vao/ma", data={"code": telephone.used})
        assert (used.status_code, "đã dùng rồi" in used.text) == (401, True)
        assert (await signs_in(elsewhere, HEAD)).headers["location"] == "/vao/ma"
        code = telephone.next()
        at_once = await asyncio.gather(*(one.post("/vao/ma", data={"code": code}) for one in (browser, elsewhere)))
        assert sorted(one.status_code for one in at_once) == [303, 401], "of two at once one is let in"


async def test_a_paper_code_opens_once_and_that_is_recorded(replica: Replica) -> None:
    await opened(replica, CLERK)
    async with replica.browser() as browser:
        await signs_in(browser, CLERK)
        secret = field((await browser.get("/toi/ma")).text, "secret")
        typed = {"secret": secret, "code": pyotp.TOTP(secret).now(), "present": PASSWORD}
        assert (await browser.post("/toi/ma", data=typed | {"present": OTHER})).status_code == 422
        page = (await browser.post("/toi/ma", data=typed)).text
    papers = re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", page)
    assert len(papers) == 10
    for expected in (303, 401):
        async with replica.browser() as browser:
            assert (await signs_in(browser, CLERK)).headers["location"] == "/vao/ma"
            assert (await browser.post("/vao/ma", data={"code": papers[0]})).status_code == expected
    assert ("recovery-used", "done", CLERK) in await recorded(replica)


async def test_a_role_that_demands_a_code_is_made_to_set_one_up(replica: Replica) -> None:
    """Somebody became head of the office, whose account had a password alone."""
    token = await invited(replica, HEAD)
    await replica.door.book.pending.drop(HEAD)
    kept = await replica.door.signing_in.hashing.hash(PASSWORD)
    await replica.door.signing_in.change(HEAD, lambda one: type(one)(HEAD, one.commune, one.made_at, password=kept))
    async with replica.browser() as browser:
        await signs_in(browser, HEAD, back="/viec")
        page = (await browser.get("/vao/ma")).text
        assert "Bật xác thực hai bước" in page
        secret = field(page, "secret")
        assert (await browser.post("/vao/ma", data={"secret": secret, "code": "000000"})).status_code == 401
        answer = await browser.post("/vao/ma", data={"secret": secret, "code": pyotp.TOTP(secret).now()})
        assert "Mười mã dự phòng" in answer.text
        assert 'href="/viec"' in answer.text
        assert (await browser.get("/viec")).status_code == 200
    assert token


class Interrupted:
    """A password is being verified, and meanwhile something else happens."""

    def __init__(self, replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
        self._verify = replica.door.signing_in.hashing.verify
        self.verified, self.go_on = asyncio.Event(), asyncio.Event()
        monkeypatch.setattr(replica.door.signing_in.hashing, "verify", self._slowly)

    async def _slowly(self, kept: str | None, password: str) -> bool:
        right = await self._verify(kept, password)
        self.verified.set()
        await self.go_on.wait()
        return right

    async def meanwhile(self, request: Awaitable[httpx.Response], happens: Awaitable[object]) -> httpx.Response:
        under_way = asyncio.ensure_future(request)
        await self.verified.wait()
        await happens
        self.go_on.set()
        return await under_way


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("what", ["revoke", "reset"])
async def test_a_sign_in_under_way_ends_with_the_account_it_began_with(
    replica: Replica, monkeypatch: pytest.MonkeyPatch, what: str, known: bool
) -> None:
    await opened(replica, CLERK)
    book = replica.door.book
    async with replica.browser() as thief:
        if known:
            await signs_in(thief, CLERK)
            await thief.post("/ra")
        change = book.close(CLERK, COMMUNES, real_now()) if what == "revoke" else book.reset(CLERK, real_now())
        answer = await Interrupted(replica, monkeypatch).meanwhile(signs_in(thief, CLERK), change)
        assert (answer.status_code, WRONG in answer.text) == (401, True)
        assert (await thief.get("/viec")).status_code == 303
    assert await book.sessions.of(CLERK, real_now()) == []
    assert [row for row in await recorded(replica) if row[0] == "sign-in"][1 + known :] == []


async def test_a_password_that_was_reset_meanwhile_chooses_no_new_one(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(replica, CLERK)
    book = replica.door.book
    async with replica.browser() as thief:
        await signs_in(thief, CLERK)
        typed = {"present": PASSWORD, "password": OTHER, "again": OTHER}
        changing = thief.post("/toi/mat-khau", data=typed)
        await Interrupted(replica, monkeypatch).meanwhile(changing, book.reset(CLERK, real_now()))
        assert (await thief.get("/viec")).status_code == 303
    account = await book.accounts.get(CLERK)
    assert account
    assert account.password is None


async def test_a_password_that_was_reset_meanwhile_sets_no_second_step_up(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step is put down after the reset has swept what waited: it leads nowhere all the same."""
    await opened(replica, HEAD)
    book = replica.door.book
    await replica.door.signing_in.change(HEAD, lambda one: replace(one, totp=None))
    async with replica.browser() as thief:
        answer = await Interrupted(replica, monkeypatch).meanwhile(signs_in(thief, HEAD), book.reset(HEAD, real_now()))
        assert answer.headers["location"] == "/vao/ma"
        secret = field((await thief.get("/vao/ma")).text, "secret")
        code = pyotp.TOTP(secret).now()
        assert (await thief.post("/vao/ma", data={"secret": secret, "code": code})).status_code == 401
        assert (await thief.get("/viec")).status_code == 303
    account = await book.accounts.get(HEAD)
    assert account
    assert account.totp is None


# --- guessing -------------------------------------------------------------------------------------------------------


async def test_after_the_longest_pause_password_and_code_are_taken_at_once(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    telephone = await opened(replica, HEAD)
    now = real_now()
    for module in (signing_in, sign_in_pages, doorkeeper):
        monkeypatch.setattr(module, "real_now", lambda: now)
    async with replica.browser(address="10.6.6.6") as stranger:
        for _ in range(9):
            assert (await signs_in(stranger, HEAD, OTHER)).status_code == 401
            now += timedelta(minutes=16)
    async with replica.browser(address="10.0.0.7") as chairman:
        assert (await signs_in(chairman, HEAD)).status_code == 303
        answer = await chairman.post("/vao/ma", data={"code": telephone.at(now)})
        assert (answer.status_code, answer.headers.get("location")) == (303, "/")


async def test_guesses_at_once_are_no_more_than_one_after_the_other(replica: Replica, other: Replica) -> None:
    await opened(replica, CLERK)

    async def guess(number: int) -> int:
        at = (replica, other)[number % 2]
        async with at.browser(address=f"10.0.1.{number}") as browser:
            return (await signs_in(browser, CLERK, f"một lần đoán sai {number}")).status_code

    statuses = await asyncio.gather(*(guess(number) for number in range(9)))
    assert statuses.count(401) <= 5
    assert statuses.count(429) >= 4
    async with replica.browser(address="10.0.2.1") as browser:
        right = await signs_in(browser, CLERK)
    assert right.status_code == 429, "not even the right one is looked at now"
    assert "xin thử lại sau" in right.text


async def test_who_guesses_locks_nobody_out_of_a_browser_that_is_known(replica: Replica) -> None:
    await opened(replica, CLERK)
    async with replica.browser(address="10.0.0.7") as known:
        assert (await signs_in(known, CLERK)).status_code == 303
        await known.post("/ra")
        async with replica.browser(address="10.6.6.6") as stranger:
            for _ in range(6):
                last = await signs_in(stranger, CLERK, OTHER)
        assert last.status_code == 429
        assert (await signs_in(known, CLERK)).status_code == 303


async def test_an_address_that_tries_many_names_waits_too(replica: Replica) -> None:
    async with replica.browser(address="10.7.7.7") as stranger:
        statuses = [(await signs_in(stranger, f"ai{number}@x.example")).status_code for number in range(21)]
        assert statuses == [401] * 20 + [429]
    assert ("sign-in-locked", "locked", "") in await recorded(replica)


async def test_a_pause_is_recorded_once_for_the_office_head_of_whom_it_is_about(replica: Replica) -> None:
    """Else a stranger writes the record full, and nobody sees whom he guesses at."""
    await opened(replica, CLERK)
    async with replica.browser(address="10.6.6.6") as stranger:
        statuses = [(await signs_in(stranger, CLERK, OTHER)).status_code for _ in range(30)]
    assert statuses == [401] * 5 + [429] * 25
    rows = await replica.door.book.audit.rows(Wanted(commune="thanh-tri"))
    assert [row.kind for row in rows][:6] == ["sign-in-locked", *["sign-in-failed"] * 5]
    assert (rows[0].who, rows[0].address) == (CLERK, "10.6.6.6")
    assert len(await replica.door.book.audit.rows(Wanted(kind="sign-in-locked"))) == 1


# --- sessions -------------------------------------------------------------------------------------------------------


async def test_a_session_that_was_ended_is_over_on_every_replica_within_seconds(
    replica: Replica, other: Replica
) -> None:
    await opened(replica, CLERK)
    async with replica.browser() as mine, other.browser(device="Chrome/140 Android") as telephone:
        await signs_in(mine, CLERK)
        await signs_in(telephone, CLERK)
        assert (await telephone.get("/viec")).status_code == 200
        page = (await mine.get("/toi")).text
        assert "Chrome · Android" in page
        assert "trình duyệt này" in page
        theirs = hashed(telephone.cookies["doithoai_console"])
        assert f'name="phien" value="{theirs}"' in page
        assert (await mine.post("/toi/phien", data={"phien": theirs})).status_code == 303

        async def is_out() -> bool:
            return (await telephone.get("/viec")).status_code == 303

        await within_seconds(is_out)
        assert (await mine.get("/viec")).status_code == 200


async def test_nobody_ends_the_session_of_another(replica: Replica) -> None:
    await opened(replica, CLERK)
    telephone = await opened(replica, HEAD)
    async with replica.browser() as clerk, replica.browser() as head:
        await signs_in(clerk, CLERK)
        await signs_in(head, HEAD)
        await head.post("/vao/ma", data={"code": telephone.next()})
        hers = hashed(clerk.cookies["doithoai_console"])
        assert (await head.post("/toi/phien", data={"phien": hers})).status_code == 404
        assert (await clerk.get("/viec")).status_code == 200


async def test_a_new_password_ends_every_other_session_and_renews_this_one(replica: Replica) -> None:
    await opened(replica, CLERK)
    async with replica.browser() as mine, replica.browser() as other:
        await signs_in(mine, CLERK)
        await signs_in(other, CLERK)
        before = mine.cookies["doithoai_console"]
        typed = {"present": PASSWORD, "password": OTHER, "again": OTHER}
        for wrong in ({"present": OTHER}, {"again": PASSWORD}, {"password": "ngắn", "again": "ngắn"}):
            assert (await mine.post("/toi/mat-khau", data=typed | wrong)).status_code == 422
        assert (await mine.post("/toi/mat-khau", data=typed)).status_code == 303
        assert mine.cookies["doithoai_console"] != before
        assert (await mine.get("/viec")).status_code == 200
        assert (await other.get("/viec")).status_code == 303
    async with replica.browser() as browser:
        assert (await signs_in(browser, CLERK)).status_code == 401
        assert (await signs_in(browser, CLERK, OTHER)).status_code == 303
    assert PASSWORD not in str([one async for one in replica.database.collection("audit").find({})])


async def test_signing_in_gives_a_session_of_a_new_name(replica: Replica) -> None:
    """Whoever had put a session of his into the browser shares nothing with who signs in then."""
    await opened(replica, CLERK)
    async with replica.browser() as browser:
        await signs_in(browser, CLERK)
        first = browser.cookies["doithoai_console"]
        await signs_in(browser, CLERK)
        assert browser.cookies["doithoai_console"] != first
        browser.cookies.set("doithoai_console", first, domain="127.0.0.1")
        async with replica.browser() as old:
            old.cookies.set("doithoai_console", first)
            assert (await old.get("/viec")).status_code == 303


async def test_signing_out_is_for_good(replica: Replica) -> None:
    await opened(replica, CLERK)
    async with replica.browser() as browser, replica.browser() as kept:
        await signs_in(browser, CLERK)
        kept.cookies.set("doithoai_console", browser.cookies["doithoai_console"])
        assert (await browser.post("/ra", headers={"sec-fetch-site": "cross-site"})).status_code == 403
        assert (await browser.post("/ra")).status_code == 303
        assert (await kept.get("/viec")).status_code == 303


@pytest.mark.parametrize("path", ["/vao", "/vao/ma", "/vao/lan-dau", "/toi/mat-khau"])
async def test_forms_of_other_sites_are_refused(replica: Replica, path: str) -> None:
    async with replica.browser() as browser:
        answer = await browser.post(path, data={"email": CLERK}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_pages_of_the_door_stand_in_no_frame_and_no_cache(replica: Replica) -> None:
    async with replica.browser() as browser:
        answer = await browser.get("/vao")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_who_left_the_profile_is_out_at_once(replica: Replica) -> None:
    await opened(replica, CLERK)
    async with replica.browser() as browser:
        await signs_in(browser, CLERK)
        assert (await browser.get("/viec")).status_code == 200
        profile = COMMUNES["thanh-tri"]
        without = profile.model_copy(update={"people": tuple(one for one in profile.people if one.email != CLERK)})
        replica.door.communes = {**COMMUNES, "thanh-tri": without}
        assert (await browser.get("/viec")).status_code == 303


# --- accounts -------------------------------------------------------------------------------------------------------


async def test_a_link_is_good_once_and_for_a_day(replica: Replica) -> None:
    token = await invited(replica, CLERK)
    async with replica.browser() as browser:
        assert "Trần Thị Hạnh" in (await browser.get("/vao/lan-dau", params={"ma": token})).text
        secret = field((await browser.get("/vao/lan-dau", params={"ma": token})).text, "secret")
        typed = {"ma": token, "secret": secret, "password": PASSWORD, "again": PASSWORD}
        assert (await browser.post("/vao/lan-dau", data=typed | {"code": "123456"})).status_code == 422
        at_once = await asyncio.gather(*(browser.post("/vao/lan-dau", data=typed) for _ in range(2)))
        assert sorted(one.status_code for one in at_once) == [303, 410]
        assert (await browser.get("/vao/lan-dau", params={"ma": token})).status_code == 410
    book = replica.door.book
    late = await book.reset(CLERK, real_now() - timedelta(hours=24, seconds=1))
    async with replica.browser() as browser:
        assert (await browser.get("/vao/lan-dau", params={"ma": late})).status_code == 410
        assert (await signs_in(browser, CLERK)).status_code == 401, "a reset voids the old password"


async def test_a_closed_account_is_not_opened_by_a_reset(replica: Replica) -> None:
    """Nor the placeholder that keeps somebody out of the province's provider."""
    book = replica.door.book
    await opened(replica, CLERK)
    for closed in (CLERK, HEAD):
        await book.close(closed, COMMUNES, real_now())
        with pytest.raises(Refusal, match="account add"):
            await book.reset(closed, real_now())
        account = await book.accounts.get(closed)
        assert account
        assert account.closed_at


async def test_a_closed_account_is_out_and_opens_again_with_a_new_link(replica: Replica) -> None:
    await opened(replica, CLERK)
    async with replica.browser() as browser:
        await signs_in(browser, CLERK)
        with pytest.raises(Refusal, match="Đã có tài khoản"):
            await invited(replica, CLERK)
        assert await replica.door.book.close(CLERK, COMMUNES, real_now()) == 2
        assert (await browser.get("/viec")).status_code == 303
        assert (await signs_in(browser, CLERK)).status_code == 401
    await opened(replica, CLERK)
    assert [kind for kind, _, _ in await recorded(replica)][-3:] == ["account-added", "account-set-up", "sign-in"]


@pytest.mark.parametrize(
    ("email", "commune", "told"),
    [
        ("nobody@hanoi.example", "", "Không hồ sơ xã nào"),
        (CLERK, "chanh-lo", "không có ai dùng địa chỉ"),
        ("nobody@hanoi.example", "thanh-tri", "không có ai dùng địa chỉ"),
    ],
)
async def test_an_account_is_for_who_is_in_a_profile(replica: Replica, email: str, commune: str, told: str) -> None:
    book: Book = replica.door.book
    with pytest.raises(Refusal, match=told):
        await book.add(email, COMMUNES, real_now(), commune=commune)


async def test_an_operator_is_of_no_commune_and_sees_no_forms(replica: Replica) -> None:
    telephone = await opened(replica, OPERATOR, Role.OPERATOR)
    async with replica.browser() as browser:
        await signs_in(browser, OPERATOR)
        answer = await browser.post("/vao/ma", data={"code": telephone.next()})
        assert answer.headers["location"] == "/van-hanh"
        assert (await browser.get("/ho-so/01J")).status_code == 403
        assert (await browser.get("/")).headers["location"] == "/van-hanh"
        page = (await browser.get("/van-hanh/nhat-ky")).text
        assert "Lê Minh" in page
        assert "Mở tài khoản" in page
        assert (await browser.get("/toi/nhat-ky")).status_code == 403
        assert (await browser.get("/toi/nhat-ky.csv")).status_code == 403


# --- what was typed, and the record ---------------------------------------------------------------------------------


async def test_a_form_that_came_after_the_end_waits_on_its_page(replica: Replica) -> None:
    await opened(replica, CLERK)
    async with replica.browser() as browser:
        await signs_in(browser, CLERK)
        await replica.door.book.sessions.end_all(CLERK)
        typed = {"verb": "redirect-question", "text": '<b>Kính gửi</b> "ông"', "key": "k1"}
        page = await browser.post("/ho-so/01J?nhanh=1", data=typed)
        assert page.status_code == 401
        assert "không mất gì ông/bà đã nhập" in page.text
        assert 'name="text" value="&lt;b&gt;Kính gửi&lt;/b&gt; &#34;ông&#34;"' in page.text
        files = await browser.post("/danh-sach", data={"kind": "opinions"}, files={"table": ("a.xlsx", b"PK")})
        assert 'enctype="multipart/form-data"' in files.text
        assert 'type="file"' in files.text
        assert (await browser.post("/toi/mat-khau", data={"present": PASSWORD})).status_code == 303
        script = await browser.post("/ho-so/01J", data=typed, headers={"accept": "application/json"})
        assert (script.status_code, "reason" in script.json()) == (401, True)


async def test_what_one_person_typed_is_not_sent_by_another(replica: Replica) -> None:
    telephone = await opened(replica, HEAD)
    await opened(replica, CLERK)
    async with replica.browser() as browser:
        await signs_in(browser, CLERK)
        await replica.database.collection("sessions").update_many(
            {"account": CLERK}, {"$set": {"seen_at": real_now() - timedelta(hours=9)}}
        )
        replica.door.book.sessions._known.clear()
        page = (await browser.post("/viec", data={"verb": "x"})).text
        assert "Trần Thị Hạnh" in page
        found = re.search(r'action="(/viec\?nguoi=\w+)"', page)
        assert found
        await signs_in(browser, HEAD)
        await browser.post("/vao/ma", data={"code": telephone.next()})
        assert "người khác nhập" in (await browser.post(found[1], data={"verb": "x"})).text
        await signs_in(browser, CLERK)
        assert "người khác nhập" not in (await browser.post(found[1], data={"verb": "x"})).text


async def test_the_record_is_read_by_person_kind_and_day_and_by_its_commune_alone(replica: Replica) -> None:
    telephone = await opened(replica, HEAD)
    await opened(replica, CLERK)
    await opened(replica, "linh.vanthu@chanhlo.example")
    async with replica.browser() as browser:
        await signs_in(browser, CLERK, OTHER)
        await signs_in(browser, HEAD)
        await browser.post("/vao/ma", data={"code": telephone.next()})
        page = (await browser.get("/toi/nhat-ky")).text
        assert CLERK in page
        assert "chanhlo.example" not in page
        failed = (await browser.get("/toi/nhat-ky", params={"loai": "sign-in-failed", "ai": CLERK})).text
        assert failed.count("<tr>") == 2
        assert "Không có dòng nào" in (await browser.get("/toi/nhat-ky?ngay=2020-01-01")).text
        for _ in range(60):
            await replica.door.book.audit.note("command", "done", commune="thanh-tri", name="Trần Thị Hạnh", verb="v")
        first = (await browser.get("/toi/nhat-ky?loai=command")).text
        older = re.search(r'href="(/toi/nhat-ky\?[^"]*truoc=[^"]*)"', first)
        assert older
        second = (await browser.get(older[1].replace("&amp;", "&"))).text
        assert (first.count("<tr>"), second.count("<tr>")) == (51, 11)
        taken = (await browser.get("/toi/nhat-ky.csv?loai=command")).content.decode("utf-8-sig").splitlines()
        assert len(taken) == 1 + 60
        assert "chanhlo.example" not in (await browser.get("/toi/nhat-ky.csv")).text
        assert (await browser.get("/van-hanh/nhat-ky.csv")).status_code == 403
        assert "/toi/nhat-ky.csv" in (await browser.get("/toi/nhat-ky?loai=export")).text


async def test_rows_older_than_a_year_go(replica: Replica) -> None:
    audit = replica.door.book.audit
    await audit.note("sign-in", "done", who=CLERK)
    await audit.tidy(real_now() + timedelta(days=364))
    assert len(await audit.rows(Wanted())) == 1
    await audit.tidy(real_now() + timedelta(days=366))
    assert await audit.rows(Wanted()) == []


# --- a rehearsal ----------------------------------------------------------------------------------------------------


async def test_anybody_is_played_in_a_rehearsal_and_nowhere_else(fresh: Servers, tmp_path: Path) -> None:
    played, real = Replica(fresh.mongo_url, tmp_path, rehearsed=True), Replica(fresh.mongo_url, tmp_path)
    await played.prepare()
    typed = {"commune": "thanh-tri", "worker": CLERK, "back": "/viec"}
    async with played.browser() as browser, real.browser() as elsewhere:
        assert "Trần Thị Hạnh" in (await browser.get("/vao")).text
        assert (await browser.post("/vao/thu", data=typed)).headers["location"] == "/viec"
        assert (await browser.get("/viec")).status_code == 200
        elsewhere.cookies = browser.cookies
        assert (await elsewhere.get("/viec")).status_code == 303, "a session of a rehearsal opens no real console"
        assert (await elsewhere.post("/vao/thu", data=typed)).status_code in (404, 405)
        assert "Trần Thị Hạnh" not in (await elsewhere.get("/vao")).text
    played.close()
    real.close()


def test_the_address_is_this_machines() -> None:
    assert ADDRESS.startswith("http://127.0.0.1")
