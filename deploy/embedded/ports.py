"""Who listens where on one machine: nine ports in a row, beginning with the citizens' pages."""

import random
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil

from deploy.embedded import LOOPBACK, CannotStart

LISTENERS = {
    "intake": "trang của người dân",
    "console": "bàn làm việc của cán bộ",
    "routing": "dịch vụ phân công",
    "deadlines": "dịch vụ thời hạn",
    "notify": "dịch vụ gửi thư",
    "nats": "máy chủ NATS",
    "nats-monitor": "trang theo dõi NATS",
    "database": "cơ sở dữ liệu",
    "mail": "hộp thư thử",
}
"""Who listens, in the order of the ports, and what people call it."""

TEST_PORTS = range(20_000, 32_000)
"""Below the range from which Linux takes the ports of outgoing connections, so that none of these slips in between."""


@dataclass(frozen=True, slots=True)
class Block:
    """The ports of one installation."""

    base: int

    def __getitem__(self, listener: str) -> int:
        return self.base + list(LISTENERS).index(listener)

    def url(self, service: str) -> str:
        return f"http://{LOOPBACK}:{self[service]}"


class PortTaken(CannotStart):
    """Another program holds a port that is needed here."""


def require_free(block: Block, listeners: Iterable[str] = LISTENERS) -> None:
    """Check the ports before anything is started.

    Raises:
        PortTaken: naming each taken port, the program that holds it where the system tells, and what to do.
    """
    if not 1 <= block.base <= 65_536 - len(LISTENERS):
        raise CannotStart(f"Cổng {block.base} không dùng được: chọn số từ 1 đến {65_536 - len(LISTENERS)}.")
    taken = {listener: block[listener] for listener in listeners if not _is_free(block[listener])}
    if not taken:
        return
    holders = _holders()
    lines = [
        f"Cổng {port} ({LISTENERS[listener]}) đang bị {holders.get(port, 'một chương trình khác')} chiếm."
        for listener, port in taken.items()
    ]
    remedy = f"Dừng chương trình đó, hoặc chọn cổng khác: doithoai up --port {_next_free(block).base}"
    raise PortTaken("\n".join([*lines, remedy]))


def free_block() -> Block:
    """A block that is free now, for tests. Random, so that two runs beside each other hardly ever meet."""
    for base in random.sample(TEST_PORTS, k=200):
        if _all_free(Block(base)):
            return Block(base)
    raise CannotStart("Không tìm được chín cổng trống liền nhau.")


def _next_free(block: Block) -> Block:
    """A round number above that a person can remember."""
    rounds = (Block(base) for base in range(block.base + 1_000, 65_536 - len(LISTENERS), 1_000))
    return next((candidate for candidate in rounds if _all_free(candidate)), None) or free_block()


def _all_free(block: Block) -> bool:
    return all(_is_free(block[listener]) for listener in LISTENERS)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT can be had
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _holders() -> dict[int, str]:
    """Programs that listen, by port, as far as this user may see them."""
    found: dict[int, str] = {}
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.pid:
                with suppress(psutil.Error):
                    name = psutil.Process(connection.pid).name()
                    found[connection.laddr.port] = f"chương trình {name} (pid {connection.pid})"
    return found
