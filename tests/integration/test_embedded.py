"""One machine's servers and their supervisor, with the real processes. The services are stand-ins here."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import nats
import psutil
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NotFoundError
from pymongo import MongoClient

from deploy.embedded import CannotStart
from deploy.embedded.database import DatabaseServer
from deploy.embedded.installation import AlreadyRunning, Installation, RunningStack
from deploy.embedded.installation import running as running_on
from deploy.embedded.nats import GRANTS, NatsServer
from deploy.embedded.ports import LISTENERS, Block, PortTaken, free_block, require_free
from deploy.embedded.process import (
    LOG_LIMIT,
    NotReady,
    Process,
    Program,
    accepts_connections,
    die_with,
    pause_before_restart,
)
from deploy.embedded.supervisor import SERVICES, Stack
from tests.servers import RunningSystem, Servers, running

STAND_IN = """
import http.server, json, os
class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(os.environ)).encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["DOITHOAI_SERVICE_PORT"])), Service).serve_forever()
"""
TIME_LIMIT_S = 20.0


def stand_in(_service: str) -> tuple[str, ...]:
    """A service that is ready at once and tells its environment to whoever asks."""
    return sys.executable, "-S", "-c", STAND_IN


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIME_LIMIT_S):
        while not condition():  # noqa: ASYNC110 - processes tell nobody when they end
            await asyncio.sleep(0.01)


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    """Servers and stand-ins, stopped whatever the test did."""
    system = Stack(tmp_path / "var", free_block().base, service_command=stand_in)
    yield system
    await system.stop()


@pytest.fixture(scope="module")
def bare() -> Iterator[RunningSystem]:
    """NATS, the database and the mail catcher."""
    with running(services=()) as system:
        yield system


# Starting and stopping


async def test_a_started_stack_serves_and_can_be_found(stack: Stack, tmp_path: Path) -> None:
    told = await stack.start()
    assert set(stack.pids) == {"nats", "database", "mail", *SERVICES}
    assert running_on(tmp_path / "var") == told
    async with httpx.AsyncClient() as client:
        for name in SERVICES:
            assert (await client.get(f"{told.services[name]}/readyz")).status_code == 200


async def test_each_service_is_told_its_own_place_and_its_own_password(stack: Stack, tmp_path: Path) -> None:
    told = await stack.start()
    async with httpx.AsyncClient() as client:
        seen = {name: (await client.get(told.services[name])).json() for name in SERVICES}
    passwords = json.loads((tmp_path / "var" / "secrets.json").read_text())
    for name, environment in seen.items():
        assert environment["NATS_URL"].startswith(f"nats://{name}:{passwords[f'nats.{name}']}@127.0.0.1:")
        assert environment["MONGO_URL"] == told.mongo_url
        assert environment["SMTP_URL"] == told.smtp_url
        assert environment["DOITHOAI_PUBLIC_URL"] == told.public_url
        assert environment["DOITHOAI_CLOCK"] == "rehearsal"
        assert environment["DOITHOAI_LETTERS"] == str(tmp_path / "var" / "letters")


async def test_stopping_leaves_no_process_and_no_address(stack: Stack, tmp_path: Path) -> None:
    await stack.start()
    pids = list(stack.pids.values())
    await stack.stop()
    assert not alive(pids)
    assert running_on(tmp_path / "var") is None
    assert not (tmp_path / "var" / "stack.json").exists()


async def test_passwords_are_for_their_owner_alone(stack: Stack, tmp_path: Path) -> None:
    await stack.start()
    var = tmp_path / "var"
    secret = [var / "secrets.json", var / "stack.json", var / "nats" / "nats-server.conf", var / "lock"]
    assert [oct(file.stat().st_mode & 0o777) for file in secret] == ["0o600"] * 4
    assert oct(var.stat().st_mode & 0o777) == "0o700"
    passwords = list(json.loads((var / "secrets.json").read_text()).values())
    said = " ".join(argument for pid in stack.pids.values() for argument in psutil.Process(pid).cmdline())
    logged = "".join(file.read_text() for file in (var / "log").iterdir())
    assert not [password for password in passwords if password in said + logged]


async def test_a_second_start_is_refused_and_does_no_harm(stack: Stack, tmp_path: Path) -> None:
    told = await stack.start()
    with pytest.raises(AlreadyRunning, match=rf"đang chạy .*pid {os.getpid()}, {told.public_url}"):
        await Stack(tmp_path / "var", free_block().base, services=()).start()
    await stack.until_ready()
    assert running_on(tmp_path / "var") == told
    assert set(stack.restarts.values()) == {0}


async def test_what_was_written_is_there_after_the_next_start(tmp_path: Path) -> None:
    for attempt in range(2):
        stack = Stack(tmp_path / "var", free_block().base, services=())
        told = await stack.start()
        try:
            client = await nats.connect(told.nats_url)
            with MongoClient[Any](told.mongo_url) as database:
                if attempt == 0:
                    await client.jetstream().add_stream(name="EVENTS", subjects=["event.>"])
                    await client.jetstream().publish("event.intake.thanh-tri.1.submission-received", b"{}")
                    database["doithoai_intake"]["submissions"].insert_one({"_id": "1"})
                assert (await client.jetstream().stream_info("EVENTS")).state.messages == 1
                assert database["doithoai_intake"]["submissions"].count_documents({}) == 1
            await client.close()
        finally:
            await stack.stop()


async def test_a_folder_keeps_its_clock(tmp_path: Path) -> None:
    Installation.open(tmp_path, "http://127.0.0.1:8080", "real").close()
    with pytest.raises(CannotStart, match="dùng để làm việc thật, không dùng để diễn tập"):
        Installation.open(tmp_path, "http://127.0.0.1:8080", "rehearsal")
    reopened = Installation.open(tmp_path, "http://127.0.0.1:8080")
    assert (reopened.clock, reopened.is_new) == ("real", False)
    reopened.close()


async def test_a_folder_of_another_version_is_left_alone(tmp_path: Path) -> None:
    Installation.open(tmp_path, "http://127.0.0.1:8080").close()
    file = tmp_path / "installation.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"format": 99}))
    with pytest.raises(CannotStart, match="phiên bản khác"):
        Installation.open(tmp_path, "http://127.0.0.1:8080")


def servers_of(bare: RunningSystem) -> dict[str, Any]:
    there = bare.addresses
    return {"nats_url": there.nats_url, "mongo_url": there.mongo_url, "smtp_url": there.smtp_url}


async def test_servers_that_run_elsewhere_are_not_started_again(bare: RunningSystem, tmp_path: Path) -> None:
    urls = servers_of(bare)
    stack = Stack(tmp_path / "var", free_block().base, services=("intake",), service_command=stand_in, **urls)
    try:
        told = await stack.start()
        assert set(stack.pids) == {"intake"}
        assert {name: getattr(told, name) for name in urls} == urls
    finally:
        await stack.stop()


# Ports


async def test_a_taken_port_is_named_with_its_holder_and_the_remedy(stack: Stack, tmp_path: Path) -> None:
    block = free_block()
    with socket.create_server(("127.0.0.1", block["deadlines"])), pytest.raises(PortTaken) as refused:
        await Stack(tmp_path / "other", block.base, services=SERVICES, service_command=stand_in).start()
    said = str(refused.value)
    assert f"Cổng {block['deadlines']} (dịch vụ thời hạn) đang bị" in said
    assert f"(pid {os.getpid()}) chiếm" in said
    assert f"doithoai up --port {block.base + 1_000}" in said


async def test_only_the_ports_that_are_needed_must_be_free() -> None:
    block = free_block()
    with socket.create_server(("127.0.0.1", block["nats"])):
        require_free(block, ["intake", "console"])


async def test_a_block_has_a_port_for_each_listener() -> None:
    assert [Block(8080)[listener] for listener in LISTENERS] == list(range(8080, 8089))
    with pytest.raises(CannotStart, match="Cổng 65530 không dùng được"):
        require_free(Block(65_530))


# Staying alive


@pytest.mark.parametrize(
    ("deaths", "pause", "because"),
    [
        (1, 0.2, "a single death is over quickly"),
        (2, 0.4, "each further one doubles the pause"),
        (6, 6.4, "still doubling"),
        (7, 10.0, "a crash loop tries six times a minute"),
        (5_000, 10.0, "and no slower, however long it lasts"),
    ],
)
def test_a_crash_loop_slows_down(deaths: int, pause: float, because: str) -> None:
    assert pause_before_restart(deaths) == pytest.approx(pause), because


async def test_whatever_is_killed_comes_back_with_its_data(stack: Stack) -> None:
    told = await stack.start()
    client = await nats.connect(told.nats_url, max_reconnect_attempts=-1, reconnect_time_wait=0.05)
    await client.jetstream().add_stream(name="EVENTS", subjects=["event.>"])
    await client.jetstream().publish("event.intake.thanh-tri.1.submission-received", b"{}")
    with MongoClient[Any](told.mongo_url) as database:
        database["doithoai_intake"]["submissions"].insert_one({"_id": "1"})
        before = stack.pids
        for name in before:
            stack.kill(name)
        await until(lambda: set(stack.pids) == set(before) and not set(stack.pids.values()) & set(before.values()))
        await stack.until_ready()
        await until(lambda: client.is_connected)
        assert (await client.jetstream().stream_info("EVENTS")).state.messages == 1
        assert database["doithoai_intake"]["submissions"].count_documents({}) == 1
    await client.close()
    assert set(stack.restarts.values()) == {1}


def test_a_test_can_let_a_process_crash() -> None:
    with running(services=("routing",), service_command=stand_in) as system:
        before = system.pids
        system.crash("routing")
        assert system.restarts == {"nats": 0, "database": 0, "mail": 0, "routing": 1}
        assert system.pids["routing"] != before["routing"]


async def test_a_service_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    def broken(service: str) -> tuple[str, ...]:
        dies = (sys.executable, "-c", "raise SystemExit('no calendar')")
        return dies if service == "deadlines" else stand_in(service)

    before = set(psutil.Process().children())
    stack = Stack(tmp_path / "var", free_block().base, service_command=broken)
    with pytest.raises(NotReady) as refused:
        await stack.start()
    assert str(refused.value).startswith("Không khởi động được deadlines: dừng 3 lần liên tiếp ngay khi khởi động.")
    assert str(refused.value).endswith("no calendar")
    assert set(psutil.Process().children()) == before
    assert running_on(tmp_path / "var") is None


async def test_a_service_that_never_becomes_ready_is_named(bare: RunningSystem, tmp_path: Path) -> None:
    def silent(_service: str) -> tuple[str, ...]:
        return sys.executable, "-S", "-c", "print('no calendar yet', flush=True); import signal; signal.pause()"

    options: dict[str, Any] = {"services": ("notify",), "service_command": silent, "start_limit_s": 2.0}
    stack = Stack(tmp_path / "var", free_block().base, **options, **servers_of(bare))
    with pytest.raises(NotReady, match=r"notify: không sẵn sàng sau 2 giây(.|\n)*no calendar yet"):
        await stack.start()


async def test_a_process_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    port = free_block().base
    source = f"""
