"""The real NATS server for one machine: its configuration, and who may say and hear what."""

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded import LOOPBACK, CannotStart
from deploy.embedded.process import Program, answers_http

MAX_PAYLOAD = 4 * 2**20
"""A form holds several questions of up to 100 kB; the server's own limit of 1 MB would refuse the fullest ones."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one user may do. `answers`: it may reply to a request it was sent, wherever the reply goes."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    never: tuple[str, ...] = ()
    answers: bool = False


# Streams lose messages by these requests only; no service ever needs one.
LOSSY = ("$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.PURGE.>", "$JS.API.STREAM.MSG.DELETE.>")


def _service(name: str, *asks: str) -> Grant:
    """A service speaks under its own name, hears every event, and answers its own commands.

    asks: commands that change nothing, which it may send to others.
    """
    return Grant(
        publish=(f"event.{name}.>", f"deadletter.{name}.>", *asks, "$JS.API.>", "$JS.ACK.>", "_INBOX.>"),
        never=LOSSY,
        subscribe=(
            "event.>",
            f"command.{name}.>",
            f"status.{name}",
            f"health.{name}",
            "deadletter.>",
            "$KV.CLOCK.>",
            "_INBOX.>",
        ),
        answers=True,
    )


GRANTS: dict[str, Grant] = {
    "intake": _service("intake", "command.deadlines.*.explain-terms", "command.notify.*.render-document"),
    "routing": _service("routing"),
    "deadlines": _service("deadlines"),
    "notify": _service("notify"),
    # The console reads everything and asks services to act; it states no fact itself. It may make a stream or a
    # consumer that is missing, for any process may be the first to come up, but not change one that is there.
    # A parked message it may give back to its handler, and take out of DEADLETTERS alone.
    "console": Grant(
        publish=(
            "command.>",
            "health.*",
            "replay.>",
            "$JS.API.STREAM.MSG.DELETE.DEADLETTERS",
            "$JS.API.INFO",
            "$JS.API.*.INFO.>",
            "$JS.API.*.NAMES",
            "$JS.API.*.NAMES.>",
            "$JS.API.*.LIST",
            "$JS.API.*.LIST.>",
            "$JS.API.STREAM.MSG.GET.>",
            "$JS.API.DIRECT.GET.>",
            "$JS.API.STREAM.CREATE.>",
            "$JS.API.CONSUMER.>",
            "$JS.ACK.>",
            "$JS.FC.>",
        ),
        subscribe=(
            "event.>",
            "status.console",
            "health.console",
            "deadletter.>",
            "$KV.CLOCK.>",
            "$JS.EVENT.>",
            "_INBOX.>",
        ),
        answers=True,
    ),
    "operator": Grant(publish=(">",), subscribe=(">",)),
}


@dataclass(frozen=True, slots=True)
class NatsServer:
    """One server with JetStream.

    folder: where it keeps its streams and its configuration.
    passwords: by user; they are written into the configuration, which only its owner may read, and nowhere else.
    """

    folder: Path
    port: int
    monitor_port: int
    passwords: dict[str, str] = field(repr=False)

    def url(self, user: str) -> str:
        """Address with credentials."""
        return f"nats://{user}:{self.passwords[user]}@{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str:
        return f"http://{LOOPBACK}:{self.monitor_port}"

    def program(self) -> Program:
        """How to start it. Writes its configuration."""
        file = self.folder / "nats-server.conf"
        file.touch(mode=0o600)
        file.write_text(
            configuration(
                self.passwords,
                store=str(self.folder),
                listen=f"{LOOPBACK}:{self.port}",
                monitor=f"{LOOPBACK}:{self.monitor_port}",
                pid_file=str(self.folder / "nats-server.pid"),
            ),
            encoding="utf-8",
        )
        return Program(
            command=(str(binary()), "--config", str(file)),
            is_ready=lambda: answers_http(f"{self.monitor_url}/healthz"),
        )


def configuration(passwords: dict[str, str], store: str, listen: str, monitor: str, pid_file: str | None = None) -> str:
    """The text of a nats-server.conf; the server reads JSON as its own format.

    `sync_interval: always` because the server otherwise acknowledges up to two minutes before it syncs.
    """
    settings = {
        "server_name": "doithoai",
        "listen": listen,
        "http": monitor,
        "max_payload": MAX_PAYLOAD,
        "jetstream": {"store_dir": store, "sync_interval": "always"},
        "authorization": {"users": [_user(name, password) for name, password in passwords.items()]},
    }
    if pid_file is not None:
        settings["pid_file"] = pid_file
    text = json.dumps(settings, ensure_ascii=False, indent=2)
    return f"# Written anew at each start from deploy/embedded/nats.py: a change made here does not last.\n{text}\n"


def _user(name: str, password: str) -> dict[str, object]:
    grant = GRANTS[name]
    permissions: dict[str, object] = {
        "publish": {"allow": grant.publish, "deny": grant.never},
        "subscribe": {"allow": grant.subscribe},
    }
    if grant.answers:
        permissions["allow_responses"] = {"max": 1, "expires": "1m"}
    return {"user": name, "password": password, "permissions": permissions}


def binary() -> Path:
    """The server of the pinned wheel, which lies beside this interpreter; else one on the PATH.

    Raises:
        CannotStart: when there is neither.
    """
    own = Path(sys.executable).with_name("nats-server")
    found = str(own) if own.exists() else shutil.which("nats-server")
    if found is None:
        raise CannotStart("Không tìm thấy nats-server. Hãy cài lại bằng: make install")
    return Path(found)
