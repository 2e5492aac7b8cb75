"""Signing in by the province's own identity provider, and all that it may get wrong."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from deploy.embedded import doctor
from services.console.door.audit import Wanted
from services.console.door.lockout import FREE_FROM_ADDRESS
from services.console.door.provider import Client, NotVouched, Provider, ProviderAway, client_of
from services.console.door.provider_pages import MOST_ASKED
from services.console.door.sessions import Session
from shared.clock import real_now
from shared.communes import Communes
from shared.contracts import Role
from shared.settings import Settings, WrongSettings
from tests.identity import CLIENT, SECRET, Identity, identity_provider
from tests.replicas import Replica
from tests.servers import Servers

CLERK = "hanh.clerk@hanoi.example"


@pytest.fixture
async def identity() -> AsyncIterator[Identity]:
    async with identity_provider() as found:
        found.email = "Hanh.Clerk@hanoi.example"
        yield found


@pytest.fixture
async def replica(identity: Identity, fresh: Servers, tmp_path: Path) -> AsyncIterator[Replica]:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n", "utf-8")
    (tmp_path / "view").mkdir()
    found = Replica(
        fresh.mongo_url,
        tmp_path / "view",
        oidc_issuer=identity.issuer,
        oidc_client=CLIENT,
        oidc_secret_file=secret,
        oidc_name="tài khoản Hà Nội",
        oidc_domains="hanoi.example, tinh.example",
    )
    await found.prepare()
    yield found
    found.close()


async def goes_to_provider(browser: httpx.AsyncClient, back: str = "/") -> str:
    """Where the provider sends the browser back to."""
    answer = await browser.get("/vao/tinh", params={"tiep": back})
    assert answer.status_code == 303, answer.text
    async with httpx.AsyncClient() as elsewhere:
        sent_back = (await elsewhere.get(answer.headers["location"])).headers["location"]
    assert sent_back.startswith(f"{browser.base_url}/vao/tinh/ve?")
    return sent_back


async def comes_back(replica: Replica, back: str = "/") -> tuple[httpx.Response, httpx.Response]:
    """What the browser is told when it is back, and what it sees then."""
    async with replica.browser() as browser:
        told = await browser.get(await goes_to_provider(browser, back))
        return told, await browser.get("/toi")


async def why(replica: Replica) -> list[tuple[str, str]]:
    return [(row.outcome, row.verb) for row in await replica.door.book.audit.rows(Wanted(kind="sign-in-failed"))]


async def test_whoever_the_provider_vouches_for_is_let_in_as_the_profile_knows_him(replica: Replica) -> None:
    async with replica.browser() as browser:
        assert "Đăng nhập bằng tài khoản Hà Nội" in (await browser.get("/vao?tiep=/viec")).text
    told, own = await comes_back(replica, "/viec")
    assert (told.status_code, told.headers["location"]) == (303, "/viec")
    for words in ("Trần Thị Hạnh", "do hệ thống đăng nhập của tỉnh quản lý"):
        assert words in own.text
    assert [row.verb for row in await replica.door.book.audit.rows(Wanted(kind="sign-in"))] == ["provider"]


@pytest.mark.parametrize(
    ("changed", "good", "told"),
    [
        ({}, True, "trả lời, có khóa kiểm tra chữ ký"),
        ({"oidc_issuer": ""}, True, "Không có nhà cung cấp danh tính"),
        ({"oidc_domains": " "}, False, "DOITHOAI_OIDC_DOMAINS"),
        ({"oidc_issuer": "http://127.0.0.1:1"}, False, "chưa hỏi được (ConnectError)"),
        ({"oidc_issuer": "http://identity.example"}, False, "cần https"),
    ],
)
async def test_the_doctor_says_whether_anybody_can_be_vouched_for(
    identity: Identity, changed: dict[str, str], good: bool, told: str
) -> None:
    settings = Settings(oidc_issuer=identity.issuer, oidc_client=CLIENT, oidc_domains="hanoi.example")
    found = await doctor.identity_provider(settings.model_copy(update=changed))
    assert (found.good, told in found.what + found.remedy) == (good, True)


@pytest.mark.parametrize(
    ("says", "recorded", "because"),
    [
        ({"nonce": "another"}, "nonce", "a token of another sign-in"),
        ({"nonce": None}, "nonce", "a token that is of no sign-in"),
        ({"aud": "another-client"}, "aud", "a token for somebody else"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "azp", "a token that was asked for by somebody else"),
        ({"iss": "https://elsewhere.example"}, "iss", "another provider"),
        ({"exp": int(time.time()) - 3600}, "exp", "an old one"),
        ({"exp": None}, "exp", "one for ever"),
        ({"email_verified": False}, "e-mail-not-verified", "an address that anybody could claim"),
        ({"email_verified": None}, "e-mail-not-verified", "an address of which nothing is said"),
        ({"email_verified": "true"}, "e-mail-not-verified", "nor is a word that looks like it"),
        ({"email": "hanh.clerk@elsewhere.example"}, "domain", "a domain that is not the province's"),
        ({"email": None}, "no-e-mail", "nobody in particular"),
        ({"at_hash": "wrong"}, "at_hash", "a token that was put together"),
    ],
)
async def test_what_cannot_be_believed_lets_nobody_in(
    replica: Replica, identity: Identity, says: dict[str, Any], recorded: str, because: str
) -> None:
    identity.says = says
    told, own = await comes_back(replica)
    assert (told.status_code, own.status_code) == (401, 303), because
    assert "chưa xác nhận được ông/bà" in told.text
    assert await why(replica) == [("provider", recorded)], because


async def test_a_key_that_is_new_is_asked_for_and_one_that_is_nobodys_is_refused(
    replica: Replica, identity: Identity
) -> None:
    assert replica.door.provider
    now = [0.0]
    replica.door.provider._clock = lambda: now[0]
    assert (await comes_back(replica))[0].status_code == 303
    identity.rotate()
    now[0] += 60
    assert (await comes_back(replica))[0].status_code == 303
    assert identity.asked_for_keys == 2
    identity.rotate(publish=False)
    for _ in range(5):
        assert (await comes_back(replica))[0].status_code == 401
    assert identity.asked_for_keys == 2, "made-up keys do not make it ask again and again"
    now[0] += 60
    assert (await comes_back(replica))[0].status_code == 401
    assert identity.asked_for_keys == 3


async def test_a_token_signed_with_what_we_share_is_refused(replica: Replica, identity: Identity) -> None:
    identity.algorithm = "HS256"
    assert (await comes_back(replica))[0].status_code == 401
    assert await why(replica) == [("provider", "signature")]


async def test_an_answer_is_taken_once_and_in_the_browser_that_asked(replica: Replica) -> None:
    async with replica.browser() as browser, replica.browser() as stranger:
        answer = await goes_to_provider(browser)
        assert (await stranger.get(answer)).status_code == 401, "somebody was sent another's answer"
        forged = httpx.URL(answer).copy_merge_params({"state": "made-up"})
        assert (await browser.get(forged)).status_code == 401
        assert (await browser.get(answer)).status_code == 401, "a try uses it up"
        again = await goes_to_provider(browser)
        assert (await browser.get(again)).status_code == 303
        assert (await browser.get(again)).status_code == 401
    assert await why(replica) == [("provider", "state")], "what nobody asked for is no row: anybody could write them"


async def test_an_address_from_which_nobody_is_vouched_for_waits(replica: Replica, identity: Identity) -> None:
    """Else a stranger writes the record full."""
    identity.says = {"email_verified": False}
    async with replica.browser(address="10.7.7.7") as stranger:
        waiting = [await goes_to_provider(stranger) for _ in range(2)]
        for _ in range(FREE_FROM_ADDRESS):
            assert (await stranger.get(await goes_to_provider(stranger))).status_code == 401
        assert (await stranger.get("/vao/tinh")).status_code == 429
        assert (await stranger.get(waiting[0])).status_code in (401, 429)
    assert len(await why(replica)) == FREE_FROM_ADDRESS
    identity.says = {}
    assert (await comes_back(replica))[0].status_code == 303


async def test_who_is_vouched_for_or_cannot_be_takes_nothing_from_his_address(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert replica.door.provider
    assert (await comes_back(replica))[0].status_code == 303
    async with replica.browser() as browser:
        answer = await goes_to_provider(browser)
        monkeypatch.setattr(replica.door.provider, "who", away)
        assert (await browser.get(answer)).status_code == 503
    assert [one["failures"] async for one in replica.database.collection("attempts").find({})] == [0]


async def test_an_address_begins_so_many_sign_ins_at_once_and_no_more(replica: Replica) -> None:
    pending = replica.database.collection("pending")
    async with replica.browser() as browser, replica.browser(address="10.0.0.2") as other:
        statuses = [(await browser.get("/vao/tinh")).status_code for _ in range(MOST_ASKED + 3)]
        assert statuses == [303] * MOST_ASKED + [429] * 3
        assert await pending.count_documents({"kind": "provider"}) == MOST_ASKED
        assert (await other.get("/vao/tinh")).status_code == 303


async def away(*_: object) -> str:
    raise ProviderAway("ConnectError")


async def test_an_address_of_the_person_is_asked_for_as_safely_as_all_else() -> None:
    """Whoever is on the way would else say who somebody is."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.path.endswith("openid-configuration"):
            paths = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            told = {"issuer": issuer, "userinfo_endpoint": "http://sso.tinh.example/me"}
            return httpx.Response(200, json=told | {one: f"{issuer}/{one}" for one in paths})
        return httpx.Response(200, json={"sub": "7", "email": "cu@tinh.example", "email_verified": True})

    issuer = "https://sso.tinh.example"
    client = Client(issuer, CLIENT, "", frozenset({"tinh.example"}), "https://ban.tinh.example/vao/tinh/ve")
    with pytest.raises(NotVouched, match="no-e-mail"):
        await Provider(client, httpx.MockTransport(answer))._user_info({"access_token": "a"}, {"sub": "7"})
    assert all(address.startswith("https:") for address in asked)


