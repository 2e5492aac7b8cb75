"""What puts load on a service from outside, at little cost of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

CLIENTS = 16
"""Requests under way at once."""


class Http:
    """One keep-alive connection that posts JSON: a load generator must cost little beside what it measures."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        lines = answer.decode().lower().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
        return int(lines[0].split()[1]), await reader.readexactly(length)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def side_by_side(
    numbers: Sequence[int], tool: Callable[[], Any], act: Callable[[int, Any], Awaitable[None]]
) -> None:
    """Do `act` for each number, CLIENTS at a time, each client with its own tool."""
    waiting = iter(numbers)

    async def client() -> None:
        own = tool()
        for n in waiting:
            await act(n, own)
        if isinstance(own, Http):
            own.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client())


def percentile(values: Sequence[float], part: float) -> float:
    """percentile(waits, 0.99): what 99 of 100 are not above."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]