import signal, socket
signal.signal(signal.SIGTERM, signal.SIG_IGN)
server = socket.create_server(("127.0.0.1", {port}))
while True: server.accept()
"""
    program = Program((sys.executable, "-c", source), is_ready=lambda: accepts_connections(port))
    process = Process("stubborn", program, tmp_path / "stubborn.log")
    process.start()
    await process.until_ready(TIME_LIMIT_S)
    assert process.pid is not None
    pid = process.pid
    await process.stop(limit_s=0.1)
    assert not alive([pid])


async def test_a_log_that_has_grown_large_is_set_aside_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    for name, size in (("nats", LOG_LIMIT + 1), ("mail", LOG_LIMIT - 1)):
        with (tmp_path / "log" / f"{name}.log").open("wb") as grown:
            grown.truncate(size)
    stack = Stack(tmp_path, free_block().base, services=())
    await stack.start()
    await stack.stop()
    assert (tmp_path / "log" / "nats.log.1").stat().st_size == LOG_LIMIT + 1
    assert (tmp_path / "log" / "nats.log").stat().st_size < LOG_LIMIT
    assert not (tmp_path / "log" / "mail.log.1").exists()


async def test_a_program_that_is_missing_is_reported(tmp_path: Path) -> None:
    program = Program(("/nowhere/nats-server",), is_ready=lambda: accepts_connections(1))
    process = Process("nats", program, tmp_path / "nats.log")
    process.start()
    with pytest.raises(NotReady, match="/nowhere/nats-server"):
        await process.until_ready(TIME_LIMIT_S)
    await process.stop()


# The supervisor as a process of its own

SUPERVISOR = """
import asyncio, json, sys
from pathlib import Path
from deploy.embedded.supervisor import Stack
from tests.integration.test_embedded import stand_in
stack = Stack(Path(sys.argv[1]), int(sys.argv[2]), service_command=stand_in)
async def tell(_): print(json.dumps(stack.pids), flush=True)
asyncio.run(stack.run_until_signal(tell))
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SUPERVISOR, str(tmp_path / "var"), str(free_block().base)]
    tied = die_with(os.getpid())
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=tied) as process:
        yield process
        process.kill()