async def test_who_was_closed_on_the_way_is_not_let_in(
    replica: Replica, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, begin = replica.door.book, replica.door.book.sessions.begin

    async def closed_first(session: Session) -> str:
        await book.close(CLERK, Communes.load(), real_now())
        return await begin(session)

    monkeypatch.setattr(book.sessions, "begin", closed_first)
    told, own = await comes_back(replica)
    assert (told.status_code, own.status_code) == (401, 303)
    assert await book.sessions.of(CLERK, real_now()) == []


async def test_an_address_told_apart_must_be_of_the_same_person(replica: Replica, identity: Identity) -> None:
    identity.tells_e_mail_apart = True
    assert (await comes_back(replica))[0].status_code == 303
    identity.says = {"sub-of-me": "8"}
    assert (await comes_back(replica))[0].status_code == 401
    assert await why(replica) == [("provider", "subject")]


async def test_who_is_in_no_profile_is_told_so(replica: Replica, identity: Identity) -> None:
    identity.email = "nobody@hanoi.example"
    told, _ = await comes_back(replica)
    assert (told.status_code, "không có trong hồ sơ xã nào" in told.text) == (403, True)


async def test_people_of_no_commune_are_known_by_their_accounts_and_a_closed_one_is_out(
    replica: Replica, identity: Identity
) -> None:
    communes, book = Communes.load(), replica.door.book
    await book.add("an@tinh.example", communes, real_now(), role=Role.PROVINCE, name="Lê An")
    identity.email = "an@tinh.example"
    told, own = await comes_back(replica)
    assert (told.status_code, told.headers["location"], "Lê An" in own.text) == (303, "/tinh", True)
    await book.close(CLERK, communes, real_now())
    identity.email = CLERK
    assert (await comes_back(replica))[0].status_code == 403


async def test_a_provider_that_is_away_is_told_in_words(replica: Replica, identity: Identity) -> None:
    identity.shown = []
    identity.issuer = "https://another.example"  # it says so of itself
    async with replica.browser() as browser:
        answer = await browser.get("/vao/tinh")
    assert (answer.status_code, "chưa trả lời" in answer.text) == (503, True)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"oidc_issuer": "http://sso.tinh.example", "oidc_client": "a", "oidc_domains": "b"}, "https"),
        (
            {
                "oidc_issuer": "https://sso.tinh.example",
                "console_url": "http://ban.tinh.example",
                "oidc_client": "a",
                "oidc_domains": "b",
            },
            "https",
        ),
        ({"oidc_issuer": "https://sso.tinh.example", "oidc_domains": "b"}, "DOITHOAI_OIDC_CLIENT"),
        ({"oidc_issuer": "https://sso.tinh.example", "oidc_client": "a"}, "DOITHOAI_OIDC_DOMAINS"),
        (
            {
                "oidc_issuer": "https://sso.tinh.example",
                "oidc_client": "a",
                "oidc_domains": "b",
                "oidc_secret_file": Path("/nowhere/secret"),
            },
            "/nowhere/secret",
        ),
    ],
)
def test_a_provider_that_cannot_be_used_safely_is_not_begun_with(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongSettings, match=told):
        client_of(Settings(**settings))


def test_a_secret_is_shown_nowhere() -> None:
    settings = Settings(
        oidc_issuer="https://sso.tinh.example", oidc_client="a", oidc_domains="b", oidc_secret=SecretStr(SECRET)
    )
    client = client_of(settings)
    assert client
    assert client.secret == SECRET
    assert SECRET not in repr(client) + repr(settings)
