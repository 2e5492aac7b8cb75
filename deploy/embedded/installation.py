"""The data folder of one machine: its layout, its secrets, and the lock that keeps a second start out.

installation.json   format, clock, when it was made        lock        held while a stack runs here
secrets.json        passwords (only its owner may read)    stack.json  addresses of the stack that runs
nats/ database/     the servers' files                     mail/       caught mails (.eml)
letters/ console/   what services keep                     log/        one log per process
"""

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import psutil

from deploy.embedded import CannotStart

FORMAT = 1
Clock = Literal["rehearsal", "real"]
FOLDERS = ("nats", "database", "mail", "letters", "console", "log")


class AlreadyRunning(CannotStart):
    """A stack runs on this data folder."""


@dataclass(frozen=True, slots=True)
class RunningStack:
    """Where to find a running stack. It holds the operator's credentials.

    pid, born: the supervisor, and when the system started it (seconds since 1970): a pid alone may be used again.
    services: the HTTP address of each service by its name.
    nats_monitor_url: None where NATS runs elsewhere.
    """

    pid: int
    born: float
    clock: Clock
    services: dict[str, str]
    nats_url: str
    nats_monitor_url: str | None
    mongo_url: str
    smtp_url: str
    mail: Path
    letters: Path

    @property
    def public_url(self) -> str:
        return self.services["intake"]


class Installation:
    """A data folder that is open, and locked until `close`. The lock falls with the process, also on kill -9.

    folder: absolute. clock: what this folder's times mean; fixed when it is made.
    is_new: whether it was made by this start.
    """

    def __init__(self, folder: Path, clock: Clock, is_new: bool, lock: int) -> None:
        self.folder = folder
        self.clock = clock
        self.is_new = is_new
        self._lock = lock
        self._secrets = folder / "secrets.json"
        self._stack = folder / "stack.json"

    @classmethod
    def open(cls, folder: Path, address: str, clock: Clock | None = None) -> "Installation":
        """Open a data folder, or make one.

        address: where people will find the stack, told to whoever tries to start a second one.
        clock: None takes the folder's own, a new one's being the rehearsal clock.

        Raises:
            AlreadyRunning: while another stack has the folder open.
            CannotStart: when the folder was made by a later version, or lives in another time.
        """
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _lock(folder, address)
        try:
            clock, is_new = _described(folder, clock)
            for name in FOLDERS:
                (folder / name).mkdir(exist_ok=True, mode=0o700)
        except BaseException:
            os.close(lock)
            raise
        return cls(folder, clock, is_new, lock)

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def secret(self, name: str) -> str:
        """A password of this installation, made when first asked for."""
        known: dict[str, str] = json.loads(self._secrets.read_bytes()) if self._secrets.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(24)
            _write(self._secrets, known)
        return known[name]

    def announce(self, stack: RunningStack) -> None:
        """Let other commands find the stack that runs here."""
        _write(self._stack, asdict(stack) | {"mail": str(stack.mail), "letters": str(stack.letters)})

    def close(self) -> None:
        self._stack.unlink(missing_ok=True)
        os.close(self._lock)


def running(folder: Path) -> RunningStack | None:
    """The stack that runs on a data folder. What a killed supervisor left behind does not count."""
    try:
        told = json.loads((folder / "stack.json").read_bytes())
        if psutil.Process(told["pid"]).create_time() != told["born"]:
            return None
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    return RunningStack(**told | {"mail": Path(told["mail"]), "letters": Path(told["letters"])})


def _lock(folder: Path, address: str) -> int:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 200).decode() or "vừa khởi động"
        os.close(lock)
        raise AlreadyRunning(f"Hệ thống đang chạy trên thư mục {folder} ({holder}).") from None
    os.ftruncate(lock, 0)
    os.write(lock, f"pid {os.getpid()}, {address}".encode())
    return lock


def _described(folder: Path, clock: Clock | None) -> tuple[Clock, bool]:
    """The folder's clock, and whether the folder is new."""
    file = folder / "installation.json"
    if not file.exists():
        chosen = clock or "rehearsal"
        _write(file, {"format": FORMAT, "clock": chosen, "created_at": datetime.now(UTC).isoformat(timespec="seconds")})
        return chosen, True
    told = json.loads(file.read_bytes())
    if told["format"] != FORMAT or told["clock"] not in get_args(Clock):
        remedy = "Hãy dùng đúng phiên bản đó, hoặc chọn thư mục khác (--data)."
        raise CannotStart(f"{file} do một phiên bản khác tạo ra. {remedy}")
    own: Clock = told["clock"]
    if clock is not None and clock != own:
        names = {"rehearsal": "diễn tập (thời gian mô phỏng)", "real": "làm việc thật"}
        uses = f"dùng để {names[own]}, không dùng để {names[clock]}"
        raise CannotStart(f"Thư mục {folder} {uses}: chọn thư mục khác (--data).")
    return own, False


def _write(file: Path, content: dict[str, Any]) -> None:
    """Whole or not at all, also when the power fails; for the owner's eyes only."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, indent=2)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