def told_pids(supervisor: subprocess.Popen[str]) -> list[int]:
    assert supervisor.stdout is not None
    pids: dict[str, int] = json.loads(supervisor.stdout.readline())
    assert set(pids) == {"nats", "database", "mail", *SERVICES}
    return list(pids.values())


async def test_a_killed_supervisor_takes_everything_with_it(supervisor: subprocess.Popen[str], tmp_path: Path) -> None:
    pids = told_pids(supervisor)
    assert running_on(tmp_path / "var") is not None
    supervisor.kill()
    supervisor.wait(TIME_LIMIT_S)
    await until(lambda: not alive(pids))
    assert running_on(tmp_path / "var") is None, "stack.json is still there, but nobody stands behind it"
    again = Stack(tmp_path / "var", free_block().base, services=())
    await again.start()
    await again.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_everything_in_order(
    supervisor: subprocess.Popen[str], number: signal.Signals, tmp_path: Path
) -> None:
    pids = told_pids(supervisor)
    supervisor.send_signal(number)
    assert supervisor.wait(TIME_LIMIT_S) == 0
    assert not alive(pids)
    assert not (tmp_path / "var" / "stack.json").exists()
    assert "Server Exiting" in (tmp_path / "var" / "log" / "nats.log").read_text()


async def test_a_signal_while_starting_leaves_nothing_behind(supervisor: subprocess.Popen[str], tmp_path: Path) -> None:
    started: list[int] = []

    def begins() -> bool:
        started[:] = [child.pid for child in psutil.Process(supervisor.pid).children()]
        return len(started) >= 3

    await until(begins)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(TIME_LIMIT_S) == 0
    assert not alive(started)
    assert running_on(tmp_path / "var") is None


