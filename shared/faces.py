"""What every service shows of itself: over HTTP to probes and Prometheus, over NATS to rehearsals and the console."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from fastapi import Response
from fastapi.responses import JSONResponse
from nats.aio.msg import Msg
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import broker
from shared.asyncapi import hearings, part
from shared.logs import in_short
from shared.metrics import DATABASE_SECONDS, DATABASE_UP, NATS_UP, READY, SWEEP_LAG

if TYPE_CHECKING:
    from shared.service import Service

OWN_PATHS = frozenset({"/healthz", "/readyz", "/status", "/metrics", "/asyncapi"})
PING_LIMIT_S = 2.0
PAGE_BYTES = 4096


class Faces:
    """The faces of one service."""

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._started_at = datetime.now(UTC)
        self._add_routes()

    async def tell_who_asks(self) -> None:
        """`status.<service>`: what a rehearsal waits for. `health.<service>`: how it is, and why it is not well."""
        service = self._service

        async def tell_status(asked: Msg) -> None:
            await asked.respond(json.dumps(self.status()).encode())

        async def tell_health(asked: Msg) -> None:
            await asked.respond(json.dumps(await self.health()).encode())

        await service.nats.subscribe(f"status.{service.name}", cb=tell_status)
        await service.nats.subscribe(f"health.{service.name}", cb=tell_health)

    def status(self) -> dict[str, Any]:
        """What a rehearsal waits for: nothing under way, and everything due by then done."""
        service = self._service
        return {
            "service": service.name,
            "clock": service.clock().isoformat(),
            "swept_at": service.swept_at.isoformat() if service.swept_at else None,
            "outbox": service.outbox.backlog if service.outbox else 0,
            "busy": service.busy,
        }

    async def health(self) -> dict[str, Any]:
        """How the service is, whatever the others are.

        database_ms: None without a database, or while it does not answer. memory_mb: in memory now.
        """
        service = self._service
        why_not, database_s = await asyncio.gather(self._what_is_wrong(), self._ping())
        return {
            "service": service.name,
            "ready": why_not is None,
            "reason": why_not,
            "database_ms": round(database_s * 1000, 1) if database_s is not None else None,
            "outbox": service.outbox.backlog if service.outbox else 0,
            "outbox_oldest_s": round(service.outbox.oldest_s, 1) if service.outbox else 0.0,
            "memory_mb": _memory_mb(),
            "started_at": self._started_at.isoformat(),
            "swept_at": service.swept_at.isoformat() if service.swept_at else None,
        }

    async def why_not_ready(self) -> str | None:
        """None when it is, and so are its companions. The Vietnamese text is for the operator."""
        return await self._what_is_wrong() or await self._waiting_for()

    async def _what_is_wrong(self) -> str | None:
        service = self._service
        if not service.started.is_set():
            return service.why_not
        if not service.nats.is_connected:
            return "mất kết nối NATS"
        try:
            if missing := await broker.missing_consumers(service.nats, service.handlers):
                return f"thiếu consumer: {', '.join(missing)}"
            if service.database is not None:
                await service.database.ping()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason
            return in_short(error)
        return None

    async def _waiting_for(self) -> str | None:
        """The companions that are not ready; one address then tells of the whole installation."""
        if not (companions := self._service.settings.companions.split()):
            return None
        import httpx  # one service of an installation needs it; the others are spared its memory

        async with httpx.AsyncClient(timeout=2) as http:
            answers = await asyncio.gather(*(http.get(f"{url}/readyz") for url in companions), return_exceptions=True)
        ready = [isinstance(answer, httpx.Response) and answer.status_code == 200 for answer in answers]
        waiting = [url for url, is_ready in zip(companions, ready, strict=True) if not is_ready]
        return f"đang chờ {', '.join(waiting)}" if waiting else None

    async def _ping(self) -> float | None:
        """Seconds that the database took to answer."""
        if self._service.database is None:
            return None
        began = perf_counter()
        try:
            await asyncio.wait_for(self._service.database.ping(), PING_LIMIT_S)
        except Exception:  # noqa: BLE001 - it is away, whatever it says
            return None
        return perf_counter() - began

    async def _measure(self) -> None:
        """What is known only when somebody asks."""
        service = self._service
        why_not, database_s = await asyncio.gather(self._what_is_wrong(), self._ping())
        READY.set(why_not is None)
        NATS_UP.set(service.nats.is_connected)
        if service.database is not None:
            DATABASE_UP.set(database_s is not None)
            DATABASE_SECONDS.set(database_s if database_s is not None else float("nan"))
        if service.swept_at is not None:
            SWEEP_LAG.set(max(0.0, (service.clock() - service.swept_at).total_seconds()))

    def _add_routes(self) -> None:
        service, app = self._service, self._service.app

        @app.get("/healthz", include_in_schema=False)
        async def alive() -> dict[str, str]:
            return {"service": service.name, "status": "alive"}

        @app.get("/readyz", include_in_schema=False)
        async def ready() -> JSONResponse:
            why_not = await self.why_not_ready()
            return JSONResponse(
                {"service": service.name, "ready": why_not is None, "reason": why_not}, 200 if why_not is None else 503
            )

        @app.get("/status", include_in_schema=False)
        async def status() -> dict[str, Any]:
            return self.status()

        @app.get("/metrics", include_in_schema=False)
        async def metrics() -> Response:
            await self._measure()
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

        @app.get("/asyncapi", include_in_schema=False)
        async def asyncapi() -> JSONResponse:
            return JSONResponse(await asyncio.to_thread(part, service.name, hearings(service.handlers)))


def _memory_mb() -> float | None:
    """Of this process, in memory now; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    except OSError:
        return None
    return round(pages * PAGE_BYTES / 2**20, 1)
