"""One process that is kept alive: started, watched, started again when it dies, stopped in order."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import structlog

from deploy.embedded import LOOPBACK, CannotStart

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
HEALTHY_AFTER_S = 30.0
ASK_AGAIN_AFTER_S = 0.5
DEATHS_AT_START = 3
"""A process that dies so often before it was ever ready has a reason that another try will not mend."""

LOG_LIMIT = 20 * 2**20
LAST_LINES = 15
HOME = Path(__file__).parents[2]
"""Where `python -m services` is found, wherever the person stood who started the stack."""

log = structlog.get_logger("doithoai.supervisor")


def pause_before_restart(deaths: int) -> float:
    """Seconds to wait after so many deaths in a row: a crash loop must not eat the machine."""
    doublings = min(deaths - 1, 10)
    return float(min(FIRST_PAUSE_S * 2**doublings, LONGEST_PAUSE_S))


@dataclass(frozen=True, slots=True)
class Program:
    """What to start, and how to see that it serves.

    environment: added to our own. insist: knock and ask again while it is stopping, for it may not have heard.
    """

    command: tuple[str, ...]
    is_ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    insist: bool = False


class NotReady(CannotStart):
    """A process did not come up. The text ends with the last lines of its log."""


class Process:
    """A program under supervision. `restarts` counts how often it was started again."""

    def __init__(self, name: str, program: Program, log_file: Path) -> None:
        self.name = name
        self.restarts = 0
        self._program = program
        self._log_file = log_file
        self._log_began = 0
        self._child: asyncio.subprocess.Process | None = None
        self._deaths = 0
        self._was_ready = False
        self._asked_to_stop = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """None between a death and the next start."""
        return self._child.pid if self._child is not None and self._child.returncode is None else None

    def start(self) -> None:
        """Begin to keep the program alive. Call `until_ready` to know that it serves."""
        _rotate(self._log_file)
        self._log_began = self._log_file.stat().st_size if self._log_file.exists() else 0
        self._life = asyncio.create_task(self._keep_alive(), name=f"keep {self.name} alive")

    async def until_ready(self, limit_s: float) -> None:
        """Wait until the program serves.

        Raises:
            NotReady: when it keeps dying, or does not serve within `limit_s` seconds.
        """
        assert self._life is not None, "start() comes first"
        give_up_at = monotonic() + limit_s
        while not (self.pid is not None and await self._program.is_ready()):
            if self._life.done():
                raise self._not_ready("đã được lệnh dừng")
            if self._deaths >= DEATHS_AT_START and not self._was_ready:
                raise self._not_ready(f"dừng {self._deaths} lần liên tiếp ngay khi khởi động")
            if monotonic() > give_up_at:
                raise self._not_ready(f"không sẵn sàng sau {limit_s:g} giây")
            await asyncio.sleep(0.02)
        self._was_ready = True

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process as it is now.

        Raises:
            ProcessLookupError: between a death and the next start.
        """
        if (pid := self.pid) is None:
            raise ProcessLookupError(f"{self.name} is not running")
        os.kill(pid, number)

    async def stop(self, limit_s: float = 10.0) -> None:
        """SIGTERM, and SIGKILL for what still runs after `limit_s` seconds."""
        self._asked_to_stop.set()
        if self._life is None:
            return
        give_up_at, ask_again_at = monotonic() + limit_s, monotonic() + ASK_AGAIN_AFTER_S
        while not self._life.done():
            await asyncio.wait({self._life}, timeout=0.05)
            still_serves = self._program.insist and await self._program.is_ready()
            if self.pid is None:
                continue
            if monotonic() > give_up_at:
                log.warning("killed", process=self.name, seconds=limit_s)
                self.signal(signal.SIGKILL)
            elif still_serves and monotonic() > ask_again_at:
                self.signal(signal.SIGTERM)
                ask_again_at = monotonic() + ASK_AGAIN_AFTER_S

    async def _keep_alive(self) -> None:
        asked_to_stop = asyncio.create_task(self._asked_to_stop.wait())
        while True:
            born = monotonic()
            exit_code = await self._live(asked_to_stop)
            if self._asked_to_stop.is_set():
                return
            self._deaths = 1 if monotonic() - born >= HEALTHY_AFTER_S else self._deaths + 1
            pause = pause_before_restart(self._deaths)
            log.warning("died", process=self.name, exit_code=exit_code, again_in_s=pause)
            await asyncio.wait({asked_to_stop}, timeout=pause)
            if self._asked_to_stop.is_set():
                return
            self.restarts += 1

    async def _live(self, asked_to_stop: asyncio.Task[Any]) -> int | None:
        """One life, from the start of the program to its end; the exit code, None if it could not even start."""
        try:
            self._child = await self._spawn()
        except OSError as error:  # no memory, no file: it may be better in a moment
            with self._log_file.open("a", encoding="utf-8") as out:
                out.write(f"{error}\n")
            return None
        ended = asyncio.create_task(self._child.wait())
        await asyncio.wait({ended, asked_to_stop}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            with suppress(ProcessLookupError):
                self._child.terminate()
        return await ended

    async def _spawn(self) -> asyncio.subprocess.Process:
        """Own session, so that Ctrl-C in the terminal reaches the supervisor alone and it can stop all in order."""
        with self._log_file.open("ab") as out:
            return await asyncio.create_subprocess_exec(
                *self._program.command,
                cwd=HOME,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self._program.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
            )

    def _not_ready(self, what: str) -> NotReady:
        with self._log_file.open("rb") as file:
            file.seek(self._log_began)
            lines = file.read().decode(errors="replace").splitlines()[-LAST_LINES:]
        told = "\n".join(f"    {line}" for line in lines) or "    (trống)"
        return NotReady(f"Không khởi động được {self.name}: {what}. Những dòng cuối của {self._log_file}:\n{told}")


async def accepts_connections(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def answers_http(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _rotate(file: Path) -> None:
    """Keep the log of the last runs, and one older file when it grows large."""
    if file.exists() and file.stat().st_size > LOG_LIMIT:
        file.replace(file.with_suffix(".log.1"))


_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with(supervisor: int) -> Callable[[], None]:
    """For the child between fork and exec: the system kills it when the supervisor dies, even by kill -9.

    Strictly, when the thread dies that forked it: the thread of the event loop, which lives as long as the stack.
    """

    def tie() -> None:
        if _libc is not None:
            _libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL))
            if os.getppid() != supervisor:  # it died before the line above
                os._exit(1)

    return tie