async def test_ctrl_c_in_the_terminal_reaches_the_supervisor_alone(supervisor: subprocess.Popen[str]) -> None:
    for pid in told_pids(supervisor):
        assert os.getpgid(pid) == pid, "a process group of its own, which the terminal does not signal"


# NATS


async def test_nats_syncs_before_it_acknowledges(bare: RunningSystem) -> None:
    async with httpx.AsyncClient() as client:
        told = (await client.get(f"{bare.addresses.nats_monitor_url}/varz")).json()
    assert told["jetstream"]["config"]["sync_always"] is True
    assert told["host"] == "127.0.0.1"


@pytest.fixture(scope="module")
async def event_streams(bare: RunningSystem) -> None:
    client = await nats.connect(bare.addresses.nats_url)
    await client.jetstream().add_stream(name="EVENTS", subjects=["event.>", "replay.>"])
    await client.jetstream().add_stream(name="DEADLETTERS", subjects=["deadletter.>"])
    await client.close()


async def connect(bare: RunningSystem, user: str) -> tuple[Client, list[str]]:
    """A client of this user, and what the server denied it."""
    denied: list[str] = []

    async def note(error: Exception) -> None:
        denied.append(str(error))

    passwords = json.loads((bare.folder / "secrets.json").read_text())
    server = NatsServer(bare.folder, 0, 0, {name: passwords[f"nats.{name}"] for name in GRANTS})
    address = bare.addresses.nats_url.rpartition("@")[2]
    url = f"{server.url(user).rpartition('@')[0]}@{address}"
    return await nats.connect(url, error_cb=note, allow_reconnect=False), denied


async def heard(client: Client) -> None:
    """The server has seen what was sent. One flush is not enough: its ping overtakes what waits to be sent."""
    await client.flush()
    await client.flush()


