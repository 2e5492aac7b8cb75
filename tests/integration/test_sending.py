"""The mailer against a real mail server that fails in every way: what comes of the mail, and how many copies arrive."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import structlog
import uvloop

from deploy.embedded import CannotStart
from deploy.embedded.doctor import outgoing_mail
from deploy.embedded.ports import free_block
from deploy.embedded.supervisor import Stack
from services.notify import rules
from services.notify.mailing.connections import Limits
from services.notify.mailing.smtp import Mailer, NotEver, NotNow, Unknown
from services.notify.post import AT_ONCE
from services.notify.store import Correspondences
from shared.settings import Settings
from shared.store import Database
from tests.builders import NOW, registrant, submission_received
from tests.integration.test_post import post_room, work_off
from tests.servers import Servers
from tests.smtpservers import DRIP, DROP, SILENCE, Certificates, Script, smtp_server

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

COMMUNE, CITIZEN = "xa@thanhtri.example", "lan@nguoidan.example"
ID = "<01J.receipt@thanhtri.example>"
HASTY = Limits(step=5, taking=0.3, answer=0.2, asking=0.2)
USER, PASSWORD = "xa@thanhtri.example", "mật khẩu 50% #1/2"


def mail(number: int | None = None, size: int = 100) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = ID if number is None else f"<{number}@thanhtri.example>"
    message["From"], message["To"], message["Subject"] = COMMUNE, CITIZEN, "Giấy tiếp nhận"
    message.set_content(".\n..hai chấm\n" + "x" * size)
    return message


class Time:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def tried(mailer: Mailer, *recipients: str) -> str:
    """What came of one attempt, in one word."""
    try:
        await mailer.send(mail(), COMMUNE, recipients or (CITIZEN,))
    except (NotNow, NotEver, Unknown) as error:
        return type(error).__name__
    return "sent"


# What one mail server says of one mail


@pytest.mark.parametrize(
    ("script", "attempts", "copies", "connections", "because"),
    [
        ({}, ["sent"], 1, 1, "all is well"),
        ({"rcpt": ["450 4.2.0 greylisted"]}, ["NotNow", "sent"], 1, 1, "greylisting lets the second attempt pass"),
        ({"rcpt": ["452 4.2.2 over quota"]}, ["NotNow", "sent"], 1, 1, "a full mailbox may be emptied"),
        ({"rcpt": ["552 5.2.2 over quota"]}, ["NotNow", "sent"], 1, 1, "also where the server says never"),
        ({"rcpt": ["552 no room"]}, ["NotNow", "sent"], 1, 1, "RFC 5321, 4.5.3.1.10: of a receiver, 552 means 452"),
        ({"rcpt": ["550 4.2.1 disabled for now"]}, ["NotNow", "sent"], 1, 1, "the finer code says for now"),
        ({"rcpt": ["550 5.1.1 no such user"]}, ["NotEver"], 0, 1, "nobody lives there"),
        ({"rcpt": ["550 no such user"]}, ["NotEver"], 0, 1, "nor without a finer code"),
        ({"rcpt": ["530 5.7.0 log in first"]}, ["Away", "sent"], 1, 1, "that is about our login, not about the mail"),
        ({"mail": ["451 4.3.0 busy"]}, ["NotNow", "sent"], 1, 1, "later"),
        ({"mail": ["553 5.7.1 not your address"]}, ["NotNow", "sent"], 1, 1, "it is about the sender"),
        ({"mail": ["552 5.3.4 too large"]}, ["NotEver"], 0, 1, "it will not get smaller"),
        ({"data": ["451 4.3.0 busy"]}, ["NotNow", "sent"], 1, 1, "later"),
        ({"data": ["554 5.5.1 no valid recipients"]}, ["NotEver"], 0, 1, "the server closes, and means it"),
        ({"dot": ["451 4.7.1 try again"]}, ["NotNow", "sent"], 1, 1, "it says that it has not kept it"),
        ({"dot": ["452 4.3.1 disk full"]}, ["NotNow", "sent"], 1, 1, "later"),
        ({"dot": ["554 5.6.0 unwanted"]}, ["NotEver"], 0, 1, "it does not want this one"),
        ({"dot": ["552 5.3.4 too large"]}, ["NotEver"], 0, 1, "it will not get smaller"),
        ({"dot": ["552 5.2.2 over quota"]}, ["NotNow", "sent"], 1, 1, "a full mailbox, seen late"),
        ({"dot": ["what?"]}, ["Unknown", "sent"], 1, 2, "neither a yes nor a no"),
        ({"greeting": ["554 not you"]}, ["Away", "sent"], 1, 2, "the server refuses us, not the mail"),
        ({"greeting": ["421 4.7.0 too many"]}, ["Away", "sent"], 1, 2, "the server is full"),
        ({"greeting": [DROP]}, ["Away", "sent"], 1, 2, "it hung up before it said a word"),
        ({"ehlo": [DROP]}, ["Away", "sent"], 1, 2, "or after the first"),
        ({"mail": ["421 4.3.2 closing"]}, ["NotNow", "sent"], 1, 2, "421 closes"),
        ({"rcpt": ["421 4.3.2 closing"]}, ["NotNow", "sent"], 1, 2, "421 closes"),
        ({"dot": ["421 4.3.2 closing"]}, ["NotNow", "sent"], 1, 2, "it says that it has not kept it"),
        ({"mail": [DROP]}, ["NotNow", "sent"], 1, 2, "it has no mail yet"),
        ({"rcpt": [DROP]}, ["NotNow", "sent"], 1, 2, "it has no mail yet"),
        ({"data": [DROP]}, ["NotNow", "sent"], 1, 2, "it has no mail yet"),
        ({"body": [DROP]}, ["Unknown", "sent"], 1, 2, "a small mail has left us whole, and who knows"),
        ({"dot": [DROP]}, ["Unknown", "sent"], 1, 2, "it had not kept it, but who knows"),
        ({"kept": [DROP]}, ["Unknown", "sent"], 2, 2, "it had kept it: the second copy has the same Message-ID"),
        ({"kept": [SILENCE]}, ["Unknown", "sent"], 2, 2, "it kept it and fell silent"),
        ({"mail": [SILENCE]}, ["NotNow", "sent"], 1, 2, "it has no mail yet"),
        ({"rcpt": [DRIP]}, ["NotNow", "sent"], 1, 2, "its answer never ends"),
        ({"dot": [DRIP]}, ["Unknown", "sent"], 1, 2, "its answer never ends, and it has all of it"),
        ({"greeting": [SILENCE]}, ["NotNow", "sent"], 1, 2, "somebody listens and nobody speaks"),
    ],
)
async def test_what_becomes_of_a_mail(
    script: Script, attempts: list[str], copies: int, connections: int, because: str
) -> None:
    time = Time()
    async with smtp_server(script) as server:
        mailer = Mailer(server.url(), 2, limits=HASTY, clock=time)
        for expected in attempts:
            assert await tried(mailer) == expected, because
            time.now += 2
        assert (server.kept(ID), server.connections) == (copies, connections), because
        await mailer.close()


def test_services_run_on_another_event_loop_than_tests_and_mails_go_there_too(certificates: Certificates) -> None:
    async def send() -> None:
        async with smtp_server() as plain, smtp_server(tls=certificates.good) as encrypted:
            for server, scheme in ((plain, "smtp"), (encrypted, "smtps")):
                mailer = Mailer(server.url(scheme, "localhost"), 2, ca=certificates.file)
                for size in (100, 3_000_000):
                    await mailer.send(mail(size=size), COMMUNE, [CITIZEN])
                assert (server.kept(ID), server.connections) == (2, 1)
                await mailer.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(send())


async def test_a_large_mail_that_broke_off_half_way_was_not_handed_over() -> None:
    """The final dot goes only after all the rest has left."""
    async with smtp_server({"body": [DROP]}) as server:
        mailer = Mailer(server.url(), 1)
        with pytest.raises(NotNow):
            await mailer.send(mail(size=8_000_000), COMMUNE, [CITIZEN])
        assert server.mails == []
        await mailer.close()


async def test_a_mail_larger_than_the_server_takes_is_not_even_begun() -> None:
    async with smtp_server(size=1_000) as server:
        mailer = Mailer(server.url(), 1)
        with pytest.raises(NotEver, match=r"5\.3\.4"):
            await mailer.send(mail(size=2_000), COMMUNE, [CITIZEN])
        assert "mail" not in server.asked
        await mailer.close()


async def test_dots_and_letters_arrive_as_they_were_written() -> None:
    async with smtp_server() as server:
        mailer = Mailer(server.url(), 1)
        await mailer.send(mail(), COMMUNE, ["lan@bücher.example"])
        assert server.mails[0].to == ("lan@xn--bcher-kva.example",), "a domain in its letters is IDNA on the wire"
        for nobody in (
            "lân@nguoidan.example",
            "lan<x>@nguoidan.example",
            "lan",
            "lan@",
            "lan\r\nDATA@nguoidan.example",
        ):
            with pytest.raises(NotEver):
                await mailer.send(mail(), COMMUNE, [nobody])
        await mailer.close()


@pytest.mark.parametrize(
    ("script", "outcome", "have_it", "refused", "because"),
    [
        ([None, "550 5.1.1 gone"], "sent", ["a@x.example"], [("b@x.example", NotEver)], "who can have it has it"),
        (["451 4.2.1 busy"], "sent", ["b@x.example"], [("a@x.example", NotNow)], "and is not written to twice"),
        (["550 5.1.1 gone", "550 5.1.1 gone"], "NotEver", [], [], "nobody will ever have it"),
        (["550 5.1.1 gone", "451 4.2.1 busy"], "NotNow", [], [], "one of them may have it later"),
        ([None, DROP], "NotNow", [], [], "nobody has it before the final dot"),
    ],
)
async def test_each_of_several_receivers_has_a_fate_of_his_own(
    script: list[str | None], outcome: str, have_it: list[str], refused: list[tuple[str, type]], because: str
) -> None:
    async with smtp_server({"rcpt": script}) as server:
        mailer = Mailer(server.url(), 1)
        told: tuple[Any, ...] = ()
        try:
            told, came = await mailer.send(mail(), COMMUNE, ["a@x.example", "b@x.example"]), "sent"
        except (NotNow, NotEver) as error:
            came = type(error).__name__
        assert came == outcome, because
        assert [to for one in server.mails for to in one.to] == have_it, because
        assert [(one.address, type(one.why)) for one in told] == refused, because
        await mailer.close()


# Connections


async def test_mails_share_connections_and_never_more_than_granted() -> None:
    async with smtp_server() as server:
        mailer = Mailer(server.url(), 3)
        await asyncio.gather(*(mailer.send(mail(number), COMMUNE, [CITIZEN]) for number in range(60)))
        assert len(server.mails) == 60
        assert server.connections <= 3
        await mailer.close()


async def test_a_server_that_grants_one_connection_is_used_over_that_one() -> None:
    async with smtp_server({"greeting": [None, *["421 4.7.0 too many connections"] * 50]}) as server:
        mailer = Mailer(server.url(), 6)
        await mailer.send(mail(0), COMMUNE, [CITIZEN])
        await asyncio.gather(*(mailer.send(mail(number), COMMUNE, [CITIZEN]) for number in range(1, 31)))
        assert len(server.mails) == 31
        await mailer.close()


@pytest.mark.parametrize(
    ("idle_s", "happens", "script", "connections", "asked", "because"),
    [
        (1, "", {}, 1, False, "just used: it stands"),
        (30, "", {}, 1, True, "it is asked whether it stands"),
        (250, "", {}, 2, False, "many servers hang up after five minutes"),
        (1, "hangs up", {}, 2, False, "the server hung up, and we heard it"),
        (30, "", {"noop": [SILENCE]}, 2, True, "something between us forgot the connection"),
        (30, "", {"noop": ["421 4.4.2 idle too long"]}, 2, True, "it says why it goes"),
        (1, "", {"mail": [None, DROP]}, 2, False, "it hangs up as we speak"),
        (1, "", {"mail": [None, "421 4.4.2 idle too long"]}, 2, False, "or says so as we speak"),
        (1, "", {"rcpt": [None, DROP]}, 2, False, "or a word later"),
        (1, "", {"data": [None, DROP]}, 2, False, "it still has no mail"),
    ],
)
async def test_a_connection_that_was_idle_costs_no_mail(
    idle_s: float, happens: str, script: Script, connections: int, asked: bool, because: str
) -> None:
    time = Time()
    async with smtp_server(script) as server:
        mailer = Mailer(server.url(), 2, limits=HASTY, clock=time)
        await mailer.send(mail(1), COMMUNE, [CITIZEN])
        if happens:
            server.hang_up()
        time.now += idle_s
        await mailer.send(mail(2), COMMUNE, [CITIZEN])
        assert len(server.mails) == 2, because
        assert server.connections == connections, because
        assert ("noop" in server.asked) == asked, because
        await mailer.close()


async def test_a_connection_is_let_go_after_so_many_mails() -> None:
    async with smtp_server() as server:
        mailer = Mailer(server.url(), 1, limits=Limits(mails=10))
        for number in range(30):
            await mailer.send(mail(number), COMMUNE, [CITIZEN])
        assert server.connections == 3
        await mailer.close()


async def test_a_server_that_is_away_is_not_knocked_at_by_every_mail() -> None:
    time = Time()
    async with smtp_server({"greeting": ["554 closed"] * 1_000}) as server:
        mailer = Mailer(server.url(), 6, clock=time)
        for _ in range(5 * 60):
            said = await asyncio.gather(*(tried(mailer) for _ in range(10)))
            assert set(said) == {"Away"}
            time.now += 1
        assert server.connections < 20, "3,000 attempts in five minutes"
        await mailer.close()


async def test_once_the_server_is_back_mails_go_again_within_a_minute() -> None:
    time = Time()
    async with smtp_server() as server:
        mailer = Mailer(server.url(), 2, clock=time)
        server.stop()
        for _ in range(100):
            assert await tried(mailer) == "Away"
            time.now += 10
        await server.start()
        time.now += 60
        assert await tried(mailer) == "sent"
        assert await tried(mailer) == "sent"
        await mailer.close()


async def test_a_sending_that_is_called_off_leaves_the_connection_to_nobody() -> None:
    async with smtp_server(gates={"slow.example": asyncio.Event()}) as server:
        mailer = Mailer(server.url(), 1)
        sending = asyncio.create_task(mailer.send(mail(1), COMMUNE, ["lan@slow.example"]))
        await server.until("slow.example", 1)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        await mailer.send(mail(2), COMMUNE, [CITIZEN])
        assert server.connections == 2
        await mailer.close()


# TLS and login


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("tls"))


LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"


@pytest.mark.parametrize(
    ("server", "url", "outcome", "because"),
    [
        ({"tls": "good"}, ("smtps", LOGIN), "sent", "encrypted from the first byte"),
        ({"starttls": "good"}, ("smtp+starttls", LOGIN), "sent", "encrypted before the first word of ours"),
        ({"tls": "of_another_host"}, ("smtps", LOGIN), "Away", "the certificate is another's"),
        ({"tls": "expired"}, ("smtps", LOGIN), "Away", "it has expired"),
        ({"tls": "of_nobody_known"}, ("smtps", LOGIN), "Away", "nobody we know vouches for it"),
        ({"starttls": "of_another_host"}, ("smtp+starttls", LOGIN), "Away", "the certificate is another's"),
        ({"starttls": "expired"}, ("smtp+starttls", LOGIN), "Away", "it has expired"),
        ({"starttls": "of_nobody_known"}, ("smtp+starttls", LOGIN), "Away", "nobody we know vouches for it"),
        ({}, ("smtp+starttls", LOGIN), "Away", "STARTTLS is not offered, or somebody took the offer out"),
        ({}, ("smtps", LOGIN), "Away", "the server speaks no TLS"),
        ({"tls": "good"}, ("smtps", "xa:wrong@"), "Away", "the login is refused: no fault of the mail"),
        ({"tls": "good"}, ("smtps", ""), "Away", "the server wants a login, and none is set"),
    ],
)
async def test_nothing_is_said_to_a_server_that_is_not_the_one_meant(
    certificates: Certificates, server: dict[str, str], url: tuple[str, str], outcome: str, because: str
) -> None:
    context: dict[str, Any] = {name: getattr(certificates, kind) for name, kind in server.items()}
    async with smtp_server(login=(USER, PASSWORD), **context) as real:
        mailer = Mailer(real.url(url[0], "localhost", url[1]), 2, ca=certificates.file, limits=HASTY)
        assert await tried(mailer) == outcome, because
        assert real.kept(ID) == (outcome == "sent"), because
        assert "auth over plain text" not in real.asked, because
        assert "rcpt" not in real.asked or outcome == "sent", because
        await mailer.close()


async def test_a_refused_login_is_said_loudly_and_without_the_password(certificates: Certificates) -> None:
    async with smtp_server(tls=certificates.good, login=(USER, PASSWORD)) as server:
        mailer = Mailer(server.url("smtps", "localhost", "xa:bi-mat-lam@"), 2, ca=certificates.file)
        with structlog.testing.capture_logs() as logs:
            assert await tried(mailer) == "Away"
        [said] = logs
        assert (said["log_level"], said["event"]) == ("error", "mail-server-away")
        assert "từ chối tên đăng nhập hoặc mật khẩu (535)" in said["remedy"]
        assert "bi-mat-lam" not in str(logs)
        await mailer.close()


async def test_no_log_names_whom_a_mail_is_for() -> None:
    script: Script = {
        "rcpt": ["550 5.1.1 <lan@nguoidan.example> unknown", None, "451 <lan@nguoidan.example> busy"],
        "mail": [None, None, "553 <lan@nguoidan.example> no"],
    }
    async with smtp_server(script) as server:
        mailer = Mailer(server.url(), 1)
        with structlog.testing.capture_logs() as logs:
            for _ in range(3):
                await tried(mailer, CITIZEN, "mai@nguoidan.example")
        assert {said["event"] for said in logs} == {"recipient-refused", "sender-refused"}
        assert "lan" not in str(logs)
        await mailer.close()


@pytest.mark.parametrize(
    ("server", "url", "good", "says", "because"),
    [
        ({"tls": "good"}, ("smtps", LOGIN), True, "có TLS, đã đăng nhập", "all is well"),
        ({"starttls": "good"}, ("smtp+starttls", LOGIN), True, "có TLS (STARTTLS), đã đăng nhập", "all is well"),
        ({"tls": "good"}, ("smtps", "xa:bi-mat-lam@"), False, "từ chối tên đăng nhập hoặc mật khẩu", "the wrong login"),
        ({"tls": "of_another_host"}, ("smtps", LOGIN), False, "Chứng thư TLS", "the wrong name"),
        ({"starttls": "expired"}, ("smtp+starttls", LOGIN), False, "Chứng thư TLS", "an old certificate"),
        ({}, ("smtp+starttls", LOGIN), False, "không mời dùng STARTTLS", "no offer"),
        ({}, ("smtps", LOGIN), False, "Không nói chuyện TLS được", "no TLS at all"),
        ({}, ("smtp", ""), True, "không mã hóa", "said as it is"),
    ],
)
async def test_the_doctor_says_whether_mails_can_be_handed_over_and_sends_none(
    certificates: Certificates, server: dict[str, str], url: tuple[str, str], good: bool, says: str, because: str
) -> None:
    context: dict[str, Any] = {name: getattr(certificates, kind) for name, kind in server.items()}
    async with smtp_server(login=(USER, PASSWORD), **context) as real:
        settings = Settings(smtp_url=real.url(url[0], "localhost", url[1]), smtp_ca=certificates.file)
        found = await outgoing_mail(settings)
        assert (found.good, says in f"{found.what} {found.remedy}") == (good, True), because
        assert "bi-mat-lam" not in f"{found.what} {found.remedy}"
        assert "mail" not in real.asked


async def test_the_doctor_says_that_nobody_answers() -> None:
    async with smtp_server() as server:
        url = server.url()
    found = await outgoing_mail(Settings(smtp_url=url))
    assert not found.good
    assert "Không kết nối được máy chủ thư" in found.remedy


# Domains


@asynccontextmanager
async def workers(mailer: Mailer, number: int = 4) -> AsyncIterator[list[str]]:
    """Who take whoever may go, and hand over one mail each time, as the post room does. Yields who were put off."""
    put_off: list[str] = []

    async def work() -> None:
        while True:
            async with mailer.turns.next() as turn:
                if turn.put_off is not None:
                    put_off.append(turn.what[1])
                else:
                    await mailer.send(mail(turn.what[0]), COMMUNE, [turn.what[1]])

    tasks = [asyncio.create_task(work()) for _ in range(number)]
    try:
        yield put_off
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await mailer.close()


async def test_a_slow_domain_has_its_few_connections_and_keeps_no_other_waiting() -> None:
    gate = asyncio.Event()
    async with smtp_server(gates={"slow.example": gate}) as server:
        mailer = Mailer(server.url(), 4, per_domain=2, clock=Time())
        for number in range(20):
            mailer.turns.put((number, f"{number}@slow.example"), [f"{number}@slow.example"])
        for number in range(20, 60):
            mailer.turns.put((number, f"{number}@fast.example"), [f"{number}@fast.example"])
        async with workers(mailer) as put_off:
            await server.until("mails", 40)
            assert {to.rpartition("@")[2] for one in server.mails for to in one.to} == {"fast.example"}
            assert server.most_at_once["slow.example"] == 2
            gate.set()
            await server.until("mails", 60)
        assert put_off == []


async def test_who_would_wait_long_for_his_domain_is_put_off_and_his_worker_is_free() -> None:
    time = Time()
    async with smtp_server() as server:
        mailer = Mailer(server.url(), 2, a_minute=30, clock=time)
        for number in range(10):
            mailer.turns.put((number, f"{number}@slow.example"), [f"{number}@slow.example"])
        mailer.turns.put((10, "10@fast.example"), ["10@fast.example"])
        async with workers(mailer, 1) as put_off:
            await server.until("mails", 2)
            assert [one.to for one in server.mails] == [("0@slow.example",), ("10@fast.example",)]
            assert put_off == [f"{number}@slow.example" for number in range(2, 10)]
            assert mailer.turns.drain() == [(1, "1@slow.example")]


# A rehearsal


async def test_a_rehearsal_hands_its_mails_to_this_machine(tmp_path: Path) -> None:
    async with smtp_server() as server:
        mailer = Mailer(server.url(), 1, rehearsal=True)
        assert await tried(mailer) == "sent"
        await mailer.close()


async def test_a_rehearsal_with_a_mail_server_elsewhere_does_not_start(tmp_path: Path) -> None:
    stack = Stack(tmp_path, free_block().base, "rehearsal", smtp_url="smtps://xa:bi-mat-lam@thu.example")
    with pytest.raises(CannotStart, match="diễn tập nên không được gửi thư ra ngoài") as refused:
        await stack.start()
    assert "bi-mat-lam" not in str(refused.value)
    assert not stack.pids


def test_nor_does_its_service_alone() -> None:
    environment = {
        **os.environ,
        "DOITHOAI_CLOCK": "rehearsal",
        "SMTP_URL": "smtp+starttls://xa:bi-mat-lam@thu.example",
    }
    command = (sys.executable, "-m", "services", "run", "notify")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "diễn tập nên không được gửi thư ra ngoài" in done.stderr
    assert "bi-mat-lam" not in done.stderr + done.stdout


# The post room


async def test_what_waits_for_a_worker_is_not_claimed_so_a_crash_leaves_it_in_no_doubt(
    fresh: Servers, tmp_path: Path
) -> None:
    database = Database(fresh.mongo_url, "notify")
    letters = Correspondences(database)
    await database.prepare()
    room = post_room(fresh, database, letters, tmp_path)
    for number in range(30):
        assert await room.begin(rules.acknowledge(None, submission_received(case=f"01J{number}"), NOW))
    found = [await letters.get(f"01J{number}") for number in range(30)]
    states = Counter(message.state for one in found if one for message in one.messages)
    assert states == {"sending": AT_ONCE, "queued": 30 - AT_ONCE}
    await work_off(room)
    assert len(list(fresh.mail.iterdir())) == 30
    database.close()


async def test_mails_to_a_domain_that_takes_few_are_put_off_and_those_to_others_go(
    fresh: Servers, tmp_path: Path
) -> None:
    database = Database(fresh.mongo_url, "notify")
    letters = Correspondences(database)
    await database.prepare()
    room = post_room(fresh, database, letters, tmp_path, a_minute=20)
    for number in range(20):
        receiver = registrant(email=f"lan{number}@{'few' if number % 2 else f'other{number}'}.example")
        received = submission_received(case=f"01J{number:02}", registrant=receiver)
        assert await room.begin(rules.acknowledge(None, received, NOW))
    await work_off(room)
    found = [await letters.get(f"01J{number:02}") for number in range(20)]
    messages = [message for one in found if one for message in one.messages]
    sent = [message for message in messages if message.state == "sent"]
    put_off = [message for message in messages if message.state == "queued"]
    assert len(sent) >= 11
    assert all("@few.example" in message.to[0] for message in put_off)
    assert all(message.attempts == 0 for message in put_off), "being put off is no attempt"
    until = sorted(message.next_action_at for message in put_off if message.next_action_at)
    assert until[0] > NOW
    assert len(set(until)) == len(until), "they come back one after the other"
    database.close()