PUBLISHES = [
    ("routing", "event.routing.thanh-tri.1.question-assigned", True, "its own fact"),
    ("routing", "event.intake.thanh-tri.1.submission-received", False, "a fact of intake is not routing's to state"),
    ("notify", "event.deadlines.thanh-tri.1.deadline-missed", False, "nor is a missed term notify's"),
    ("deadlines", "deadletter.deadlines.set-deadline", True, "it parks what it cannot cope with"),
    ("deadlines", "deadletter.routing.assign", False, "it parks nothing in another's name"),
    ("intake", "command.routing.thanh-tri.approve-answer", False, "who serves citizens may not command officers"),
    ("notify", "command.intake.thanh-tri.hold-dialogue", False, "a service commands nobody"),
    ("routing", "$KV.CLOCK.now", False, "a service does not move time"),
    ("routing", "replay.notify-send", False, "only an operator replays"),
    ("routing", "$JS.API.STREAM.PURGE.EVENTS", False, "nobody but an operator empties a stream"),
    ("routing", "$JS.API.STREAM.DELETE.EVENTS", False, "or deletes it"),
    ("routing", "$JS.API.STREAM.MSG.DELETE.EVENTS", False, "or a message in it"),
    ("console", "command.routing.thanh-tri.approve-answer", True, "staff act through the console"),
    ("console", "event.routing.thanh-tri.1.answer-approved", False, "the console states no fact"),
    ("console", "deadletter.routing.assign", False, "the console parks nothing"),
    ("console", "$JS.API.STREAM.UPDATE.EVENTS", False, "the console changes no stream"),
    ("console", "$JS.API.STREAM.PURGE.EVENTS", False, "and empties none"),
    ("operator", "replay.notify-send", True, "an operator may do everything"),
    ("operator", "$KV.CLOCK.now", True, "and moves the rehearsal clock"),
]


@pytest.mark.parametrize(("user", "subject", "allowed", "because"), PUBLISHES)
async def test_who_may_say_what(
    bare: RunningSystem, event_streams: None, user: str, subject: str, allowed: bool, because: str
) -> None:
    client, denied = await connect(bare, user)
    await client.publish(subject, b"")
    await heard(client)
    await client.close()
    assert (not denied) is allowed, (because, denied)


HEARS = [
    ("notify", "event.routing.>", True, "every service hears every fact"),
    ("notify", "command.notify.>", True, "it answers its own commands"),
    ("notify", "command.routing.>", False, "and reads nobody else's"),
    ("console", "event.>", True, "the live tail"),
    ("console", "command.>", False, "the console answers no command"),
]


@pytest.mark.parametrize(("user", "subject", "allowed", "because"), HEARS)
async def test_who_may_hear_what(bare: RunningSystem, user: str, subject: str, allowed: bool, because: str) -> None:
    client, denied = await connect(bare, user)
    await client.subscribe(subject)
    await heard(client)
    await client.close()
    assert (not denied) is allowed, (because, denied)


async def test_a_service_publishes_handles_and_answers_as_itself(bare: RunningSystem, event_streams: None) -> None:
    routing, denied = await connect(bare, "routing")
    console, denied_to_console = await connect(bare, "console")
    js = routing.jetstream()
    await js.publish("event.routing.thanh-tri.4.answer-drafted", b"{}", stream="EVENTS")
    handler = await js.pull_subscribe("event.routing.*.*.answer-drafted", durable="routing-draft", stream="EVENTS")
    [message] = await handler.fetch(1)
    await message.ack_sync()

    async def approve(message: Any) -> None:
        await message.respond(b"done")

    await routing.subscribe("command.routing.*.approve-answer", cb=approve)
    await heard(routing)
    assert (await console.request("command.routing.thanh-tri.approve-answer", b"", timeout=2)).data == b"done"
    assert (await console.jetstream().consumer_info("EVENTS", "routing-draft")).num_pending == 0
    tail = await console.jetstream().subscribe("event.*.*.4.>", ordered_consumer=True)
    assert (await tail.next_msg(timeout=2)).subject == "event.routing.thanh-tri.4.answer-drafted"
    assert not denied
    assert not denied_to_console
    await routing.close()
    await console.close()


async def test_a_stranger_is_not_let_in(bare: RunningSystem) -> None:
    address = bare.addresses.nats_url.rpartition("@")[2]
    with pytest.raises(NatsError):
        await nats.connect(f"nats://{address}", allow_reconnect=False)


async def test_a_full_form_fits_into_one_message(bare: RunningSystem, event_streams: None) -> None:
    client, _ = await connect(bare, "intake")
    form = b"x" * (3 * 2**20)
    assert (await client.jetstream().publish("event.intake.thanh-tri.2.submission-received", form)).stream == "EVENTS"
    with pytest.raises((NatsError, APIError)):
        await client.jetstream().publish("event.intake.thanh-tri.3.submission-received", form * 2)
    await client.close()


# The database


def test_a_folder_stays_with_the_engine_that_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "secantusdb").mkdir()
    assert DatabaseServer(tmp_path, 1).engine == "secantusdb"
    (tmp_path / "secantusdb").rmdir()
    (tmp_path / "mongod").mkdir()
    assert DatabaseServer(tmp_path, 1).engine == "mongod"


# The mail catcher


def mail(to: str, message_id: str, text: str = "Kính gửi ông/bà") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "vanphong@thanhtri.example"
    message["To"] = to
    message["Message-ID"] = message_id
    message["Subject"] = "Giấy biên nhận"
    message.set_content(text)
    return message


async def send(found: RunningStack, message: EmailMessage) -> None:
    host, _, port = found.smtp_url.removeprefix("smtp://").partition(":")
    await aiosmtplib.send(message, hostname=host, port=int(port), start_tls=False)


def kept(found: RunningStack, message_id: str) -> list[Path]:
    return sorted(file for file in found.mail.glob("*.eml") if message_id in file.name)


async def test_a_mail_is_kept_as_it_came_with_its_recipients(bare: RunningSystem) -> None:
    await send(bare.addresses, mail("lan@example.org", "<receipt-1@doithoai>"))
    [file] = kept(bare.addresses, "receipt-1@doithoai")
    lines = file.read_bytes().split(b"\r\n")
    assert lines[0] == b"X-RcptTo: lan@example.org"
    assert b"Message-ID: <receipt-1@doithoai>" in lines


async def test_a_mail_sent_twice_is_kept_twice(bare: RunningSystem) -> None:
    for _ in range(2):
        await send(bare.addresses, mail("lan@example.org", "<twice@doithoai>"))
    assert len(kept(bare.addresses, "twice@doithoai")) == 2


async def test_a_bouncing_address_is_refused_for_good(bare: RunningSystem) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(bare.addresses, mail("lan+bounce@example.org", "<bounced@doithoai>"))
    assert refused.value.recipients[0].code == 550
    assert not kept(bare.addresses, "bounced@doithoai")


async def test_a_slow_address_puts_each_mail_off_twice(bare: RunningSystem) -> None:
    codes = []
    for _ in range(3):
        try:
            await send(bare.addresses, mail("lan+delay@example.org", "<delayed@doithoai>"))
            codes.append(250)
        except aiosmtplib.SMTPDataError as error:
            codes.append(error.code)
    assert codes == [451, 451, 250]
    assert len(kept(bare.addresses, "delayed@doithoai")) == 1


async def test_a_message_id_cannot_leave_the_folder(bare: RunningSystem) -> None:
    await send(bare.addresses, mail("lan@example.org", "<../../etc/%2e%2e/passwd@doithoai>"))
    [file] = kept(bare.addresses, "passwd@doithoai")
    assert file.parent == bare.addresses.mail


async def test_a_mail_beyond_25_mb_is_refused(bare: RunningSystem) -> None:
    with pytest.raises(aiosmtplib.SMTPException, match="552"):
        await send(bare.addresses, mail("lan@example.org", "<huge@doithoai>", f"{'x' * 70}\n" * 375_000))
    assert not kept(bare.addresses, "huge@doithoai")


# The servers of the tests


async def test_wiped_servers_are_empty(fresh: Servers) -> None:
    client = await nats.connect(fresh.nats_url)
    with MongoClient[Any](fresh.mongo_url) as database:
        await client.jetstream().add_stream(name="EVENTS", subjects=["event.>"])
        database["doithoai_intake"]["submissions"].insert_one({"_id": "1"})
        (fresh.mail / "1.eml").touch()
        fresh.wipe()
        with pytest.raises(NotFoundError):
            await client.jetstream().stream_info("EVENTS")
        assert not [name for name in database.list_database_names() if name.startswith("doithoai_intake")]
        assert not list(fresh.mail.iterdir())
    await client.close()
